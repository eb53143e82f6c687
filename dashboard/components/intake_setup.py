"""The left side of a load: which source, which file, which columns, which datum."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import intake, intake_queries
from dashboard.components.frame import set_words
from dashboard.components.job_watch import ended, failure
from dashboard.intake_words import column_name, datum_name, kind_name, word
from dashboard.texts import lang, say
from data import spool
from data.messages import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from dashboard.queries import Situation

FLOW = "intake_flow"
OTHER = "other"
SHOWN_VALUES = 6
PLACE_NAMES = tuple(name for names in intake.PLACE_COLUMNS.values() for name in names)
Flow = dict[str, Any]


@dataclass(frozen=True)
class Setup:
    """What is to be loaded, as far as it is decided."""

    content: bytes = field(repr=False)
    suffix: str
    definition: dict[str, Any]
    valid_from: str | None
    lacks: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.lacks


def flow() -> Flow:
    """Give the numbers of the jobs of the load that is under way in this session."""
    found: Flow = st.session_state.setdefault(FLOW, {})
    return found


def set_up(now: Situation) -> Setup | None:
    """Ask for everything that a load needs; None while there is no file, or it is still being looked at."""
    known = intake_queries.sources()
    source, kind = _source(known)
    file = _file()
    if file is None:
        st.session_state[FLOW] = {}
        return None
    try:
        suffix = spool.suffix_of(file.name)
    except spool.UnknownSuffixError as error:
        st.error(sentence(error, lang()))
        return None
    mark = (file.file_id, source["name"] if source else "", kind)
    if flow().get("mark") != mark:
        st.session_state[FLOW] = {"mark": mark}
    if source is not None:
        definition = dict(source["definition"])
        _columns_as_known(definition)
    else:
        drafted = _draft(file, suffix, kind)
        if drafted is None:
            return None
        definition = _mapped(drafted, suffix, [each["name"] for each in known])
    definition = _with_datum(definition, suffix)
    definition, valid_from = _more(definition, now, is_new=source is None)
    # what was loaded before is whole
    lacks = intake.lacking(definition, suffix=suffix) if source is None else []
    if intake.holds_personal_words(definition):
        lacks.append("personal")
    return Setup(file.getvalue(), suffix, definition, valid_from, tuple(lacks))


def _source(known: Sequence[dict[str, Any]]) -> tuple[dict[str, Any] | None, str]:
    """Choose a source that is known, or the kind of a new one."""
    by_name = {each["name"]: each for each in known if each["kind"] in intake.KINDS}
    left, right = st.columns(2)
    with left:
        name = st.selectbox(
            say("intake_page.source.label"), ["", *by_name], key="intake_source",
            help=say("intake_page.source.help"),
            format_func=lambda each: each or say("intake_page.source.new"),
        )  # fmt: skip
    source = by_name.get(name or "")
    with right:
        if source is None:
            kind = st.selectbox(
                say("intake_page.kind.label"), intake.KINDS, key="intake_kind",
                format_func=lambda each: kind_name(each, lang()),
            )  # fmt: skip
        else:
            kind = str(source["kind"])
            st.text_input(say("intake_page.kind.label"), kind_name(kind, lang()), disabled=True)
    return source, str(kind)


def _file() -> UploadedFile | None:
    """Take a file; its name stays in this session."""
    endings = [suffix.removeprefix(".") for suffix in spool.SUFFIXES]
    set_words(".st-key-upload", upload=say("intake_page.upload.button"), drop=say("intake_page.upload.drop"))
    with st.container(key="upload"):
        return st.file_uploader(
            say("intake_page.upload.label", most=spool.MAX_BYTES >> 20), type=endings, key="intake_file",
            help=say("intake_page.upload.help"),
        )  # fmt: skip


def _draft(file: UploadedFile, suffix: str, kind: str) -> dict[str, Any] | None:
    """Have the worker propose what the columns mean; None until it has."""
    this = flow()
    if "draft" in this:
        return dict(this["draft"])
    if "draft_job" not in this:
        this["draft_job"] = intake_queries.ask_with_file("draft", file.getvalue(), suffix, {"kind": kind})
    state = ended(this["draft_job"], say("intake_page.doing.draft"))
    if state is None:
        return None
    if state.status == "failed":
        st.error(failure(state))
        return None
    try:
        this["draft"] = spool.take_reply(str(state.result.get("reply")))
    except spool.GoneFileError as error:
        st.error(sentence(error, lang()))
        return None
    return dict(this["draft"])


def _mapped(drafted: dict[str, Any], suffix: str, taken: Sequence[str]) -> dict[str, Any]:
    """Let a steward look over what was proposed, and change it."""
    this, definition = flow(), dict(drafted["definition"])
    _step("intake_page.step.columns", "intake_page.step.columns_help")
    if drafted.get("others"):
        st.caption(say("intake_page.others", count=drafted["others"]))
    facts = intake.facts_of(str(definition["kind"]))
    chosen: dict[str, str | None] = {}
    rules = definition.get("columns", {})
    for first in range(0, len(facts.targets), 2):
        for side, target in zip(st.columns(2), facts.targets[first : first + 2], strict=False):
            with side:
                proposed = intake.shown(rules.get(target.name))
                label = column_name(target.name, lang()) + (" *" if target.required else "")
                chosen[target.name] = _column(label, target.name, proposed, drafted)
                _value_map(rules.get(target.name), proposed == chosen[target.name])
    definition = intake.with_columns(definition, chosen)
    if facts.has_place and intake.needs_place(definition, suffix):
        definition = _place(definition, drafted)
    name = st.text_input(
        say("intake_page.source.name"), this.setdefault("name", intake.suggested_name(facts.name, taken)),
        help=say("intake_page.source.name_help"), max_chars=80, key=f"name_{_key()}",
    )  # fmt: skip
    return {**definition, "name": (name or "").strip()}


def _key() -> str:
    """Give a word that is another for every file, so that no widget keeps what it said of an earlier one."""
    return str(flow()["mark"][0])[:12] + str(flow()["mark"][2])


def _column(label: str, target: str, proposed: str | None, drafted: dict[str, Any]) -> str | None:
    """Choose the column that fills a target, or write one."""
    headings = [str(each) for each in drafted["headings"]]
    options = headings if proposed is None or proposed in headings else [proposed, *headings]
    unsure = proposed is not None and not drafted["sure"].get(target, True)
    found = st.selectbox(
        f"{label} ⚠" if unsure else label, options, key=f"column_{target}_{_key()}",
        index=None if proposed is None else options.index(proposed), accept_new_options=True,
        placeholder=say("intake_page.column_none"), help=say("intake_page.unsure") if unsure else None,
    )  # fmt: skip
    return str(found).strip() if found else None


def _value_map(rule: Any, is_drafted: bool) -> None:  # noqa: FBT001 -- the one flag it takes
    """Say what the words of a column are taken for."""
    values = rule.get("map") if isinstance(rule, dict) and is_drafted else None
    if values:
        pairs = ((str(key), word(str(value), lang())) for key, value in list(values.items())[:SHOWN_VALUES])
        said = (key if key == taken else f"{key} → {taken}" for key, taken in pairs)
        joint = "，" if lang() == "zh" else ", "
        rest = "…" if len(values) > SHOWN_VALUES else ""
        st.caption(say("intake_page.values", values=joint.join(said) + rest))


def _place(definition: dict[str, Any], drafted: dict[str, Any]) -> dict[str, Any]:
    """Choose the columns that say where a row is."""
    geometry = dict(definition.get("geometry", {}))
    ways = list(intake.PLACES)
    way = st.selectbox(
        say("intake_page.place.label"), ways, key=f"way_{_key()}",
        index=ways.index(intake.way_of(geometry) or "lonlat"),
        format_func=lambda each: say(f"intake_page.place.{each}"),
    )  # fmt: skip
    columns = {}
    names = intake.PLACE_COLUMNS[way or "lonlat"]
    for side, name in zip(st.columns(len(names)), names, strict=True):
        with side:
            label = column_name(name, lang()) + " *"
            columns[name] = _column(label, name, geometry.get(name), drafted)
    return intake.with_place(definition, way, columns)


def _columns_as_known(definition: dict[str, Any]) -> None:
    """Show how a known source's columns are taken."""
    pairs = {
        column_name(target, lang()): intake.shown(rule) or f"= {rule.get('value')}"
        for target, rule in definition.get("columns", {}).items()
    }
    geometry = definition.get("geometry", {})
    pairs |= {
        column_name(name, lang()): str(value) for name, value in geometry.items() if name in PLACE_NAMES
    }
    _step("intake_page.step.known", None)
    st.caption(" · ".join(f"{target} ← {source}" for target, source in pairs.items()))


