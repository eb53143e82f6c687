"""The message catalogues: every sentence a person reads, in Chinese and in English.

Catalogues are gettext files, `locale/<lang>/LC_MESSAGES/<domain>.po`, read with Babel. A message's id is its
key, and the key's first word is its domain (`errors.no_crs` stands in `errors.po`).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from babel.messages.pofile import read_po

if TYPE_CHECKING:
    from geo.errors import CampusError

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
LOCALE_FOLDER = Path(__file__).parent / "locale"


class MissingMessageError(LookupError):
    """A key has no message: a fault of the program, found by a test."""


@cache
def catalogue(domain: str, lang: Lang) -> dict[str, str]:
    """Read one catalogue.

    Parameters
    ----------
    domain
        The first word of the keys, and the file's name.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    dict
        Message by key; empty where there is no such file.
    """
    path = LOCALE_FOLDER / lang / "LC_MESSAGES" / f"{domain}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def text(key: str, lang: Lang, /, **params: object) -> str:
    """Give the sentence of a key with its values filled in.

    Raises
    ------
    MissingMessageError
        The catalogue has no such key.
    """
    message = catalogue(key.partition(".")[0], lang).get(key)
    if not message:
        raise MissingMessageError(key)
    return message.format(**params)


def sentence(error: CampusError, lang: Lang) -> str:
    """Give the sentence that tells a person what went wrong."""
    words = {name: text(f"{before}{error.params[name]}", lang) for name, before in error.spoken.items()}
    return text(error.key, lang, **(error.params | words))
