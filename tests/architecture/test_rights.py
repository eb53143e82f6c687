"""The matrix of rights speaks of every page, part, layer and route that there is, and code and matrix say the same."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from dashboard.app_pages.rectification import PARTS
from dashboard.gate.rights import may
from dashboard.routes import routes
from dashboard.view_ledger import SEES_AHEAD, SEES_LEDGER
from data.models import Base
from data.rights import pages_of, parts_of, rights
from data.terms import ViewerRole
from layers.registry import LAYERS, find_layer, layers_for
from layers.spec import Draw

ROLES = [role.value for role in ViewerRole]


def test_every_part_of_the_rectification_page_is_in_the_matrix_and_in_its_order() -> None:
    assert list(rights().parts) == list(PARTS)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_the_layers_of_the_tables_that_it_sees(role: str) -> None:
    tables, shown = rights().tables, rights().layers
    assert {spec.key for spec in LAYERS} == set(shown)
    assert {spec.key for spec in layers_for(role)} == {
        key for key, table in shown.items() if role in tables[table].seen_by
    }
    for spec in LAYERS:
        found = find_layer(spec.key, role, tiles=spec.draw is Draw.TILES)
        assert (found is None) is (role not in tables[shown[spec.key]].seen_by)


def test_the_ledger_and_its_days_to_come_are_for_whom_the_table_is() -> None:
    table = rights().tables["out.gate_slot"]
    assert {role.value for role in table.seen_by} == SEES_LEDGER
    assert {role.value for role in table.ahead or ()} == SEES_AHEAD


def test_every_route_of_ours_is_in_the_matrix() -> None:
    ours = [route.path for route in routes() if isinstance(route, Route)]
    named = tuple(rights().routes)
    assert [path for path in ours if not path.startswith(named)] == []
    assert [
        name for name in named if not name.startswith("/_") and not any(p.startswith(name) for p in ours)
    ] == []


def test_every_table_of_the_matrix_is_a_table_of_the_database() -> None:
    assert set(rights().tables) - set(Base.metadata.tables) == {"out.hotspot"}


@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_who_keeps_accounts_or_audits_sees_no_map_and_no_data(role: str) -> None:
    assert layers_for(role) == ()
    assert parts_of(role) == ()
    assert set(pages_of(role)) <= {"audit", "accounts"}
    assert not may(role, "/layers/school")
    assert not may(role, "/tiles/road/1/2/3")
    assert may(role, "/assets/x/y.js")


def test_a_beginning_is_a_whole_step_of_the_path() -> None:
    assert may("commander", "/print/orders")
    assert not may("committee", "/print/orders")
    assert not may("commander", "/print/anything")
    assert may("committee", "/print/dispute")
    assert not may("commander", "/intake")
    assert not may("steward", "/intakes")  # what no entry speaks of is nobody's


def test_the_register_its_classes_and_events_are_no_ones_below_the_committee() -> None:
    below = {"bureau", "school", "unit", "steward", "auditor", "admin"}
    for name, table in rights().tables.items():
        if name.startswith(("out.hotspot", "out.event", "out.area_person", "out.focus")):
            assert not below & {role.value for role in table.seen_by}, name
    assert not [name for name in rights().tables if name.startswith(("restricted", "auth", "audit", "raw"))]
    assert "core.incident" not in rights().tables
