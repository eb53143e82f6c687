"""A job of a page -> the child process that does it, and what is kept of how that ended."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data import spool
from data.messages import LANGS, text
from data.repositories.job_files import JobFile
from data.repositories.jobs import Outcome
from etl.jobs import JOBS
from etl.tasks.child import OUTCOME, RULE, told
from etl.tasks.words import (
    CampaignWords,
    DraftWords,
    LoadWords,
    OverrideWords,
    RuleWords,
    UndoWords,
    read_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data.repositories.jobs import Job
    from geo.errors import CampusError

MOST_ROWS = 500
"""Rows and changes that a job's result carries; the files beside it carry all."""
MOST_BYTES = 30 << 20
"""A file of a job that is larger is not kept."""
MOST_POINTS = 3000
REPORT = "report.json"
POINTS = "rows.geojson"
REPORTS = {
    REPORT: "application/json",
    "report.html": "text/html",
    "rejected.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    POINTS: "application/geo+json",
}
"""What a load leaves behind, by name."""
WITHOUT_MAP = ("incident",)
"""Kinds whose points nobody but the loader sees."""
SIGNED = ("rule",)
"""Kinds whose acts are told who asked: what they write carries the account."""
REBUILT = {"rule": ("findings", "zones")}
"""Kinds after which only some results are to be computed anew, with these; others want all of them."""
SETTLED = {"undo": "history.already_undone"}
"""What a job finds when its killed first run had done all of it."""


@dataclass(frozen=True)
class Errand:
    """A command line to run, and where it leaves what it says."""

    kind: str
    command: list[str]
    room: Path

    def ended(self, code: int) -> Outcome:
        """Say how the job ended, from the child's exit code and what it left in its room."""
        found = self._read(OUTCOME)
        result = {"exit_code": code, **(found or {})}
        report = self._read(REPORT)
        if report is not None:
            result["report"] = _shortened(report)
        if code < 0:
            result |= _named("intake_page.crashed", signal=-code)
        elif code and not (found and "said" in found):
            result |= _named("intake_page.fault")
        settled = code > 0 and result.get("key") == SETTLED.get(self.kind, "")
        status = "done" if code == 0 or settled else "failed"
        return Outcome(status=status, result=result, files=self._files())

    def _read(self, name: str) -> dict[str, Any] | None:
        """Read what the child wrote; None where it did not, or not to the end."""
        with suppress(OSError, ValueError):
            content = json.loads((self.room / name).read_bytes())
            return content if isinstance(content, dict) else None
        return None

    def _files(self) -> tuple[JobFile, ...]:
        """Take the files that a page offers."""
        paths = [(self.room / name, name) for name in REPORTS if (self.room / name).is_file()]
        kept = [(path, name) for path, name in paths if name == POINTS or path.stat().st_size <= MOST_BYTES]
        return tuple(JobFile(name, REPORTS[name], _content(path)) for path, name in kept)


def errand_of(job: Job) -> Errand | None:
    """Give the errand of a page's job; None for a kind that is none.

    Raises
    ------
    etl.tasks.words.BadWordsError
        Its words are not those of its kind.
    data.spool.GoneFileError
        Its file is no longer there.
    """
    if job.kind not in ERRANDS:
        return None
    room = spool.room(job.id)
    words = ERRANDS[job.kind](job.args, room)
    if job.kind in SIGNED:
        words = [*words, job.created_by]
    command = [sys.executable, "-P", "-m", "etl.tasks.child", str(room), *words]
    return Errand(job.kind, command, room)


def clear(job: Job) -> None:
    """Delete what a job that ended had in the spool: its file and its room."""
    if job.kind in ERRANDS:
        spool.clear_room(job.id)
        token = job.args.get("token")
        if isinstance(token, str):
            spool.remove(token)


def wants_build(job: Job, outcome: Outcome) -> bool:
    """Tell whether a job that ended changed facts, so that results are to be computed anew."""
    if outcome.status != "done" or job.kind not in ("load", "undo", "override", "rule"):
        return False
    if job.kind == "rule":
        return True
    if job.kind == "override":
        return bool(outcome.result.get("changed"))
    if job.kind == "undo":
        return True
    report = outcome.result.get("report", {})
    return report.get("batch_id") is not None and any(report[k] for k in ("added", "changed", "ended"))


