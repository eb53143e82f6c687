"""What the page shows of the gate-slot ledger: the day, the slot at hand, each gate's state, and the figures.

Pure: frames in, frames and numbers out. Rows are those of `geo.ledger_sums.rows_of_days` with the columns of
`data.repositories.ledger.read_ledger`; minutes are minutes of the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from data.rights import rights
from geo.calendars import NO_SCHOOL, timetable_weekdays
from geo.ledger_sums import add_up
from geo.terms import GuardReason, ResponseReason, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.arrays import Integers

GUARD, RESPONSE, PERIMETER = "guard", "response", "perimeter"
MODES = (GUARD, RESPONSE, PERIMETER)
ANY, POLICE = "any", "police"
FORCES = (ANY, POLICE)
UNCOVERED_OF = {ANY: "uncovered_min", POLICE: "uncovered_police_min"}
_LEDGER = rights().tables["out.gate_slot"]
SEES_LEDGER = _LEDGER.seen_by
"""The roles that see who is unguarded; education sees its own schools alone, by the database's policies."""
SEES_AHEAD = _LEDGER.ahead or _LEDGER.seen_by
"""The roles that see dates to come and rosters."""
DAYS_AHEAD = 14
FIRST_TO_SEE = 5
OTHER_FORCE = "other_force"
"""The reason why a gate that others guard has no police."""
GUARD_REASONS = (
    GuardReason.NO_POST, GuardReason.NOT_ON_DUTY, GuardReason.SHARED_ELSEWHERE, GuardReason.PARTLY_ON_DUTY,
    OTHER_FORCE, GuardReason.NO_DATA, GuardReason.COVERED,
)  # fmt: skip
"""From the worst: of a gate's rows the worst one says why."""
HELP = ("response_s", "second_response_s", "tier")
"""What is the worse the larger it is, and worst where it is missing."""
RESPONSE_REASONS = (
    ResponseReason.UNREACHABLE, ResponseReason.NO_POST, ResponseReason.TOO_FAR, ResponseReason.NO_DATA,
    ResponseReason.IN_TIME,
)  # fmt: skip
GATE = ["gate_id", "school_code"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the ledger is looked at.

    Parameters
    ----------
    mode
        `GUARD` or `RESPONSE`.
    kind
        The day and what runs on it.
    slot
        Word of `geo.terms.Slot`; empty on a day without school.
    force
        Whose minutes count, of `FORCES`.
    town
        Code of a town; None for all.
    """

    mode: str
    kind: DayKind
    slot: str
    force: str = ANY
    town: str | None = None


@dataclass(frozen=True, slots=True)
class DayKind:
    """What runs on a date.

    Parameters
    ----------
    day
        Local date.
    schools
        How many schools have a row.
    weekday
        The weekday whose timetable most of them run; None where no school is held.
    all_schools
        How many schools have a row on any of the days that were looked at.
    """

    day: date
    schools: int
    weekday: int | None
    all_schools: int = 0

    @property
    def is_for_few(self) -> bool:
        """Whether less than half of the schools are held, such as boarders on a Sunday evening."""
        return 0 < 2 * self.schools < self.all_schools

    @property
    def is_made_up(self) -> bool:
        """Whether another weekday's timetable runs."""
        return self.weekday is not None and self.weekday != self.day.weekday()


@dataclass(frozen=True, slots=True)
class Figures:
    """What the headline says of the rows of a slot.

    Parameters
    ----------
    gates, gate_slots
        Gates, and gates times bells.
    open, empty, unknown
        Gate-slots with uncovered minutes; without anybody; of which nobody can say.
    minutes
        Uncovered gate-minutes.
    schools, pupils
        Schools with an open gate-slot, and the pupils of these gate-slots as far as known; None where of
        none.
    uncounted
        How many of these schools have a gate-slot without a number of pupils.
    """

    gates: int
    gate_slots: int
    open: int
    empty: int
    unknown: int
    minutes: float
    schools: int
    pupils: int | None
    uncounted: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the headline says of how fast help comes; seconds."""

    gate_slots: int
    late: int
    cut_off: int
    unknown: int
    median_s: float | None
    schools: int


def timetables(schools: pd.DataFrame, calendar: pd.DataFrame, days: Sequence[date]) -> Integers:
    """Give the weekday whose timetable runs at each school on each day, district by district.

    Parameters
    ----------
    schools
        ``code, stage, district_code``.
    calendar
        Rows of `data.repositories.ledger.read_calendar`.
    days
        Local dates.

    Returns
    -------
    numpy.ndarray
        Shape (schools, days), as `geo.calendars.timetable_weekdays`.
    """
    runs = np.full((len(schools), len(days)), NO_SCHOOL, dtype=np.int64)
    named = schools.rename(columns={"code": "school_code"})
    for district, at in schools.groupby("district_code").indices.items():
        own = calendar[calendar["district_code"] == district]
        runs[at] = timetable_weekdays(named.iloc[at], own, days)
    return runs


def day_kinds(
    rows: pd.DataFrame, schools: pd.DataFrame, runs: Integers, days: Sequence[date]
) -> list[DayKind]:
    """Say what runs on each of some days.

    Parameters
    ----------
    rows
        Rows of these days: ``date, school_code``.
    schools
        ``code``, in the order of ``runs``.
    runs
        What `timetables` gives.
    days
        Local dates.

    Returns
    -------
    list of DayKind
        In the order of the days.
    """
    held = rows[["date", "school_code"]].drop_duplicates()
    every = int(held["school_code"].nunique())
    kinds = []
    for column, day in enumerate(days):
        here = schools["code"].isin(held.loc[held["date"] == day, "school_code"]).to_numpy()
        # a school that has rows of the date itself need not run any weekday's
        weekdays = runs[here, column]
        weekdays = np.where(weekdays == NO_SCHOOL, day.weekday(), weekdays)
        if not len(weekdays):
            kinds.append(DayKind(day, 0, None, every))
            continue
        most = int(np.bincount(weekdays).argmax())
        kinds.append(DayKind(day, len(weekdays), most, every))
    return kinds


def slots_of(rows: pd.DataFrame) -> list[str]:
    """Name the slots that a day has, in the order of the day."""
    held = set(rows["slot"])
    return [str(slot) for slot in Slot if slot in held and slot != Slot.ALL]


def slot_at_hand(rows: pd.DataFrame, minute: int) -> str | None:
    """Choose the slot whose windows are open, else the one that opens next, else the day's last.

    Parameters
    ----------
    rows
        Rows of a day.
    minute
        Of the day, local time.

    Returns
    -------
    str or None
        Word of `geo.terms.Slot`: of several open ones that with the most open windows, then the earlier one;
        None where the day has no slot.
    """
    if rows.empty:
        return None
    now = rows[(rows["window_start"] <= minute) & (minute <= rows["window_end"])]
    if len(now):
        counts = now.groupby("slot").size()
        order = {slot: number for number, slot in enumerate(slots_of(rows))}
        return str(min(counts.index, key=lambda slot: (-counts[slot], order[slot])))
    ahead = rows[rows["window_start"] > minute]
    if len(ahead):
        return str(ahead["slot"].iloc[int(ahead["window_start"].to_numpy().argmin())])
    return str(rows["slot"].iloc[int(rows["window_end"].to_numpy().argmax())])


def phase(rows: pd.DataFrame, minute: int) -> str:
    """Say whether the windows of some rows are still to open, open or over: ``before, now, over``."""
    if minute < rows["window_start"].min():
        return "before"
    return "now" if minute <= rows["window_end"].max() else "over"


def guard_reasons(rows: pd.DataFrame, force: str) -> pd.Series:
    """Give why each row is, or is not, guarded by the chosen force."""
    reasons = rows["guard_reason"].astype(object)
    others = (reasons == GuardReason.COVERED) & (rows["uncovered_police_min"] > 0)
    return reasons.mask(others, OTHER_FORCE) if force == POLICE else reasons


def gate_table(rows: pd.DataFrame, schools: pd.DataFrame, force: str) -> pd.DataFrame:
    """Give one row a gate of a slot, the worst first.

    Parameters
    ----------
    rows
        Rows of one day and slot.
    schools
        ``code, name, town_code, town_name, police_area_code, police_area_name, pupils``.
    force
        Whose minutes count, of `FORCES`.

    Returns
    -------
    pandas.DataFrame
        ``gate_id, school_code, gate_name, is_main, is_estimated, school_name, town_code, town_name,
        police_area_code, police_area_name, window_start, window_end, gate_slots, open_gate_slots,
        empty_gate_slots, unknown_gate_slots, required_min, uncovered_min, pupil_min, pupils, guard_reason,
        depth, response_s, second_response_s, tier, response_reason``. Minutes of rows without data do not
        count; ``uncovered_min`` is missing where there are no others, ``pupil_min`` where no row's number of
        pupils is known. The response is the slowest of the gate's rows, missing where one of them has none.
    """
    known = rows.assign(uncovered_min=rows[UNCOVERED_OF[force]])
    sums = add_up(known, by=GATE).set_index(GATE)
    about = _about_gates(rows, force)
    table = about.join(sums.drop(columns="gates"))
    is_known = table["unknown_gate_slots"] < table["gate_slots"]
    table["uncovered_min"] = table["uncovered_min"].where(is_known)
    table["pupil_min"] = table["pupil_uncovered_min"].where(table["pupil_gate_slots"] > 0)
    columns = ["code", "name", "town_code", "town_name", "police_area_code", "police_area_name"]
    places = schools[columns].rename(columns={"code": "school_code", "name": "school_name"})
    whole = table.reset_index().merge(places, on="school_code", how="left")
    # a school that has ended since the build has its code for a name
    whole["school_name"] = whole["school_name"].fillna(whole["school_code"])
    return _worst_first(whole)


def _about_gates(rows: pd.DataFrame, force: str) -> pd.DataFrame:
    """Give what a gate's rows say together, sums apart."""
    guard = {str(word): number for number, word in enumerate(GUARD_REASONS)}
    help_ = {str(word): number for number, word in enumerate(RESPONSE_REASONS)}
    is_known = rows["response_reason"] != ResponseReason.NO_DATA
    late = {name: rows[name].astype("float64").fillna(np.inf).where(is_known) for name in HELP}
    ranked = rows.assign(
        **late,
        guard_rank=guard_reasons(rows, force).map(guard),
        response_rank=rows["response_reason"].map(help_),
    )
    about = ranked.groupby(GATE).agg(
        gate_name=("gate_name", "first"), is_main=("is_main", "any"), is_estimated=("is_estimated", "any"),
        window_start=("window_start", "min"), window_end=("window_end", "max"), pupils=("pupils", "max"),
        depth=("guard_depth", "min"), **{name: (name, "max") for name in HELP},
        guard_rank=("guard_rank", "min"), response_rank=("response_rank", "min"),
    )  # fmt: skip
    about[list(HELP)] = about[list(HELP)].replace(np.inf, np.nan)
    about["guard_reason"] = [str(GUARD_REASONS[rank]) for rank in about.pop("guard_rank")]
    about["response_reason"] = [str(RESPONSE_REASONS[rank]) for rank in about.pop("response_rank")]
    return about


def _worst_first(table: pd.DataFrame) -> pd.DataFrame:
    """Order by uncovered minutes, those weighted by pupils, then name; what nobody knows comes last."""
    order = pd.DataFrame({
        "unknown": table["uncovered_min"].isna(), "minutes": -table["uncovered_min"].fillna(0),
        "weighted": -table["pupil_min"].fillna(0), "school": table["school_code"], "gate": table["gate_id"],
    })  # fmt: skip
    return table.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)


