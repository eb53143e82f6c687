"""Plans made on the map: a post, then free ground; what it does is there before it is saved, and stays when it is."""

from __future__ import annotations

import pytest

from tests.browser.conftest import WANTS_SCREENSHOTS
from tests.browser.test_command_ledger import MORNING
from tests.browser.visit import WAIT_MS

PLAN = MORNING + "&tool=plan"
NAME = "东线推演"
POST = """() => {
  const s = CampusMap.state, posts = s.layers.post.features, wide = s.map.getSize().x, right = wide - (wide > 700 ? 200 : 20);
  for (const id in posts) {
    const point = s.map.latLngToContainerPoint(posts[id][0].getLatLng());
    const hit = document.elementFromPoint(point.x, point.y);
    if (posts[id][0]._cmFeature.properties.type === "guard_post" && point.x > 60 && point.x < right
        && point.y > 150 && point.y < 430 && hit === posts[id][0]._path) {
      return [posts[id][0]._cmFeature.properties.code, point.x, point.y];
    }
  }
  return null;
}"""
GROUND = """() => {
  for (let y = 120; y < 460; y += 15) for (let x = innerWidth - (innerWidth > 700 ? 200 : 20); x > 60; x -= 15) {
    const hit = document.elementFromPoint(x, y);
    if (hit && (hit.tagName === "svg" || hit.id === "map_div" || hit.classList.contains("leaflet-tile"))) return [x, y];
  }
  return null;
}"""
OPEN_GATE = """() => {
  const s = CampusMap.state, gates = s.layers.gate.features, wide = s.map.getSize().x;
  for (const id in gates) {
    const point = s.map.latLngToContainerPoint(gates[id][0].getLatLng());
    const path = gates[id][0]._path, hit = document.elementFromPoint(point.x, point.y);
    if (hit === path && path.classList.contains("cm-gate--u") && point.x > 60 && point.x < wide - 250 && point.y > 60
        && point.y < 560) return [id, point.x, point.y];
  }
  return null;
}"""
GHOSTS = "CampusMap.state.plan.ghosts.map((each) => each.kind).join('')"
RUNS = (
    "window.runs = 0; addEventListener('message', ({data}) => {"
    " if (data.type === 'streamlit:setComponentValue') window.runs++; })"
)


def click_map(seen, found: list[float]) -> None:
    """Click where nothing lies over the map."""
    seen.page.locator(".st-key-map iframe").click(position={"x": found[-2], "y": found[-1]})


def move_a_post(seen, where: str = GROUND) -> str:
    """Move a post on the map; give its code."""
    seen.look_at_town()
    post = seen.evaluate(POST)
    click_map(seen, post)
    seen.map.wait_for_function("!!CampusMap.state.plan.chosen", timeout=WAIT_MS)
    seen.wait_drawn()
    click_map(seen, seen.evaluate(where))
    seen.map.wait_for_function(f"{GHOSTS} === 'k'", timeout=WAIT_MS)
    seen.wait_drawn()
    seen.page.locator(".st-key-plan_make button").click()
    seen.map.wait_for_function(f"{GHOSTS} === 'm'", timeout=WAIT_MS)
    seen.wait_drawn()
    return str(post[0])


def figures(seen) -> list[str]:
    return seen.page.locator('[data-testid="stMetricValue"]').all_inner_texts()


def test_free_ground_says_nothing_outside_plan_mode(visit) -> None:
    seen = visit(MORNING)
    seen.look_at_town()
    seen.page.evaluate(RUNS)
    click_map(seen, seen.evaluate(GROUND))
    seen.page.wait_for_timeout(1200)
    assert seen.page.evaluate("window.runs") == 0


def test_a_post_moved_on_the_map_is_weighed_saved_and_seen_by_another(visit) -> None:
    seen = visit(PLAN)
    code = move_a_post(seen)
    told = figures(seen)
    assert len(told) == 8
    assert any(each not in ("0", "") for each in told)
    ghost = seen.evaluate("CampusMap.state.plan.ghosts[0]")
    assert ghost["post"] == code
    assert ghost["at"] != ghost["from"]
    gates = seen.evaluate("CampusMap.state.plan.gates")
    rings = seen.evaluate(
        "document.querySelectorAll('.leaflet-pane :is(path.cm-plan--w, path.cm-plan--l)').length"
    )
    assert rings == len(gates) > 0
    assert not seen.evaluate("document.querySelector('.cm-legend-layer--plan').hidden")
    seen.page.get_by_label("方案名称").fill(NAME)
    seen.page.keyboard.press("Enter")
    seen.wait_drawn()
    seen.page.locator(".st-key-plan_save button").click()
    seen.page.wait_for_selector(".st-key-plan_delete", timeout=WAIT_MS)

    other = visit(PLAN, theme="dark")
    other.page.locator(".st-key-plan_open input").click()
    other.page.get_by_role("option", name=NAME).click()
    other.map.wait_for_function(f"{GHOSTS} === 'm'", timeout=WAIT_MS)
    other.wait_drawn()
    other.wait_until(lambda: figures(other) == told, "the second person sees other figures")
    assert other.evaluate("CampusMap.state.plan.gates") == gates
    other.page.locator(".st-key-plan_delete button").click()
    other.page.wait_for_selector(".st-key-plan_delete", state="detached", timeout=WAIT_MS)


@pytest.mark.skipif(not WANTS_SCREENSHOTS, reason="pictures are made when asked for")
def test_a_picture_of_a_plan(visit) -> None:
    seen = visit(PLAN)
    move_a_post(seen, OPEN_GATE)
    seen.picture("command-plan")
