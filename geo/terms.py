"""The field's words, as they stand in files, tables and code; GLOSSARY has them as people read them."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """What a school teaches."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"
    NINE_YEAR = "nine_year"
    TWELVE_YEAR = "twelve_year"
    VOCATIONAL = "vocational"
    SPECIAL = "special"


class Direction(StrEnum):
    """Whether pupils arrive or leave."""

    IN = "in"
    OUT = "out"


class PostType(StrEnum):
    """What kind of post it is."""

    GUARD_POST = "guard_post"
    POLICE_STATION = "police_station"
    POLICE_BOX = "police_box"
    PATROL_POINT = "patrol_point"
    TRAFFIC_POST = "traffic_post"


class Force(StrEnum):
    """Whose people stand there."""

    POLICE = "police"
    AUXILIARY = "auxiliary"
    TRAFFIC = "traffic"
    PATROL_SWAT = "patrol_swat"
    SCHOOL_GUARD = "school_guard"
    TEACHER = "teacher"
    VOLUNTEER = "volunteer"


class Mobility(StrEnum):
    """How a post moves; its reach follows from it."""

    FOOT = "foot"
    EBIKE = "ebike"
    CAR = "car"


class Change(StrEnum):
    """What a one-day exception does to a duty."""

    ABSENT = "absent"
    REPLACED = "replaced"
    HOURS = "hours"


class AreaLevel(StrEnum):
    """What an area is for."""

    DISTRICT = "district"
    TOWN = "town"
    POLICE_AREA = "police_area"


class BasemapClass(StrEnum):
    """What a background shape shows."""

    WATER = "water"
    GREEN = "green"
    BUILDING = "building"
    BOUNDARY = "boundary"


class Slot(StrEnum):
    """A named time of a school's day; `ALL` looks away from duty hours."""

    ALL = "all"
    MORNING_IN = "morning_in"
    NOON_OUT = "noon_out"
    NOON_IN = "noon_in"
    AFTERNOON_OUT = "afternoon_out"
    EVENING_OUT = "evening_out"


class DayType(StrEnum):
    """A day with school, or Saturday and Sunday."""

    SCHOOL_DAY = "school_day"
    REST_DAY = "rest_day"


class Metric(StrEnum):
    """How a distance is measured."""

    STRAIGHT = "straight"
    ROAD = "road"


UNASSIGNED = "unassigned"
"""The district code of what lies outside every district area."""
UNNAMED = "unnamed"
"""The name that source descriptions give to what has none; on screen it is said in the viewer's language."""


class IncidentCategory(StrEnum):
    """The closed list of events; everything else is refused by name."""

    ASSAULT = "assault"
    AFFRAY = "affray"
    ROBBERY = "robbery"
    THEFT = "theft"
    EXTORTION = "extortion"
    WEAPON = "weapon"
    THREAT = "threat"
    INTRUSION = "intrusion"
    VANDALISM = "vandalism"
    PUBLIC_DISORDER = "public_disorder"
    TRAFFIC = "traffic"
    FIRE = "fire"


class Party(StrEnum):
    """Which of the four parties answers for a hazard."""

    LOCALITY = "locality"
    DEPARTMENT = "department"
    REGULATOR = "regulator"
    SCHOOL = "school"


class HazardStep(StrEnum):
    """How far a hazard's rectification is."""

    ASSIGNED = "assigned"
    RECTIFIED = "rectified"
    VERIFIED = "verified"
    CLOSED = "closed"


class GuardReason(StrEnum):
    """Why a gate is, or is not, guarded in its window."""

    COVERED = "covered"
    NO_POST = "no_post"
    NOT_ON_DUTY = "not_on_duty"
    PARTLY_ON_DUTY = "partly_on_duty"
    SHARED_ELSEWHERE = "shared_elsewhere"
    NO_DATA = "no_data"


class ResponseReason(StrEnum):
    """Why help does, or does not, reach a gate in time."""

    IN_TIME = "in_time"
    TOO_FAR = "too_far"
    UNREACHABLE = "unreachable"
    NO_POST = "no_post"
    NO_DATA = "no_data"


class FindingStatus(StrEnum):
    """What a distance check says; never a verdict."""

    CLEAR = "clear"
    NEEDS_SURVEY = "needs_survey"
    CANDIDATE = "candidate"


class HotspotClass(StrEnum):
    """Whether a hexagon's neighbourhood holds significantly many events."""

    HOT = "hot"
    NOT_SIGNIFICANT = "not_significant"