def build_of(job: Job) -> dict[str, Any]:
    """Give the words of the build that a job that ended wants."""
    names = [name for name in REBUILT.get(job.kind, ()) if name in JOBS]
    return {"jobs": names or ["all"]}


def failed(error: CampusError) -> Outcome:
    """Give the outcome of a job that could not begin."""
    return Outcome(status="failed", result=told(error))


def _named(key: str, **params: object) -> dict[str, Any]:
    """Give a sentence in both languages, with its key."""
    return {"key": key, "said": {lang: text(key, lang, **params) for lang in LANGS}}


def _shortened(report: dict[str, Any]) -> dict[str, Any]:
    """Cut the long lists of a report and say how long they were."""
    long = {name: len(value) for name, value in report.items() if isinstance(value, list)}
    cut = {name: report[name][:MOST_ROWS] for name in long}
    return {**report, **cut, "lengths": long}


def _load(args: dict[str, Any], room: Path) -> list[str]:
    """Write the source's description into the room and give the command line of a load."""
    words = read_words("load", args, LoadWords)
    file = spool.file_of(words.token, words.suffix)
    source = room / "source.yml"
    # JSON is YAML, and nothing in it can be anything but a value
    source.write_text(json.dumps(words.definition, ensure_ascii=True), encoding="utf-8")
    wanted = [name for name in REPORTS if name != POINTS or not _is_hidden(words.definition)]
    flags = {
        "--dry-run": words.dry_run,
        "--force": words.force,
        "--accept-datum": words.accept_datum,
        f"--crs={words.crs}": words.crs is not None,
        f"--valid-from={words.valid_from}": words.valid_from is not None,
    }
    return [
        "campus", "load", str(file), f"--source={source}", *(f"--report={room / name}" for name in wanted),
        *(flag for flag, is_set in flags.items() if is_set),
    ]  # fmt: skip


def _content(path: Path) -> bytes:
    """Read a file of a job; of points only as many as a small map can show."""
    if path.name != POINTS:
        return path.read_bytes()
    whole = json.loads(path.read_bytes())
    points = whole.get("features", [])
    telling = [each for each in points if each["properties"].get("verdict") != "accepted"][:MOST_POINTS]
    others = [each for each in points if each["properties"].get("verdict") == "accepted"]
    room = MOST_POINTS - len(telling)
    # every n-th of those that were simply taken, so that they still show where the file lies
    step = -(-len(others) // room) if room else len(others) + 1
    thinned = {**whole, "features": [*others[::step], *telling], "points": len(points)}
    return json.dumps(thinned, ensure_ascii=False, separators=(",", ":")).encode()


def _is_hidden(definition: dict[str, Any]) -> bool:
    """Tell whether a source brings what is never drawn as points."""
    return definition.get("kind") in WITHOUT_MAP


def _undo(args: dict[str, Any], _room: Path) -> list[str]:
    """Give the command line that takes a batch back."""
    return ["campus", "load", f"--undo={read_words('undo', args, UndoWords).batch}"]


def _override(args: dict[str, Any], _room: Path) -> list[str]:
    """Give the words that apply what people corrected."""
    return ["correct", read_words("override", args, OverrideWords).kind or "all"]


def _rule(args: dict[str, Any], room: Path) -> list[str]:
    """Write what the committee wants of the rule book into the room, and give the words that do it."""
    words = read_words("rule", args, RuleWords)
    (room / RULE).write_text(words.model_dump_json(), encoding="utf-8")
    return ["rule"]


def _forecast(args: dict[str, Any], _room: Path) -> list[str]:
    """Give the words that say what a campaign could show."""
    return ["campaign", "forecast", str(read_words("campaign_forecast", args, CampaignWords).campaign)]


def _result(args: dict[str, Any], _room: Path) -> list[str]:
    """Give the words that measure what came of a campaign."""
    return ["campaign", "result", str(read_words("campaign_result", args, CampaignWords).campaign)]


def _draft(args: dict[str, Any], _room: Path) -> list[str]:
    """Give the words of a draft."""
    words = read_words("draft", args, DraftWords)
    return ["draft", str(spool.file_of(words.token, words.suffix)), words.kind]


ERRANDS: dict[str, Callable[[dict[str, Any], Path], list[str]]] = {
    "load": _load, "undo": _undo, "override": _override, "draft": _draft,
    "rule": _rule,
    "campaign_forecast": _forecast, "campaign_result": _result,
}  # fmt: skip
