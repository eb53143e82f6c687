"""YAML as people write source descriptions: words stay words, and every key knows its line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from etl.errors import BadYamlError, NoKeysError, RepeatedKeyError

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_BYTES = 1_000_000
"""A source description is a page of text; what is larger is something else."""


class _Loader(yaml.SafeLoader):
    """Safe YAML in which only true and false are flags and nothing is a date.

    Under YAML 1.1 the OSM value ``yes`` would be read as true and ``2024-09-01`` as a day; neither is meant.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases: a description needs none, and nested ones grow without end."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it out
            raise yaml.composer.ComposerError(problem_mark=mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {
    letter: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")
    ]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


@dataclass(frozen=True)
class Declared:
    """The content of a YAML file and where its keys stand."""

    content: Any
    lines: dict[tuple[str, ...], int]

    def line(self, path: tuple[int | str, ...]) -> int:
        """Give the line of a key, or of the nearest key above it; 1 where there is none."""
        words = tuple(str(part) for part in path)
        return next((self.lines[words[:n]] for n in range(len(words), 0, -1) if words[:n] in self.lines), 1)


def read_yaml(path: Path) -> Declared:
    """Read a YAML file.

    Raises
    ------
    BadYamlError
        It is none; the error names the line.
    """
    data = path.read_bytes()[: LARGEST_BYTES + 1]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadYamlError(line=data[: error.start].count(b"\n") + 1) from None
    if len(data) > LARGEST_BYTES:
        raise BadYamlError(line=1)
    return parse_yaml(text)


def parse_yaml(text: str) -> Declared:
    """Read YAML from text.

    Raises
    ------
    BadYamlError
        It is none, is no mapping, or has a key twice; the error names the line.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 -- the loader is a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadYamlError(line=mark.line + 1 if mark else 1) from None
    if not isinstance(node, yaml.MappingNode) or not isinstance(content, dict):
        raise NoKeysError
    if not _is_storable(content):
        raise BadYamlError(line=1)
    return Declared(content, _lines(node))


def _is_storable(content: object) -> bool:
    """Tell whether a database can hold the text: YAML can spell NUL and halves of characters."""
    return not re.search(r"\\x00|\\ud[89a-f]", str(content))


def _lines(node: yaml.Node, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    """Give the line of every key below a node."""
    found: dict[tuple[str, ...], int] = {}
    if not isinstance(node, yaml.MappingNode):
        return found
    for key, value in node.value:
        here = (*path, str(key.value))
        if here in found:
            raise RepeatedKeyError(line=key.start_mark.line + 1, name=".".join(here))
        found[here] = key.start_mark.line + 1
        found |= _lines(value, here)
    return found
