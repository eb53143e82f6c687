"""Text tables as programs and people write them: encodings, delimiters, headings over two rows, and bad ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.declared import parse_yaml
from etl.definitions import parse_definition
from etl.errors import IntakeError, MissingColumnError, WrongEncodingError
from etl.readers import read_file
from etl.readers.errors import LongLineError

if TYPE_CHECKING:
    from pathlib import Path

BASE = "name: x\nkind: school\ncolumns: {code: 编码, name: 名称}\n"
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cells(path: Path, content: bytes, text: str = BASE) -> list[list[object]]:
    path.write_bytes(content)
    frame = pd.concat(
        [chunk.cells for chunk in read_file(path, parse_definition(parse_yaml(text)))], ignore_index=True
    )
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


@pytest.mark.parametrize("name", ["gb18030", "gbk"])
def test_chinese_texts_are_exact(tmp_path: Path, shared_files: Path, name: str) -> None:
    folder = shared_files / "messy"
    expected = (folder / f"{name}-utf8.txt").read_text(encoding="utf-8")
    one_column = 'name: x\nkind: school\ndelimiter: "|"\ncolumns: {name: 正文}\n'
    # Quotes mean something in a table; these texts have none at the beginning of a line.
    assert not any(line.startswith('"') for line in expected.splitlines())
    content = "正文\n".encode("gb18030") + (folder / f"{name}.txt").read_bytes()
    found = cells(tmp_path / "a.txt", content, one_column)
    assert [row[0] for row in found] == [line for line in expected.splitlines() if line.strip()]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_two_bytes_a_character_are_known_without_a_mark(tmp_path: Path, encoding: str) -> None:
    content = "编码\t名称\r\na\t一小\r\n".encode(encoding)
    assert cells(tmp_path / "a.tsv", content) == [["a", "一小"]]


def test_gb18030_that_happens_to_be_utf8_is_known_by_its_headings(tmp_path: Path) -> None:
    base = "name: x\nkind: school\ncolumns: {name: 模}\n"
    content = "模,拢\n拢,x\n".encode("gb18030")
    assert content.decode("utf-8") != content.decode("gb18030")
    assert cells(tmp_path / "a.csv", content, base) == [["拢"]]
    assert cells(tmp_path / "a.csv", "模,拢\n拢,x\n".encode(), base) == [["拢"]]


def test_the_first_line_may_name_the_delimiter(tmp_path: Path) -> None:
    for mark in (b"", b"\xef\xbb\xbf"):
        assert cells(tmp_path / "a.csv", mark + "sep=^\r\n编码^名称\r\na^一;小\r\n".encode()) == [
            ["a", "一;小"]
        ]


def test_a_heading_over_two_rows_is_read_by_its_lower_names(tmp_path: Path) -> None:
    text = BASE + "geometry: {lon: 经度, lat: 纬度}\n"
    content = "学校一览\n编码,名称,位置,,备注\n,,经度,纬度\na,一小,119.5,31.5,x\n".encode()
    assert cells(tmp_path / "a.csv", content, text) == [["a", "一小", "119.5", "31.5"]]
    (chunk,) = read_file(tmp_path / "a.csv", parse_definition(parse_yaml(text)))
    assert not chunk.ragged.any(), "the upper row of the heading is the longer one"


def test_a_blank_row_may_stand_between_title_and_heading(tmp_path: Path) -> None:
    assert cells(tmp_path / "a.csv", "一览\n\n\n编码,名称\na,一小\n".encode()) == [["a", "一小"]]


def test_zero_bytes_are_no_text_that_breaks_the_table(tmp_path: Path) -> None:
    assert cells(tmp_path / "a.csv", "编码,名称\na\0,一小\nb,二小\n".encode()) == [
        ["a\0", "一小"],
        ["b", "二小"],
    ]


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.readers.delimited.LONGEST_LINE", 2_000_000)
    content = "编码,名称\n".encode()
    assert cells(tmp_path / "a.csv", content + b"a,b\n" * 600_000)[0] == ["a", "b"]
    with pytest.raises(LongLineError):
        cells(tmp_path / "a.csv", content + b"a,b," * 600_000)


def test_the_encoding_is_only_guessed_again_where_nothing_is_declared(tmp_path: Path) -> None:
    content = "编码,名称\na,一小\n".encode("gb18030")
    with pytest.raises(WrongEncodingError):
        cells(tmp_path / "a.csv", content, BASE + "encoding: utf-8\n")
    with pytest.raises(MissingColumnError):
        cells(tmp_path / "a.csv", "编码,名字\na,一小\n".encode())


@given(
    values=st.lists(st.text("甲乙丙ab12，、（）é€😀", min_size=1, max_size=6), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
@QUICK
def test_what_was_written_comes_back_in_every_encoding(
    values: list[str], encoding: str, tmp_path: Path
) -> None:
    rows = "".join(f"c{number}\t{value}\n" for number, value in enumerate(values))
    found = cells(tmp_path / "a.tsv", f"编码\t名称\n{rows}".encode(encoding))
    assert found == [[f"c{number}", value] for number, value in enumerate(values)]


@given(
    content=st.lists(
        st.sampled_from(["编码", "名称", ",", ";", '"', "\n", "\r", "\0", "x", "sep=", "\ufeff"]), max_size=20
    )
)
@QUICK
def test_a_table_in_pieces_is_read_or_refused(content: list[str], tmp_path: Path) -> None:
    try:
        rows = cells(tmp_path / "a.csv", "".join(content).encode())
    except IntakeError:
        return
    assert all(len(row) == 2 for row in rows)
