"""Which jobs and steps of a workflow can ever run.

Every combination of event, activity type and ref that the triggers allow is one *world*; a
condition is impossible when it is false in all of them. What a world does not know (inputs,
secrets, outputs, the payload) counts as possible, so "never" is a fact and "maybe" is silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.pipelines import workflows
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.expression import (
    UNKNOWN,
    Call,
    Compare,
    Node,
    Partial,
    Value,
    asks_count,
    conjuncts,
    evaluate,
    literals,
    names,
    read_condition,
    status_functions,
    truth,
    walk,
)
from pytest_reconaudit.readers.workflow import Job, Need, Step, Trigger, Workflow
from pytest_reconaudit.target import Target, once

__all__ = [
    "DeadStep",
    "JobReach",
    "Link",
    "accepts",
    "branches_overlap",
    "dead_jobs",
    "job_reaches",
]

_MAX_WORLDS = 3_000
_MAX_PATTERN = 300
_MAX_PATTERNS = 200
"""A longer filter is taken to let everything through; no hand-written one is."""
_STATUS = regex(r"\b(?:always|cancelled|failure|success)\b", re.IGNORECASE)
_WILD = regex(r"[*?+\[!\\]")

# -- branch and tag filters ------------------------------------------------------------------


class _Token(Struct, frozen=True):
    """One place of a filter pattern: which characters fit, and how often."""

    characters: str
    """The characters that fit; those that do not when ``inverse``."""
    inverse: bool = False
    repeat: str = ""
    """``*`` any number, ``?`` none or one, empty: exactly one."""

    def fits(self, char: str) -> bool:
        return (char in self.characters) is not self.inverse


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> tuple[_Token, ...]:
    """A GitHub filter pattern: ``*`` stops at a slash, ``?`` and ``+`` repeat what precedes."""
    tokens: list[_Token] = []
    text, i = pattern.lower(), 0
    while i < len(text):
        char = text[i]
        if char == "*":
            double = text.startswith("**", i)
            tokens.append(_Token("" if double else "/", inverse=True, repeat="*"))
            i += 1 if double else 0
        elif char in "?+":
            if tokens and not tokens[-1].repeat:
                last = tokens.pop()
                tokens += [last] if char == "+" else []
                tokens.append(replace(last, repeat="*" if char == "+" else "?"))
        elif char == "[" and "]" in text[i + 1 :]:
            end = text.index("]", i + 1)
            tokens.append(_Token(_characters(text[i + 1 : end])))
            i = end
        else:
            if char == "\\" and i + 1 < len(text):
                i += 1
            tokens.append(_Token(text[i]))
        i += 1
    return tuple(tokens)


def _characters(text: str) -> str:
    """The characters of ``a-z0-9_``."""
    found, i = "", 0
    while i < len(text):
        if text[i + 1 : i + 2] == "-" and i + 2 < len(text):
            first, last = ord(text[i]), ord(text[i + 2])
            found += "".join(chr(code) for code in range(first, min(last, first + 128) + 1))
            i += 2
        else:
            found += text[i]
        i += 1
    return found


def _matches(pattern: str, name: str) -> bool:
    """Whether a pattern takes a whole name. All places are tried at once, so nothing backtracks."""
    if not _WILD.search(pattern):
        return pattern.lower() == name.lower()
    tokens = _pattern(pattern[:_MAX_PATTERN])
    places = _skipping({0}, tokens)
    for char in name[:_MAX_PATTERN].lower():
        after = set()
        for place in places:
            if place < len(tokens) and tokens[place].fits(char):
                after.add(place if tokens[place].repeat == "*" else place + 1)
        places = _skipping(after, tokens)
        if not places:
            return False
    return len(tokens) in places


def _skipping(places: set[int], tokens: tuple[_Token, ...]) -> set[int]:
    """The places, and those that come after tokens that may be left out."""
    found = set(places)
    for place in places:
        while place < len(tokens) and tokens[place].repeat:
            place += 1
            found.add(place)
    return found


def accepts(name: str, only: Sequence[str], ignore: Sequence[str] = ()) -> bool:
    """Whether a branch or tag passes a filter; an empty filter lets everything through."""
    if len(only) > _MAX_PATTERNS or len(ignore) > _MAX_PATTERNS:
        return True
    if only:
        verdict = False
        for pattern in only:  # the last pattern that matches decides
            if pattern.startswith("!"):
                verdict = verdict and not _matches(pattern[1:], name)
            else:
                verdict = verdict or _matches(pattern, name)
        return verdict
    return not any(_matches(pattern, name) for pattern in ignore)


def branches_overlap(one: Trigger, other: Trigger) -> tuple[str, ...] | None:
    """The branches on which both triggers of one event fire; ``None`` when there are none.

    ``("*",)`` stands for any branch. Two patterns overlap when one's fixed beginning continues
    the other's.
    """
    if not (_takes_branches(one) and _takes_branches(other)):
        return None
    if not one.branches and not other.branches:
        return ("*",)
    if not one.branches:
        one, other = other, one
    common = []
    for pattern in one.branches[:_MAX_PATTERNS]:
        if pattern.startswith("!"):
            continue
        if not _WILD.search(pattern):
            if accepts(pattern, one.branches) and accepts(
                pattern, other.branches, other.branches_ignore
            ):
                common.append(pattern)
        elif other.branches:
            theirs = (t for t in other.branches[:_MAX_PATTERNS] if t[:1] != "!")
            if any(_patterns_meet(pattern, their) for their in theirs):
                common.append(pattern)
        elif not any(ignored in (pattern, "**") for ignored in other.branches_ignore):
            common.append(pattern)
    return tuple(common) or None


def _takes_branches(trigger: Trigger) -> bool:
    """Whether pushes to branches fire it: tag filters alone let only tags through."""
    tags = trigger.tags or trigger.tags_ignore
    return not tags or bool(trigger.branches or trigger.branches_ignore)


def _takes_tags(trigger: Trigger) -> bool:
    branches = trigger.branches or trigger.branches_ignore
    return not branches or bool(trigger.tags or trigger.tags_ignore)


def _patterns_meet(one: str, other: str) -> bool:
    if not _WILD.search(other):
        return _matches(one, other)
    a, b = _fixed(one), _fixed(other)
    return a.startswith(b) or b.startswith(a)


def _fixed(pattern: str) -> str:
    """What a pattern's matches all begin with."""
    found = _WILD.search(pattern)
    if not found:
        return pattern
    # ``?`` and ``+`` act on the character before them.
    end = found.start() - (1 if found[0] in "?+" else 0)
    return pattern[: max(end, 0)]


