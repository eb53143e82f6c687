"""`campus bench [NAME ...]`: run benchmarks, print their tables, write their JSON; 1 when a goal is missed."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from data.settings import campus_home
from tests.benchmarks._harness import Measure, Row, table, write_report

FOLDER = Path(__file__).parent
USAGE = 2


def names() -> list[str]:
    """List the benchmarks: every module here that is no peer and does not begin with an underscore."""
    found = (path.stem for path in FOLDER.glob("*.py"))
    return sorted(
        name.replace("_", "-") for name in found if not name.startswith("_") and "_peer" not in name
    )


def run(name: str) -> list[Row]:
    """Run one benchmark."""
    module = importlib.import_module(f"tests.benchmarks.{name.replace('-', '_')}")
    rows: list[Row] = list(module.run(Measure()))
    return rows


def main(words: list[str]) -> int:
    """Run the named benchmarks, or all of them."""
    unknown = [word for word in words if word not in names()]
    if unknown:
        sys.stderr.write(f"{', '.join(unknown)}? {' '.join(names())}\n")
        return USAGE
    missed = False
    for name in words or names():
        rows = run(name)
        sys.stdout.write(f"{name}\n{table(rows)}\n\n")
        sys.stdout.flush()
        write_report(name, rows, campus_home() / "bench")
        missed = missed or any(not row.met for row in rows)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
