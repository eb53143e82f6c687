"""What each role sees of one and the same school, in pictures for docs/ROLES.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.messages import text
from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.days import next_day
from tests.browser.visit import WAIT_MS
from tests.database.viewers import as_owner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.visit import Visit

CURRENT = "valid_to IS NULL AND ended_by IS NULL"
SCHOOL = f"""
    SELECT s.code FROM core.school AS s
     WHERE {CURRENT}
       AND EXISTS (SELECT FROM core.hazard AS h WHERE h.school_code = s.code AND h.unit IS NOT NULL AND h.{CURRENT})
       AND EXISTS (SELECT FROM out.rule_finding AS f WHERE f.school_code = s.code)
     ORDER BY (SELECT count(*) FROM core.gate AS g WHERE g.school_code = s.code) DESC, s.code LIMIT 1
"""
NAME = f"SELECT name FROM core.school WHERE code = :code AND {CURRENT}"
GATE = f"SELECT min(id) FROM core.gate WHERE school_code = :code AND {CURRENT}"
ZONE = "SELECT min(zone_id) FROM out.focus_zone WHERE :code = ANY (school_codes)"
UNIT = f"SELECT min(unit) FROM core.hazard WHERE school_code = :code AND {CURRENT}"
HAZARD = f"SELECT min(code) FROM core.hazard WHERE school_code = :code AND unit = :unit AND {CURRENT}"


@pytest.fixture
def school(district: str) -> str:
    """The school that everybody looks at."""
    return str(as_owner(SCHOOL))


def address_of(role: str, code: str) -> str:
    """Give where a role looks at a school."""
    unit = as_owner(UNIT, code=code)
    return {
        "commander": f"/command?day={next_day(2)}&slot=morning_in&gate={as_owner(GATE, code=code)}",
        "committee": f"/rectification?zone={as_owner(ZONE, code=code)}",
        "bureau": "/command?mode=perimeter",
        "school": "/command?mode=perimeter",
        "unit": f"/rectification?hazard={as_owner(HAZARD, code=code, unit=unit)}",
        "steward": "/data?part=trace",
        "auditor": "/audit?days=1",
        "admin": "/accounts",
    }[role]


MAPLESS = frozenset({"steward", "auditor", "admin"})
BLIND = frozenset({"auditor", "admin"})
ROLES = ("commander", "committee", "bureau", "school", "unit", "steward", "admin", "auditor")
"""The auditor last: there is something to see then."""
ACCOUNTS = {"admin": "administrator"}
"""The first administrator's name is taken."""
ASSIGNED = """
    INSERT INTO work.hazard_step (district_code, hazard_code, step, unit, deadline, done_by)
    SELECT district_code, code, 'assigned', unit, current_date + 15, 0 FROM core.hazard
     WHERE code = :code AND valid_to IS NULL AND ended_by IS NULL
"""


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="pictures are made when asked for")
@pytest.mark.parametrize("role", ROLES)
def test_pictures_of_one_school_as_each_role_sees_it(
    visit: Callable[..., Visit], school: str, role: str
) -> None:
    if role == "unit":
        code = as_owner(HAZARD, code=school, unit=as_owner(UNIT, code=school))
        as_owner(ASSIGNED, code=code)
    seen = visit(
        address_of(role, school), role=role, account=ACCOUNTS.get(role, role), has_map=role not in MAPLESS, sees_all=role not in BLIND,
        schools=[school] if role == "school" else (), unit=as_owner(UNIT, code=school) if role == "unit" else None,
    )  # fmt: skip
    if role == "bureau":
        find(seen, str(as_owner(NAME, code=school)))
    elif role == "steward":
        seen.page.get_by_label(text("intake_page.trace.code", "zh")).fill(school)
        seen.page.keyboard.press("Enter")
        seen.page.wait_for_selector("[data-testid=stDataFrame]", timeout=WAIT_MS)
        seen.wait_idle()
    seen.picture(f"roles/{role}")


def find(seen: Visit, name: str) -> None:
    """Go to a school by its name."""
    box = seen.page.get_by_label(text("pages.search", "zh"), exact=True)
    box.fill(name)
    seen.page.get_by_role("option", name=name).first.click()
    seen.page.wait_for_selector(".campus-card[data-school]", timeout=WAIT_MS)
    seen.wait_drawn()
