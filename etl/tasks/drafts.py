"""A draft as the page gets it (stub while the drafting itself is being written)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = {"学校名称": "name", "学校标识码": "code", "学段": "stage", "学生数": "pupils"}


def proposal(file: Path, kind: str) -> dict[str, Any]:
    """Stub."""
    if file.suffix == ".csv":
        headings = file.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
        extra: dict[str, Any] = {}
    else:
        rows = list(
            openpyxl.load_workbook(file, read_only=True).active.iter_rows(values_only=True, max_row=3)
        )
        headings, extra = [str(c) for c in rows[1] if c], {"header_row": 2}
    columns: dict[str, Any] = {KNOWN[h]: h for h in headings if h in KNOWN}
    if "stage" in columns:
        columns["stage"] = {
            "from": "学段",
            "map": {"小学": "primary", "幼儿园": "kindergarten", "初中": "junior"},
        }
    geometry = {}
    if "经度" in headings:
        geometry = {"geometry": {"lon": "经度", "lat": "纬度"}}
    elif "位置" in headings:
        geometry = {"geometry": {"text": "位置"}}
    definition = {"kind": kind, "columns": columns, **geometry, **extra}
    return {
        "definition": definition,
        "headings": headings,
        "sure": {"pupils": False},
        "crs": None,
        "crs_hint": None,
    }