# -- worlds ----------------------------------------------------------------------------------

World = Mapping[tuple[str, ...], Value]
_REF_NAMES = frozenset(
    {
        ("github", "ref"),
        ("github", "ref_name"),
        ("github", "base_ref"),
        ("github", "event", "ref"),
    }
)
_PR_DEFAULT_TYPES = ("opened", "synchronize", "reopened")
_UNMERGED = frozenset({*_PR_DEFAULT_TYPES, "ready_for_review", "converted_to_draft"})
_PULL_EVENTS = frozenset(
    {
        "pull_request",
        "pull_request_target",
        "pull_request_review",
        "pull_request_review_comment",
    }
)
_PAYLOADS = {
    "pull_request": _PULL_EVENTS,
    "release": frozenset({"release"}),
    "inputs": frozenset({"workflow_dispatch"}),
    "workflow_run": frozenset({"workflow_run"}),
    "client_payload": frozenset({"repository_dispatch"}),
    "comment": frozenset({"issue_comment", "commit_comment", "pull_request_review_comment"}),
    "issue": frozenset({"issues", "issue_comment"}),
}
_SIMPLE_EVENTS = frozenset({"push", "schedule", "workflow_dispatch", "release", *_PULL_EVENTS})
"""Events whose payload is known well enough to say what it does not hold."""


def _worlds(workflow: Workflow, texts: frozenset[str]) -> list[World]:
    """What the contexts can hold when the workflow starts; an empty mapping knows nothing."""
    found: list[World] = []
    for trigger in workflow.triggers:
        if trigger.event == "workflow_call":
            return [{}]  # the caller's event, whatever that is
        found.extend(_trigger_worlds(trigger, texts))
        if len(found) > _MAX_WORLDS:
            return [{}]
    return found or [{}]


