"""Workflows that GitHub never starts: in the wrong folder, for branches that are not there, or
with triggers that it does not know.

The tables of events and activity types are GitHub's own, true on :data:`TABLE_DATE`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.ci.pipelines import (
    FOLDER,
    default_branch,
    nested_workflows,
    workflows,
)
from pytest_reconaudit.facts.ci.reachability import accepts
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.workflow import Trigger, Workflow, read_workflow
from pytest_reconaudit.target import Target, once, within

__all__ = ["TABLE_DATE", "UnknownTrigger", "WorkflowTrigger", "workflow_triggers"]

TABLE_DATE = "2026-08-22"
"""When the tables were last compared with GitHub's documentation."""


class UnknownTrigger(Struct, frozen=True):
    """A part of ``on:`` that GitHub does not know."""

    place: Place
    text: str
    says: str


class WorkflowTrigger(Struct, frozen=True, eq=False):
    """One workflow file with what keeps GitHub from starting it."""

    workflow: Workflow
    misplaced: str = ""
    """The folder that it would have to lie in; empty when it lies there."""
    beside: tuple[Place, ...] = ()
    """Other workflows in the same wrong folder."""
    unknown: tuple[UnknownTrigger, ...] = ()
    lost_filters: tuple[Trigger, ...] = ()
    """Triggers whose branch filter names only branches that the repository does not have."""
    branch: str = ""
    """The default branch, as far as the clone tells."""
    others: tuple[str, ...] = ()
    """Its other events."""


_ISSUE = (
    "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned labeled"
    " unlabeled locked unlocked milestoned demilestoned typed untyped field_added field_removed"
)
_PULL = (
    "assigned unassigned labeled unlabeled opened edited closed reopened synchronize"
    " converted_to_draft locked unlocked enqueued dequeued milestoned demilestoned ready_for_review"
    " review_requested review_request_removed auto_merge_enabled auto_merge_disabled"
)
_EVENTS: Mapping[str, frozenset[str]] = {
    event: frozenset(types.split())
    for event, types in {
        "branch_protection_rule": "created edited deleted",
        "check_run": "created rerequested completed requested_action",
        "check_suite": "completed requested rerequested",
        "create": "",
        "delete": "",
        "deployment": "",
        "deployment_status": "",
        "discussion": "created edited deleted transferred pinned unpinned labeled unlabeled locked"
        " unlocked category_changed answered unanswered closed reopened",
        "discussion_comment": "created edited deleted",
        "fork": "",
        "gollum": "",
        "image_version": "",
        "issue_comment": "created edited deleted pinned unpinned",
        "issues": _ISSUE,
        "label": "created edited deleted",
        "member": "added edited deleted",
        "merge_group": "checks_requested destroyed",
        "milestone": "created closed opened edited deleted",
        "page_build": "",
        "project": "created edited deleted closed reopened",
        "project_card": "created moved converted edited deleted",
        "project_column": "created updated moved deleted",
        "public": "",
        "pull_request": _PULL,
        "pull_request_comment": "",
        "pull_request_review": "submitted edited dismissed",
        "pull_request_review_comment": "created edited deleted",
        "pull_request_target": _PULL,
        "push": "",
        "registry_package": "published updated",
        "release": "published unpublished created edited deleted prereleased released",
        "repository_dispatch": "",
        "schedule": "",
        "status": "",
        "watch": "started",
        "workflow_call": "",
        "workflow_dispatch": "",
        "workflow_run": "completed requested in_progress",
    }.items()
}
_ANY_TYPE = frozenset({"repository_dispatch", "image_version"})
"""Events whose types the sender makes up."""
_NOT_RUN = regex(
    r"(?:^|/)(?:\.?templates?|examples?|samples?|starters?|scaffold\w*|boilerplates?|skeletons?|demos?"
    r"|cookiecutter[^/]*|create-[^/]+|blueprints?|generators?|schematics|stubs?|presets?"
    r"|test-?data|tests?|__tests__|e2e|disabled|inactive|deprecated|old|backup|unused|docs?"
    r"|[^/]*\{\{[^/]*|[^/]*-template|template-[^/]*|\.copier|submodules?|external|subtrees?)(?:/|$)",
    re.IGNORECASE,
)
"""Folders whose workflows are kept for another repository, or on purpose not run."""
_WILD = regex(r"[*?+\[!\\]")


@once
def workflow_triggers(target: Target) -> tuple[WorkflowTrigger, ...]:
    """Every workflow file, those in the wrong folder too; in path order."""
    branch = default_branch(target)
    found = [_triggers(target, workflow, branch) for workflow in workflows(target)]
    found += [
        WorkflowTrigger(workflow, misplaced=FOLDER)
        for workflow in (*nested_workflows(target), *_deeper(target))
        if not _NOT_RUN.search(posixpath.dirname(workflow.path))
        and _own(target, workflow)
        and not _is_kept_copy(target, workflow)
    ]
    return tuple(sorted(_of_folders(found), key=lambda one: one.workflow.path))


