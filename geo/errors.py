"""The errors a person can meet.

Each class is one cause. Its docstring says what it means, its ``key`` finds the sentence in the message
catalogues and its ``exit_code`` is what the command line returns. Packages above ``geo`` subclass
`CampusError` in an ``errors.py`` of their own.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping


class CampusError(Exception):
    """Something a person can understand and mend; never a fault of the program.

    Parameters
    ----------
    **params
        The values that the catalogue's sentence names in braces. Never a cell's content that could be
        personal, never a secret.
    """

    key: ClassVar[str] = "errors.unknown"
    exit_code: ClassVar[int] = 1
    spoken: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Parameters that are the end of a key themselves, and what stands before it in the catalogue."""

    def __init__(self, **params: object) -> None:
        self.params = params
        super().__init__(self.key, params)

    def __str__(self) -> str:
        """Give key and values, for logs and tests; people get the catalogue's sentence."""
        values = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({values})"


class GeoError(CampusError):
    """A computation was given something it cannot use."""

    key = "errors.geo"


class UnknownCrsError(GeoError):
    """A name or definition of coordinates that nobody knows; ``crs`` is the name."""

    key = "build.unknown_crs"


class UnusableCrsError(GeoError):
    """A known CRS that holds no positions on the globe's surface; ``crs`` is the name."""

    key = "build.unusable_crs"


class OutsidePlaneError(GeoError):
    """A position cannot be drawn in the metric plane ``epsg``: it lies far outside of it."""

    key = "build.outside_plane"


class RoundPoleError(GeoError):
    """A perimeter lies round a pole, where longitudes and latitudes cannot draw it."""

    key = "build.round_pole"


class BadRadiusError(GeoError):
    """A ring's ``radius`` is not a number of metres above 0."""

    key = "build.bad_radius"


class BadBandwidthError(GeoError):
    """A density's ``bandwidth`` is not a number of metres of at least one ``cell`` of the raster."""

    key = "build.bad_bandwidth"


class BadCellError(GeoError):
    """An id that no hexagon has."""

    key = "kinds.bad_cell"


class FrameError(GeoError):
    """A frame lacks columns or holds what it may not; ``frame`` names it, ``faults`` columns and rules."""

    key = "build.bad_frame"


class CampaignDatesError(GeoError):
    """A campaign's dates are not in order: before, start, after, end."""

    key = "campaigns.bad_dates"


class CampaignShapeError(GeoError):
    """Schools or periods of a campaign's arrays do not agree in number."""

    key = "campaigns.counts_shape"


class CampaignNumberError(GeoError):
    """A campaign's events or days are no whole numbers, or below 0 or 1."""

    key = "campaigns.counts_whole"


class CampaignOverlapError(GeoError):
    """A campaign's periods overlap or are not in order."""

    key = "campaigns.counts_overlap"


class DrawnZoneError(GeoError):
    """A drawn zone is no area with a valid outline on the globe."""

    key = "campaigns.zone_invalid"


class DrawnZoneTooLargeError(GeoError):
    """A drawn zone is larger than a campaign's may be; ``area_km2``, ``limit_km2``, ``limit_deg`` say it."""

    key = "campaigns.zone_too_large"
