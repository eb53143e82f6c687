"""What the page says, in the language of the session; numbers as people of that language write them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent

from data.messages import LANGS, text

if TYPE_CHECKING:
    from datetime import datetime

    from data.messages import Lang

KEY = "lang"
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
NOTHING = "–"
DATES = {"zh": "M月d日 EEE", "en": "EEE d MMM"}
_A_MONDAY = date(2024, 1, 1)


def lang() -> Lang:
    """Give the session's language, else the address's; Chinese where neither says."""
    for chosen in (st.session_state.get(KEY), st.query_params.get(KEY)):
        if chosen in LANGS:
            return cast("Lang", chosen)
    return "zh"


def account_words(account: str, role: str, lang: Lang) -> str:
    """Name an account with its role, as every paper and page that is made for it does."""
    if role == "local":
        return text("pages.role.local", lang)
    return text("pages.account", lang, account=account, role=text(f"pages.role.{role}", lang))


def say(key: str, **params: object) -> str:
    """Give a catalogue's text in the session's language."""
    return text(key, lang(), **params)


def number(value: float | None, pattern: str = "#,##0") -> str:
    """Write a number; a dash where there is none."""
    if value is None or value != value:  # noqa: PLR0124 -- NaN differs from itself
        return NOTHING
    return str(format_decimal(value, format=pattern, locale=LOCALES[lang()]))


def share(value: float | None) -> str:
    """Write a share of 0 to 1 in whole per cent; a dash where there is none."""
    if value is None or value != value:  # noqa: PLR0124 -- NaN differs from itself
        return NOTHING
    return str(format_percent(value, format="#,##0%", locale=LOCALES[lang()]))


def iso_day(value: object) -> str:
    """Write a date as 2026-11-29; a dash where there is none."""
    # pandas' types want a scalar, and a cell of a frame is any object
    return NOTHING if value is None or pd.isna(value) else str(value)[:10]  # type: ignore[call-overload]


def moment(value: datetime, timezone: str) -> str:
    """Write a moment in the district's local time."""
    local = value.astimezone(ZoneInfo(timezone))
    return str(format_datetime(local, "yyyy-MM-dd HH:mm", locale=LOCALES[lang()]))


def day_text(day: date) -> str:
    """Write a date with its weekday, without its year."""
    return str(format_date(day, DATES[lang()], locale=LOCALES[lang()]))


def weekday_text(weekday: int) -> str:
    """Name a weekday shortly, 0 = Monday."""
    return str(format_date(_A_MONDAY + timedelta(days=weekday), "EEE", locale=LOCALES[lang()]))


def clock(minute: float) -> str:
    """Write a minute of the day as clock time; beyond midnight it is the next day's."""
    whole = int(minute) % (24 * 60)
    return f"{whole // 60:02}:{whole % 60:02}"


def span(start: float, end: float) -> str:
    """Write a stretch of clock time."""
    return f"{clock(start)}–{clock(end)}"
