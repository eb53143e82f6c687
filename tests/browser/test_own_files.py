"""Real extracts from another country, loaded as docs/OWN_FILES.md says, in a browser that can reach nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.browser.conftest import WANTS_SCREENSHOTS, own_database, serving, visiting
from tests.own_files import extracts, follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.browser.visit import Visit

SCREENS = {
    "desktop": {"width": 1366, "height": 830},
    "phone": {"width": 390, "height": 844, "theme": "dark"},
}


class Place(NamedTuple):
    """A section of the page and what its map must show."""

    section: str
    schools: int
    posts: int
    legend: set[str]


PLACES = {
    "helsinki": Place("Helsinki, from a gpkg", 10, 3, {"road", "service_area", "basemap"}),
    "geodanet": Place("geodanet, in feet", 8, 3, {"road", "service_area"}),
}
ALWAYS = {"school", "perimeter", "coverage_gap", "post"}


class Served(NamedTuple):
    """A place that is served."""

    name: str
    place: Place
    address: str


@pytest.fixture(scope="module", params=PLACES)
def served(
    request: pytest.FixtureRequest, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Follow the page's section in a database of its own, and serve it."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    extracts(folder)
    with own_database(f"campus_{name}", home) as database:
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder)
            follow(PLACES[name].section, folder)
        with serving(home, database, folder) as address:
            yield Served(name, PLACES[name], address)


@pytest.fixture
def visit(chromium: Browser, served: Served) -> Iterator[Callable[..., Visit]]:
    """Open the page of the place."""
    with visiting(chromium, served.address) as opened:
        yield opened


def count(seen: Visit, layer: str) -> int:
    return seen.evaluate(f"Object.keys(CampusMap.state.layers.{layer}.features).length")


@pytest.mark.parametrize("screen", SCREENS)
def test_schools_and_posts_are_drawn_within_the_first_view_and_nothing_else_is_promised(
    visit, served, screen
) -> None:
    seen = visit("/?mode=perimeter", **SCREENS[screen])
    assert count(seen, "school") == count(seen, "perimeter") == served.place.schools
    assert count(seen, "post") == served.place.posts
    assert (
        seen.evaluate("document.querySelectorAll('.leaflet-pane path.cm-school').length")
        >= served.place.schools
    )
    inside, share = seen.evaluate("""() => { const map = CampusMap.state.map, all = L.featureGroup();
      Object.values(CampusMap.state.layers.perimeter.features).forEach((made) => made.forEach((m) => all.addLayer(m)));
      const zones = all.getBounds(), view = map.getBounds(), nw = map.latLngToContainerPoint(zones.getNorthWest()),
      se = map.latLngToContainerPoint(zones.getSouthEast()), size = map.getSize();
      return [view.contains(zones), Math.max((se.x - nw.x) / size.x, (se.y - nw.y) / size.y)]; }""")
    assert inside
    assert share > 0.25, "the map opens far from the schools"
    offered = seen.evaluate(
        "[...document.querySelectorAll('.cm-legend input')].map((tick) => tick.dataset.layer)"
    )
    assert set(offered) == ALWAYS | served.place.legend
    choices = seen.page.locator(".st-key-filters").inner_text()
    assert "镇" not in choices
    assert "休息日" not in choices
    if WANTS_SCREENSHOTS and screen == "desktop":
        seen.picture(served.name)


def test_roads_come_as_tiles_no_request_leaves_and_nothing_unknown_is_shown(visit, served) -> None:
    seen = visit("/?mode=perimeter&lang=en&ring=500", theme="dark")
    code = seen.click_school()
    assert seen.page.locator(f'.campus-card[data-school="{code}"]').count() == 1
    assert any("/tiles/road/" in url for url in seen.requests)
    assert all(url.startswith((served.address, "blob:", "data:", "ws://127.0.0.1:")) for url in seen.requests)
    assert seen.faults == []
    words = seen.page.locator("body").inner_text() + seen.evaluate("document.body.innerText")
    assert not [word for word in ("nan", "None", "unassigned") if word in words.split()]
