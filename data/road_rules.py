"""The settings as the rules by which one travels on roads: one way for builds and for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.config import CAR_SPEEDS
from geo.layouts import RoadRules
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


def road_rules(settings: Settings) -> RoadRules:
    """Give the rules by which one gets about by road.

    Parameters
    ----------
    settings
        Speeds, what is one junction, how far a road may be, and how a post moves that says nothing.
    """
    return RoadRules(
        speeds=road_speeds(settings),
        tolerance_m=settings.snap_tolerance_m,
        limit_m=settings.snap_limit_m,
        default_mobility=str(settings.default_mobility),
    )
