"""The settings as the rules by which bells become slots: one way for builds and for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.timetable import DefaultBell, SlotRules

if TYPE_CHECKING:
    from datetime import time

    from data.config import Settings


def slot_rules(settings: Settings) -> SlotRules:
    """Give the rules by which bells become slots.

    Parameters
    ----------
    settings
        Limits of the slots and default bells, as clock times.

    Returns
    -------
    SlotRules
        The same in minutes of the day.
    """
    return SlotRules(
        morning_in_before=_minute(settings.morning_in_before),
        noon_out_before=_minute(settings.noon_out_before),
        afternoon_out_before=_minute(settings.afternoon_out_before),
        default_bells={
            stage: tuple(
                DefaultBell(bell.direction, _minute(bell.start), _minute(bell.end or bell.start))
                for bell in bells
            )
            for stage, bells in settings.default_bells.items()
        },
    )


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
