"""The words all layers share: pillars, severities, places, findings, checks, the finished run.

Frozen, standard library only, imports nothing of ours. Everything here survives
``to_dict``/``from_dict`` so that it can cross a process boundary as plain builtins.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

__all__ = [
    "BEHIND",
    "CheckMeta",
    "Confidence",
    "DeploymentMap",
    "Finding",
    "ItemResult",
    "MapEdge",
    "MapNode",
    "Note",
    "Outcome",
    "Pillar",
    "Place",
    "Problem",
    "Run",
    "Severity",
    "SkipReason",
    "Span",
    "fingerprint",
    "lines_of",
    "mask",
]


class Pillar(enum.IntEnum):
    """The six pillars of a platform audit; the number is the user's name for them."""

    CODE = 1
    PERFORMANCE = 2
    SECURITY = 3
    TESTING = 4
    DEPLOYMENT = 5
    EXPERIENCE = 6

    @property
    def title(self) -> str:
        return _PILLAR_TITLES[self]


_PILLAR_TITLES = {
    Pillar.CODE: "Code integrity",
    Pillar.PERFORMANCE: "Performance & efficiency",
    Pillar.SECURITY: "Security",
    Pillar.TESTING: "Testing",
    Pillar.DEPLOYMENT: "Deployment & scalability",
    Pillar.EXPERIENCE: "UX & API",
}