def _trigger_worlds(trigger: Trigger, texts: frozenset[str]) -> Iterator[World]:
    event = trigger.event
    base: dict[tuple[str, ...], Value] = {("github", "event_name"): event}
    if event in _SIMPLE_EVENTS:
        for key, events in _PAYLOADS.items():
            if event not in events:
                base["github", "event", key] = None
        if event != "workflow_dispatch":
            base["inputs",] = None
        if event != "schedule":
            base["github", "event", "schedule"] = None
    for action, cron, ref in product(_types(trigger), trigger.cron or ("",), _refs(trigger, texts)):
        world = {**base, **ref}
        if action is not UNKNOWN:
            world["github", "event", "action"] = action
        if cron:
            world["github", "event", "schedule"] = cron
        if event in _PULL_EVENTS:
            world["github", "event", "ref"] = None  # the payload of no pull request has one
        if event in ("pull_request", "pull_request_target"):
            if action in _UNMERGED:
                world["github", "event", "pull_request", "merged"] = False
        elif event in _SIMPLE_EVENTS - _PULL_EVENTS:
            world["github", "head_ref"] = world["github", "base_ref"] = ""
        yield world


def _types(trigger: Trigger) -> tuple[Value, ...]:
    if trigger.event in ("push", "schedule", "workflow_dispatch"):
        return (None,)
    if trigger.types:
        return trigger.types
    if trigger.event in ("pull_request", "pull_request_target"):
        return _PR_DEFAULT_TYPES
    return (UNKNOWN,)


def _refs(trigger: Trigger, texts: frozenset[str]) -> list[World]:
    """The refs a trigger can have: each text of the conditions that fits, and "any other"."""
    event = trigger.event
    if event == "push":
        found: list[World] = []
        if _takes_branches(trigger):
            names = _named(texts, "refs/heads/", trigger.branches, trigger.branches_ignore)
            found += [_ref("branch", name) for name in names]
            found += _others("branch", trigger.branches, texts)
        if _takes_tags(trigger):
            names = _named(texts, "refs/tags/", trigger.tags, trigger.tags_ignore)
            found += [_ref("tag", name) for name in names]
            found += _others("tag", trigger.tags, texts)
        return found or [{}]
    if event in ("pull_request", "pull_request_review", "pull_request_review_comment"):
        never = _lower(texts)
        found = [
            {
                ("github", "ref"): Partial("refs/pull/", never),
                ("github", "ref_name"): Partial("", never),
                ("github", "ref_type"): "branch",
            }
        ]
        if event != "pull_request" or not _UNMERGED.issuperset(trigger.types):
            # After a merge the ref is the branch that it went into.
            names = _named(texts, "refs/heads/", trigger.branches, trigger.branches_ignore)
            found += [_ref("branch", name) for name in names]
            found += _others("branch", trigger.branches, texts)
        if event == "pull_request" and (trigger.branches or trigger.branches_ignore):
            return _with_base(found, trigger, texts)
        return found
    if event == "release":
        names = _named(texts, "refs/tags/", (), ())
        return [_ref("tag", name) for name in names] + _others("tag", (), texts)
    if event == "workflow_dispatch":
        # Whoever starts it chooses any branch or tag.
        return [
            world
            for kind, prefix in (("branch", "refs/heads/"), ("tag", "refs/tags/"))
            for world in (
                *(_ref(kind, name) for name in _named(texts, prefix, (), ())),
                *_others(kind, (), texts),
            )
        ]
    if event in ("schedule", "repository_dispatch", "workflow_run"):
        # The default branch, whichever that is.
        names = _named(texts, "refs/heads/", (), ())
        return [_ref("branch", name) for name in names] + _others("branch", (), texts)
    return [{}]


def _with_base(found: list[World], trigger: Trigger, texts: frozenset[str]) -> list[World]:
    """Each world once for every branch that the pull request may go to."""
    names = _named(texts, "refs/heads/", trigger.branches, trigger.branches_ignore)
    never = _lower(texts)
    bases: list[Value] = [
        *names,
        *(Partial(_fixed(one), never) for one in trigger.branches if _WILD.search(one)),
    ]
    if not trigger.branches:
        bases.append(Partial("", never))
    return [{**world, ("github", "base_ref"): base} for world in found for base in bases]


def _named(
    texts: frozenset[str], prefix: str, only: Sequence[str], ignore: Sequence[str]
) -> list[str]:
    """The names that conditions or filters mention and that the filters let through."""
    mentioned = {text.removeprefix(prefix) for text in texts}
    mentioned |= {pattern for pattern in only if not _WILD.search(pattern)}
    return sorted(name for name in mentioned if name and accepts(name, only, ignore))


