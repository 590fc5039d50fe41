"""How a check is declared and how it speaks: ``@audit(...)``, ``report(...)``, ``skip(...)``.

A check is one plain function. Its name is its id (``docker_multi_stage`` → ``docker-multi-stage``),
its docstring its documentation, its parameters what it is given: exactly one *subject* (what it
is parametrized over) and any number of *facts*.
"""

from __future__ import annotations

import inspect
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from msgspec import Struct, field

from pytest_reconaudit.masking import hide_in_advice, hide_in_words, hide_secrets
from pytest_reconaudit.model import (
    CheckMeta,
    Confidence,
    Finding,
    Note,
    Pillar,
    Place,
    Severity,
    SkipReason,
    fingerprint,
)
from pytest_reconaudit.patterns import regex

__all__ = [
    "Skipped",
    "audit",
    "collecting",
    "meta_of",
    "report",
    "report_groups",
    "skip",
]

F = TypeVar("F", bound=Callable[..., None])

_EVIDENCE_LIMIT = 200
_NOTE_LIMIT = 600
_SECTION = regex(r"^(Why|Decides|Blind spots):[ ]?", re.MULTILINE)
_META = "__recon_check__"


class Skipped(Exception):
    """Raised by :func:`skip`: this subject cannot be judged."""

    def __init__(self, reason: SkipReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


class _Hearing(Struct):
    """What one check says about one subject while it runs."""

    meta: CheckMeta
    subject: str
    findings: list[Finding] = field(default_factory=list)


_hearing: ContextVar[_Hearing | None] = ContextVar("recon_hearing", default=None)


def audit(
    *,
    pillar: int,
    severity: Severity,
    fix: str,
    confidence: Confidence = Confidence.CERTAIN,
    impact: str = "",
    id: str | None = None,
    aliases: tuple[str, ...] = (),
    advice: Mapping[str, tuple[str, str]] | None = None,
    watched: bool = False,
) -> Callable[[F], F]:
    """Declare a function to be a check.

    :param pillar: 1 to 6.
    :param severity: the default; a finding may carry its own.
    :param fix: what to do about it, Markdown allowed.
    :param confidence: CERTAIN when a hit is a fact, LIKELY when it needs one look, POSSIBLE
        for a hint (never fails a gate).
    :param impact: what it costs when left alone, one sentence.
    :param id: only when the function's name cannot give it.
    :param advice: clause → impact and fix, for the clauses that ``impact`` and ``fix`` do not fit;
        an empty text leaves the check's own.
    :param watched: it asks what a live database does: it is asked last, when that has been watched.

    The docstring's first paragraph is the title; the sections ``Why:``, ``Decides:`` and
    ``Blind spots:`` are what ``--recon-explain`` prints.
    """

    def mark(function: F) -> F:
        name = id or re.sub(r"^test_", "", function.__name__).replace("_", "-")
        title, sections = _sections(inspect.getdoc(function) or "")
        meta = CheckMeta(
            id=name,
            pillar=Pillar(pillar),
            severity=severity,
            confidence=confidence,
            title=title,
            why=sections.get("Why", ""),
            decides=sections.get("Decides", ""),
            blind=sections.get("Blind spots", ""),
            fix=inspect.cleandoc(fix),
            impact=impact,
            function=function,
            parameters=tuple(inspect.signature(function).parameters),
            aliases=aliases,
            advice={
                clause: (cost, inspect.cleandoc(cure))
                for clause, (cost, cure) in (advice or {}).items()
            },
            watched=watched,
        )
        setattr(function, _META, meta)
        return function

    return mark


def meta_of(function: object) -> CheckMeta | None:
    """The declaration that :func:`audit` attached, if any."""
    meta = getattr(function, _META, None)
    return meta if isinstance(meta, CheckMeta) else None


def _sections(doc: str) -> tuple[str, dict[str, str]]:
    parts = _SECTION.split(doc)
    title = " ".join(parts[0].split("\n\n")[0].split()).rstrip(".")
    names, bodies = parts[1::2], parts[2::2]
    return title, {name: body.strip() for name, body in zip(names, bodies, strict=True)}


def report(
    at: Place,
    says: str,
    *,
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    evidence: str = "",
    related: Iterable[Note | tuple[Place, str]] = (),
    impact: str = "",
    fix: str = "",
    clause: str = "",
    key: str = "",
) -> None:
    """Report one finding. The one verb of a check; it may be called any number of times.

    :param at: where, taken from a parsed record.
    :param says: what is wrong, one sentence, naming the thing and the number compared.
    :param evidence: the offending text, secrets already masked; cut at 200 characters.
    :param related: the other places that prove it.
    :param clause: the letter of the catalogue's clause, when it has several; picks the impact and
        the fix that the check declares for it.
    :param key: what tells this finding from its neighbours when the evidence alone does not;
        goes into the fingerprint instead of the line.
    """
    hearing = _hearing.get()
    if hearing is None:
        raise RuntimeError("report() was called outside a check")
    meta = hearing.meta
    # Cut first: the patterns that look for secrets are meant for a line, not for a file.
    evidence = _cut(hide_secrets(at.path, evidence[: 2 * _EVIDENCE_LIMIT]))
    notes = tuple(
        Note(place, hide_in_words(words[:_NOTE_LIMIT]))
        for place, words in ((n.place, n.message) if isinstance(n, Note) else n for n in related)
    )
    says = hide_in_words(says)
    cost, cure = meta.advice.get(clause, ("", ""))
    hearing.findings.append(
        Finding(
            check=meta.id,
            pillar=meta.pillar,
            severity=meta.severity if severity is None else severity,
            confidence=meta.confidence if confidence is None else confidence,
            message=says,
            place=at,
            evidence=evidence,
            impact=impact or cost or meta.impact,
            remediation=_spoken_in(
                hide_in_advice(fix) or cure or meta.fix, posixpath.splitext(at.path)[1]
            ),
            related=notes,
            clause=clause,
            subject=hearing.subject,
            fingerprint=fingerprint(meta.id, at.path, evidence or says, key or clause),
        )
    )


_SPEAKS = {
    ".rs": "rust", ".py": "python", ".ts": "ts", ".tsx": "ts", ".mts": "ts", ".cts": "ts",
    ".js": "ts", ".jsx": "ts", ".mjs": "ts", ".cjs": "ts", ".vue": "ts", ".svelte": "ts",
}  # fmt: skip
_TONGUES = {"rust": "rust", "python": "python", "ts": "ts", "tsx": "ts", "js": "ts", "jsx": "ts"}
_NOTHING = regex(r":(?=\s*\0[\s\0]*(?!```)(?:[^\s\0]|\Z))")
"""What led to an example that is gone, and now to none."""
_EXAMPLE = regex(r"\n*^```(\w+)\n.*?^```$\n*", re.MULTILINE | re.DOTALL)


@lru_cache(maxsize=512)
def _spoken_in(fix: str, suffix: str) -> str:
    """A fix without the examples that are written in another language than the file's."""
    language = _SPEAKS.get(suffix.lower())
    if language is None or "```" not in fix:
        return fix

    def kept(match: re.Match[str]) -> str:
        return match[0] if _TONGUES.get(match[1], language) == language else "\n\n\0\n\n"

    left = _EXAMPLE.sub(kept, fix)
    left = _NOTHING.sub(".", left)
    return re.sub(r"\n{3,}", "\n\n", left.replace("\0", "")).strip() or fix


class FaultGroups(Protocol):
    """The faults of one file, grouped as they are told (see ``facts.k8s.kube_faults``)."""

    @property
    def unrendered(self) -> str:
        """Why a part of the file could not be judged; empty when all was."""
        ...

    def groups(self) -> Iterable[Any]:
        """Groups with place, listing, evidence, related, confidence, clause, key, weigh()."""
        ...


def report_groups(file: FaultGroups, clauses: Mapping[str, tuple[Severity, str]]) -> None:
    """Report one finding per group; then skip what could not be rendered.

    :param clauses: clause → (severity before the group's own weight, the sentence's beginning).
    """
    for group in file.groups():
        severity, says = clauses[group.clause]
        report(
            at=group.place,
            says=f"{says}: {group.listing}",
            severity=group.weigh(severity),
            confidence=group.confidence,
            evidence=group.evidence,
            related=group.related,
            clause=group.clause,
            key=group.key,
        )
    if file.unrendered:
        skip(SkipReason.NOT_RENDERABLE, file.unrendered)


def skip(reason: SkipReason, detail: str = "") -> None:
    """Stop: this subject cannot be judged. ``detail`` says what was missing, for a person."""
    raise Skipped(reason, hide_in_words(detail))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _EVIDENCE_LIMIT else text[: _EVIDENCE_LIMIT - 1] + "…"


@contextmanager
def collecting(meta: CheckMeta, subject: str) -> Iterator[list[Finding]]:
    """Run a check's function inside this block; the list fills with what it reports."""
    hearing = _Hearing(meta, subject)
    token = _hearing.set(hearing)
    try:
        yield hearing.findings
    finally:
        _hearing.reset(token)
