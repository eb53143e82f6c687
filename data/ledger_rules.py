"""The settings as the rules by which the ledger counts: one way for builds and for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.slot_rules import slot_rules
from geo.ledger import LedgerRules

if TYPE_CHECKING:
    from data.config import Settings


def ledger_rules(settings: Settings) -> LedgerRules:
    """Give the rules by which the ledger counts.

    Parameters
    ----------
    settings
        Windows, radius, forces and tiers.
    """
    return LedgerRules(
        slots=slot_rules(settings),
        before_min=settings.window_before_min,
        after_min=settings.window_after_min,
        guard_radius_m=settings.guard_radius_m,
        counts_school_guards=settings.guard_counts_school_guards,
        police=frozenset(str(force) for force in settings.police_forces),
        responders=frozenset(str(force) for force in settings.response_forces),
        manned=frozenset(str(kind) for kind in settings.duty_assumed),
        tiers_min=settings.tiers_min,
        in_time_min=settings.school_tier_min,
    )
