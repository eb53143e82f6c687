"""The posts: the sign says what kind, the colour whose people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.terms import Force, PostType
from layers.spec import AT_SCHOOLS, Draw, LayerSpec, LegendEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

SHAPES = {
    PostType.GUARD_POST: "shield",
    PostType.POLICE_STATION: "star",
    PostType.POLICE_BOX: "square",
    PostType.PATROL_POINT: "triangle",
    PostType.TRAFFIC_POST: "diamond",
}

ON_DUTY, OFF_DUTY = "1", "0"
"""Codes: on duty in this view; not."""

SPEC = LayerSpec(
    key="post",
    url="/layers/post?v={version}",
    id_column="id",
    title_key="layers.post.title",
    columns=("code", "name", "type", "force"),
    legend=(
        *(LegendEntry("plain", f"layers.post_type.{kind.value}", shape) for kind, shape in SHAPES.items()),
        LegendEntry(OFF_DUTY, "layers.post.off_duty", "shield"),
        *(LegendEntry(force.value, f"layers.force.{force.value}", "circle") for force in Force),
    ),
    roles=AT_SCHOOLS,
    draw=Draw.GLYPH,
    style_columns=("force",),
    shape_column="type",
    is_sensitive=True,
)


def codes(on_duty: Iterable[bool]) -> str:
    """Say for each post whether it is on duty, one character a post.

    Parameters
    ----------
    on_duty
        In the order of the layer's features.

    Returns
    -------
    str
        As many of `ON_DUTY`, `OFF_DUTY` as there are posts.
    """
    return "".join(ON_DUTY if here else OFF_DUTY for here in on_duty)
