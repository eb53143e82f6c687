"""A spreadsheet never runs a cell that was written here, and what was written comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.cells import FORMULA_STARTS, escaped, unescaped


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "-", "+86 1"]
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert escaped(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "一小", "-12.5", "+3", "-.5", "1e-7", "-1E5", "a=1", " =1", "2026-09-01"]
)
def test_numbers_and_ordinary_texts_stay_as_they_are(text: str) -> None:
    assert escaped(text) == text == unescaped(text)


@given(start=st.sampled_from(["", *FORMULA_STARTS, "'", "''"]), text=st.text(max_size=12))
def test_no_escaped_text_is_run(start: str, text: str) -> None:
    written = escaped(start + text)
    assert not written.startswith(FORMULA_STARTS) or float(written) is not None


@given(
    start=st.sampled_from(["", "'", "''"]),
    sign=st.sampled_from(["", *FORMULA_STARTS]),
    text=st.text(max_size=12),
)
def test_an_escaped_text_comes_back(start: str, sign: str, text: str) -> None:
    written = start + sign + text
    assert unescaped(escaped(written)) == written or written.startswith('="')


def test_a_code_whose_zeros_a_csv_protects_is_its_text() -> None:
    assert unescaped('="0012"') == "0012"
    assert unescaped('="a"&"b"') == '="a"&"b"'