def _with_datum(definition: dict[str, Any], suffix: str) -> dict[str, Any]:
    """Ask what the coordinates mean; nothing is guessed in silence."""
    if not intake.facts_of(str(definition["kind"])).has_place:
        return definition
    if intake.needs_place(definition, suffix) and "geometry" not in definition:
        return definition
    stated = definition.get("crs") or flow().get("draft", {}).get("crs")
    options = [*([stated] if stated and stated not in intake.DATUMS else []), *intake.DATUMS, OTHER]
    _step("intake_page.step.datum", "intake_page.step.datum_help")
    hint = flow().get("draft", {}).get("crs_hint")
    if stated:
        st.caption(say("intake_page.datum_stated", crs=datum_name(str(stated), lang())))
    elif hint:
        st.caption(say("intake_page.datum_hint", hint=datum_name(str(hint), lang())))
    found = st.selectbox(
        say("intake_page.datum_label"), options, key=f"datum_{_key()}",
        index=options.index(stated) if stated else None, placeholder=say("intake_page.datum_none"),
        format_func=lambda each: datum_name(str(each), lang()),
    )  # fmt: skip
    if found == OTHER:
        found = st.text_input(
            say("intake_page.datum_code"), key=f"datum_code_{_key()}", placeholder="EPSG:4549", max_chars=80,
            help=say("intake_page.datum_code_help"),
        )  # fmt: skip
    written = str(found or "").strip()
    return {**definition, "crs": written} if written else _without(definition, "crs")


