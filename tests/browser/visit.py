"""One person's visit: the page, the map in its frame, and everything that went wrong or away."""

from __future__ import annotations

import http.client
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from PIL import Image

from tests.database.viewers import sign_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Frame, Page

COOKIE = "campus"
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
LARGEST_BYTES = 150_000
WAIT_MS = 30_000
DRAWN = """() => {
  const state = window.CampusMap && CampusMap.state;
  if (!state || !state.settled) return false;
  return ["perimeter", "coverage_gap", "school", "gate", "post"].filter((key) => state.painted[key]).every((key) => {
    const entry = state.layers[key];
    return entry.group && entry.url === state.painted[key].url;
  });
}"""
PAINTED = """() => {
  const seen = {};
  for (const name of ["perimeter", "coverage_gap", "school", "gate", "post"]) {
    seen[name] = [...document.querySelectorAll(`.leaflet-pane path.cm-${name}`)]
      .map((path) => path.getAttribute("class") + path.getAttribute("d")).join();
  }
  return seen;
}"""
SCHOOL_IN_VIEW = """() => {
  const map = CampusMap.state.map, schools = CampusMap.state.layers.school.features;
  for (const id in schools) {
    const made = schools[id], point = map.latLngToContainerPoint(made[made.length - 1].getLatLng());
    const hit = document.elementFromPoint(point.x, point.y);
    if (point.y < 450 && hit && hit.classList.contains("cm-school")) return [made[0]._cmFeature.properties.code, point.x, point.y];
  }
  return null;
}"""


class Answer(NamedTuple):
    """An answer without a browser."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def role_for(address: str) -> str:
    """Give the role that opens an address in these tests, where none is said."""
    return (
        "steward"
        if address.startswith("/data")
        else "committee"
        if address.startswith("/rectification")
        else "commander"
    )


def ask(server: str, path: str, *, role: str | None = None) -> Answer:
    """Ask the server for a path, exactly as written, as an account of a role; an empty word: as nobody."""
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=10)
    role = role_for(path) if role is None else role
    headers = {"Cookie": f"{COOKIE}={sign_in(sees_all=True, role=role)}"} if role else {}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class Visit:
    """A page with its request and console log."""

    def __init__(self, page: Page, server: str) -> None:
        self.page, self.server = page, server
        self.faults: list[str] = []
        self.requests: list[str] = []
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        page.on(
            "response",
            lambda answer: answer.status >= 400 and self.faults.append(f"{answer.status} {answer.url}"),
        )
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.faults.append(said.text))

    def _asked(self, url: str) -> None:
        self.requests.append(url)
        if not url.startswith((self.server, "blob:", "data:", self.server.replace("http", "ws"))):
            self.faults.append(f"away: {url}")

    def _failed(self, url: str, why: str | None) -> None:
        # a tile or a stream that the page itself gave up is no failure
        if why != "net::ERR_ABORTED":
            self.faults.append(f"failed: {url} {why}")

    def open(self, address: str, *, has_map: bool = True) -> None:
        self.page.goto(self.server + address)
        if has_map:
            self.wait_drawn()
        else:
            self.page.wait_for_selector(".campus-notices", timeout=WAIT_MS)
            self.wait_idle()

    @property
    def map(self) -> Frame:
        """The map's frame: the last one that is attached, once it has its address."""
        until = time.monotonic() + WAIT_MS / 1000
        while time.monotonic() < until:
            if frames := [frame for frame in self.page.frames if "streamlit_folium" in frame.url]:
                return frames[-1]
            self.page.wait_for_timeout(50)
        pytest.fail("the page has no map")

    def wait_drawn(self) -> None:
        """Wait until page and map show the same."""
        self.page.wait_for_selector(".st-key-map iframe", timeout=WAIT_MS)
        self.wait_idle()
        self.map.wait_for_function(DRAWN, timeout=WAIT_MS)

    def wait_until(self, holds: Callable[[], bool], otherwise: str) -> None:
        """Look again until something holds."""
        until = time.monotonic() + WAIT_MS / 1000
        while not holds():
            assert time.monotonic() < until, otherwise
            self.page.wait_for_timeout(100)

    def wait_idle(self) -> None:
        """Wait until no rerun is under way, nor about to begin."""
        self.page.wait_for_timeout(500)
        self.page.wait_for_selector(
            '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=WAIT_MS
        )

    def press(self, words: str) -> None:
        """Press a button of the choices."""
        self.page.locator(".st-key-filters button", has_text=words).first.click()
        self.wait_drawn()

    def painted(self) -> dict[str, str]:
        return self.map.evaluate(PAINTED)

    def evaluate(self, script: str) -> Any:
        return self.map.evaluate(script)

    def look_at_town(self) -> None:
        """Zoom in to where schools are dense, without moving the page's own state."""
        self.evaluate(
            "() => { const s = CampusMap.state, f = Object.values(s.layers.school.features);"
            " const at = f.map((m) => m[m.length - 1].getLatLng());"
            " const near = at.map((p) => at.filter((q) => p.distanceTo(q) < 1500).length);"
            " s.map.setView(at[near.indexOf(Math.max(...near))], 15, { animate: false }); }"
        )
        self.page.wait_for_timeout(600)

    def click_school(self) -> str:
        """Click a school on the map; give its code."""
        code, x, y = self.evaluate(SCHOOL_IN_VIEW)
        self.page.locator(".st-key-map iframe").click(position={"x": x, "y": y})
        self.page.wait_for_selector(f'.campus-card[data-school="{code}"]', timeout=WAIT_MS)
        self.wait_drawn()
        return str(code)

    def click_row(self, number: int) -> str:
        """Click a row's box in the table; give the code that the card then shows."""
        box = self.page.locator('[data-testid="stDataFrame"]').first.bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + 18, box["y"] + 35 * number + 52)
        self.page.wait_for_selector(".campus-card:is([data-school], [data-gate])", timeout=WAIT_MS)
        self.wait_drawn()
        return str(self.page.locator(".campus-card").get_attribute("data-school"))

    def selected_row(self) -> str:
        """What the table's selected row says, as screen readers hear it."""
        rows = self.page.locator('[data-testid="stDataFrame"] [role="row"][aria-selected="true"]')
        return json.dumps(rows.all_inner_texts(), ensure_ascii=False)

    def picture(self, name: str) -> None:
        """Make the picture of that name among the screenshots, once all tiles are there."""
        self.page.wait_for_timeout(1500)
        path = SCREENSHOTS / f"{name}.png"
        self.page.screenshot(path=path)
        shrink(path)


def shrink(path: Path) -> None:
    """Bring a picture down to as many colours as fit the size that the repository takes."""
    picture = Image.open(path).convert("RGB")
    for colours in (256, 192, 128, 96, 64):
        reduced = picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        reduced.save(path, optimize=True)
        if path.stat().st_size <= LARGEST_BYTES:
            return
    pytest.fail(f"{path.name} is larger than {LARGEST_BYTES} bytes")
