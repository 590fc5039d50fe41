"""Workflows that do each other's work: pairs, clusters, and who owns a cluster."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.gates import soft_places
from pytest_reconaudit.facts.ci.intents import ANYWHERE, Intent, job_intents
from pytest_reconaudit.facts.ci.npm_calls import NpmCall, npm_calls
from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.facts.ci.reachability import branches_overlap
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.workflow import Trigger, Workflow
from pytest_reconaudit.target import Target, once

__all__ = ["SharedIntent", "TwinPair", "WorkflowTwin", "workflow_twins"]

EVENTS = ("push", "pull_request", "pull_request_target", "merge_group", "release")
MIN_SHARED = 3
MIN_CONTAINMENT = 0.5
MIN_COMMANDS = 3
MIN_COMMAND_CONTAINMENT = 0.8

_PULL_DEFAULTS = frozenset({"opened", "synchronize", "reopened"})


class SharedIntent(Struct, frozen=True):
    """One kind of work with the place in either workflow."""

    kind: str
    mine: Place
    theirs: Place
    job: str
    """Id of the job that does it in this workflow."""
    text: str
    other_text: str


class TwinPair(Struct, frozen=True, eq=False):
    """Two workflows that do the same work, seen from one of them."""

    other: Workflow
    rule: str
    """``intents``, ``commands``, ``name`` or ``schedule``."""
    shared: tuple[SharedIntent, ...]
    containment: float
    """Shared work over the smaller workflow's work, 0 to 1."""
    mine: int
    theirs: int
    """How many pieces of work either has."""
    events: tuple[str, ...]
    """What starts both, with the branches: ``push on main, develop``."""

    @property
    def limit(self) -> float:
        """The containment from which on two workflows are twins."""
        return MIN_COMMAND_CONTAINMENT if self.rule == "commands" else MIN_CONTAINMENT

    @property
    def smaller(self) -> int:
        """How much work the smaller workflow has: what the shared work is held against."""
        return min(self.mine, self.theirs)

    @property
    def jobs(self) -> tuple[str, ...]:
        """The jobs of this workflow that do some of the shared work."""
        return tuple(dict.fromkeys(one.job for one in self.shared))


class WorkflowTwin(Struct, frozen=True, eq=False):
    """A workflow and the others that do its work again."""

    workflow: Workflow
    pairs: tuple[TwinPair, ...] = ()
    """Its partners, the closest first."""
    owner: Workflow | None = None
    """The workflow of its cluster whose gates can fail, of several such the one with the most
    jobs; ``None`` outside of clusters."""
    masked: tuple[SharedIntent, ...] = ()
    """Work that can fail the job here, and that a twin does without failing."""
    owner_fails: NpmCall | None = None
    """A package script that the owner calls and that is not there: it cannot pass as it is."""

    @property
    def redundant(self) -> bool:
        return self.owner is not None and self.owner is not self.workflow

    @property
    def gates(self) -> str:
        """The job that waits for the doubled ones when something else than the shared events starts
        the workflow: then they are its gate, and only the shared trigger is too much."""
        shared = {event.split()[0] for pair in self.pairs for event in pair.events}
        if "push" in shared or not self.workflow.events - shared - {
            "workflow_dispatch",
            "workflow_call",
        }:
            return ""
        doubled = {job.lower() for pair in self.pairs for job in pair.jobs}
        for job in self.workflow.jobs:
            if job.id.lower() not in doubled and any(
                need.id.lower() in doubled for need in job.needs
            ):
                return job.id
        return ""


