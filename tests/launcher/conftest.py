"""A small checkout with the real launcher, real virtual environments and nothing to download."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NOBODY = 65534
CLOSED = "http://127.0.0.1:9"
"""Nothing listens there: whoever asks the network is found out."""

BACKEND = """
import pathlib, zipfile

def get_requires_for_build_editable(config_settings=None):
    return []

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name, info = "toy-1-py3-none-any.whl", "toy-1.dist-info"
    files = {
        "toy.pth": str(pathlib.Path.cwd()),
        f"{info}/METADATA": "Metadata-Version: 2.1\\nName: toy\\nVersion: 1\\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\\nGenerator: toy\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    record = "".join(f"{path},,\\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / name, "w") as wheel:
        for path, content in {**files, f"{info}/RECORD": record}.items():
            wheel.writestr(path, content)
    return name
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "toy"
version = "1"
"""
CLI = """
import json, os, sys
mask = os.umask(0)
kept = {name: value for name, value in os.environ.items() if name.startswith(("PYTHON", "PROJ", "PG", "CAMPUS", "CONDA"))}
print(json.dumps({"words": sys.argv[1:], "umask": mask, "here": __file__, "python": sys.prefix, "env": kept}))
"""
NPM = """#!/bin/sh
[ "$1" = --version ] || { mkdir -p node_modules; echo "npm $*" >>"$CALLS"; }
"""


@dataclass
class Checkout:
    """A checkout, and the programs that stand in for the machine's.

    Attributes
    ----------
    root
        Its folder.
    shims
        First on the path.
    """

    root: Path
    shims: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def calls(self) -> str:
        log = self.shims / "calls"
        return log.read_text() if log.exists() else ""

    def shim(self, name: str, script: str) -> None:
        path = self.shims / name
        path.write_text(script)
        path.chmod(0o755)

    def environment(self, **more: str) -> dict[str, str]:
        closed = dict.fromkeys(("http_proxy", "https_proxy", "PIP_INDEX_URL", "npm_config_registry"), CLOSED)
        own = {"PATH": f"{self.shims}:{os.environ['PATH']}", "CALLS": str(self.shims / "calls")}
        plain = {
            "HOME": str(self.shims),
            "LANG": "C",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_CONFIG_FILE": "/dev/null",
        }
        return {**plain, **closed, **own, **more}

    def start(
        self, *words: str, program: Path | None = None, env: dict[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(program or self.root / "campus"), *words],
            env=self.environment(**(env or {})),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=options.pop("cwd", "/"),
            **options,
        )

    def run(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        process = self.start(*words, **options)
        out, err = process.communicate(timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def told(self, *words: str, **options: Any) -> dict[str, Any]:
        """Run it and give what the command line behind it saw."""
        done = self.run(*words, **options)
        assert done.returncode == 0, done.stderr
        seen: dict[str, Any] = json.loads(done.stdout)
        return seen

    def stamps(self) -> dict[str, tuple[int, str]]:
        paths = [*self.venv.glob(".stamp-*"), *(self.root / "node_modules").glob(".stamp-*")]
        return {
            f"{path.parent.name}/{path.name}": (path.stat().st_mtime_ns, path.read_text()) for path in paths
        }


def write(root: Path) -> Checkout:
    root.mkdir(parents=True)
    shutil.copy(ROOT / "campus", root / "campus")
    contents = {
        "pyproject.toml": PROJECT,
        "backend.py": BACKEND,
        "locks/runtime.txt": "# nothing\n",
        "locks/dev.txt": "# nothing more\n",
        "package.json": "{}",
        "package-lock.json": "{}",
        "etl/__init__.py": "",
        "etl/cli.py": CLI,
    }
    for name, content in contents.items():
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    shims = root.parent / "shims"
    shims.mkdir()
    checkout = Checkout(root, shims)
    checkout.shim("npm", NPM)
    for name in ("apt-get", "sudo"):
        checkout.shim(name, f'#!/bin/sh\necho "{name} $*" >>"$CALLS"\nexit 7\n')
    return checkout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """One that is set up, at a path that no script may trip over."""
    found = write(tmp_path_factory.mktemp("校园 a'b$c") / "re po")
    done = found.run("hello")
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture
def fresh(tmp_path: Path) -> Checkout:
    """One where nothing was ever run."""
    return write(tmp_path / "repo")