_MANY_MISPLACED = 3


def _of_folders(found: list[WorkflowTrigger]) -> Iterator[WorkflowTrigger]:
    """The workflows, those of one wrong folder with the first: they go together."""
    folders: dict[str, list[WorkflowTrigger]] = {}
    for one in found:
        if one.misplaced:
            folders.setdefault(posixpath.dirname(one.workflow.path), []).append(one)
        else:
            yield one
    for group in folders.values():
        if len(group) < _MANY_MISPLACED:
            yield from group
            continue
        first = min(group, key=lambda one: one.workflow.path)
        yield replace(first, beside=tuple(one.workflow.place for one in group if one is not first))


def _own(target: Target, workflow: Workflow) -> bool:
    """Whether it is a workflow and meant for this repository: not a package that a subtree split
    publishes as one of its own."""
    if workflow.problems or not workflow.jobs or not workflow.triggers:
        return False
    root = workflow.path[: workflow.path.index(".github/")].rstrip("/")
    inside = f"{root}/" if root else ""
    return not any(target.has(f"{inside}{name}") for name in _BROUGHT_IN if inside)


def _is_kept_copy(target: Target, workflow: Workflow) -> bool:
    """Whether GitHub has the very same file where it looks, or a tool that fetches files from
    another repository (vendir) keeps the folder: it is where copies are made from."""
    text = target.text(workflow.path)
    if any(
        posixpath.dirname(path) == FOLDER and target.text(path) == text
        for path in target.below(FOLDER)
    ):
        return True
    folder = posixpath.dirname(workflow.path)
    return any(within(folder, kept) for kept in _fetched_folders(target))


_FETCHED = regex(r"(?m)^[ \t]*(?:-[ \t]+)?path:[ \t]*[\"']?([\w./-]{1,200})")


@once
def _fetched_folders(target: Target) -> frozenset[str]:
    """The folders that a vendir configuration fills."""
    found = set()
    for path in target.named("vendir.yml", "vendir.yaml"):
        for written in _FETCHED.findall(target.text(path)):
            folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), written))
            if ".github" in folder:
                found.add(folder)
    return frozenset(found)


_BROUGHT_IN = (".git", ".gitmodules", ".cargo_vcs_info.json", "Cargo.toml.orig")
"""Marks of somebody else's repository, or of a published package, in a folder."""


@once
def _deeper(target: Target) -> tuple[Workflow, ...]:
    """Workflow files in folders below ``.github/workflows``: GitHub reads that folder only."""
    return tuple(
        target.parse(read_workflow, path)
        for path in target.below(FOLDER)
        if posixpath.dirname(path) != FOLDER
        and path.endswith((".yml", ".yaml"))
        and not path.endswith(("action.yml", "action.yaml"))
    )


def _triggers(target: Target, workflow: Workflow, branch: str) -> WorkflowTrigger:
    if workflow.problems:
        return WorkflowTrigger(workflow)
    lost = tuple(_lost(target, workflow, branch)) if branch else ()
    others = tuple(trigger.event for trigger in workflow.triggers if trigger not in lost)
    return WorkflowTrigger(
        workflow,
        unknown=(*_unknown(workflow), *_tags(target, workflow)),
        lost_filters=lost,
        branch=branch,
        others=others,
    )


def _unknown(workflow: Workflow) -> Iterator[UnknownTrigger]:
    if not workflow.raw.map("jobs"):
        there = "jobs" in workflow.raw
        place = workflow.raw.key_place("jobs") if there else workflow.place
        says = "`jobs:` holds no job" if there else "there is no `jobs:`"
        yield UnknownTrigger(place, "jobs:", f"{says}, so GitHub refuses the file")
    yield from _refused(workflow)
    if not workflow.triggers:
        there = "on" in workflow.raw
        place = workflow.on_place if there else workflow.place
        says = "`on:` names no event" if there else "there is no `on:`"
        yield UnknownTrigger(place, "on:", f"{says}, so GitHub refuses the file")
        return
    for trigger in workflow.triggers:
        event = trigger.event
        if "${{" in event:
            continue
        if event not in _EVENTS:
            near = _nearest(event)
            yield UnknownTrigger(
                trigger.place, event, f"GitHub knows no event {event!r}{near}: it refuses the file"
            )
            continue
        yield from _unknown_filters(trigger)
        if event in _ANY_TYPE or trigger.spec is None:
            continue
        known = _EVENTS[event]
        for type_ in trigger.types:
            if type_ not in known and "${{" not in type_:
                allowed = (
                    f"its types are {', '.join(sorted(known))}" if known else "it has no types"
                )
                place = trigger.spec.key_place("types")
                yield UnknownTrigger(
                    place, type_, f"event {event!r} has no type {type_!r} ({allowed})"
                )


