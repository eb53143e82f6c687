"""The gate's own pages: plain HTML with a style sheet, no script, for browsers of any age."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from starlette.responses import HTMLResponse, Response

from dashboard.gate.approach import BAD_PATH
from dashboard.language import HTML_LANG
from data.messages import LANGS, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.messages import Lang

STYLE = (Path(__file__).parent / "forms.css").read_text(encoding="utf-8")
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""Of these pages alone: not even a script of ours runs where a password is typed."""
SHIELD = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" '
    'stroke-linejoin="round" d="M12 2.5 20 5.4v6.2c0 4.8-3.3 8.3-8 9.9-4.7-1.6-8-5.1-8-9.9V5.4z"/>'
    '<path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" '
    'stroke-linejoin="round" d="M7.6 11.2 12 7.8l4.4 3.4M9 10.6v5h6v-5M12 15.6v-2.4"/></svg>'
)
HOME = "/"
GATES_OWN = frozenset({"/login", "/logout", "/password", "/healthz", "/oidc/login", "/oidc/callback"})
LONGEST_NEXT = 1000
R = TypeVar("R", bound=Response)


@dataclass(frozen=True)
class Field:
    """One input of a form."""

    name: str
    label: str
    kind: str = "password"
    fills: str = "current-password"


@dataclass(frozen=True)
class Page:
    """What stands on one of the gate's pages."""

    path: str
    lang: Lang
    heading: str
    button: str = ""
    fields: Sequence[Field] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    bad: str = ""
    good: str = ""
    hint: str = ""
    way: tuple[str, str] | None = None
    """Address and words of another way in, or back."""
    next: str = HOME


def next_path(given: str) -> str:
    """Give an address of this product to go on to; the first page where it is any other.

    Parameters
    ----------
    given
        Of the query or a form, thus anything.
    """
    parts = urlsplit(given) if given.isprintable() and len(given) <= LONGEST_NEXT else None
    if (
        parts is None
        or parts.scheme
        or parts.netloc
        or not parts.path.startswith("/")
        or BAD_PATH.search(given.partition("?")[0])
        or parts.path.rstrip("/") in GATES_OWN
    ):
        return HOME
    query = f"?{quote(parts.query, safe='=&+%,:;/@!*()~-._')}" if parts.query else ""
    return quote(parts.path, safe="/~-._,:@!*()") + query


def login_address(next_: str = HOME, lang: str = "") -> str:
    """Give the address of the sign-in, with where to go on to."""
    words = ({"next": next_} if next_ != HOME else {}) | ({"lang": lang} if lang in LANGS[1:] else {})
    return "/login" + (f"?{urlencode(words)}" if words else "")


def answer(page: Page, status: int = 200) -> HTMLResponse:
    """Write a page.

    Parameters
    ----------
    page
        What stands on it; all of it is escaped here.
    status
        Of the answer.
    """
    parts = [f"<h2>{escape(page.heading)}</h2>"]
    parts += [f'<p class="note note--bad" role="alert">{escape(page.bad)}</p>'] if page.bad else []
    parts += [f'<p class="note note--good" role="status">{escape(page.good)}</p>'] if page.good else []
    if page.way is not None:
        parts.append(f'<a class="button" href="{escape(page.way[0])}">{escape(page.way[1])}</a>')
    if page.button:
        parts.append(_form(page))
    parts += [f'<p class="hint">{escape(page.hint)}</p>'] if page.hint else []
    title = text("gate.title", page.lang)
    html = (
        f'<!DOCTYPE html><html lang="{HTML_LANG[page.lang]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f'<link rel="icon" href="data:,"><title>{escape(page.heading)} · {escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><main><header>{SHIELD}<div><h1>{escape(title)}</h1>"
        f"<p>{escape(text('gate.subtitle', page.lang))}</p></div></header>{''.join(parts)}</main>"
        f"<footer><span>{escape(text('gate.internal', page.lang))}</span>{_languages(page)}</footer>"
        "</body></html>"
    )
    return guarded(HTMLResponse(html, status_code=status))


def onward(address: str, lang: Lang) -> HTMLResponse:
    """Lead on by a page, not a redirect: a strict cookie comes along only with what a page of ours asks."""
    words = escape(text("gate.onward", lang))
    html = (
        f'<!DOCTYPE html><html lang="{HTML_LANG[lang]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="0;url={escape(address)}"><title>{words}</title></head>'
        f'<body><a href="{escape(address)}">{words}</a></body></html>'
    )
    return guarded(HTMLResponse(html))


def guarded(response: R) -> R:
    """Let no answer of the gate be kept anywhere, nor run a script."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _form(page: Page) -> str:
    """Write the form of a page."""
    inputs = "".join(
        f'<label>{escape(each.label)}<input type="{each.kind}" name="{each.name}" '
        f'autocomplete="{each.fills}" required maxlength="200" autocapitalize="none" spellcheck="false"'
        f"{' autofocus' if number == 0 else ''}></label>"
        for number, each in enumerate(page.fields)
    )
    hidden = {"lang": page.lang, "next": page.next, **page.hidden}
    kept = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    button = f"<button>{escape(page.button)}</button>"
    return f'<form method="post" action="{page.path}">{inputs}{kept}{button}</form>'


def _languages(page: Page) -> str:
    """Write the switch to the other language, in that language's own name."""
    other = next(lang for lang in LANGS if lang != page.lang)
    words = {"lang": other} | ({"next": page.next} if page.next != HOME else {})
    name = escape(text("pages.language_name", other))
    return f'<a lang="{HTML_LANG[other]}" href="{page.path}?{escape(urlencode(words))}">{name}</a>'
