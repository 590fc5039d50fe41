"""Checks × subjects: finds the checks, plans the items, runs one item. Knows no pytest."""

from __future__ import annotations

import importlib
import pkgutil
import re
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit import subjects as registry
from pytest_reconaudit.audit import Skipped, collecting, meta_of
from pytest_reconaudit.copies import copy_of
from pytest_reconaudit.deadline import TimeLimit, deadline, limit_for
from pytest_reconaudit.masking import hide_in_words
from pytest_reconaudit.model import (
    CheckMeta,
    Confidence,
    Finding,
    ItemResult,
    Outcome,
    Pillar,
    Place,
    Severity,
    fingerprint,
)
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.subjects import Nothing, Subject
from pytest_reconaudit.target import Target

__all__ = [
    "BUILTIN",
    "Answer",
    "CheckError",
    "Heard",
    "Plan",
    "PlannedItem",
    "asked",
    "builtin_checks",
    "hear",
    "heard_all",
    "judge",
    "plan",
    "with_heard",
]

BUILTIN = "pytest_reconaudit.checks"
_UNLIMITED = frozenset({"db", "lint"})


class CheckError(Exception):
    """A check is written wrongly (unknown parameter, two subjects); the message names it."""


class Heard(Struct, frozen=True):
    """What a check said about a subject, before any policy."""

    said: tuple[Finding, ...] = ()
    skipped: str = ""
    crash: str = ""


class PlannedItem(Struct, frozen=True):
    """One check on one subject, or the reason why it has none."""

    meta: CheckMeta
    module: str
    """Short path of the check's file, e.g. ``docker/multi_stage.py``: the item id's first half."""
    subject: Subject | None
    nothing: Nothing | None = None
    error: BaseException | None = None
    """The subject provider crashed: this check's only item, an error."""
    heard: Heard | None = None
    """What the check said, when another process has asked it; the subject's value is not here."""

    @property
    def name(self) -> str:
        """``docker-multi-stage[infrastructure/docker/Dockerfile.backend]``."""
        return f"{self.meta.id}[{self.subject.id}]" if self.subject else self.meta.id


Plan = Sequence[PlannedItem]
Answer = tuple[str, str | None, Nothing | None, Heard]
"""(check id, subject id, why there is none, what the check said): a plain record of an item."""


def builtin_checks(domains: Iterable[str] = ()) -> tuple[tuple[CheckMeta, str], ...]:
    """Every built-in check with its file's short path, sorted by id.

    :param domains: only the checks of these; no other module is imported.
    """
    wanted = frozenset(domains)
    package = importlib.import_module(BUILTIN)
    found: list[tuple[CheckMeta, str]] = []
    for info in pkgutil.walk_packages(package.__path__, f"{BUILTIN}."):
        if info.ispkg or (wanted and info.name.split(".")[2] not in wanted):
            continue
        module = importlib.import_module(info.name)
        short = info.name.removeprefix(f"{BUILTIN}.").replace(".", "/") + ".py"
        found.extend((meta, short) for meta in checks_in(module))
    return tuple(sorted(found, key=lambda pair: pair[0].id))


def checks_in(module: ModuleType) -> list[CheckMeta]:
    """The checks that a module defines (not those it imports)."""
    return [
        meta
        for value in vars(module).values()
        if (meta := meta_of(value)) and meta.function.__module__ == module.__name__
    ]


def meta_for(
    function: Callable[..., None], parameters: Sequence[str], marks: Iterable[Any]
) -> CheckMeta:
    """The declaration of a user's check; one made up from its marks when it has none.

    An undecorated ``test_*`` function that takes a subject is a check too: its failing ``assert``
    is a HIGH finding at the subject's place, in the pillar that a ``pillarN`` mark names (else 1).
    """
    known = meta_of(function)
    if known is not None:
        return replace(known, parameters=tuple(parameters))
    pillar = next(
        (Pillar(int(m.name[6:])) for m in marks if re.fullmatch(r"pillar[1-6]", m.name)),
        Pillar.CODE,
    )
    doc = (function.__doc__ or "").strip().partition("\n")[0].rstrip(".")
    name = re.sub(r"^test_", "", function.__name__)
    return CheckMeta(
        id=name.replace("_", "-"),
        pillar=pillar,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=doc or name.replace("_", " "),
        why="",
        decides="",
        blind="",
        fix="",
        impact="",
        function=function,
        parameters=tuple(parameters),
    )


