"""Which language the command line speaks: ``--lang`` anywhere, else ``CAMPUS_LANG``, else English."""

from __future__ import annotations

import os

from data.messages import LANGS, Lang, text
from geo.errors import CampusError

VARIABLE = "CAMPUS_LANG"


class UnknownLanguageError(CampusError):
    """``--lang`` names a language that has no catalogue."""

    key = "cli.unknown_language"
    exit_code = 2


def lang() -> Lang:
    """Give the language in force; English where the environment names none that exists."""
    word = os.environ.get(VARIABLE, "en")
    return "zh" if word == "zh" else "en"


def say(key: str, /, **params: object) -> str:
    """Give a catalogue's sentence in the language in force."""
    return text(key, lang(), **params)


def take_lang(words: list[str]) -> list[str]:
    """Take ``--lang X`` out of a command line and put it in force for this process and its children.

    Raises
    ------
    UnknownLanguageError
        X is none of ``zh`` and ``en``, or is missing.
    """
    rest: list[str] = []
    todo = iter(words)
    for word in todo:
        if word == "--":
            return [*rest, word, *todo]
        name, equals, value = word.partition("=")
        if name != "--lang":
            rest.append(word)
            continue
        chosen = value if equals else next(todo, "")
        if chosen not in LANGS:
            raise UnknownLanguageError(given=chosen)
        os.environ[VARIABLE] = chosen
    return rest