def _ref(kind: str, name: str) -> World:
    folder = "heads" if kind == "branch" else "tags"
    full = f"refs/{folder}/{name}"
    return {
        ("github", "ref"): full,
        ("github", "ref_name"): name,
        ("github", "ref_type"): kind,
        ("github", "event", "ref"): full,
    }


def _others(kind: str, only: Sequence[str], texts: frozenset[str]) -> list[World]:
    """The refs that no condition names: one world for each pattern of the filter."""
    folder = "refs/heads/" if kind == "branch" else "refs/tags/"
    never = _lower(texts)
    starts = {_fixed(pattern) for pattern in only if _WILD.search(pattern)} if only else {""}
    return [
        {
            ("github", "ref"): Partial(folder + start, never),
            ("github", "ref_name"): Partial(start, never),
            ("github", "ref_type"): kind,
            ("github", "event", "ref"): Partial(folder + start, never),
        }
        for start in sorted(starts)
    ]


def _lower(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(text.lower() for text in texts)


def _possible(node: Node, world: World, absent: frozenset[tuple[str, ...]] = frozenset()) -> bool:
    """Whether a condition may hold in a world.

    :param absent: jobs and steps, as ``("needs", "build")``, that the asker does not know.
    """

    def lookup(path: tuple[str, ...]) -> Value:
        if path[:2] in absent:
            return None
        for length in range(len(path), 0, -1):
            known = world.get(path[:length], UNKNOWN)
            if known is UNKNOWN:
                continue
            # What lies below a null is null; below anything else it is not known.
            return known if length == len(path) or known is None else UNKNOWN
        return UNKNOWN

    return truth(evaluate(node, lookup)) is not False


# -- jobs and steps --------------------------------------------------------------------------


class Link(Struct, frozen=True, eq=False):
    """A condition that takes part in a contradiction."""

    job: Job
    place: Place
    text: str


class DeadStep(Struct, frozen=True, eq=False):
    """A step whose ``if`` is false whenever its job runs."""

    step: Step
    place: Place
    text: str


class JobReach(Struct, frozen=True, eq=False):
    """Whether one job can ever run, and why not."""

    workflow: Workflow
    job: Job
    unknown_needs: tuple[Need, ...]
    """Names in ``needs:`` that are no job of the workflow."""
    impossible: bool = False
    """Its condition and those of the jobs that it needs never hold together."""
    chain: tuple[Link, ...] = ()
    """The conditions that contradict each other or the triggers, its own first; those of the
    first dead job above when only it is to blame."""
    dead_needs: tuple[Need, ...] = ()
    """Needed jobs that never run themselves."""
    switched_off: bool = False
    """Its condition is a constant that is false: somebody turned it off on purpose."""
    off_needs: tuple[Need, ...] = ()
    """Needed jobs that are switched off on purpose, or need one that is."""
    dead_steps: tuple[DeadStep, ...] = ()
    unheard: tuple[str, ...] = ()
    """Jobs whose results its condition asks for although no ``needs`` leads to them."""
    events: frozenset[str] | None = None
    """The events under which it may run; ``None`` when any is possible (a reusable workflow)."""

    @property
    def counted(self) -> str:
        """The number that its condition looks for a text in, as if it were a list; or empty."""
        node = read_condition(self.job.if_) if self.job.if_ else None
        for part in walk(node) if node is not None else ():
            if asks_count(part):
                return ".".join(next(iter(names(part))))
        return ""

    def why(self) -> tuple[str, Place | None, str]:
        """(clause, place, sentence) of a condition that is never true."""
        job = self.job
        others = [link for link in self.chain if link.job is not job]
        if others:
            first = others[0].job.id.lower()
            at = next((need.place for need in job.needs if need.id.lower() == first), None)
            against = " and ".join(f"{link.job.id!r} ({link.text})" for link in others)
            says = f"it needs {against}, and no trigger makes those conditions and its own true"
            return "b", at, f"{says} together"
        if self.counted:
            says = f"{self.counted} is a number, and no number contains such a text"
            return "f", job.if_place, says
        if self.unheard:
            asked = " and ".join(f"needs.{name}" for name in self.unheard)
            says = f"its condition asks for {asked}, which is empty: no `needs` leads there"
            return "e", job.if_place, says
        return "b", None, "no trigger of the workflow makes its condition true"

    @property
    def dead(self) -> bool:
        """Whether it never runs by mistake."""
        return self.impossible or bool(self.dead_needs)

    @property
    def only_tells(self) -> bool:
        """Whether all that the job does is to tell people: messages, comments, labels."""
        telling = [
            step
            for step in self.job.steps
            if _TELLS.search(step.uses or step.label) and not _WORKS.search(step.run)
        ]
        return bool(telling) and all(
            step in telling or _PREPARES.match(step.uses) for step in self.job.steps
        )


_TELLS = regex(
    r"slack|discord|telegram|mattermost|ms-?teams|notif|comment|label(?:er|s)?\b|message|e?mail\b"
    r"|announce|milestone|greet|welcome",
    re.IGNORECASE,
)
_WORKS = regex(r"\b(?:cargo|npm|npx|pnpm|yarn|bun|make|docker|kubectl|helm|terraform|ssh|pytest)\b")
_PREPARES = regex(r"actions/(?:checkout|download-artifact|create-github-app-token|setup-\w+)@")


@once
def job_reaches(target: Target) -> Mapping[str, tuple[JobReach, ...]]:
    """Workflow path → its jobs' reachability, in file order."""
    return {
        workflow.path: tuple(_reaches(workflow))
        for workflow in workflows(target)
        if not workflow.problems
    }


def dead_jobs(target: Target, path: str) -> frozenset[str]:
    """The ids of a workflow's jobs that no event, branch or mended need would start.

    A job that only contradicts those it needs is as good as live: whoever mends that meets its
    other faults at once.
    """
    return frozenset(
        one.job.id for one in job_reaches(target).get(path, ()) if one.impossible and one.counted
    )


def _reaches(workflow: Workflow) -> Iterator[JobReach]:
    conditions = {job.id.lower(): read_condition(job.if_) for job in workflow.jobs if job.if_}
    texts = frozenset(
        text
        for node in [*conditions.values(), *_step_conditions(workflow)]
        if node is not None
        for text in _ref_texts(node)
    )
    worlds = _worlds(workflow, texts)
    jobs = {job.id.lower(): job for job in workflow.jobs}
    done: dict[str, JobReach] = {}
    open_worlds: dict[str, list[World]] = {}
    for job in _in_order(workflow, jobs):
        node = conditions.get(job.id.lower())
        missing = tuple(need for need in job.needs if need.id.lower() not in jobs)
        known = [need for need in job.needs if need.id.lower() in done]
        reach, mine = _reach(workflow, job, node, known, missing, done, open_worlds, worlds)
        done[job.id.lower()] = reach
        open_worlds[job.id.lower()] = mine
    for job in workflow.jobs:
        yield done[job.id.lower()]


def _reach(
    workflow: Workflow,
    job: Job,
    node: Node | None,
    needs: list[Need],
    missing: tuple[Need, ...],
    done: Mapping[str, JobReach],
    open_worlds: Mapping[str, list[World]],
    worlds: list[World],
) -> tuple[JobReach, list[World]]:
    absent = _unheard(workflow, job, node)
    own = [world for world in worlds if node is None or _possible(node, world, absent)]
    follows = _follows_needs(job.if_, node)
    if node is not None and _constant(node):
        return JobReach(workflow, job, missing, switched_off=True, events=frozenset()), own
    if not own:
        alone = (Link(job, job.if_place, job.if_),)
        ids = {other.id.lower(): other.id for other in workflow.jobs}
        return JobReach(
            workflow,
            job,
            missing,
            impossible=True,
            chain=alone,
            unheard=tuple(sorted(ids.get(name, name) for _, name in absent)),
            events=frozenset(),
        ), own
    if not follows:
        return _live(workflow, job, missing, own), own
    dead = tuple(need for need in needs if done[need.id.lower()].dead)
    off = tuple(
        need
        for need in needs
        if done[need.id.lower()].switched_off or done[need.id.lower()].off_needs
    )
    if dead or off:
        above = done[dead[0].id.lower()].chain if dead else ()
        return JobReach(
            workflow,
            job,
            missing,
            chain=above,
            dead_needs=dead,
            off_needs=off,
            events=frozenset(),
        ), []
    mine = own
    for need in needs:
        allowed = {id(world) for world in open_worlds[need.id.lower()]}
        mine = [world for world in mine if id(world) in allowed]
    if mine:
        return _live(workflow, job, missing, mine), mine
    chain = tuple(_chain(job, done, own, open_worlds))
    return JobReach(workflow, job, missing, impossible=True, chain=chain, events=frozenset()), []


def _unheard(workflow: Workflow, job: Job, node: Node | None) -> frozenset[tuple[str, ...]]:
    """What a condition asks of jobs that do not run before it: it is null.

    The condition of a job, unlike its steps, is given the results of what its needs need, too,
    whatever the documentation says (https://github.com/actions/runner/issues/2356).
    """
    asked = {path[:2] for path in names(node) if path[0] == "needs"} if node is not None else set()
    above = workflow.above(job) if asked else frozenset()
    return frozenset(path for path in asked if len(path) > 1 and path[1] not in above)


def _chain(
    job: Job,
    done: Mapping[str, JobReach],
    own: list[World],
    open_worlds: Mapping[str, list[World]],
) -> Iterator[Link]:
    """The conditions on the way up that close a world which the job itself leaves open."""
    if job.if_:
        yield Link(job, job.if_place, job.if_)
    left = {id(world) for world in own}
    stack, seen = [job], {job.id.lower()}
    while stack:
        current = stack.pop(0)
        for need in current.needs:
            key = need.id.lower()
            if key in seen or key not in done:
                continue
            seen.add(key)
            needed = done[key].job
            if not left <= {id(world) for world in open_worlds[key]}:
                if needed.if_:
                    yield Link(needed, needed.if_place, needed.if_)
                if _follows_needs(needed.if_, read_condition(needed.if_)):
                    stack.append(needed)


def _live(workflow: Workflow, job: Job, missing: tuple[Need, ...], worlds: list[World]) -> JobReach:
    found = [world.get(("github", "event_name")) for world in worlds]
    named = frozenset(event for event in found if isinstance(event, str))
    return JobReach(
        workflow,
        job,
        missing,
        dead_steps=tuple(_dead_steps(job, worlds)),
        events=None if None in found else named,
    )


def _dead_steps(job: Job, worlds: list[World]) -> Iterator[DeadStep]:
    for step in job.steps:
        if not step.if_:
            continue
        node = read_condition(step.if_)
        if node is None or _constant(node):
            continue  # a switch, not a mistake
        if not any(_possible(node, world) for world in worlds):
            yield DeadStep(step, step.if_place, step.if_)


def _constant(node: Node) -> bool:
    """Whether a condition is false whatever the contexts hold, as ``false && …``: a switch."""
    if any(asks_count(part) for part in walk(node)):
        return False  # meant to be true at times
    return truth(evaluate(node, lambda _: UNKNOWN)) is False


def _step_conditions(workflow: Workflow) -> Iterator[Node | None]:
    for job in workflow.jobs:
        for step in job.steps:
            if step.if_:
                yield read_condition(step.if_)


def _ref_texts(node: Node) -> Iterator[str]:
    """The texts that a condition holds against a ref."""
    for part in walk(node):
        if isinstance(part, (Compare, Call)) and names(part) & _REF_NAMES:
            yield from literals(part)


def _follows_needs(text: str, node: Node | None) -> bool:
    """Whether the job waits for the success of what it needs.

    Any status function replaces the implied ``success()``; only ``success()`` itself, joined by
    ``&&``, puts it back.
    """
    if node is None:
        return not _STATUS.search(text)
    called = status_functions(node)
    if not called:
        return True
    return called == {"success"} and any(
        isinstance(part, Call) and part.function == "success" for part in conjuncts(node)
    )


def _in_order(workflow: Workflow, jobs: Mapping[str, Job]) -> Iterator[Job]:
    """Jobs after those that they need; a job in a circle comes without its needs done."""
    seen: set[str] = set()
    for first in workflow.jobs:
        stack = [(first, iter(first.needs))] if first.id.lower() not in seen else []
        seen.add(first.id.lower())
        while stack:
            job, needs = stack[-1]
            need = next((n.id.lower() for n in needs if n.id.lower() not in seen), None)
            if need is None:
                stack.pop()
                yield job
            elif need in jobs:
                seen.add(need)
                stack.append((jobs[need], iter(jobs[need].needs)))
