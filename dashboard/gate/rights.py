"""Which role may ask which address: the matrix of `data.rights`, and what Streamlit itself serves."""

from __future__ import annotations

from data.rights import page_roles, route_roles
from data.terms import ViewerRole

STREAMLIT = ("/static", "/_stcore", "/component", "/media")
"""Scripts, styles and files of an open page; a file's address is a hash that only its page knows."""
SHUT = ("/_stcore/agent", "/_stcore/metrics", "/_stcore/script-health-check", "/auth", "/oauth2callback", "/app")
"""What Streamlit serves as well and nobody needs: another way in, and what tells of the server."""
FILES = frozenset({"/", "/favicon.png", "/manifest.json"})
STREAM = "/_stcore/stream"
UPLOAD = "/_stcore/upload_file"


def may(role: str, path: str) -> bool:
    """Say whether a role may ask an address.

    Parameters
    ----------
    role
        Of the account; ``local``, the operator, is never the web's.
    path
        Decoded, as `dashboard.gate.approach` lets it through.
    """
    if role == ViewerRole.LOCAL or role not in set(ViewerRole):
        return False
    families = route_roles()
    known = [name for name in (*families, *SHUT, *STREAMLIT) if _lies_below(path, name)]
    if known:
        longest = max(known, key=len)
        return role in families[longest] if longest in families else longest in STREAMLIT
    return path in FILES or role in page_roles().get(path.strip("/"), ())


def may_see_page(role: str, page: str) -> bool:
    """Say whether a role sees a page; the operator, who looks at pages in tests alone, sees all."""
    return role == ViewerRole.LOCAL or role in page_roles().get(page, ())


def _lies_below(path: str, family: str) -> bool:
    """Whether an address is a family's own or lies below it."""
    return path == family or path.startswith(f"{family}/")
