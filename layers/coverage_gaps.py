"""The coverage gaps: the part of a perimeter that no post on duty reaches."""

from __future__ import annotations

from layers.spec import ON_GUARD, LayerSpec, LegendEntry

SPEC = LayerSpec(
    key="coverage_gap",
    url="/layers/coverage_gap?v={version}&ring_m={ring_m}&day_type={day_type}&slot={slot}&metric={metric}",
    id_column="school_id",
    title_key="layers.coverage_gap.title",
    legend=(LegendEntry("gap", "layers.coverage_gap.gap"),),
    roles=ON_GUARD,
    is_sensitive=True,
)
