"""What is said of values that a workflow never gets: how bad, what comes of it, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_reconaudit.facts.ci.expressions import LostValue
from pytest_reconaudit.model import Place, Severity

__all__ = ["lost_advice", "lost_elsewhere", "lost_ends", "lost_impact", "lost_severity"]

_FIXES = {
    "needs": "Add the job to `needs`: only jobs that stand there themselves are known, not those"
    " that a needed job needs.",
    "steps": "Give the step that id, or name the right one.",
    "later": "Move the step that asks behind the one that it asks: a value is there only when its"
    " step has run.",
    "always": "As it is written the step always runs. Where that is right, delete the `if`. Where"
    " it should be skipped, what it asks has to run first, and may need nothing of this step.",
    "harmless": "Delete the `if`: the step runs each time as it is, and what comes later may need"
    " it. Don't move it behind the step that it asks: there it would be skipped.",
    "job-output": "Declare it under `outputs:` of that job, from the step that writes it.",
    "step-output": 'Write it in that step (`echo "name=value" >> "$GITHUB_OUTPUT"`), or read the'
    " name that it writes.",
    "inputs": "Declare the input, or read the right one.",
    "matrix": "Add the key to the matrix, or read the right one.",
}
_RUNS_ALWAYS = "The step runs each time: the condition decides nothing and misleads who reads it."
_IMPACTS = {
    "label": "The image is built and pushed as ever, without the labels (source, revision, version)"
    " that it should carry.",
    "told": "People read a text with a gap in it.",
    "unread": "Nothing comes of it as it is: the line misleads who reads it, and whoever uses what"
    " it sets finds it empty.",
}
_HARMLESS = frozenset({"print", "label", "told", "output", "unread"})


def _kinds(group: Sequence[LostValue]) -> set[str]:
    return {end.kind for lost in group for end in lost.ends}


def _is_harmless(group: Sequence[LostValue]) -> bool:
    return {lost.always for lost in group} == {"harmless"}


def lost_severity(group: Sequence[LostValue]) -> Severity:
    """By where the values end; high where one goes into something that the job does."""
    kinds = _kinds(group)
    if kinds <= _HARMLESS or _is_harmless(group):
        return Severity.LOW
    if group[0].clause in ("inputs", "matrix") or kinds <= _HARMLESS | {"env"}:
        return Severity.MEDIUM
    return Severity.HIGH


def lost_ends(group: Sequence[LostValue]) -> str:
    """The message's end: where the values end, when that is known of all of them."""
    ends = {end for lost in group for end in lost.ends}
    if len({end.kind for end in ends}) > 1:
        return ""
    names = " and ".join(sorted(end.name for end in ends)[:3])
    return {
        "label": f"; it only fills `{names}` of the image",
        "told": f"; it only fills {names}",
        "unread": f"; it only fills {names}, which nothing reads",
        "env": "; the step's own text does not read the variable",
        "output": "; no job of the workflow reads the output",
    }.get(next(iter(ends)).kind, "")


def lost_impact(group: Sequence[LostValue]) -> str:
    """Empty: the check's own."""
    kinds = _kinds(group)
    if _is_harmless(group):
        return _RUNS_ALWAYS
    return _IMPACTS.get(next(iter(kinds)), "") if len(kinds) == 1 else ""


def lost_elsewhere(group: Sequence[LostValue]) -> list[tuple[Place, str]]:
    """The steps of other jobs that have the id which is asked for."""
    return [
        (lost.elsewhere.place, f"job {lost.elsewhere.job!r} has a step with that id")
        for lost in group
        if lost.elsewhere is not None
    ]


def lost_advice(group: Sequence[LostValue]) -> str:
    """What to do; where nothing reads the value, nothing has to give it."""
    first, kinds = group[0], _kinds(group)
    always = {lost.always for lost in group}
    if _is_harmless(group):
        return _FIXES["harmless"]
    if first.why.startswith("that step comes later"):
        return _FIXES["always" if "" not in always else "later"]
    drop = ""
    if kinds == {"unread"}:
        names = sorted({end.name for lost in group for end in lost.ends})
        drop = (
            f"Delete the line, and the step where it does nothing else: nothing reads"
            f" {' or '.join(names[:3])}. Where something should: "
        )
    fix = _FIXES[first.clause]
    if first.elsewhere is not None:
        fix = _given_elsewhere(first, "labels" if kinds <= {"label"} else "")
    elif kinds == {"label"} and first.clause == "steps":
        fix = (
            "Add the step that gives the labels to this job (docker/metadata-action with"
            f" `id: {_wanted(first)}`), or drop the line."
        )
    return drop + (fix[0].lower() + fix[1:] if drop else fix)


def _wanted(lost: LostValue) -> str:
    return lost.value.partition(".")[2]


def _given_elsewhere(lost: LostValue, only: str) -> str:
    other = lost.elsewhere
    assert other is not None
    action = f" ({other.uses.partition('@')[0]})" if other.uses else ""
    step = f"Add a step with `id: {_wanted(lost)}` to this job, as job {other.job!r} has it{action}"
    if only:
        return f"{step}, or drop the line."
    if not other.same_workflow:
        return f"{step}, or name a step of this job."
    return (
        f"A step is known within its own job only. {step}; or, where the value should be that"
        f" job's, declare it under `outputs:` of {other.job!r}, put {other.job!r} into `needs` and"
        f" read `needs.{other.job}.outputs.…`."
    )