class ChangeWord(StrEnum):
    """How the events of a place changed against the same period of the year before."""

    MORE = "more"
    FEWER = "fewer"
    NO_CLEAR_CHANGE = "no_clear_change"
    TOO_FEW = "too_few"


class NoForesight(StrEnum):
    """Why nothing is said about how well a method foresaw a period."""

    TOO_FEW_EVENTS = "too_few_events"
    NOTHING_CHOSEN = "nothing_chosen"


class CountClass(StrEnum):
    """The only shape in which a small number is published."""

    UNDER_10 = "<10"
    FROM_10 = "10-24"
    FROM_25 = "25-49"
    FROM_50 = "50-99"
    FROM_100 = "100+"
    WITHHELD = "withheld"


class SchoolSide(StrEnum):
    """From where on a school's side a rule's distance is measured."""

    BOUNDARY = "boundary"
    ANY_GATE = "any_gate"
    MAIN_GATE = "main_gate"


class VenueSide(StrEnum):
    """From where on a venue's side: its door, where it is known, or its wall."""

    DOOR = "door"
    WALL = "wall"


class RuleMetric(StrEnum):
    """How a rule's distance is measured."""

    STRAIGHT = "straight"
    WALK = "walk"


class Strength(StrEnum):
    """What a rule says of a venue within its distance."""

    PROHIBITED = "prohibited"
    ATTENTION = "attention"


class RoundKind(StrEnum):
    """The occasion of a round of hazard checks."""

    TERM_START = "term_start"
    HOLIDAY = "holiday"
    SCHOOL_BUS = "school_bus"
    OTHER = "other"


class ZoneDecision(StrEnum):
    """What the committee decided of a proposed zone."""

    DECIDED = "decided"
    DECLINED = "declined"


class TaskOrigin(StrEnum):
    """Where a task comes from."""

    CAMPAIGN = "campaign"
    MEETING = "meeting"


class ZoneTerm(StrEnum):
    """What may put a focus zone forward: the closed list, in the order in which parts are added up."""

    INCIDENT_RATE = "incident_rate"
    SIGNIFICANT_CELLS = "significant_cells"
    FINDINGS = "findings"
    HAZARDS_OPEN = "hazards_open"
    HAZARDS_OVERDUE = "hazards_overdue"
    UNCOVERED_MIN = "uncovered_min"
    PUPILS = "pupils"


class CampaignVerdict(StrEnum):
    """What can be said at a campaign's close."""

    EFFECT = "effect"
    NONE_SEEN = "none_seen"
    NOT_ENOUGH_DATA = "not_enough_data"


class CampaignLimit(StrEnum):
    """Why nothing can be said of a campaign's effect."""

    NO_BEFORE = "no_before"
    NO_AFTER = "no_after"
    NO_TREATED = "no_treated"
    NO_CONTROLS = "no_controls"
    NO_EVENTS = "no_events"
    LOW_POWER = "low_power"


class RingVerdict(StrEnum):
    """What can be said of the ring into which events may have moved."""

    ROSE = "rose"
    NO_RISE_SEEN = "no_rise_seen"
    NOT_ENOUGH_DATA = "not_enough_data"


class PowerVerdict(StrEnum):
    """What a campaign could show, said before it begins."""

    SHOWABLE = "showable"
    NOT_SHOWABLE = "not_showable"
    NOT_COMPARABLE = "not_comparable"


class VenueCategory(StrEnum):
    """The categories of venue that the rule book speaks of; `geo.venue_categories` has other words."""

    INTERNET_CAFE = "internet_cafe"
    ENTERTAINMENT = "entertainment"
    ARCADE = "arcade"
    BAR = "bar"
    ESPORTS_HOTEL = "esports_hotel"
    HOTEL = "hotel"
    FOOT_MASSAGE = "foot_massage"
    SCRIPT_GAME = "script_game"
    TOBACCO = "tobacco"
    ECIGARETTE = "ecigarette"
    ALCOHOL = "alcohol"
    LOTTERY = "lottery"
    ADULT_SHOP = "adult_shop"
    FIREWORKS = "fireworks"
    FOOD_STALL = "food_stall"
    CONVENIENCE = "convenience"


class FindingWhy(StrEnum):
    """Why a distance check says what it says; the pages have a sentence for each."""

    WITHIN = "within"
    NEAR_LIMIT = "near_limit"
    BEYOND = "beyond"
    GRANDFATHERED = "grandfathered"
    NO_ROADS = "no_roads"
    UNREACHABLE = "unreachable"
    BOUNDARY_ESTIMATED = "boundary_estimated"
    GATE_ESTIMATED = "gate_estimated"
    MAIN_GATE_UNKNOWN = "main_gate_unknown"