@once
def workflow_twins(target: Target) -> tuple[WorkflowTwin, ...]:
    """Every workflow with its twins, sorted by path; unreadable ones have none."""
    known = workflows(target)
    meeting = [workflow for workflow in known if not workflow.problems and _can_meet(workflow)]
    pairs: dict[str, list[TwinPair]] = {workflow.path: [] for workflow in known}
    meetings = [
        (one, other, events, crons)
        for index, one in enumerate(meeting)
        for other in meeting[index + 1 :]
        for events, crons in [_common(one, other)]
        if events or crons
    ]
    wanted = {workflow.path: workflow for one, other, *_ in meetings for workflow in (one, other)}
    intents = {path: job_intents(target, workflow) for path, workflow in wanted.items()}
    for one, other, events, crons in meetings:
        found = _judge(one, other, events, crons, intents)
        if found:
            pairs[one.path].append(found)
            pairs[other.path].append(_turned(found, one))
    soft = soft_places(target) if wanted else frozenset()
    owners = _owners(known, pairs, intents, soft)
    broken = _broken(target) if owners else {}
    return tuple(
        WorkflowTwin(
            workflow,
            tuple(
                sorted(
                    pairs[workflow.path],
                    key=lambda pair: (-len(pair.shared), -pair.containment, pair.other.path),
                )
            ),
            owner,
            _masked(pairs[workflow.path], soft),
            broken.get(owner.path) if owner is not None else None,
        )
        for workflow, owner in ((one, owners.get(one.path)) for one in known)
    )


# -- when both run ---------------------------------------------------------------------------


def _common(one: Workflow, other: Workflow) -> tuple[dict[str, str], str]:
    """The events on which both run, each with its branches, and a cron line that both have."""
    events = {}
    for event in EVENTS:
        mine, theirs = one.trigger(event), other.trigger(event)
        if mine is None or theirs is None or _path_filtered(mine) or _path_filtered(theirs):
            continue
        if not _types(mine) & _types(theirs):
            continue
        branches = branches_overlap(mine, theirs)
        if branches:
            everywhere = branches == ("*",)
            events[event] = "" if everywhere else f" on {', '.join(branches)}"
    mine, theirs = one.trigger("schedule"), other.trigger("schedule")
    if mine is None or theirs is None:
        return events, ""
    crons = [" ".join(cron.split()) for cron in theirs.cron]
    return events, next((c for cron in mine.cron if (c := " ".join(cron.split())) in crons), "")


def _can_meet(workflow: Workflow) -> bool:
    return any(
        trigger.event == "schedule" or (trigger.event in EVENTS and not _path_filtered(trigger))
        for trigger in workflow.triggers
    )


def _path_filtered(trigger: Trigger) -> bool:
    return bool(trigger.paths or trigger.paths_ignore)


def _types(trigger: Trigger) -> frozenset[str]:
    """Activity types, so that ``closed`` and ``opened`` do not meet."""
    if trigger.types:
        return frozenset(trigger.types)
    if trigger.event.startswith("pull_request"):
        return _PULL_DEFAULTS
    if trigger.event == "release":
        return frozenset(
            {"published", "created", "released", "edited", "prereleased", "unpublished", "deleted"}
        )
    return frozenset({"any"})


# -- what both do ----------------------------------------------------------------------------


def _judge(
    one: Workflow,
    other: Workflow,
    events: dict[str, str],
    cron: str,
    intents: dict[str, tuple[Intent, ...]],
) -> TwinPair | None:
    shown = tuple(f"{event}{branches}" for event, branches in events.items())
    if events:
        mine = _under(intents[one.path], frozenset(events))
        theirs = _under(intents[other.path], frozenset(events))
        pair = _by_intents(other, mine, theirs, MIN_SHARED, "intents", shown)
        pair = pair or _by_commands(one, other, mine, theirs, shown)
        if pair:
            return pair
        if _same_name(one, other):
            return TwinPair(other, "name", (), 0.0, len(mine), len(theirs), shown)
    if cron:
        mine = _under(intents[one.path], frozenset({"schedule"}))
        theirs = _under(intents[other.path], frozenset({"schedule"}))
        return _by_intents(other, mine, theirs, 2, "schedule", (f"schedule '{cron}'",))
    return None


def _under(intents: Sequence[Intent], events: frozenset[str]) -> list[Intent]:
    return [one for one in intents if one.events is None or one.events & events]


