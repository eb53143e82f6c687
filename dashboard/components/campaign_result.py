"""What a campaign could show, and what came of it: in words first, then numbers, then what stands behind."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.texts import number, say, share
from data.repositories.campaigns import asked_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEATURES = {"rate_per_month": "#,##0.00", "trend": "#,##0.00", "pupils": "#,##0", "same_stage": "#,##0%"}
COLUMNS = ("treated", "candidates", "matched", "difference_before", "difference_after")


def forecast_part(campaign: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Say what effect could be shown at all, before the campaign starts.

    Parameters
    ----------
    campaign
        A row of `data.repositories.campaigns.listed`.
    names
        Names of schools by code.
    """
    told = campaign["forecast"]
    st.html(f'<p class="campus-step">{escape(say("campaigns.forecast_title"))}</p>')
    if told is None or told["asked"] != asked_of(campaign):
        st.info(say("campaigns.forecast_pending"))
        return
    is_clear = told["verdict"] == "showable"
    (st.success if is_clear else st.warning)(say(told["key"], **told["params"]))
    with st.expander(say("campaigns.behind")):
        st.markdown(say("campaigns.method_forecast"))
        _matching(told["matching"], names)
        _origin(told)


def result_part(campaign: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Say what came of a closed campaign: verdict, numbers, where events may have gone, who was compared.

    Parameters
    ----------
    campaign
        A row of `data.repositories.campaigns.listed`.
    names
        Names of schools by code.
    """
    told = campaign["result"]
    st.html(f'<p class="campus-step">{escape(say("campaigns.result_title"))}</p>')
    if told is None:
        st.info(say("campaigns.result_pending"))
        return
    show = {"effect": st.success, "none_seen": st.info}.get(told["verdict"], st.warning)
    show(say(told["key"], **told["params"]))
    st.html(_numbers(told))
    if told["verdict"] != "not_enough_data":
        st.caption(say("campaigns.stated_power", power=share(told["power_halved"])))
    if told["ring"] is not None:
        st.markdown(
            f"**{say('campaigns.displacement')}**  {say(told['ring']['key'], **told['ring']['params'])}"
        )
    with st.expander(say("campaigns.behind"), key="campaign_behind"):
        st.markdown(say("campaigns.method_result"))
        _matching(told["matching"], names)
        _origin(told)


def _numbers(told: Mapping[str, Any]) -> str:
    """Write the table of events before and after: schools that took part, those compared, the ring."""
    rows = [(group, told[group]) for group in ("treated", "controls", "ring") if told.get(group) is not None]
    head = [say(f"campaigns.column.{name}") for name in ("group", "before", "after")]
    body = [
        [say(f"campaigns.group.{group}"), *(_total(sums[part]) for part in ("before", "after"))]
        for group, sums in rows
    ]
    return _table(head, body, name="campus-before-after")


def _total(total: Mapping[str, Any]) -> str:
    return say(
        "campaigns.events_in_days", events=number(total["events"]), days=number(total["days"]),
        monthly=number(total["per_month"], "#,##0.0"),
    )  # fmt: skip


def _matching(matching: Mapping[str, Any] | None, names: Mapping[str, str]) -> None:
    """Show which schools are compared, and how alike they were before."""
    if matching is None:
        st.markdown(say("campaigns.no_matching"))
        return
    st.markdown(f"**{say('campaigns.matched_title')}**")
    partners: dict[str, list[str]] = {}
    for pair in matching["pairs"]:
        partners.setdefault(pair["treated"], []).append(names.get(pair["control"], pair["control"]))
    body = [[names.get(code, code), "、".join(found)] for code, found in partners.items()]
    st.html(_table([say("campaigns.column.treated_school"), say("campaigns.column.control_schools")], body))
    st.markdown(f"**{say('campaigns.balance_title')}**")
    head = [say("campaigns.column.feature"), *(say(f"campaigns.column.{name}") for name in COLUMNS)]
    st.html(_table(head, [_balance(line) for line in matching["balance"]], name="campus-balance"))
    st.caption(say("campaigns.balance_help"))


def _balance(line: Mapping[str, Any]) -> list[str]:
    pattern = FEATURES[line["feature"]]
    patterns = [pattern] * 3 + ["+0.00;-0.00"] * 2
    values = [number(line[name], each) for name, each in zip(COLUMNS, patterns, strict=True)]
    return [say(f"campaigns.feature.{line['feature']}"), *values]


def _origin(told: Mapping[str, Any]) -> None:
    """Say which days are known, which run computed, and that small counts stay here."""
    known = told["known"]
    st.caption(
        say("campaigns.origin", first=known["first"], end=known["end"], day=told["day"], run=told["run_id"])
    )
    st.caption(say("campaigns.small_counts"))


def _table(head: Sequence[str], body: Sequence[Sequence[str]], *, name: str = "") -> str:
    """Write a table that nobody can take away as a file: it may hold counts under ten."""
    top = "".join(f'<th scope="col">{escape(word)}</th>' for word in head)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(word)}</td>" for word in rest)}</tr>'
        for first, *rest in body
    )
    table = f'<table class="campus-table {name}"><thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="campus-wide">{table}</div>'
