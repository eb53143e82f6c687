"""The shape of the code base: names, imports, sizes, and nothing of one machine in it."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("geo", "layers", "data", "etl", "dashboard")
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts
)
FUNCTION_LINES = 60
FILE_LINES = 400


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    )  # fmt: skip
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def imports_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def independent_files() -> list[Path]:
    peers = list((ROOT / "tests" / "benchmarks").glob("*peer*.py"))
    return sorted([*(ROOT / "tests" / "references").glob("*.py"), *peers])


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_every_module_can_be_imported(name: str) -> None:
    if name in ("dashboard.main", "dashboard.page") or name.startswith("dashboard.app_pages"):
        pytest.skip("a page or the application runs when imported; the app suite runs it")
    assert importlib.import_module(name.removesuffix(".__init__"))


def test_package_names_are_nobody_elses() -> None:
    site = Path(sysconfig.get_paths()["purelib"])
    assert not set(PACKAGES) & set(sys.stdlib_module_names)
    assert not [name for name in PACKAGES if (site / name).exists()]


def test_there_are_independent_references_and_peers() -> None:
    assert len(independent_files()) >= 3


@pytest.mark.parametrize("path", independent_files(), ids=lambda path: path.name)
def test_references_and_peers_import_nothing_of_the_product(path: Path) -> None:
    assert not imports_of(path) & {*PACKAGES, "tests"}


def test_no_file_names_a_machine_or_a_package_index() -> None:
    hosts = r"[p]ypi\.org|[p]ythonhosted|[r]egistry\.npmjs|[n]pmmirror|[t]una\.tsinghua|(?<!--no-emit-)index-url|\"resolved\":"
    here = r"(?<![\w.])/(?:root|home|work)/[A-Za-z]"
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in {".png", ".ico", ".woff2"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [(path.name, hit) for hit in re.findall(rf"{hosts}|{here}", text)]
    assert found == []


def test_functions_and_files_fit_in_one_read() -> None:
    long = []
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "migrations" not in path.parts and len(text.splitlines()) > FILE_LINES:
                long.append((str(path.relative_to(ROOT)), len(text.splitlines())))
            long += [
                (f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - node.lineno)
                for node in ast.walk(ast.parse(text))
                if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > FUNCTION_LINES
            ]
    assert [entry for entry in long if "migrations" not in entry[0]] == []


def test_no_python_text_holds_chinese_sentences() -> None:
    allowed = {"etl/training", "etl/kinds.py", "etl/readers"}
    found = []
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if any(name.startswith(prefix) for prefix in allowed):
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            documentation = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            found += [
                (name, node.lineno)
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in documentation
                and re.search(r"[\u4e00-\u9fff]{2,}[，。：；]", node.value)
            ]
    assert found == []


@pytest.mark.parametrize(
    "name", ["etl.reports", "etl.readers", "etl.grids.places", "etl.intake.forensics", "etl.tasks.drafts"]
)
def test_packages_below_the_intake_can_be_imported_first(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import {name}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
