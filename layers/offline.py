"""No map element may ask another machine for anything.

folium's classes name scripts and styles on public servers. Here the links of every class are replaced: by
ours where we draw with it, by none where we do not. A map whose links still leave this server is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import branca.colormap
import folium
from folium.elements import JSCSSMixin

from geo.errors import CampusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AWAY = ("http:", "https:", "//", "ftp:")

SCRIPTS = {
    "leaflet": "leaflet/leaflet.js",
    "vector_grid": "vectorgrid/vectorgrid.js",
    "plan_map": "campus/plan_map.js",
    "campus_map": "campus/campus_map.js",
}
STYLES = {"leaflet_css": "leaflet/leaflet.css", "campus_css": "campus/campus_map.css"}


class RemoteLinkError(CampusError):
    """An element of a map would fetch something from another machine; ``element`` names it."""

    key = "layers.remote_link"


def use_local_assets(address: Callable[[str], str]) -> None:
    """Point folium's classes at this server, for the whole process.

    Parameters
    ----------
    address
        Gives the path under which this server has an asset of `SCRIPTS` or `STYLES`.
    """
    for kind in _subclasses(JSCSSMixin):
        kind.default_js, kind.default_css = [], []
    folium.Map.default_js = [(name, address(path)) for name, path in SCRIPTS.items()]
    folium.Map.default_css = [(name, address(path)) for name, path in STYLES.items()]


def check_links(element: Any) -> None:
    """Refuse a map, or an element of one, that names another machine.

    Parameters
    ----------
    element
        With everything in it.

    Raises
    ------
    RemoteLinkError
        A link leaves this server, or a colour map (whose scripts cannot be replaced) is in it.
    """
    for part in _parts(element):
        links = [link for _, link in (*getattr(part, "default_js", ()), *getattr(part, "default_css", ()))]
        if isinstance(part, branca.colormap.ColorMap) or any(link.startswith(AWAY) for link in links):
            raise RemoteLinkError(element=type(part).__name__)


def _parts(element: Any) -> Iterator[Any]:
    """Walk an element and everything in it."""
    yield element
    children: dict[str, Any] = getattr(element, "_children", {})
    for child in children.values():
        yield from _parts(child)


def _subclasses(kind: type[JSCSSMixin]) -> Iterator[type[JSCSSMixin]]:
    """Walk a class and everything made of it."""
    yield kind
    children: list[type[JSCSSMixin]] = kind.__subclasses__()
    for child in children:
        yield from _subclasses(child)