def slowest_first(table: pd.DataFrame) -> pd.DataFrame:
    """Order a `gate_table` by how late help comes: never, last, and where nobody knows at the end."""
    rank = {str(word): number for number, word in enumerate(RESPONSE_REASONS)}
    order = pd.DataFrame({
        "rank": table["response_reason"].map(rank), "late": -table["response_s"].fillna(0),
        "school": table["school_code"], "gate": table["gate_id"],
    })  # fmt: skip
    order["rank"] = order["rank"].where(table["response_reason"] != ResponseReason.NO_DATA, len(rank))
    return table.loc[order.sort_values(list(order.columns)).index].reset_index(drop=True)


def figures_of(rows: pd.DataFrame, force: str) -> Figures:
    """Sum up the rows of a slot for the headline; parameters as of `gate_table`."""
    sums = add_up(rows.assign(uncovered_min=rows[UNCOVERED_OF[force]])).iloc[0]
    known = rows["guard_reason"] != GuardReason.NO_DATA
    open_rows = rows[known & (rows[UNCOVERED_OF[force]] > 0)]
    pupils = open_rows["pupils"].astype("float64")
    return Figures(
        gates=int(sums["gates"]),
        gate_slots=int(sums["gate_slots"]),
        open=int(sums["open_gate_slots"]),
        empty=int(sums["empty_gate_slots"]),
        unknown=int(sums["unknown_gate_slots"]),
        minutes=float(sums["uncovered_min"]),
        schools=int(open_rows["school_code"].nunique()),
        pupils=None if pupils.isna().all() else int(pupils.sum()),
        uncounted=int(open_rows.loc[pupils.isna(), "school_code"].nunique()),
    )


