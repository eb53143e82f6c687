"""Who names the register, who opens a connection with its role, and who reads what leaves it: short, closed lists.

A new name on a list is a decision about people (DESIGN 8.4, 8.5), not a repair of this test.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("geo", "layers", "data", "etl", "dashboard")
READER = "data/repositories/register_counts.py"
REGISTER = re.compile(r"\brestricted\b|\bkey_person\b")
CLASSES = re.compile(r"\barea_person_class\b")

NAMES_REGISTER = {
    READER: "counts rows by police area, and nothing else",
    "data/repositories/register.py": "load, enabling, expiry, deletion, status",
    "data/repositories/register_copy.py": "its rows into a sealed backup and back",
    "data/backup.py": "leaves its rows out, or seals them",
    "data/models/__init__.py": "lists the schemas",
    "data/models/restricted.py": "declares its tables",
    "data/sql/0001_tables_restricted.sql": "makes it",
    "data/sql/0001_register.sql": "its policies and grants",
    "data/sql/0001_down.sql": "takes it away",
    "data/sql/0012_register.sql": "its state, and functions of that",
    "data/sql/0012_down.sql": "takes those away",
}
"""What names the register in a statement or any other text."""
KIND = re.compile(
    r"etl/(kinds|intake/places|register/\w+|commands/(load|register))\.py|etl/training/sources/training-register\.yml"
)
"""What may name `key_person` as a kind of input; not the schema."""
HAS_ROLE = {READER, "data/repositories/register.py", "data/backup.py", "data/settings.py", "data/migrate.py"}
"""What may open a connection that can read the register, or says what its role is."""
NAMES_CLASSES = {
    "data/models/out.py": "declares it",
    "data/repositories/results.py": "refuses to replace it",
    "data/repositories/area_classes.py": "the count job's cells, and the page's read",
    "data/repositories/packages.py": "passes released cells on to the joint instance, adds and never changes them",
    "data/sql/0001_tables_out.sql": "makes it",
    "data/sql/0001_grants.sql": "lets nobody change a cell",
}
"""What names the classes by police area; every later revision that grants or shows them is added with its reason."""
GRANTS_CLASSES = re.compile(r"data/(sql/00(09|1\d)_\w+\.sql|rights\.yml)")
TAKES_CLASSES = {
    "data.repositories.area_classes": {"etl/jobs/counts.py", "dashboard/class_queries.py"},
    "data.repositories.register_counts": {"etl/jobs/counts.py"},
    "dashboard.class_queries": {
        "dashboard/components/area_classes.py",
        "dashboard/components/event_class.py",
    },
    "dashboard.components.area_classes": {"dashboard/app_pages/command.py"},
    "etl.jobs.counts": {"etl/jobs/__init__.py"},
}
"""Who may import what carries counts or classes of areas."""


def files(*packages: str, suffixes: tuple[str, ...] = (".py", ".sql", ".yml", ".js")) -> dict[str, Path]:
    found = {}
    for package in packages:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                found[path.relative_to(ROOT).as_posix()] = path
    return found


def spoken(path: Path) -> str:
    """Give what a file says to a machine: statements without comments, texts of code without documentation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return re.sub(r"--[^\n]*", "", text)
    if path.suffix != ".py":
        return text
    tree = ast.parse(text)
    documentation = {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        for statement in node.body
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    }
    values = [
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)) and id(node) not in documentation
    ]  # fmt: skip
    return "\n".join(value.decode("latin-1") if isinstance(value, bytes) else value for value in values)


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def test_what_a_file_says_is_told_from_its_comments(tmp_path: Path) -> None:
    code, statement = tmp_path / "a.py", tmp_path / "b.sql"
    code.write_text(
        '"""restricted"""\n# restricted\nx = f"SELECT {1} FROM restricted.key_person"\n', encoding="utf-8"
    )
    statement.write_text(
        "-- restricted\nSELECT 1 FROM restricted.key_person; -- key_person\n", encoding="utf-8"
    )
    assert len(REGISTER.findall(spoken(code))) == 2
    assert len(REGISTER.findall(spoken(statement))) == 2


def test_only_these_files_name_the_register() -> None:
    found = {name for name, path in files(*PACKAGES).items() if REGISTER.search(spoken(path))}
    as_a_kind = {
        name
        for name in found
        if KIND.fullmatch(name) and not re.search(r"\brestricted\b", spoken(ROOT / name))
    }
    assert found - as_a_kind - NAMES_REGISTER.keys() == set()
    assert READER in found


def test_only_one_function_counts_rows_of_the_register_and_gives_nothing_else() -> None:
    statements = [
        node.value
        for node in ast.walk(ast.parse((ROOT / READER).read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "FROM restricted" in node.value
    ]
    assert len(statements) == 1
    assert " ".join(statements[0].split()) == (
        "SELECT police_area_code, count(*) AS rows FROM restricted.key_person "
        "WHERE review_due >= :today GROUP BY police_area_code"
    )


def test_only_these_modules_connect_with_the_register_s_role() -> None:
    found = {
        name
        for name, path in files(*PACKAGES, suffixes=(".py",)).items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "REGISTER"
    }
    assert found - HAS_ROLE == set()
    assert READER in found
    assert not {name for name in found if name.startswith(("dashboard/", "layers/", "geo/"))}


def test_only_these_files_name_the_classes_by_police_area() -> None:
    found = {name for name, path in files(*PACKAGES).items() if CLASSES.search(spoken(path))}
    unknown = {name for name in found - NAMES_CLASSES.keys() if not GRANTS_CLASSES.fullmatch(name)}
    assert unknown == set()
    assert "data/repositories/area_classes.py" in found
    assert not {name for name in found if not name.startswith("data/")}


@pytest.mark.parametrize("module", TAKES_CLASSES)
def test_what_carries_counts_or_classes_is_imported_by_its_page_and_its_job_alone(module: str) -> None:
    importers = {
        name for name, path in files(*PACKAGES, suffixes=(".py",)).items() if module in imported(path)
    }
    assert importers == TAKES_CLASSES[module]
