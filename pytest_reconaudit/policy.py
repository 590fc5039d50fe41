"""What a finding does to its item: the gate, inline waivers, the baseline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.model import Finding, Outcome, Place, Severity
from pytest_reconaudit.patterns import regex

__all__ = ["Baseline", "BaselineError", "Lines", "Policy", "Waiver", "missed_waiver", "waivers"]

_WAIVER = regex(r"recon:\s*ignore\[([A-Za-z0-9*,:\s-]+)\](?:\s*[:—-]?\s*(.*))?")
_BARE_WAIVER = regex(r"(?:^|[\s#/*])recon:\s*ignore\b")
_MOST_SHOWN = 200
"""Characters of a waiver that are told."""
_CLOSERS = regex(r"(?<!\s)\s*(?:-->|\*/|#\})\s*$")


class Lines(Protocol):
    """The part of a target that waivers need."""

    def line(self, path: str, number: int) -> str: ...


class BaselineError(Exception):
    """A baseline file cannot be used; the message says why."""


class Baseline(Struct, frozen=True):
    """Accepted findings, by fingerprint (check, path, offending text; never a line number)."""

    accepted: frozenset[str] = frozenset()
    entries: tuple[Mapping[str, Any], ...] = ()
    """As they stand in the file."""

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Raises :class:`BaselineError` when the file is missing or not a baseline."""
        try:
            data = json.loads(path.read_text("utf-8"))
            entries = tuple(data["findings"])
            return cls(frozenset(entry["fingerprint"] for entry in entries), entries)
        except OSError as error:
            raise BaselineError(f"{path}: cannot be read ({error.strerror})") from None
        except (ValueError, KeyError, TypeError):
            raise BaselineError(
                f"{path}: not a baseline; write one with --recon-write-baseline {path}"
            ) from None

    @staticmethod
    def text(findings: Iterable[Finding], older: Iterable[Mapping[str, Any]] = ()) -> str:
        """A baseline that accepts the given findings, stable under re-runs.

        :param older: entries of another baseline that it accepts too.
        """
        entries: list[Mapping[str, Any]] = [
            {
                "fingerprint": finding.fingerprint,
                "check": finding.check,
                "path": finding.place.path,
                "message": finding.message,
            }
            for finding in findings
        ]
        known = {entry["fingerprint"] for entry in entries}
        entries += [entry for entry in older if entry["fingerprint"] not in known]
        entries.sort(
            key=lambda entry: tuple(str(entry.get(n)) for n in ("path", "check", "fingerprint"))
        )
        return json.dumps({"schema": 1, "findings": entries}, indent=1, ensure_ascii=False) + "\n"


class Policy(Struct, frozen=True):
    """Severity at which an item fails (``None``: never), and what is accepted."""

    fail_on: Severity | None = Severity.HIGH
    baseline: Baseline = Baseline()

    def settle(self, finding: Finding, lines: Lines) -> Finding:
        """The finding, marked as suppressed when a waiver or the baseline accepts it."""
        reason = _waiver(finding, lines)
        if not reason and finding.fingerprint in self.baseline.accepted:
            reason = "in the baseline"
        return replace(finding, suppressed=reason) if reason else finding

    def outcome(self, findings: Iterable[Finding]) -> Outcome:
        """FAILED at or above the gate, ADVISORY below it, PASSED when only notes are left."""
        live = [finding for finding in findings if not finding.suppressed]
        if any(finding.fails(self.fail_on) for finding in live):
            return Outcome.FAILED
        if any(finding.severity > Severity.INFO for finding in live):
            return Outcome.ADVISORY
        return Outcome.PASSED


def _waiver(finding: Finding, lines: Lines) -> str:
    """``# recon: ignore[check-id] reason`` on the finding's line or the line above.

    ``check-id:clause`` waives one clause of a check, or one rule of a linter.
    """
    line = finding.place.line
    if line is None:
        return ""
    names = {finding.check, f"{finding.check}:{finding.clause}"}
    for number in (line, line - 1):
        text = lines.line(finding.place.path, number)
        if "recon:" not in text:
            continue
        match = _WAIVER.search(text)
        if match and not names.isdisjoint(name.strip() for name in match[1].split(",")):
            reason = _CLOSERS.sub("", match[2] or "").strip()
            return reason or "waived without a reason"
    return ""


class Waiver(Struct, frozen=True):
    """One ``recon: ignore`` and the names in its brackets."""

    place: Place
    checks: tuple[str, ...]
    """Each is a check's id; a clause after it is left out. Empty: it waives nothing."""


def waivers(path: str, data: bytes) -> Iterator[Waiver]:
    """The waivers of a file."""
    if b"recon:" not in data:
        return
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        match = _WAIVER.search(line) if "recon:" in line else None
        if match is not None:
            names = (name.partition(":")[0].strip() for name in match[1].split(","))
            yield Waiver(Place(path, number), tuple(filter(None, names)))
        elif "recon:" in line and _BARE_WAIVER.search(line):
            yield Waiver(Place(path, number), ())


def missed_waiver(finding: Finding, lines: Lines) -> str:
    """A waiver on a live finding's line, or the one above, that names something else: a slip?"""
    line = finding.place.line
    for number in () if line is None or finding.suppressed else (line, line - 1):
        text = lines.line(finding.place.path, number)
        match = _WAIVER.search(text) if "recon:" in text else None
        if match is not None:
            names = match[1] if len(match[1]) <= _MOST_SHOWN else f"{match[1][:_MOST_SHOWN]}…"
            return f"{finding.place.at(number)}: ignore[{names}] does not name {finding.check}"
    return ""
