"""Which role may ask which address: the matrix of `data.rights`, and what Streamlit itself serves.

What nobody speaks of is shut.
"""

from __future__ import annotations

from data.rights import pages_of, rights
from data.terms import ViewerRole

STREAMLIT = ("/static", "/_stcore", "/component", "/media")
"""Scripts, styles and files of an open page; a file's address is a hash that only its page knows."""
SHUT = (
    "/_stcore/agent",
    "/_stcore/metrics",
    "/_stcore/script-health-check",
    "/auth",
    "/oauth2callback",
    "/app",
)
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
    families = rights().routes
    known = [name for name in (*families, *SHUT, *STREAMLIT) if _lies_below(path, name)]
    if known:
        longest = max(known, key=len)
        return role in families[longest] if longest in families else longest in STREAMLIT
    return path in FILES or path.strip("/") in pages_of(role)


def _lies_below(path: str, family: str) -> bool:
    """Whether an address is a family's own or lies below it."""
    return path == family or path.startswith(f"{family}/")
