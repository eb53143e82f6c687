"""`campus audit verify`: whether what was written down is still what was written down."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from data.audit_heads import seal_pending
from data.migrate import ensure_database
from etl import audit_chain
from etl.audit_check import NAMED
from etl.language import say

if TYPE_CHECKING:
    from etl.audit_check import Finding, Report


def verify(*, as_json: bool) -> int:
    """Verify the chain and say what was found; 0 where all is well, else 1."""
    ensure_database()
    report = audit_chain.verify()
    audit_chain.note(report)
    seal_pending()
    sys.stdout.write(_json(report) if as_json else "".join(f"{line}\n" for line in _lines(report)))
    return 1 if report.findings else 0


def _json(report: Report) -> str:
    """Write the report for a machine."""
    said = {"ok": not report.findings, **asdict(report)}
    return json.dumps(said, ensure_ascii=False) + "\n"


def _lines(report: Report) -> list[str]:
    """Write the report in sentences."""
    head = [] if report.findings else [say("audit.well", links=report.links, events=report.events)]
    return [*head, *map(_sentence, (*report.findings, *report.notes))]


def _sentence(finding: Finding) -> str:
    """Say one finding; numbers beyond the first are told by an ellipsis."""
    named = ", ".join(map(str, finding.named)) + (", …" if finding.count > NAMED else "")
    return say(f"audit.found.{finding.kind}", count=finding.count, named=named, **finding.given)