_FILTERS = frozenset(
    {"branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore", "types"}
)
_FILTERED = frozenset({"push", "pull_request", "pull_request_target"})


def _unknown_filters(trigger: Trigger) -> Iterator[UnknownTrigger]:
    """Filters of an event that are misspelled, and patterns that YAML takes for a tag."""
    if trigger.event not in _FILTERED or trigger.spec is None:
        return
    for name in map(str, trigger.spec):
        if name not in _FILTERS and (near := alike(name, _FILTERS)):
            says = f"event {trigger.event!r} has no filter {name!r} (nearest: {near})"
            yield UnknownTrigger(trigger.spec.key_place(name), name, f"{says}: {_REFUSED}")


_TAG = regex(r"^[ \t]*-[ \t]+(![^!\s'\"][^\s'\"]*)[ \t]*(?:#.*)?$", re.MULTILINE)


def _tags(target: Target, workflow: Workflow) -> Iterator[UnknownTrigger]:
    """An unquoted pattern behind an exclamation mark: YAML takes it for a tag."""
    if not any("" in (*one.paths, *one.branches, *one.tags) for one in workflow.triggers):
        return
    text = target.text(workflow.path)
    found = _TAG.search(text)
    if found:
        place = Place(workflow.path, text.count("\n", 0, found.start(1)) + 1)
        says = f"without quotes, YAML takes {found[1]} for a tag and not for a pattern"
        yield UnknownTrigger(place, found[1], f"{says}: {_REFUSED}")


_REFUSED = "GitHub refuses the file"
_SCOPES = frozenset(
    {"actions", "artifact-metadata", "attestations", "checks", "contents", "deployments",
     "discussions", "id-token", "issues", "models", "packages", "pages", "pull-requests",
     "repository-projects", "security-events", "statuses"}
)  # fmt: skip
_STRINGS = regex(r"'[^'\n]*'")
_STRICT_EQUAL = regex(r"[!=]==")
_ACTION = regex(r"[\w.-]+/[\w./-]+")


def _refused(workflow: Workflow) -> Iterator[UnknownTrigger]:
    """What GitHub's schema of a workflow does not take in its jobs and permissions."""
    for owner in (workflow.raw, *(job.raw for job in workflow.jobs)):
        given = owner.map("permissions")
        for name in map(str, given):
            if name not in _SCOPES and (near := alike(name, _SCOPES)):
                says = f"there is no permission {name!r} (nearest: {near}): {_REFUSED}"
                yield UnknownTrigger(given.key_place(name), name, says)
    told: set[str] = set()
    for job in workflow.jobs:
        parts = [(job.uses, job.uses_place, job.if_, job.if_place)]
        parts += [(one.uses, one.uses_place, one.if_, one.if_place) for one in job.steps]
        for uses, place, condition, if_place in parts:
            if _ACTION.fullmatch(uses) and not uses.startswith(".") and uses not in told:
                told.add(uses)
                says = f"{uses} names no version (`@v…`): {_REFUSED}"
                yield UnknownTrigger(place, f"uses: {uses}", says)
            found = _STRICT_EQUAL.search(_STRINGS.sub("", condition))
            if found:
                says = f"an expression has no operator `{found[0]}`, only `{found[0][:2]}`"
                yield UnknownTrigger(if_place, f"if: {condition}", f"{says}: {_REFUSED}")


def _nearest(event: str) -> str:
    near = alike(event, _EVENTS)
    return f" (nearest: {near})" if near else ""


def _lost(target: Target, workflow: Workflow, branch: str) -> Iterator[Trigger]:
    """Triggers that no branch of the repository fires, as far as the clone knows its branches."""
    if target.text(".git/shallow").strip() or not _knows_branches(target):
        return
    for trigger in workflow.triggers:
        if trigger.event not in ("push", "pull_request", "pull_request_target"):
            continue
        if not trigger.branches or trigger.tags or trigger.tags_ignore:
            continue
        if accepts(branch, trigger.branches, trigger.branches_ignore):
            continue
        if any(_WILD.search(name) or _has_branch(target, name) for name in trigger.branches):
            continue
        yield trigger


def _has_branch(target: Target, name: str) -> bool:
    for folder in ("remotes/origin", "heads"):
        if target.text(f".git/refs/{folder}/{name}").strip():
            return True
    return re.search(rf"refs/(?:remotes/origin|heads)/{re.escape(name)}$", _packed(target),
                     re.MULTILINE) is not None  # fmt: skip


def _packed(target: Target) -> str:
    return target.text(".git/packed-refs")


def _knows_branches(target: Target) -> bool:
    """Whether the clone fetched all branches: its configuration says so."""
    config = target.text(".git/config")
    return "+refs/heads/*:refs/remotes/origin/*" in config.replace(" ", "")
