"""Every sentence exists in both languages, says the same things, and is used."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "data" / "locale"
PACKAGES = ("geo", "layers", "data", "etl", "dashboard")
DOMAINS = sorted(path.stem for path in (LOCALE / "zh" / "LC_MESSAGES").glob("*.po"))
KEY = re.compile(rf"\b(?:{'|'.join(DOMAINS)})\.[a-z0-9_]+(?:\.[a-z0-9_]+)*\b")
PREFIX = re.compile(rf"\b((?:{'|'.join(DOMAINS)})\.(?:[a-z0-9_.]*\.)?)[{{]")

FIELD = re.compile(r"\{\w+\}")


def messages(lang: str, domain: str) -> dict[str, str]:
    path = LOCALE / lang / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, abort_invalid=True) if m.id}


def fields(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def source_text() -> str:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*"))]
    wanted = [path for path in files if path.suffix in {".py", ".sql", ".js", ".html", ".yml"}]
    return "\n".join(path.read_text(encoding="utf-8") for path in wanted)


def test_both_languages_have_the_same_catalogues() -> None:
    english = sorted(path.stem for path in (LOCALE / "en" / "LC_MESSAGES").glob("*.po"))
    assert english == DOMAINS


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_have_the_same_keys_and_none_is_empty(domain: str) -> None:
    chinese, english = messages("zh", domain), messages("en", domain)
    assert chinese.keys() == english.keys()
    assert not [key for catalogue in (chinese, english) for key, value in catalogue.items() if not value]


@pytest.mark.parametrize("domain", DOMAINS)
def test_both_languages_name_the_same_values(domain: str) -> None:
    chinese, english = messages("zh", domain), messages("en", domain)
    assert {key: fields(value) for key, value in chinese.items()} == {
        key: fields(value) for key, value in english.items()
    }


@pytest.mark.parametrize("domain", DOMAINS)
def test_chinese_sentences_are_chinese(domain: str) -> None:
    latin_only = {
        key: value
        for key, value in messages("zh", domain).items()
        if re.search(r"[a-z]{4,}", FIELD.sub("", value)) and not re.search(r"[\u4e00-\u9fff]", value)
    }
    assert latin_only == {}


def test_no_message_is_unused() -> None:
    code = source_text()
    used = set(KEY.findall(code))
    prefixes = tuple({match for match in PREFIX.findall(code) if match.count(".") >= 1})
    known = {key for domain in DOMAINS for key in messages("en", domain)}
    unused = {key for key in known - used if not key.startswith(prefixes)}
    assert unused == set()