def answer_of(rows: pd.DataFrame) -> Answer:
    """Sum up how fast help comes to the rows of a slot."""
    reasons = rows["response_reason"]
    late = reasons.isin([ResponseReason.TOO_FAR, ResponseReason.UNREACHABLE, ResponseReason.NO_POST])
    times = rows["response_s"].astype("float64")
    return Answer(
        gate_slots=len(rows),
        late=int(late.sum()),
        cut_off=int((reasons == ResponseReason.UNREACHABLE).sum()),
        unknown=int((reasons == ResponseReason.NO_DATA).sum()),
        median_s=None if times.isna().all() else float(times.median()),
        schools=int(rows.loc[late, "school_code"].nunique()),
    )


def reason_counts(rows: pd.DataFrame, mode: str, force: str) -> dict[str, int]:
    """Count the rows of each reason that occurs, from the worst."""
    words = guard_reasons(rows, force) if mode == GUARD else rows["response_reason"]
    order = GUARD_REASONS if mode == GUARD else RESPONSE_REASONS
    counts = words.value_counts()
    return {str(word): int(counts[word]) for word in order if word in counts.index}


def with_reason(rows: pd.DataFrame, mode: str, force: str, reason: str) -> pd.DataFrame:
    """Keep the rows of one reason; all where none is chosen."""
    if not reason:
        return rows
    words = guard_reasons(rows, force) if mode == GUARD else rows["response_reason"]
    return rows[words == reason]


def in_place(rows: pd.DataFrame, schools: pd.DataFrame, town: str | None) -> pd.DataFrame:
    """Keep the rows of one town's schools; all where none is chosen."""
    if town is None:
        return rows
    return rows[rows["school_code"].isin(schools.loc[schools["town_code"] == town, "code"])]
