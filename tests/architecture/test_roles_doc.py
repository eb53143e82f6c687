"""docs/ROLES.md says what the matrix says, role by role, and shows a picture of every role."""

from __future__ import annotations

import re
from pathlib import Path

from data.rights import rights
from data.terms import ViewerRole

DOCS = Path(__file__).parents[2] / "docs"
ROLES = [role.value for role in ViewerRole if role is not ViewerRole.LOCAL]
ALL, OWN, NONE = "all", "own", "–"
ROW = re.compile(r"^\| .+? \| `([a-z_./]+)`( ahead)? \| (.+) \|$", re.MULTILINE)
"""What it is, where it stands in the matrix, and a cell a role."""
TABLES_LEFT_OUT = {
    "core.area", "core.basemap", "core.road", "core.calendar", "core.rule", "core.instance", "core.setting",
    "out.hotspot_grid", "out.hotspot_cell", "out.hotspot_period", "out.hotspot_sum", "out.event_density",
    "out.perimeter", "out.coverage_gap", "work.job", "work.job_file", "work.hazard_round", "work.weighting",
    "work.attachment",
}  # fmt: skip
"""What is nothing of a school's own, or a part of a row that is there."""


def cells(name: str, *, ahead: bool) -> list[str]:
    """Give what each role sees of a table, part or page."""
    known = rights()
    if name.startswith("page/"):
        return [ALL if role in known.pages[name.removeprefix("page/")] else NONE for role in ROLES]
    table = known.tables[name]
    if ahead:
        assert table.ahead is not None
        return [ALL if role in table.ahead else NONE for role in ROLES]
    return [OWN if role in table.own else ALL if role in table.seen_by else NONE for role in ROLES]


def test_every_row_of_the_table_is_the_matrix_s() -> None:
    found = ROW.findall((DOCS / "ROLES.md").read_text(encoding="utf-8"))
    assert len(found) > 20
    for name, ahead, written in found:
        expected = cells(name, ahead=bool(ahead))
        assert written.split(" | ") == expected, f"`{name}`{ahead} | {' | '.join(expected)}"


def test_no_table_with_something_of_a_school_is_left_out() -> None:
    told = {name for name, _, _ in ROW.findall((DOCS / "ROLES.md").read_text(encoding="utf-8"))}
    assert set(rights().tables) - TABLES_LEFT_OUT == {name for name in told if not name.startswith("page/")}
    assert {f"page/{name}" for name in ("data", "audit", "accounts")} <= told


def test_every_role_has_its_picture() -> None:
    text = (DOCS / "ROLES.md").read_text(encoding="utf-8")
    for role in ROLES:
        assert f"(screenshots/roles/{role}.png)" in text
        assert (DOCS / "screenshots" / "roles" / f"{role}.png").is_file()
