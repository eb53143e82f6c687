"""A gate's day as a bar from morning to night, its posts' hours below, and its week in small; with words."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dashboard.texts import clock, number, say, span, weekday_text
from dashboard.view_timeline import axis_of, lanes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.view_timeline import DayOfGate, PostHours, Window

TICK_MIN = 120


def timeline_html(windows: Sequence[Window], posts: Sequence[PostHours]) -> str:
    """Draw the day; every text is escaped, and what is drawn is said in words for those who cannot see it."""
    first, last = axis_of(windows)
    ticks = "".join(
        f'<span style="left:{_place(minute, first, last):.2f}%">{clock(minute)}</span>'
        for minute in range(-(-int(first) // TICK_MIN) * TICK_MIN, int(last) + 1, TICK_MIN)
    )
    lanes = "".join(
        f'<div class="campus-lane">{"".join(_window_html(each, first, last) for each in lane)}</div>'
        for lane in lanes_of(windows)
    )
    hours = "".join(_post_html(post, first, last) for post in posts if post.spans)
    words = "".join(f"<li>{escape(window_text(window))}</li>" for window in windows)
    label = escape(say("command.timeline.label"))
    return (
        f'<figure class="campus-timeline" aria-label="{label}"><div aria-hidden="true">'
        f'<div class="campus-ticks">{ticks}</div>{lanes}{hours}</div>'
        f'<ul class="campus-words">{words}</ul>{_key_html(with_posts=bool(hours))}</figure>'
    )


def _key_html(*, with_posts: bool) -> str:
    """Say what the signs mean."""
    keys = ["open", "guarded", *(["hours"] if with_posts else [])]
    words = {key: escape(say(f"command.timeline.key_{key}")) for key in keys}
    samples = "".join(
        f'<span><i class="campus-key campus-key--{key}"></i>{said}</span>' for key, said in words.items()
    )
    return f"<figcaption>{samples}</figcaption>"


def _place(minute: float, first: float, last: float) -> float:
    return 100 * (minute - first) / (last - first)


def _box(start: float, end: float, first: float, last: float) -> str:
    left = max(_place(start, first, last), 0.0)
    right = min(_place(end, first, last), 100.0)
    return f"left:{left:.2f}%;width:{max(right - left, 0.0):.2f}%"


def _window_html(window: Window, first: float, last: float) -> str:
    """Draw one window: hatched where nobody stands, filled where somebody does."""
    kind = " campus-window--unknown" if window.is_unknown else ""
    box = f'class="campus-window{kind}" style="{_box(window.start, window.end, first, last)}"'
    return f'<div {box} title="{escape(window_text(window))}">{_filling(window)}</div>'


def _filling(window: Window) -> str:
    if window.is_unknown:
        return ""
    if window.guarded is None:
        share = 1 - window.uncovered_min / window.required_min
        return f'<i class="campus-guarded campus-guarded--share" style="height:{100 * share:.0f}%"></i>'
    return "".join(
        f'<i class="campus-guarded" style="{_box(start, end, window.start, window.end)}"></i>'
        for start, end in window.guarded
    )


def _post_html(post: PostHours, first: float, last: float) -> str:
    """Draw a post's hours as thin lines."""
    seen = [each for each in post.spans if each[1] > first and each[0] < last]
    lines = "".join(f'<i style="{_box(start, end, first, last)}"></i>' for start, end in seen)
    return f'<div class="campus-hours" title="{escape(post_text(post))}">{lines}</div>'


def window_text(window: Window) -> str:
    """Say a window in words."""
    parts = [say(f"pages.slots.{window.slot}")]
    if window.grade:
        parts.append(window.grade)
    params = {
        "what": say("command.timeline.joint").join(parts), "hours": span(window.start, window.end),
        "uncovered": number(window.uncovered_min), "required": number(window.required_min),
    }  # fmt: skip
    kind = "unknown" if window.is_unknown else "covered" if window.uncovered_min <= 0 else "open"
    words = say(f"command.timeline.{kind}", **params)
    return words + say("command.timeline.estimated") if window.is_estimated else words


def post_text(post: PostHours) -> str:
    """Say a post and its hours in words."""
    hours = say("command.timeline.and").join(span(*each) for each in post.spans)
    force = say(f"layers.force.{post.force}") if post.force else say("command.posts.no_force")
    params = {"name": post.name, "distance": number(post.distance_m), "force": force}
    words = say("command.posts.on", hours=hours, **params) if hours else say("command.posts.off", **params)
    if post.change:
        words += say(f"command.posts.change_{post.change}", other=post.other or "")
    return words


def week_html(week: Sequence[DayOfGate], today: object) -> str:
    """Draw the week in small: each day's uncovered minutes, and how much of its windows they are."""
    cells = "".join(_day_html(each, is_here=each.day == today) for each in week)
    return f'<ol class="campus-week" aria-label="{escape(say("command.week.label"))}">{cells}</ol>'


def _day_html(each: DayOfGate, *, is_here: bool) -> str:
    if not each.gate_slots:
        kind, words = "none", say("command.week.none")
    elif each.unknown == each.gate_slots:
        kind, words = "unknown", say("command.week.unknown")
    elif each.uncovered_min <= 0:
        kind, words = "covered", say("command.week.covered")
    else:
        kind, words = "open", say("command.week.open", minutes=number(each.uncovered_min))
    share = 100 * each.uncovered_min / each.required_min if each.required_min else 0
    current = ' aria-current="date"' if is_here else ""
    weekday = escape(weekday_text(each.day.weekday()))
    return (
        f'<li class="campus-day campus-day--{kind}"{current}><b>{weekday}</b>'
        f'<span>{escape(words)}</span><i style="width:{share:.0f}%"></i></li>'
    )
