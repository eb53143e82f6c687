"""A day's orders as a page, a text and a printed list say them: sorted by police station, then by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.messages import text

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from dashboard.plan_queries import District
    from data.messages import Lang
    from geo.orders import Orders

DAY_MIN = 24 * 60
KEY = ["gate_id", "bell_slot_id", "date_type"]


def clock(minute: int) -> str:
    """Write a minute of the day, also of the day before or after."""
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def whole_minutes(seconds: float) -> int:
    """Give the minutes that a way takes, rounded up: whoever is told so is there in time."""
    return int(-(-seconds // 60))


def slot_table(orders: Orders, district: District, slot: str) -> pd.DataFrame:
    """Give the open gate-slots of a slot with the names that people know, most uncovered pupils first.

    Returns
    -------
    pandas.DataFrame
        The columns of ``orders.slots`` with ``gate``, ``school_name``, ``police_area``.
    """
    names = district.gates[["gate_id", "name", "school_name", "police_area", "police_area_code"]].rename(
        columns={"name": "gate"}
    )
    rows = orders.slots[orders.slots["slot"] == slot].merge(names, on="gate_id", how="left")
    weight = rows["uncovered_min"] * rows["pupils"].fillna(0).astype(float)
    return rows.assign(weight=weight).sort_values(
        ["weight", "uncovered_min", "gate_id", "bell_slot_id"], ascending=[False, False, True, True],
        ignore_index=True,
    ).drop(columns="weight")  # fmt: skip


def order_table(orders: Orders, district: District, slot: str) -> pd.DataFrame:
    """Give the orders of a slot, one a row, by police station, time and school.

    Returns
    -------
    pandas.DataFrame
        `slot_table`'s columns with those of ``orders.chosen`` and ``post``, its name.
    """
    rows = slot_table(orders, district, slot).merge(orders.chosen, on=KEY, how="inner")
    named = rows.assign(post=[district.posts.get(code, code) for code in rows["post_code"]])
    return named.sort_values(["police_area_code", "begin", "school_name", "gate"], ignore_index=True)


def orders_text(table: pd.DataFrame, day: date, slot_name: str, lang: Lang) -> str:
    """Write the orders by police station, for a message.

    Parameters
    ----------
    table
        What `order_table` gives.
    day, slot_name
        For the heading.
    lang
        Of the text.
    """
    parts = [text("plan.orders.heading", lang, date=day.isoformat(), slot=slot_name)]
    stations = table["police_area"].fillna(text("plan.orders.no_station", lang))
    for station in dict.fromkeys(stations):
        parts.append(text("plan.orders.station", lang, name=station))
        parts += [
            text("plan.orders.line", lang, number=number, **line_words(row, lang))
            for number, row in enumerate(table[stations == station].to_dict("records"), start=1)
        ]
    return "\n".join([*parts, text("plan.orders.treat", lang)])


def line_words(row: dict[str, object], lang: Lang) -> dict[str, object]:
    """Give the words of one order."""
    begin, end, leaves, travel = (row[name] for name in ("begin", "end", "leaves_min", "travel_s"))
    gate = row["gate"] if isinstance(row["gate"], str) else text("plan.gate_unnamed", lang)
    return {
        "school": row["school_name"], "gate": gate, "post": row["post"],
        "begin": clock(int(str(begin))), "end": clock(int(str(end))), "leaves": clock(int(str(leaves))),
        "minutes": whole_minutes(float(str(travel))),
    }  # fmt: skip