def plan(
    target: Target,
    checks: Iterable[tuple[CheckMeta, str]],
    subjects: Mapping[str, registry.SubjectProvider] | None = None,
) -> list[PlannedItem]:
    """The items of the given checks on a target, in a deterministic order.

    :param subjects: providers beside the registered ones (``pytest_recon_subjects``).
    """
    registry.load_providers()
    providers = {**registry.SUBJECTS, **(subjects or {})}
    items: list[PlannedItem] = []
    for meta, module in checks:
        name = subject_parameter(meta, providers)
        if name is None:
            items.append(PlannedItem(meta, module, Subject("", target)))
            continue
        try:
            with limited(meta, target):
                given = target.remember(providers[name])
        except Exception as error:
            items.append(PlannedItem(meta, module, None, error=error))
            continue
        if isinstance(given, Nothing):
            items.append(PlannedItem(meta, module, None, nothing=given))
            continue
        items.extend(PlannedItem(meta, module, one) for one in given)
    return items


def limited(meta: CheckMeta, target: Target) -> AbstractContextManager[None]:
    """The time limit of one item; a replay and a linter have limits of their own."""
    if meta.domain in _UNLIMITED:
        return nullcontext()
    return deadline(limit_for(len(target.files)))


def subject_parameter(
    meta: CheckMeta, providers: Mapping[str, registry.SubjectProvider]
) -> str | None:
    """Which parameter of a check is its subject.

    Raises :class:`CheckError` when a parameter is unknown or there is more than one subject.
    """
    names = [name for name in meta.parameters if name in providers]
    unknown = [n for n in meta.parameters if n not in providers and n not in registry.FACTS]
    if unknown:
        import difflib

        near = difflib.get_close_matches(unknown[0], [*providers, *registry.FACTS], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise CheckError(f"check {meta.id}: no subject or fact is called {unknown[0]!r}{hint}")
    if len(names) != 1:
        raise CheckError(
            f"check {meta.id}: needs exactly one subject parameter, has {len(names)}"
            f" ({', '.join(names) or 'none'})"
        )
    return names[0]


def arguments(item: PlannedItem, target: Target) -> dict[str, Any]:
    """What the check's function is called with."""
    assert item.subject is not None
    return {
        name: target.remember(registry.FACTS[name])
        if name in registry.FACTS
        else item.subject.value
        for name in item.meta.parameters
    }


def hear(item: PlannedItem, target: Target, call: Callable[..., Any] | None = None) -> Heard:
    """Ask the check of an item about its subject. A crash is part of the answer."""
    meta = item.meta
    skipped = ""
    with collecting(meta, item.subject.id if item.subject else "") as said:
        try:
            if call is not None:
                call()
            else:
                with limited(meta, target):
                    meta.function(**arguments(item, target))
        except Skipped as reason:
            skipped = str(reason)
        except AssertionError as error:
            said.append(_from_assertion(error, item))
        except Exception as error:
            return Heard(crash=crash_text(error))
    return Heard(tuple(said), skipped)


def heard_all(
    target: Target,
    checks: Iterable[tuple[CheckMeta, str]],
    subjects: Mapping[str, registry.SubjectProvider] | None = None,
) -> list[Answer]:
    """Plan the checks and ask them all, for another process: see :func:`with_heard`."""
    answers: list[Answer] = []
    for item in plan(target, checks, subjects):
        if item.error is not None:
            heard = Heard(crash=crash_text(item.error))
        else:
            heard = Heard() if item.subject is None else hear(item, target)
        subject = item.subject.id if item.subject else None
        answers.append((item.meta.id, subject, item.nothing, heard))
    return answers


def asked(
    target: Target,
    checks: Iterable[tuple[CheckMeta, str]],
    subjects: Mapping[str, registry.SubjectProvider] | None = None,
) -> list[PlannedItem]:
    """Plan the checks and ask them all, here."""
    return [
        item
        if item.subject is None or item.error is not None
        else replace(item, subject=Subject(item.subject.id, None), heard=hear(item, target))
        for item in plan(target, checks, subjects)
    ]


def with_heard(
    checks: Iterable[tuple[CheckMeta, str]],
    answers: Iterable[Answer],
) -> list[PlannedItem]:
    """The items of checks that another process, or an earlier run, has planned and asked."""
    known = {meta.id: (meta, module) for meta, module in checks}
    return [
        PlannedItem(
            *known[check],
            subject=None if subject is None else Subject(subject, None),
            nothing=nothing,
            heard=heard,
        )
        for check, subject, nothing, heard in answers
    ]


def judge(
    item: PlannedItem,
    target: Target,
    policy: Policy,
    severity_of: Callable[[Finding], Finding] = lambda finding: finding,
    call: Callable[..., Any] | None = None,
    elsewhere: Callable[[Finding], bool] | None = None,
) -> ItemResult:
    """Run one item. A crash in the check is an ERROR result, never an exception.

    :param severity_of: the severity hook; returns the finding with its final severity.
    :param call: runs the check's function with its arguments in another way (fixtures).
    :param elsewhere: whether a finding is said by another check already and is to be left out here.
    """
    meta = item.meta
    subject = item.subject.id if item.subject else ""

    def result(
        outcome: Outcome, reason: str = "", findings: tuple[Finding, ...] = ()
    ) -> ItemResult:
        return ItemResult(meta.id, meta.pillar, meta.title, subject, outcome, reason, findings)

    if item.nothing is not None:
        reason = f"{item.nothing.reason.value}: {hide_in_words(item.nothing.detail)}"
        return result(Outcome.SKIPPED, reason)
    if item.error is not None:
        return result(Outcome.ERROR, crash_text(item.error))
    heard = item.heard or hear(item, target, call)
    if heard.crash:
        return result(Outcome.ERROR, heard.crash)
    said, skipped = list(heard.said), heard.skipped
    if said and elsewhere is not None:
        kept = [finding for finding in said if not elsewhere(finding)]
        if not kept:
            return result(Outcome.PASSED, skipped)
        said = kept
    if not said:
        return result(Outcome.SKIPPED, skipped) if skipped else result(Outcome.PASSED)
    said = [_weighed(finding, target) for finding in numbered(said)]
    settled = (policy.settle(severity_of(finding), target) for finding in said)
    findings = tuple(sorted(settled, key=Finding.sort_key))
    return result(policy.outcome(findings), skipped, findings)


def _weighed(finding: Finding, target: Target) -> Finding:
    """The finding, as a note where its file is only kept beside one that is in use."""
    kept = copy_of(target, finding.place.path) if finding.severity > Severity.INFO else ""
    if not kept:
        return finding
    message = f"{finding.message}; the file is {kept}"
    return replace(finding, severity=Severity.INFO, message=message)


def _from_assertion(error: AssertionError, item: PlannedItem) -> Finding:
    """A failed ``assert`` in a check: a finding at the subject's own place."""
    assert item.subject is not None
    meta, value = item.meta, item.subject.value
    place = getattr(value, "place", None)
    if not isinstance(place, Place):
        path = getattr(value, "path", None)
        place = Place(path if isinstance(path, str) else item.subject.id.partition(":")[0])
    message = str(error).strip().partition("\n")[0] or f"{meta.title} does not hold"
    return Finding(
        check=meta.id,
        pillar=meta.pillar,
        severity=meta.severity,
        confidence=meta.confidence,
        message=message,
        place=place,
        impact=meta.impact,
        remediation=meta.fix,
        subject=item.subject.id,
        fingerprint=fingerprint(meta.id, place.path, message, item.subject.id),
    )


def crash_text(error: BaseException) -> str:
    """A crash in one line, with the innermost place in our code that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, TimeLimit):
        del frames[-1:]  # what was at work when the alarm rang
    where = ""
    if frames:
        last = frames[-1]
        short = last.filename.replace("\\", "/").rsplit("/", 2)[-2:]
        where = f" ({'/'.join(short)}:{last.lineno})"
    return f"the check crashed: {type(error).__name__}: {error}{where}"


def numbered(findings: Iterable[Finding]) -> list[Finding]:
    """Give findings that share a fingerprint an ordinal, in place order, so each has its own."""
    seen: dict[str, int] = {}
    out = []
    for finding in sorted(findings, key=lambda f: (f.place.key(), f.check, f.message)):
        count = seen[finding.fingerprint] = seen.get(finding.fingerprint, 0) + 1
        if count > 1:
            finding = replace(finding, fingerprint=f"{finding.fingerprint}-{count}")
        out.append(finding)
    return out
