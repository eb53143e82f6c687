"""What was loaded, how fresh and how good it is, where a row came from, and how to take a load back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import intake, intake_queries
from dashboard.components.intake_outcome import follow_build
from dashboard.components.intake_report import table_height
from dashboard.components.job_watch import ended, failure
from dashboard.intake_words import column_name, kind_name, reasons
from dashboard.texts import NOTHING, lang, moment, say

if TYPE_CHECKING:
    from dashboard.queries import Situation

HASH_SHOWN = 12
TABLE_HEIGHT = 420
Row = dict[str, Any]


def sources_part(now: Situation) -> None:
    """Show each source's last load, its age and its quality."""
    known = intake_queries.sources()
    if not known:
        st.info(say("intake_page.sources.none"))
        return
    today = datetime.now(tz=UTC)
    table = pd.DataFrame(
        {
            "name": [each["name"] for each in known],
            "kind": [kind_name(each["kind"], lang()) for each in known],
            "mode": [say(f"intake_page.mode.{each['mode']}") for each in known],
            "loaded_at": [_moment(each["loaded_at"], now) for each in known],
            "age": [_age(each["loaded_at"], today) for each in known],
            "rows": [_count(each, "read") for each in known],
            "rejected": [_count(each, "rejected") for each in known],
            "quality": [_count(each, "quality") for each in known],
        }
    )
    st.dataframe(
        table, hide_index=True, height=table_height(len(table), TABLE_HEIGHT), placeholder=NOTHING,
        alt=say("intake_page.sources.alt"), column_config=_columns(),
    )  # fmt: skip
    st.caption(say("intake_page.sources.help"))


def _columns() -> dict[str, Any]:
    """Name and format the columns."""
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn
    plain = {
        name: words(say(f"intake_page.table.{name}"))
        for name in ("name", "kind", "mode", "loaded_at", "source", "state", "file_sha256", "days")
    }
    counted = {
        name: number(say(f"intake_page.table.{name}"), format="%d")
        for name in ("id", "rows", "accepted", "repaired", "rejected", "age")
    }
    quality = st.column_config.ProgressColumn(
        say("intake_page.quality"), help=say("intake_page.quality_help"), max_value=100, format="%d"
    )
    return {**plain, **counted, "quality": quality}


def history_part(now: Situation) -> None:
    """Show the latest batches, and take one back."""
    batches = intake_queries.batches()
    if not batches:
        st.info(say("intake_page.history.none"))
        return
    table = pd.DataFrame(
        {
            "id": [each["id"] for each in batches],
            "state": [_state(each) for each in batches],
            "source": [each["source"] for each in batches],
            "kind": [kind_name(each["kind"], lang()) for each in batches],
            "loaded_at": [_moment(each["loaded_at"], now) for each in batches],
            **{
                name: [_count(each, key) for each in batches]
                for name, key in (("rows", "read"), ("accepted", "accepted"), ("repaired", "repaired"),
                                  ("rejected", "rejected"), ("quality", "quality"))
            },
            "file_sha256": [str(each["file_sha256"])[:HASH_SHOWN] for each in batches],
        }
    )  # fmt: skip
    st.dataframe(
        table, hide_index=True, height=table_height(len(table), TABLE_HEIGHT), placeholder=NOTHING,
        alt=say("intake_page.history.alt"), column_config=_columns(),
    )  # fmt: skip
    _undo([each for each in batches if is_undoable(each)])


def is_undoable(batch: Row) -> bool:
    """Tell whether a batch is a load that stands."""
    return batch["undone_by"] is None and batch["undoes"] is None and "read" in batch["counts"]


def _state(batch: Row) -> str:
    """Say what a batch is: a load, one that was taken back, an undoing, corrections of pages."""
    counts = batch["counts"]
    if batch["undone_by"] is not None:
        return say("intake_page.batch.undone", batch=batch["undone_by"])
    if batch["undoes"] is not None or "undo_of" in counts:
        return say("intake_page.batch.undo", batch=batch["undoes"] or counts.get("undo_of"))
    return say("intake_page.batch.overrides" if "overrides" in counts else "intake_page.batch.load")


