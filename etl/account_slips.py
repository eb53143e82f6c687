"""Slips of paper with a name and a one-time password each, to be cut apart and handed over."""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING

from data.messages import LANGS, text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from data.messages import Lang
    from data.repositories.accounts import AccountWords

STYLE = """
@page { size: A4; margin: 12mm; }
body { font: 12pt/1.5 "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 0; }
article { border-bottom: 1px dashed #555; padding: 7mm 4mm 6mm; page-break-inside: avoid; }
h1 { font-size: 14pt; margin: 0 0 2mm; } h1 small { font-weight: 400; font-size: 10pt; margin-left: 1em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1mm 5mm; margin: 0; }
dt { color: #444; } dd { margin: 0; font-weight: 700; }
code { font: 700 15pt "Noto Sans Mono", "Consolas", monospace; letter-spacing: 0.04em; }
p { margin: 2mm 0 0; font-size: 9.5pt; }
"""
HTML_LANG = {"zh": "zh-CN", "en": "en"}


def write_slips(path: Path, accounts: Iterable[tuple[AccountWords, str]]) -> None:
    """Write the slips as one page to print, for the owner of the file alone.

    Parameters
    ----------
    path
        Of the HTML file; it is written beside and renamed.
    accounts
        Each with its one-time password.
    """
    slips = "".join(_slip(words, password) for words, password in accounts)
    title = " · ".join(text("users.slip.title", lang) for lang in LANGS)
    page = (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{slips}</body></html>"
    )
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(page)
    part.replace(path)


def _slip(words: AccountWords, password: str) -> str:
    """Write one slip, in both languages."""
    first, second = LANGS

    def both(key: str) -> str:
        return (
            f'{escape(text(key, first))} <span lang="{HTML_LANG[second]}">{escape(text(key, second))}</span>'
        )

    role = " · ".join(text(f"pages.role.{words.role}", lang) for lang in LANGS)
    told = (
        ("gate.name", escape(words.name)),
        ("users.slip.role", escape(role)),
        ("users.slip.password", f"<code>{escape(password)}</code>"),
    )
    listed = "".join(f"<dt>{both(key)}</dt><dd>{value}</dd>" for key, value in told)
    title = f"{escape(text('gate.title', first))}<small>{escape(text('gate.title', second))}</small>"
    notes = "".join(_note(lang) for lang in LANGS)
    return f"<article><h1>{title}</h1><dl>{listed}</dl>{notes}</article>"


def _note(lang: Lang) -> str:
    """Write what to do with a slip."""
    return f'<p lang="{HTML_LANG[lang]}">{escape(text("users.slip.note", lang))}</p>'
