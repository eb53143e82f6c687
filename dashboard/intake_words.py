"""What the page of data calls things: kinds, columns, reasons, datums, in a given language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from data.messages import catalogue, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.messages import Lang


def known(key: str, lang: Lang) -> str | None:
    """Give the text of a key; None where there is none."""
    return catalogue(key.partition(".")[0], lang).get(key)


def word(name: str, lang: Lang) -> str:
    """Give the text of a word of a closed list, or of a reason; the word itself where none is known."""
    keys = (
        f"intake.reason.{name}", f"intake.repair.{name}", f"history.conflict.{name}", f"pages.stages.{name}",
        f"layers.post_type.{name}", f"layers.force.{name}", f"intake_page.word.{name}",
    )  # fmt: skip
    return next((found for key in keys if (found := known(key, lang))), name)


def reasons(names: str | None, lang: Lang) -> str:
    """Give the texts of reasons that stand with commas between them."""
    joint = "；" if lang == "zh" else "; "
    return joint.join(word(name, lang) for name in (names or "").split(",") if name)


def kind_name(kind: str, lang: Lang) -> str:
    """Name a kind of input."""
    return known(f"intake_page.kind.{kind}", lang) or kind


def column_name(column: str | None, lang: Lang) -> str:
    """Name a column of a kind; nothing for none."""
    return (known(f"intake_page.column.{column}", lang) or column) if column else ""


def datum_name(crs: str, lang: Lang) -> str:
    """Name a datum; a code is its own name."""
    return known(f"intake_page.datum.{crs.lower()}", lang) or crs


def row_words(row: Mapping[str, Any], lang: Lang) -> str:
    """Say which row a point is, and what became of it."""
    verdict = str(row["verdict"])
    said = text("intake_page.row", lang, row=row.get("row"), verdict=text(f"intake_page.map.{verdict}", lang))
    why = reasons(row.get("reason"), lang)
    return f"{said} · {why}" if why else said
