"""The figures and sentences that every report shares, so that no two reports disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from msgspec import Struct, structs

from pytest_reconaudit.model import (
    BEHIND,
    Confidence,
    Finding,
    ItemResult,
    Outcome,
    Pillar,
    Run,
    Severity,
)
from pytest_reconaudit.reports.prose import Span, code, strong, text
from pytest_reconaudit.reports.text import count, one_line

__all__ = ["WORST_FIRST", "Digest", "Group", "Healthy", "Unjudged", "severities"]

_FIRST = 10
"""Groups of findings that are named before all others."""
WORST_FIRST = tuple(sorted(Severity, reverse=True))
Sentence = tuple[Span, ...]


class Healthy(Struct, frozen=True):
    """A check that found at least one subject healthy."""

    check: str
    title: str
    passed: int
    judged: int

    @property
    def entirely(self) -> bool:
        return self.passed == self.judged


class Unjudged(Struct, frozen=True):
    """One reason for giving no verdict, with the (check, subjects) it stopped."""

    kind: str
    """The fixed word, e.g. ``no-input``."""
    detail: str
    checks: tuple[tuple[str, tuple[str, ...]], ...]


class Group(Struct, frozen=True):
    """Findings of one check and severity that cost the same and are cured the same way."""

    check: str
    title: str
    severity: Severity
    impact: str
    remediation: str
    findings: tuple[Finding, ...]


def severities(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many per severity, worst first, zeros included."""
    counted = Counter(finding.severity for finding in findings)
    return {severity: counted[severity] for severity in WORST_FIRST}


def worded(counts: dict[Severity, int]) -> str:
    """``1 critical, 3 high, 2 notes``; empty when there is nothing."""
    parts = [
        count(number, "note") if severity is Severity.INFO else f"{number:,} {severity.label}"
        for severity, number in counts.items()
        if number
    ]
    return ", ".join(parts)