def _by_intents(
    other: Workflow,
    mine: list[Intent],
    theirs: list[Intent],
    least: int,
    rule: str,
    events: tuple[str, ...],
) -> TwinPair | None:
    left, right = _distinct(mine), _distinct(theirs)
    if not left or not right:
        return None
    shared = _match(left, right)
    kinds = {one.kind for one in shared}
    containment = len(shared) / min(len(left), len(right))
    # Three packages linted in both files are one kind of work, not three.
    if len(kinds) < least or containment < MIN_CONTAINMENT:
        return None
    return TwinPair(other, rule, tuple(shared), containment, len(left), len(right), events)


def _distinct(intents: list[Intent]) -> list[Intent]:
    """One intent for each kind and scope, its runners and back ends joined."""
    found: dict[tuple[str, str | None, str, str], Intent] = {}
    for intent in intents:
        if not intent.kind:
            continue
        key = (intent.kind, intent.directory, intent.variant, intent.part)
        known = found.get(key)
        if known is None:
            found[key] = intent
        else:
            found[key] = replace(
                known,
                runners=_joined(known.runners, intent.runners),
                backends=_joined(known.backends, intent.backends),
            )
    return list(found.values())


def _joined(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Both sets; an empty one means "any" and stays so."""
    return one | other if one and other else frozenset()


def _match(mine: list[Intent], theirs: list[Intent]) -> list[SharedIntent]:
    """Pair the intents off, equal scopes before covering ones."""
    free = list(theirs)
    shared = []
    for exact in (True, False):
        left = []
        for intent in mine:
            candidate = next((one for one in free if _same_work(intent, one, exact=exact)), None)
            if candidate is None:
                left.append(intent)
                continue
            free.remove(candidate)
            shared.append(_shared(intent.kind, intent, candidate))
        mine = left
    return sorted(shared, key=lambda one: one.mine.key())


def _shared(kind: str, mine: Intent, theirs: Intent) -> SharedIntent:
    return SharedIntent(kind, mine.place, theirs.place, mine.job, mine.text, theirs.text)


def _same_work(one: Intent, other: Intent, *, exact: bool) -> bool:
    if one.kind != other.kind or one.variant != other.variant or _apart(one, other):
        return False
    if one.directory is None or other.directory is None:
        return False
    same_folder = one.directory == other.directory
    if exact or one.part == other.part:
        return one.part == other.part and (
            same_folder or (not exact and ANYWHERE in (one.directory, other.directory))
        )
    if one.part and other.part:
        return False
    return same_folder or ANYWHERE in (one.directory, other.directory)


def _apart(one: Intent, other: Intent) -> bool:
    """Whether they run on different systems or against different back ends."""
    return any(
        a and b and not a & b
        for a, b in ((one.runners, other.runners), (one.backends, other.backends))
    )


def _by_commands(
    one: Workflow,
    other: Workflow,
    mine: list[Intent],
    theirs: list[Intent],
    events: tuple[str, ...],
) -> TwinPair | None:
    left = {intent.command: intent for intent in reversed(mine) if intent.command}
    right = {intent.command: intent for intent in reversed(theirs) if intent.command}
    common = [c for c in left if c in right and not _apart(left[c], right[c])]
    smaller = min(len(left), len(right))
    # One command of a matrix counts once, however many values it is run for.
    if len({left[c].text for c in common}) < MIN_COMMANDS:
        return None
    if len(common) < MIN_COMMAND_CONTAINMENT * smaller:
        return None
    if _differ(one, other):
        return None
    shared = [_shared(left[c].kind or "command", left[c], right[c]) for c in common]
    return TwinPair(
        other,
        "commands",
        tuple(sorted(shared, key=lambda s: s.mine.key())),
        len(common) / smaller,
        len(left),
        len(right),
        events,
    )


def _differ(one: Workflow, other: Workflow) -> bool:
    """Whether a variable that both set has two values, so that equal commands do other work."""
    mine, theirs = _settings(one), _settings(other)
    return any(mine[key] != theirs[key] for key in mine if key in theirs)


def _settings(workflow: Workflow) -> dict[str, frozenset[str]]:
    """Variable → every value that the workflow or its jobs give it."""
    found: dict[str, set[str]] = {}
    for source in (workflow.env, *(job.env for job in workflow.jobs)):
        for key in source:
            if not f"{key}".upper().endswith("_VERSION"):
                found.setdefault(f"{key}", set()).add(source.str(key))
    return {key: frozenset(values) for key, values in found.items()}


def _same_name(one: Workflow, other: Workflow) -> bool:
    """Equal ``name:`` and equal triggers."""
    if not one.name or one.name.strip().lower() != other.name.strip().lower():
        return False
    return _signature(one) == _signature(other)


def _signature(workflow: Workflow) -> frozenset[tuple[str, frozenset[str], frozenset[str]]]:
    return frozenset(
        (trigger.event, frozenset(trigger.branches), frozenset(trigger.branches_ignore))
        for trigger in workflow.triggers
    )


# -- clusters --------------------------------------------------------------------------------


def _turned(pair: TwinPair, one: Workflow) -> TwinPair:
    """The same pair seen from the other side; its jobs are the other's."""
    shared = tuple(
        SharedIntent(s.kind, s.theirs, s.mine, _job_at(pair.other, s.theirs), s.other_text, s.text)
        for s in pair.shared
    )
    shared = tuple(sorted(shared, key=lambda s: s.mine.key()))
    return TwinPair(one, pair.rule, shared, pair.containment, pair.theirs, pair.mine, pair.events)


def _job_at(workflow: Workflow, place: Place) -> str:
    line = place.line or 0
    return next((job.id for job in workflow.jobs if (job.place.line or 0) <= line <= job.end), "")


def _owners(
    known: tuple[Workflow, ...],
    pairs: dict[str, list[TwinPair]],
    intents: dict[str, tuple[Intent, ...]],
    soft: frozenset[Place],
) -> dict[str, Workflow]:
    """Path → the owner of its connected component."""
    owners: dict[str, Workflow] = {}
    for workflow in known:
        if workflow.path in owners or not pairs[workflow.path]:
            continue
        cluster, stack = [], [workflow]
        seen = {workflow.path}
        while stack:
            current = stack.pop()
            cluster.append(current)
            for pair in pairs[current.path]:
                if pair.other.path not in seen:
                    seen.add(pair.other.path)
                    stack.append(pair.other)
        sound = [w for w in cluster if not _is_hollow(intents.get(w.path, ()), soft)] or cluster
        owner = min(sound, key=lambda w: (-len(w.jobs), -len(intents.get(w.path, ())), w.path))
        owners.update({one.path: owner for one in cluster})
    return owners


def _broken(target: Target) -> dict[str, NpmCall]:
    """Workflow → a package script that it calls and that is not there: it cannot pass."""
    return {
        known.workflow.path: call
        for known in npm_calls(target)
        for call in reversed(known.calls)
        if not call.there and not call.masked
    }


_TESTS = ("test", "e2e", "pytest")


def _is_hollow(intents: tuple[Intent, ...], soft: frozenset[Place]) -> bool:
    """Whether a workflow's tests, or most of what it does, cannot fail."""
    work = [one for one in intents if one.kind]
    tests = [one for one in work if one.kind.endswith(_TESTS)]
    hidden = sum(one.place in soft for one in work)
    return bool(tests and all(one.place in soft for one in tests)) or hidden * 2 > len(work)


def _masked(pairs: Sequence[TwinPair], soft: frozenset[Place]) -> tuple[SharedIntent, ...]:
    """What would be lost if the workflow went: others do it, but cannot fail by it."""
    return tuple(
        one for pair in pairs for one in pair.shared if one.theirs in soft and one.mine not in soft
    )
