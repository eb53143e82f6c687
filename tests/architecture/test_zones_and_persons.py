"""Nothing of the register, nor of its published classes, can reach scores, zones, hotspots or plans (DESIGN 8.4)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pandas as pd
import pytest
import shapely

from geo.errors import FrameError
from geo.focus_zones import focus_zones
from geo.zone_scores import TERMS, UnknownTermError, normalised, score_zones

ROOT = Path(__file__).parents[2]
PACKAGES = ("geo", "layers", "data", "etl", "dashboard")
PERSONS = re.compile(r"restricted|key_?person|area_?person|person_class|REGISTER")
BEGINNINGS = (
    "etl/jobs/zones.py", "dashboard/components/rect_zones.py", "dashboard/zone_queries.py", "dashboard/view_zones.py",
    "etl/jobs/hotspots.py", "etl/jobs/findings.py", "etl/jobs/coverage.py", "etl/jobs/perimeters.py", "etl/campaigns.py",
    "dashboard/hotspot_queries.py", "dashboard/campaign_queries.py", "dashboard/plan_queries.py", "dashboard/ledger_queries.py",
    "dashboard/routes.py", "layers/registry.py",
)  # fmt: skip
DECLARES = {
    "data/models",
    "data/settings.py",
    "data/terms.py",
    "data/migrate.py",
    "data/cluster",
    "data/repositories/results.py",
}
"""What names every table and role there is, and what refuses to replace one; nothing of it reads a row."""


def reached(beginning: str) -> set[Path]:
    """Give every module of the product that a module imports, by whatever way."""
    found: set[Path] = set()
    todo = [ROOT / beginning]
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
                if name.partition(".")[0] in PACKAGES and file.is_file():
                    todo.append(file)
    return found


def code_of(path: Path) -> str:
    """Give a module without its comments and documentation, which may say what is refused."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if (
            isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_no_module_that_ranks_places_or_draws_names_persons(beginning: str) -> None:
    modules = reached(beginning)
    assert len(modules) > 5
    named = {
        str(path.relative_to(ROOT))
        for path in modules
        if not any(str(path.relative_to(ROOT)).startswith(prefix) for prefix in DECLARES)
        and PERSONS.search(code_of(path))
    }
    assert named == set()


def test_a_column_about_persons_is_refused_wherever_terms_enter() -> None:
    terms = pd.DataFrame({"zone_id": ["z"], **{term: [1.0] for term in TERMS}})
    schools = pd.DataFrame(
        {"school_code": ["s"], "town_code": ["t"], "police_area_code": ["p"], "pupils": [1.0]}
    )
    zones = shapely.points([[0.0, 0.0]]).reshape(1)
    for column in ("key_person", "area_person_class", "persons"):
        with pytest.raises(UnknownTermError):
            score_zones(terms.assign(**{column: 3.0}), {"pupils": 1})
        with pytest.raises(UnknownTermError):
            normalised({column: 1.0})
        with pytest.raises((UnknownTermError, FrameError)):
            focus_zones(schools.assign(**{column: 3.0}), zones)