class Severity(enum.IntEnum):
    """What a finding costs its owner; ordered, so ``>=`` is the gate."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        return self.name.lower()

    @property
    def priority(self) -> str:
        """P0 (critical) to P3 (low); info has none and prints ``-``."""
        return ("-", "P3", "P2", "P1", "P0")[self]

    def lowered(self, steps: int = 1) -> Severity:
        """The severity ``steps`` below, never below LOW (info is a note, not a weak finding)."""
        if self is Severity.INFO:
            return self
        return Severity(max(Severity.LOW, self - steps))


class Confidence(enum.Enum):
    """How sure a check is of a hit. Only CERTAIN and LIKELY can fail a gate."""

    CERTAIN = "certain"
    """A hit is a fact (the catalogue's "high")."""
    LIKELY = "likely"
    """A hit needs one look (the catalogue's "medium")."""
    POSSIBLE = "possible"
    """A hint (the catalogue's "low"); never fails a gate."""


class SkipReason(enum.Enum):
    """Why a check gave no verdict. Absent is not healthy: none of these is a pass."""

    NO_INPUT = "no-input"
    UNPARSABLE = "unparsable"
    UNRESOLVED = "unresolved"
    NO_SERVER = "no-server"
    NO_EXTENSION = "no-extension"
    STATS_TOO_YOUNG = "stats-too-young"
    NO_BUILD_OUTPUT = "no-build-output"
    NOT_RENDERABLE = "not-renderable"
    CONTEXT_UNKNOWN = "context-unknown"
    NO_TOOL = "no-tool"


class Outcome(enum.Enum):
    """How one item ended."""

    PASSED = "passed"
    ADVISORY = "advisory"
    """Findings, all below the gate: listed in every report, red in none."""
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"
    """The check or a parser crashed: a bug of ours, never a verdict on the target."""


class Place(Struct, frozen=True, order=True):
    """Where something stands in the target.

    ``path`` is relative to the target, POSIX style. ``line`` and ``column`` count from 1;
    ``None`` means "the file as a whole" (a missing file that nothing names at a line).
    """

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"

    def at(self, line: int | None, column: int | None = None) -> Place:
        """The same file, another line."""
        return Place(self.path, line, column)

    def key(self) -> tuple[str, int, int]:
        """A sort key that survives ``None``."""
        return (self.path, self.line or 0, self.column or 0)


class Note(Struct, frozen=True):
    """A related place with what stands there."""

    place: Place
    message: str = ""


class Problem(Struct, frozen=True):
    """A file, or a part of one, that a reader could not take in."""

    place: Place
    message: str


def lines_of(places: Iterable[Place], most: int = 5) -> str:
    """Where something stands in its file, for a sentence: ``line 7``, ``lines 7, 9, 11 …``.

    :param most: how many lines are listed before the ``…``.
    """
    lines = list(dict.fromkeys(str(place.line) for place in places if place.line))
    listed = ", ".join(lines[:most]) + (" …" if len(lines) > most else "")
    return f"line{'' if len(lines) == 1 else 's'} {listed}"


def fingerprint(check: str, path: str, evidence: str, subject: str = "") -> str:
    """A name for a finding that survives unrelated edits: no line number goes into it."""
    text = "\0".join((check, path, " ".join(evidence.split()), subject))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def mask(secret: str) -> str:
    """A secret as it may be shown: its first two characters, never its length."""
    return f"{secret[:2]}***" if secret else ""


BEHIND = ("ci-", "docs-", "load-", "lint-")
"""Checks of what no user of the platform meets."""


class Finding(Struct, frozen=True):
    """One defect at one place.

    ``message`` says what is wrong in one sentence; ``evidence`` is the offending text (at
    most 200 characters, secrets masked); ``impact`` what it costs; ``remediation`` what to do.
    ``clause`` is the letter of the catalogue clause that fired, empty for a one-clause check.
    """

    check: str
    pillar: Pillar
    severity: Severity
    confidence: Confidence
    message: str
    place: Place
    evidence: str = ""
    impact: str = ""
    remediation: str = ""
    related: tuple[Note, ...] = ()
    clause: str = ""
    subject: str = ""
    fingerprint: str = ""
    suppressed: str = ""
    """Why it does not count (a waiver's reason, "baseline"); empty for a live finding."""

    def fails(self, fail_on: Severity | None) -> bool:
        """Whether this finding alone fails a gate at ``fail_on`` (``None``: never)."""
        return (
            fail_on is not None
            and not self.suppressed
            and self.severity is not Severity.INFO
            and self.severity >= fail_on
            and self.confidence is not Confidence.POSSIBLE
        )

    def sort_key(self) -> tuple[Any, ...]:
        """Worst first, then by place."""
        return (-self.severity, self.place.key(), self.check, self.message, self.fingerprint)

    def lead_key(self) -> tuple[Any, ...]:
        """Among the first findings of several checks: what runs before what is only written about
        it, what is certain before the rest."""
        behind = self.check.startswith(BEHIND)
        return (-self.severity, behind, self.confidence is not Confidence.CERTAIN, self.sort_key())

    def to_dict(self) -> dict[str, Any]:
        return {
            "check": self.check,
            "pillar": int(self.pillar),
            "severity": self.severity.label,
            "confidence": self.confidence.value,
            "path": self.place.path,
            "line": self.place.line,
            "column": self.place.column,
            "message": self.message,
            "evidence": self.evidence,
            "impact": self.impact,
            "remediation": self.remediation,
            "fingerprint": self.fingerprint,
            "clause": self.clause,
            "subject": self.subject,
            "related": [
                {
                    "path": note.place.path,
                    "line": note.place.line,
                    "column": note.place.column,
                    "message": note.message,
                }
                for note in self.related
            ],
            "suppressed": self.suppressed,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        return cls(
            check=data["check"],
            pillar=Pillar(data["pillar"]),
            severity=Severity[data["severity"].upper()],
            confidence=Confidence(data["confidence"]),
            message=data["message"],
            place=Place(data["path"], data["line"], data["column"]),
            evidence=data["evidence"],
            impact=data["impact"],
            remediation=data["remediation"],
            fingerprint=data["fingerprint"],
            clause=data["clause"],
            subject=data["subject"],
            related=tuple(
                Note(Place(note["path"], note["line"], note["column"]), note["message"])
                for note in data["related"]
            ),
            suppressed=data["suppressed"],
        )


class CheckMeta(Struct, frozen=True):
    """One check: what it is called, what it costs, how to explain it, and its function."""

    id: str
    pillar: Pillar
    severity: Severity
    confidence: Confidence
    title: str
    why: str
    decides: str
    blind: str
    fix: str
    impact: str
    function: Callable[..., None]
    parameters: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    advice: dict[str, tuple[str, str]] = {}
    """Clause → impact and fix, where those of the check do not fit; either may be empty."""
    watched: bool = False
    """It asks what a live database does: it is asked last, when that has been watched."""

    @property
    def domain(self) -> str:
        return self.id.partition("-")[0]


class ItemResult(Struct, frozen=True):
    """What became of one (check, subject): the unit that reports list and count."""

    check: str
    pillar: Pillar
    title: str
    subject: str
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "check": self.check,
            "pillar": int(self.pillar),
            "title": self.title,
            "subject": self.subject,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "findings": [finding.to_dict() for finding in self.findings],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ItemResult:
        return cls(
            check=data["check"],
            pillar=Pillar(data["pillar"]),
            title=data["title"],
            subject=data["subject"],
            outcome=Outcome(data["outcome"]),
            reason=data["reason"],
            findings=tuple(Finding.from_dict(finding) for finding in data["findings"]),
        )


class Span(Struct, frozen=True):
    """Lines of a file that belong to one thing; without lines the whole file."""

    path: str
    first: int | None = None
    last: int | None = None
    """``None``: to the end of the file."""

    def holds(self, place: Place) -> bool:
        if place.path != self.path:
            return False
        if self.first is None:
            return True
        line = place.line or 1
        return self.first <= line and (self.last is None or line <= self.last)


class MapNode(Struct, frozen=True):
    """One thing of a deployment: a pipeline, image, service, port, route or configuration key."""

    id: str
    """``service:docker-compose.yml:api``; unique in its map."""
    kind: str
    """``pipeline``, ``image``, ``service``, ``port``, ``route`` or ``key``."""
    title: str
    group: str
    """What it stands in: the compose file, the render set, the package that serves the route."""
    place: Place | None
    """``None`` for what only exists outside the repository (a registry's image)."""
    spans: tuple[Span, ...] = ()
    """The lines that are about it: a finding there is a finding on it."""
    state: str = ""
    """Of a port: ``listens``, ``nobody`` (claimed, and nothing listens) or ``unknown``; of an
    image: ``built`` or ``foreign``."""
    details: tuple[str, ...] = ()


class MapEdge(Struct, frozen=True):
    """What one node has to do with another, and the line that says so."""

    source: str
    target: str
    kind: str
    """``builds runs listens claims publishes needs asks serves sets reads``."""
    place: Place | None
    says: str = ""
    wrong: bool = False
    """The two do not agree: asked for a port that nobody listens on, say."""


class DeploymentMap(Struct, frozen=True):
    """The graph of the deployment, in a stable order."""

    nodes: tuple[MapNode, ...] = ()
    edges: tuple[MapEdge, ...] = ()

    def of_kind(self, *kinds: str) -> tuple[MapNode, ...]:
        return tuple(node for node in self.nodes if node.kind in kinds)


class Run(Struct, frozen=True):
    """A finished audit: all a report may know. Deterministic: no time, no host, no duration."""

    target: str
    """The target's folder name, for titles."""
    fail_on: Severity | None
    items: tuple[ItemResult, ...]
    cycle: int = 1
    interrupted: bool = False
    """Stopped before its last item: what is missing would have been judged."""
    unreached: tuple[str, ...] = ()
    """Servers that an option names and that could not be asked: ``--recon-dsn: cannot connect``."""
    excerpts: Mapping[str, Sequence[tuple[int, str]]] = field(default_factory=dict)
    """``str(place)`` of a finding → numbered source lines around it (secrets masked)."""
    deployment: DeploymentMap = DeploymentMap()
    """Who builds, runs, publishes and asks whom; filled when a report that shows it is written."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The live findings, worst first. Of one severity, one finding of each check comes before
        all that repeat a check, as who reads only the beginning shall see all kinds of trouble:
        what runs in production before pipelines and documents, what is certain before the rest."""
        ordered = self._sorted(suppressed=False)
        leads: dict[tuple[Severity, str], Finding] = {}
        for one in ordered:
            leads.setdefault((one.severity, one.check), one)
        repeats = [one for one in ordered if one is not leads[one.severity, one.check]]
        found = [*sorted(leads.values(), key=Finding.lead_key), *repeats]
        return tuple(sorted(found, key=lambda one: -one.severity))

    @property
    def suppressed(self) -> tuple[Finding, ...]:
        """The findings that a waiver or a baseline accepted."""
        return self._sorted(suppressed=True)

    def _sorted(self, *, suppressed: bool) -> tuple[Finding, ...]:
        chosen = [
            finding
            for item in self.items
            for finding in item.findings
            if bool(finding.suppressed) is suppressed
        ]
        return tuple(sorted(chosen, key=Finding.sort_key))

    def of_pillar(self, pillar: Pillar) -> Run:
        """The part of the run that belongs to one pillar."""
        return Run(
            target=self.target,
            fail_on=self.fail_on,
            items=tuple(item for item in self.items if item.pillar is pillar),
            cycle=self.cycle,
            interrupted=self.interrupted,
            unreached=self.unreached,
            excerpts=self.excerpts,
            deployment=self.deployment,
        )

    @property
    def pillars(self) -> tuple[Pillar, ...]:
        """The pillars that have at least one item, in order."""
        return tuple(sorted({item.pillar for item in self.items}))
