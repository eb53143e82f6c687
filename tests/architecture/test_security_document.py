"""docs/SECURITY.md names tests for each defence: they exist, and so does every file of the attack suite in it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def functions_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(DOCUMENT)
    assert len(named) > 60
    assert [f"{path}::{name}" for path, name in named if name not in functions_in(path)] == []


def test_every_threat_has_a_test() -> None:
    table = DOCUMENT.split("## 1.")[1].split("## 2.")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    assert [row for row in rows if not NAMED.search(row)] == []


def test_every_file_of_the_attack_suite_is_named() -> None:
    files = {f"tests/attack/{path.name}" for path in (ROOT / "tests" / "attack").glob("test_*.py")}
    assert files - {path for path, _ in NAMED.findall(DOCUMENT)} == set()


def test_the_summary_in_chinese_stands_first() -> None:
    head = DOCUMENT.split("---")[0]
    assert len(re.findall(r"^\d+\. ", head, re.MULTILINE)) == 15
