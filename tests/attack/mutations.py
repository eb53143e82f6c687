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
    Mutation(
        "register-intent", "data/sql/0012_register.sql",
        "CREATE POLICY register_read ON restricted.key_person FOR SELECT TO campus_register\n    USING ((SELECT restricted.has_intent()));",
        "CREATE POLICY register_read ON restricted.key_person FOR SELECT TO campus_register USING (true);",
        ("tests/attack/test_register_reads.py", "-k", "rolled_back or without_an_intent"),
    ),
    Mutation(
        "register-intent-of-its-own", "data/sql/0012_register.sql",
        "           AND i.written_in IS DISTINCT FROM (pg_current_xact_id_if_assigned())::text::bigint\n", "",
        ("tests/attack/test_register_reads.py", "-k", "rolled_back"),
    ),
    Mutation(
        "register-contents", "etl/register/load.py", "    check_cells(tables, definition)\n", "",
        ("tests/database/test_register_files.py", "-k", "also_while_the_register_is_off"),
    ),
    Mutation(
        "websocket-session", "dashboard/gate/middleware.py",
        "            if seen is None or seen.must_change or not may(seen.role, STREAM):\n", "            if seen is not None and seen.must_change:\n",
        ("tests/app/test_gate.py", "-k", "websocket"),
    ),
    Mutation(
        "websocket-origin", "dashboard/gate/middleware.py", "            or not approach.is_own\n", "",
        ("tests/app/test_gate.py", "-k", "websocket"),
    ),
    Mutation(
        "origin-of-writes", "dashboard/gate/middleware.py", "        if is_own is False or (", "        if False and (",
        ("tests/app/test_gate.py", "-k", "page_of_somebody_else"),
    ),
    Mutation(
        "identity-headers", "dashboard/gate/approach.py", "not in IDENTITY\n", "not in ()\n",
        ("tests/app/test_gate.py", "-k", "identity_that_a_request_brings"),
    ),
    Mutation(
        "disclosure-coin", "geo/disclosure_coin.py", "RATE = 0.85", "RATE = 0.0",
        ("tests/properties/test_disclosure_attack.py", "-k", "two_years"),
    ),
    Mutation(
        "hotspot-sums-apart", "geo/hotspot_release.py",
        "        if allowed[row] and not chosen[second[first == row]].any():\n", "        if allowed[row]:\n",
        ("tests/attack/test_differencing.py", "-k", "two_builds"),
    ),
    Mutation(
        "audit-heads", "etl/audit_check.py", "        *_of_heads(walked, expected),\n", "",
        ("tests/database/test_audit_chain.py", "-k", "written_anew_by_the_owner"),
    ),
    Mutation(
        "cache-key", "dashboard/queries.py", "def _schools(stamp: str, *, _token: str)", "def _schools(_stamp: str, *, _token: str)",
        ("tests/attack/test_caches.py", "-k", "hundred_turns"),
    ),
    Mutation(
        "paper-of-its-account", "dashboard/papers_queries.py", "    stamp: str, account: str, name: str, today", "    stamp: str, _account: str, name: str, today",
        ("tests/attack/test_caches.py", "-k", "paper_carries"),
    ),
    Mutation(
        "kept-nothing", "data/session.py", "        if not has_viewer(connection):\n", "        if False:\n",
        ("tests/attack/test_caches.py", "-k", "leaves_no_empty_answer"),
    ),
    Mutation(
        "browser-caches", "dashboard/routes.py", " and is_seen_alike(spec.key)", "",
        ("tests/attack/test_caches.py", "-k", "browser_keeps"),
    ),
    Mutation(
        "formulas", "etl/commands/export.py", "    return escaped(value) if isinstance(value, str) else value\n", "    return value\n",
        ("tests/database/test_export.py", "-k", "run_by_a_spreadsheet"),
    ),
    Mutation(
        "bombs", "etl/readers/archive.py", "    if bomb or unpacked > LARGEST_BYTES or len(entries) > MOST_ENTRIES:\n", "    if False:\n",
        ("tests/attack/test_uploads.py", "-k", "bomb_of_accounts"),
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
