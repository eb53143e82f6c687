"""`campus source draft`: a first description of a file, to be read and completed by who knows the file.

Standard output is the YAML alone. Of the file's headings only those that it maps are named; the datum is
never filled in: until somebody says it, `load` refuses.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import yaml

from etl.definitions import check_ordinary
from etl.kinds import KINDS
from etl.language import say
from etl.tasks.drafts import proposal

if TYPE_CHECKING:
    from pathlib import Path

    from etl.kinds import Kind

INDENT = "  "
CRS_WORDS = "wgs84 | cgcs2000 | gcj02 | bd09 | EPSG:n"


def draft(file: Path, kind: str, *, name: str | None = None) -> None:
    """Write a draft to standard output, and what it lacks to standard error."""
    check_ordinary(kind)
    found = proposal(file, kind)
    lines = draft_lines(found, KINDS[kind], name or f"{kind}-draft")
    sys.stdout.write("\n".join(lines) + "\n")
    if found["others"]:
        sys.stderr.write(say("draft.others", count=found["others"]) + "\n")


def draft_lines(found: dict[str, Any], kind: Kind, name: str) -> list[str]:
    """Set a proposal as the lines of a YAML file.

    Parameters
    ----------
    found
        What `etl.tasks.drafts.proposal` gives.
    kind
        The kind of the source.
    name
        The source's name.
    """
    definition = found["definition"]
    lines = [f"# {say('draft.head')}", f"name: {name}", f"kind: {kind.name}"]
    if "records" in definition:
        lines.append(_yaml({"records": definition["records"]}))
    if kind.geometry is not None:
        lines += _crs_lines(found)
    lines.append("columns:")
    for target, rule in definition["columns"].items():
        unsure = "" if found["sure"].get(target) else f"  # {say('draft.unsure')}"
        lines.append(f"{INDENT}{_yaml({target: rule})}{unsure}")
    missing = [column for column in kind.columns if column.name not in definition["columns"]]
    lines += [
        f"{INDENT}# {column.name}: ???  {say('draft.required' if column.required else 'draft.optional')}"
        for column in missing
    ]
    return [*lines, *_geometry_lines(found, kind)]


def _crs_lines(found: dict[str, Any]) -> list[str]:
    """Say what is known of the datum, as remarks only."""
    if found["crs"]:
        return [f"# {say('draft.crs_in_file')}"]
    hint = found["crs_hint"]
    said = [f"# {say('draft.crs_hint', crs=hint)}"] if hint else []
    return [*said, f"# crs: {CRS_WORDS}  {say('draft.crs_needed')}"]


def _geometry_lines(found: dict[str, Any], kind: Kind) -> list[str]:
    """Say which columns hold the place."""
    geometry = found["definition"].get("geometry")
    if geometry:
        unsure = "" if all(found["sure"].get(name) for name in geometry) else f"  # {say('draft.unsure')}"
        return [_yaml({"geometry": geometry}) + unsure]
    if kind.geometry is None or not found["is_table"]:
        return []
    return [f"# geometry: {{lon: ???, lat: ???}}  {say('draft.no_place')}"]


def _yaml(content: dict[str, Any]) -> str:
    """Write a mapping of one key on one line."""
    ((key, value),) = content.items()
    written = [
        yaml.safe_dump(one, allow_unicode=True, default_flow_style=True, sort_keys=False, width=10_000)
        for one in (key, value)
    ]
    return ": ".join(one.removesuffix("\n").removesuffix("\n...") for one in written)
