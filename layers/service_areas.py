"""What the chosen post reaches by road within each response tier; nothing while none is chosen."""

from __future__ import annotations

from layers.spec import LayerSpec, LegendEntry

COMMANDERS = frozenset({"local", "commander"})
"""The roles that may know how fast who can be where."""

SPEC = LayerSpec(
    key="service_area",
    url="/layers/service_area?v={version}&post={post}",
    id_column="minutes",
    title_key="layers.service_area.title",
    columns=("minutes",),
    legend=tuple(LegendEntry(str(minutes), f"layers.service_minutes.{minutes}") for minutes in (1, 3, 5)),
    roles=COMMANDERS,
    style_columns=("minutes",),
    is_sensitive=True,
)
"""Tiers of other lengths are drawn without a line of the legend."""