def _more(definition: dict[str, Any], now: Situation, *, is_new: bool) -> tuple[dict[str, Any], str | None]:
    """Ask what is rarely asked: from which day it holds, whether it replaces, whether it is made up."""
    with st.expander(say("intake_page.more.title")):
        day = st.text_input(
            say("intake_page.more.valid_from"), key=f"day_{_key()}", placeholder="2026-09-01",
            help=say("intake_page.more.valid_from_help"),
        )  # fmt: skip
        if is_new:
            modes = ["append", "snapshot"] if definition["kind"] == "incident" else ["snapshot", "append"]
            mode = st.selectbox(
                say("intake_page.more.mode"), modes, key=f"mode_{_key()}",
                format_func=lambda each: say(f"intake_page.mode.{each}"),
            )  # fmt: skip
            definition = {**definition, "mode": mode}
    if is_new and now.is_training:
        is_made_up = st.checkbox(say("intake_page.more.training"), key=f"training_{_key()}")
        definition = {**definition, "training": is_made_up}
    return definition, _day(day)


def _day(written: str | None) -> str | None:
    """Read a day; what is none is said to be none and not used."""
    if not (written or "").strip():
        return None
    try:
        return date.fromisoformat(str(written).strip()).isoformat()
    except ValueError:
        st.error(say("intake_page.more.not_a_day"))
        return None


def _step(key: str, help_key: str | None) -> None:
    """Write a small heading."""
    st.html(f'<h2 class="campus-step">{say(key)}</h2>')
    if help_key:
        st.caption(say(help_key))


def _without(definition: dict[str, Any], name: str) -> dict[str, Any]:
    """Leave one key of a description out."""
    return {key: value for key, value in definition.items() if key != name}