def _undo(batches: list[Row]) -> None:
    """Take a batch back, after asking."""
    if not batches:
        return
    with st.container(border=True, key="undo"):
        st.html(f'<h2 class="campus-step">{say("intake_page.undo.title")}</h2>')
        st.caption(say("intake_page.undo.help"))
        names = {each["id"]: f"{each['id']} · {each['source']}" for each in batches}
        left, right = st.columns(2, vertical_alignment="bottom")
        with left:
            number = st.selectbox(
                say("intake_page.undo.which"), list(names), index=None, key="undo_batch",
                placeholder=say("intake_page.choose"),
                format_func=lambda each: names.get(each, str(each)),
            )  # fmt: skip
        with right:
            is_sure = st.checkbox(say("intake_page.undo.sure"), key="undo_sure", disabled=number is None)
        if st.button(say("intake_page.undo.do"), disabled=not (number and is_sure), key="undo_do"):
            st.session_state["undo_job"] = intake_queries.ask("undo", {"batch": int(number or 0)})
        show_job("undo_job", "intake_page.doing.undo", "intake_page.undo.done")


def show_job(name: str, doing: str, done: str) -> None:
    """Follow a job whose number the session keeps, and say how it ended."""
    state = ended(st.session_state.get(name), say(doing))
    if state is None:
        return
    if state.status == "failed":
        st.error(failure(state))
    else:
        for each in state.result.get("unusable", []):
            field = column_name(each["field"], lang())
            st.warning(
                say(
                    "intake_page.correct.unusable",
                    code=each["code"],
                    field=field,
                    why=reasons(each["reason"], lang()),
                )
            )
        st.success(say(done))
        follow_build(state)


def trace_part(now: Situation) -> None:
    """Say for a code from which batch, file and row each of its versions came."""
    left, right = st.columns([0.3, 0.7])
    with left:
        kind = st.selectbox(
            say("intake_page.kind.label"), intake.TRACEABLE, key="trace_kind",
            format_func=lambda each: kind_name(each, lang()),
        )  # fmt: skip
    with right:
        code = st.text_input(say("intake_page.trace.code"), key="trace_code", max_chars=200)
    if not (code or "").strip():
        st.caption(say("intake_page.trace.help"))
        return
    found = intake_queries.trace(str(kind), str(code).strip())
    if not found:
        st.info(say("intake_page.trace.none"))
        return
    table = pd.DataFrame(
        {
            "days": [_days(each) for each in found],
            "source": [each["source"] for each in found],
            "id": [each["batch_id"] for each in found],
            "loaded_at": [_moment(each["loaded_at"], now) for each in found],
            "row": [each["row"] for each in found],
            "verdict": [_verdict(each) for each in found],
            "file_sha256": [each["file_sha256"] for each in found],
        }
    )
    config = _columns() | {
        "row": st.column_config.NumberColumn(say("intake_page.table.row"), format="%d"),
        "verdict": st.column_config.TextColumn(say("intake_page.table.verdict")),
    }
    st.dataframe(
        table, hide_index=True, placeholder=NOTHING, alt=say("intake_page.trace.alt"), column_config=config
    )


def _days(version: Row) -> str:
    """Say from which day to which a version holds."""
    until = version["valid_to"] or (
        say("intake_page.trace.now") if version["is_current"] else say("intake_page.trace.withdrawn")
    )
    return f"{version['valid_from']} – {until}"


def _verdict(version: Row) -> str:
    """Say what became of the row; nothing where a page's correction made the version."""
    if version["verdict"] is None:
        return say("intake_page.batch.overrides")
    said = say(f"intake_page.map.{version['verdict']}")
    why = reasons(version["reason"], lang())
    return f"{said}：{why}" if why and lang() == "zh" else f"{said}: {why}" if why else said


def _moment(value: datetime | None, now: Situation) -> str | None:
    """Write a moment in local time."""
    return None if value is None else moment(value, now.timezone)


def _age(value: datetime | None, today: datetime) -> int | None:
    """Give the days since a moment."""
    return None if value is None else (today - value).days


def _count(row: Row, name: str) -> float | None:
    """Give a count of a batch."""
    value = (row["counts"] or {}).get(name)
    return None if value is None else float(value)
