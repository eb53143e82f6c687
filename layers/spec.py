"""What a map layer is: one frozen description a layer, and nothing that changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import quote

ON_THE_MAP = frozenset({"local", "commander", "committee", "bureau", "school", "unit", "steward"})
"""The roles that see places, boundaries and hazards; which of them is the database's answer to the viewer."""
AT_SCHOOLS = ON_THE_MAP - {"unit"}
"""The roles that see perimeters, gates, posts and venues: education sees its own schools' (DESIGN 8.8)."""
ON_GUARD = AT_SCHOOLS - {"steward"}
"""The roles that see what is covered and what is not."""
DECIDERS = ON_GUARD - {"bureau", "school"}
"""The roles that see events in hexagons, and the ranking of zones (DESIGN 8.6)."""


class Draw(StrEnum):
    """How the browser draws a layer."""

    SHAPE = "shape"
    GLYPH = "glyph"
    TILES = "tiles"


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One line of the legend.

    Parameters
    ----------
    code
        The code whose style the sample shows; styles stand in ``browser/campus_map.css``.
    label_key
        Key of the label in the catalogues.
    shape
        Outline of the sample: ``box``, ``line``, or a glyph's shape.
    """

    code: str
    label_key: str
    shape: str = "box"


@dataclass(frozen=True, slots=True)
class LayerSpec:
    """A layer of the map, as it is before any value is known.

    Parameters
    ----------
    key
        Name of the layer, of its route and of its styles.
    url
        Where the browser fetches it, with ``{version}`` and the layer's own parameters in braces; a layer of
        tiles keeps ``{{z}}/{{x}}/{{y}}`` for the browser.
    id_column
        Column of the frame that says which feature it is; ``id`` of the GeoJSON feature.
    legend
        Lines of the legend, in order; empty for a layer that explains itself.
    roles
        Words of the viewer's roles that may see it.
    title_key
        Key of the layer's name in the catalogues.
    columns
        Columns that travel with the geometry, beside the id.
    draw
        How it is drawn.
    style_columns
        Columns whose values choose the style, in order.
    shape_column
        Column whose values choose a glyph's outline.
    is_shaped_by_code
        Whether a glyph takes the outline of its code's line in the legend.
    is_sensitive
        Whether no cache may keep it (who guards what, and when).
    is_shown
        Whether it is drawn before anyone asks for it.
    is_on_demand
        Whether it is drawn only where a page says its codes.
    is_background
        Whether it only helps to find one's way; the legend gives it little room.
    min_zoom
        Smallest zoom at which it is drawn.
    tolerance_deg
        How far a drawn line may leave the stored one, degrees.
    """

    key: str
    url: str
    id_column: str
    legend: tuple[LegendEntry, ...]
    roles: frozenset[str]
    title_key: str
    columns: tuple[str, ...] = ()
    draw: Draw = Draw.SHAPE
    style_columns: tuple[str, ...] = ()
    shape_column: str | None = None
    is_shaped_by_code: bool = False
    is_sensitive: bool = False
    is_shown: bool = True
    is_on_demand: bool = False
    is_background: bool = False
    min_zoom: int = 0
    tolerance_deg: float = field(default=5e-6)

    def address(self, **params: object) -> str:
        """Fill in the versioned address.

        Parameters
        ----------
        **params
            ``version`` and whatever else ``url`` names; codes may hold any character.

        Returns
        -------
        str
            A path on this server.
        """
        return self.url.format(**{name: quote(str(value), safe="") for name, value in params.items()})
