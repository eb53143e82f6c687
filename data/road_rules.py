"""The settings as the speeds by which one travels on roads: one way for builds and for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.config import CAR_SPEEDS
from geo.roads import KMH, OTHER_CLASS, RoadSpeeds

if TYPE_CHECKING:
    from data.config import Settings


def road_speeds(settings: Settings) -> RoadSpeeds:
    """Give the speeds by road.

    Parameters
    ----------
    settings
        Speeds in km/h. Where somebody's own list of classes leaves unclassified out, it keeps its default.

    Returns
    -------
    RoadSpeeds
        The same in m/s, cars by class in km/h.
    """
    speeds = settings.speeds_kmh
    return RoadSpeeds(
        run_ms=speeds.run * KMH,
        foot_ms=speeds.foot * KMH,
        ebike_ms=speeds.ebike * KMH,
        car_kmh={OTHER_CLASS: CAR_SPEEDS[OTHER_CLASS], **speeds.car},
        turnout_s=settings.turnout_s,
    )