class Digest(Struct, frozen=True, dict=True):
    """What a run (or one pillar of it) comes to."""

    run: Run

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Live, worst first, notes included (last)."""
        return self.run.findings

    @cached_property
    def defects(self) -> tuple[Finding, ...]:
        """The findings that are no mere notes."""
        return tuple(f for f in self.findings if f.severity is not Severity.INFO)

    @cached_property
    def notes(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is Severity.INFO)

    @cached_property
    def suppressed(self) -> tuple[Finding, ...]:
        return self.run.suppressed

    @cached_property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that fail the gate."""
        return tuple(f for f in self.findings if f.fails(self.run.fail_on))

    @cached_property
    def counts(self) -> dict[Severity, int]:
        return severities(self.findings)

    @cached_property
    def outcomes(self) -> dict[Outcome, int]:
        counted = Counter(item.outcome for item in self.run.items)
        return {outcome: counted[outcome] for outcome in Outcome}

    @cached_property
    def titles(self) -> dict[str, str]:
        return {item.check: item.title for item in self.run.items}

    @cached_property
    def crashes(self) -> tuple[ItemResult, ...]:
        found = [item for item in self.run.items if item.outcome is Outcome.ERROR]
        return tuple(sorted(found, key=lambda item: (item.check, item.subject)))

    @cached_property
    def healthy(self) -> tuple[Healthy, ...]:
        """Checks with healthy subjects, entirely healthy ones first, then by id.

        A subject that passes only because its findings are accepted counts as judged, not as
        healthy.
        """
        passed: Counter[str] = Counter()
        judged: Counter[str] = Counter()
        for item in self.run.items:
            if item.outcome in (Outcome.SKIPPED, Outcome.ERROR):
                continue
            judged[item.check] += 1
            if item.outcome is Outcome.PASSED and not any(f.suppressed for f in item.findings):
                passed[item.check] += 1
        found = [
            Healthy(check, self.titles[check], number, judged[check])
            for check, number in passed.items()
        ]
        return tuple(sorted(found, key=lambda one: (not one.entirely, one.check)))

    @cached_property
    def verified(self) -> tuple[Healthy, ...]:
        """The checks that found every judged subject healthy."""
        return tuple(one for one in self.healthy if one.entirely)

    @cached_property
    def unjudged(self) -> tuple[Unjudged, ...]:
        """What got no verdict, grouped by reason. An item with findings may be in here too: the
        part of it that could not be judged."""
        groups: dict[tuple[str, str], dict[str, list[str]]] = {}
        for item in self.run.items:
            skipped = item.outcome is Outcome.SKIPPED
            if item.outcome is Outcome.ERROR or not (skipped or item.reason):
                continue
            kind, _, detail = item.reason.partition(":")
            key = (one_line(kind) or "no reason given", one_line(detail))
            groups.setdefault(key, {}).setdefault(item.check, []).append(item.subject)
        return tuple(
            Unjudged(
                kind,
                detail,
                tuple(
                    (check, tuple(sorted(filter(None, checks[check])))) for check in sorted(checks)
                ),
            )
            for (kind, detail), checks in sorted(groups.items())
        )

    @cached_property
    def unjudged_checks(self) -> dict[str, int]:
        """Skip reason → how many checks it stopped, wholly or in part."""
        found: dict[str, set[str]] = {}
        for one in self.unjudged:
            found.setdefault(one.kind, set()).update(check for check, _ in one.checks)
        return {kind: len(checks) for kind, checks in sorted(found.items())}

    @cached_property
    def skipped_checks(self) -> int:
        """How many checks could not judge something."""
        return len({check for one in self.unjudged for check, _ in one.checks})

    @cached_property
    def judged(self) -> int:
        """How many items gave a verdict."""
        silent = (Outcome.SKIPPED, Outcome.ERROR)
        return sum(number for outcome, number in self.outcomes.items() if outcome not in silent)

    @property
    def failed(self) -> bool:
        return self.outcomes[Outcome.FAILED] > 0

    @property
    def verdict(self) -> str:
        """``failed``, ``passed``, ``off`` (no gate), ``crashed``, ``interrupted``, ``empty`` or
        ``unreached`` (a server that was named could not be asked)."""
        if self.failed:
            return "failed"
        if self.run.interrupted:
            return "interrupted"
        if self.crashes:
            return "crashed"
        if not self.judged:
            return "empty"
        if self.run.unreached:
            return "unreached"
        return "off" if self.run.fail_on is None else "passed"

    @property
    def threshold(self) -> str:
        """``high or above``; ``critical``; empty when no gate is set."""
        level = self.run.fail_on
        if level is None:
            return ""
        if level is Severity.INFO:
            level = Severity.LOW
        return level.label if level is Severity.CRITICAL else f"{level.label} or above"

    @cached_property
    def verdict_text(self) -> str:
        """The gate in one sentence."""
        match self.verdict:
            case "failed":
                words = count(len(self.failing), "finding")
                more = "; interrupted, so there may be more" if self.run.interrupted else ""
                return f"Gate failed by {words} ({self.threshold}){more}."
            case "interrupted":
                return "Interrupted before the last item: no verdict."
            case "crashed":
                words = count(len(self.crashes), "check item")
                return f"No clear verdict: {words} crashed, the rest stays below the gate."
            case "empty":
                return "Nothing was judged: this is no clean bill of health."
            case "unreached":
                names = " and ".join(text.partition(":")[0] for text in self.run.unreached)
                return f"No clear verdict: {names} gave no answer; the rest stays below the gate."
            case "off":
                return "No gate is set: every finding is advice."
            case _:
                return f"Gate passed: no finding fails it (threshold: {self.threshold})."

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The findings by what to do about them, worst first."""
        found: dict[tuple[Severity, str, str, str], list[Finding]] = {}
        for one in self.findings:
            key = (one.severity, one.check, one.impact, one.remediation)
            found.setdefault(key, []).append(one)
        return tuple(
            Group(check, self.titles.get(check, ""), severity, impact, fix, tuple(members))
            for (severity, check, impact, fix), members in found.items()
        )

    @cached_property
    def first(self) -> tuple[Group, ...]:
        """What to do first, whichever pillar it belongs to: the worst, each check once; what runs
        in production before pipelines and documents, what is certain before the rest. Empty when
        there is no choice to make."""
        found: dict[tuple[Severity, str], list[Group]] = {}
        for one in self.groups:
            if one.severity >= Severity.MEDIUM:
                found.setdefault((one.severity, one.check), []).append(one)
        grave = [
            structs.replace(same[0], findings=tuple(f for one in same for f in one.findings))
            for same in found.values()
        ]
        grave.sort(
            key=lambda one: (
                -one.severity,
                one.check.startswith(BEHIND),
                all(f.confidence is not Confidence.CERTAIN for f in one.findings),
            )
        )
        return tuple(grave[:_FIRST]) if len(grave) > 2 else ()

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The executive summary: sentences, each with its figures."""
        said: list[Sentence] = []
        if self.defects:
            files = count(len({finding.place.path for finding in self.defects}), "file")
            notes = f", and {count(len(self.notes), 'note')}" if self.notes else ""
            said.append(
                (
                    strong(count(len(self.defects), "finding")),
                    text(f" in {files}: {worded(severities(self.defects))}{notes}."),
                )
            )
            said.extend(self._gate_sentence())
            worst = self.first[0].findings[0] if self.first else self.defects[0]
            said.append(
                (
                    text("First to fix: "),
                    code(str(worst.place)),
                    text(f" ({worst.severity.label}, {worst.check})."),
                )
            )
            said.extend(self._hot_spot())
        elif self.judged:
            said.append((strong("No finding."), text(f" {count(self.judged, 'item')} judged.")))
        else:
            said.append((strong("Nothing was judged"), text("; this is no clean bill of health.")))
        if self.verified:
            subjects = sum(one.passed for one in self.verified)
            said.append(
                (
                    text(
                        f"{count(len(self.verified), 'check')} found nothing wrong"
                        f" ({count(subjects, 'subject')} judged)."
                    ),
                )
            )
        said.extend(self._gaps())
        return tuple(said)

    def _gate_sentence(self) -> Sequence[Sentence]:
        if self.run.fail_on is None:
            return [(text("No gate is set: all of them are advice."),)]
        failing, rest = len(self.failing), len(self.defects) - len(self.failing)
        if not failing:
            return [(text(f"None of them fails the gate ({self.threshold})."),)]
        verb = "fails" if failing == 1 else "fail"
        words = f"{failing:,} {verb} the gate ({self.threshold})"
        tail = f"; {rest:,} {'is' if rest == 1 else 'are'} advisory." if rest else "."
        return [(text(words + tail),)]

    def _hot_spot(self) -> Sequence[Sentence]:
        """The file that holds a good part of the findings, when one does."""
        per_file = Counter(finding.place.path for finding in self.defects)
        path, number = min(per_file.items(), key=lambda pair: (-pair[1], pair[0]))
        if number < 3 or number * 5 < len(self.defects) or len(per_file) == 1:
            return []
        return [(code(path), text(f" alone holds {number:,} of them."))]

    def _gaps(self) -> Sequence[Sentence]:
        said: list[Sentence] = [
            (strong("Nothing was compared with a server that was named"), text(f" ({why})."))
            for why in self.run.unreached
        ]
        if self.unjudged:
            kinds = ", ".join(f"{number} {kind}" for kind, number in self.unjudged_checks.items())
            words = count(self.skipped_checks, "check")
            said.append((text(f"{words} could not judge everything ({kinds})."),))
        if self.suppressed:
            words = count(len(self.suppressed), "finding")
            verb = "was" if len(self.suppressed) == 1 else "were"
            said.append((text(f"{words} {verb} accepted and not counted."),))
        if self.crashes:
            words = count(len(self.crashes), "check item")
            said.append((strong(f"{words} crashed"), text(": the verdict there is missing.")))
        return said

    def of(self, pillar: Pillar) -> Digest:
        """The digest of one pillar."""
        return Digest(self.run.of_pillar(pillar))
