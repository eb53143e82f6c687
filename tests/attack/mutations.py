"""Take one defence away at a time, in a copy of the project, and see its own tests fail: ``python -m tests.attack.mutations``.

Not part of CI: it shows that the attack suite is worth its time. A defence whose tests still pass without it is named,
and the exit code is 1. Words on the command line choose defences by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Mutation:
    """A defence, how it is taken away, and the tests that must notice."""

    name: str
    file: str
    there: str
    """What stands in the file, once."""
    instead: str
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "disabled-account", "data/sql/0009_scopes.sql", "       AND NOT a.is_disabled\n", "",
        ("tests/attack/test_direct_sql.py", "-k", "however_it_ended"),
    ),
    Mutation(
        "own-school", "data/sql/0009_scopes.sql", "        WHEN v.role = 'school' THEN v.school_codes\n", "",
        ("tests/database/test_rights.py", "-k", "sees_of_every_table and school"),
    ),
    Mutation(
        "days-to-come", "data/sql/0009_scopes.sql", "|| ' AND ' || past)", ")",
        ("tests/database/test_rights.py", "-k", "dates_to_come"),
    ),
    Mutation(
        "register-grant", "data/sql/0009_scopes.sql", "GRANT USAGE ON SCHEMA auth TO campus_loader;",
        "GRANT USAGE ON SCHEMA auth TO campus_loader; GRANT USAGE ON SCHEMA restricted TO campus_app;"
        " GRANT SELECT ON restricted.key_person TO campus_app;",
        ("tests/attack/test_direct_sql.py", "-k", "closed_table or register"),
    ),
)  # fmt: skip


def copy_of_project(folder: Path) -> None:
    """Copy what is versioned, and nothing else."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)


def passes(folder: Path, words: tuple[str, ...]) -> bool:
    """Run tests of a copy; true if all passed and there were some."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-x", "-n0", "-p", "no:cacheprovider", *words]
    return (
        subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False).returncode == 0
    )


def survives(mutation: Mutation) -> bool:
    """Say whether the tests pass both with and without the defence, which is to say that they prove nothing."""
    with tempfile.TemporaryDirectory(prefix="campus-mutation-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        copy_of_project(folder)
        path = folder / mutation.file
        whole = path.read_text(encoding="utf-8")
        if whole.count(mutation.there) != 1:
            raise LookupError(mutation.name)
        if not passes(folder, mutation.tests):
            raise AssertionError(mutation.name)
        path.write_text(whole.replace(mutation.there, mutation.instead), encoding="utf-8")
        return passes(folder, mutation.tests)


def main(words: list[str]) -> int:
    """Try the chosen mutations, or all; give 1 if one was not noticed."""
    chosen = [mutation for mutation in MUTATIONS if not words or mutation.name in words]
    unnoticed = 0
    for mutation in chosen:
        lives = survives(mutation)
        unnoticed += lives
        sys.stdout.write(f"{mutation.name}: {'NOT NOTICED' if lives else 'noticed'}\n")
        sys.stdout.flush()
    return int(unnoticed > 0 or not chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
