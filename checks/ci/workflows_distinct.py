"""No two workflows do the same work on the same event."""

from pytest_reconaudit.api import (
    Place,
    Severity,
    SkipReason,
    TwinPair,
    WorkflowTwin,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="Every push pays for the same work twice, two definitions of the same gate drift apart,"
    " and nobody knows which of them guards the merge.",
    fix="""Keep one owner. Delete the jobs that the others repeat, or turn them into a reusable
workflow, a schedule, or one with a path filter.

```yaml
# .github/workflows/checks.yml: no trigger of its own any more
on:
  workflow_call:
```

```yaml
# .github/workflows/ci.yml: the owner
jobs:
  checks:
    uses: ./.github/workflows/checks.yml
```""",
)
def ci_workflows_distinct(workflow_twin: WorkflowTwin) -> None:
    """No other workflow does this one's work again on the same event and branch.

    Why: pipelines grow by copying. Two workflows that lint, test and scan the same package on the
    same push double the bill and the waiting, and their copies stop agreeing.
    Decides: each step becomes an intent (rust-clippy, js-test, docker-build, trivy …) with its
    scope: package, features, image, runner. Two workflows are twins when push, pull_request,
    pull_request_target, merge_group or release starts both on a common branch, neither filters by
    path, and they share three kinds of work that are half of the smaller one; or four fifths of its
    exact commands, three at least; or name, events and branches. With the same cron line: half
    (medium); on releases alone: a note. Of those whose tests and most gates can fail, the workflow
    with the most jobs owns its cluster; the others are reported (medium where the doubled jobs gate
    others on a further event). Reusable workflows, manual ones, disjoint branches, tags and
    path-filtered siblings pass.
    Blind spots: work hidden in make targets, scripts or remote workflows counts as its command
    only; a condition on a branch or an input inside a job is not followed.
    """
    workflow = workflow_twin.workflow
    if workflow.problems:
        first = workflow.problems[0]
        skip(SkipReason.UNPARSABLE, f"{first.place}: {first.message}")
        return
    owner = workflow_twin.owner
    if owner is None or not workflow_twin.redundant:
        return
    pairs = sorted(workflow_twin.pairs, key=lambda pair: pair.other is not owner)
    best = pairs[0]
    related: list[tuple[Place, str]] = [(owner.place, f"{_title(owner.name)}owns the cluster")]
    for pair in pairs:
        if pair.other is not owner:
            related.append((pair.other.place, f"{_title(pair.other.name)}does the same work too"))
        for one in pair.shared:
            related.append((one.mine, f"{one.kind}: {one.text}"))
            related.append((one.theirs, f"{one.kind}: {one.other_text}"))
    says = _sentence(best, len(workflow.jobs))
    masked = [one for one in workflow_twin.masked if one.theirs.path == best.other.path]
    if masked:
        kinds = ", ".join(dict.fromkeys(one.kind for one in masked))
        says += f"; {kinds} can fail here and not there: take the masks off there, or keep it here"
        related += [(one.theirs, f"cannot fail: {one.other_text}") for one in masked]
    fails = workflow_twin.owner_fails
    if fails is not None:
        says += (
            f"; {owner.path} cannot pass as it is ({fails.manifest or 'no package.json'} has no"
            f" script {fails.script!r}): mend it first"
        )
        related.append((fails.place, fails.text))
    fix, severity = "", _severity(pairs)
    if workflow_twin.gates:
        events = ", ".join(dict.fromkeys(event.split()[0] for p in pairs for event in p.events))
        says += f"; on its other events they are the gate of job {workflow_twin.gates!r}"
        fix = (
            f"Keep the jobs: {workflow_twin.gates!r} needs them. Take {events} out of this"
            f" workflow's triggers, and leave that event to {owner.path}."
        )
        severity = min(severity, Severity.MEDIUM)
    report(
        at=workflow.place,
        says=says,
        severity=severity,
        fix=fix,
        evidence=f"{', '.join(dict.fromkeys(s.kind for s in best.shared)) or workflow.name}"
        f" | {'; '.join(best.events)}",
        related=list(dict.fromkeys(related)),
        key=f"{workflow.path} {owner.path}",
    )


def _severity(pairs: list[TwinPair]) -> Severity:
    """Releases are few, and both of two that publish want the same gate before it."""
    if all(event.startswith("release") for pair in pairs for event in pair.events):
        return Severity.INFO
    scheduled = all(pair.rule == "schedule" for pair in pairs)
    return Severity.MEDIUM if scheduled else Severity.HIGH


def _title(name: str) -> str:
    return f"{name!r} " if name else ""


def _sentence(pair: TwinPair, jobs: int) -> str:
    when = " and ".join(pair.events)
    if pair.rule == "name":
        return f"has the name and the triggers ({when}) of {pair.other.path}: one of them is a copy"
    kinds = list(dict.fromkeys(one.kind for one in pair.shared))
    what = "exact commands" if pair.rule == "commands" else "pieces of work"
    some = f" ({', '.join(kinds[:6])}{' …' if len(kinds) > 6 else ''})"
    smaller = "this one" if pair.mine <= pair.theirs else pair.other.path
    return (
        f"{len(pair.shared)} of its {pair.mine} {what}{some if kinds != ['command'] else ''} are"
        f" done again by {pair.other.path} on {when}: {len(pair.jobs)} of {jobs} jobs doubled,"
        f" {len(pair.shared)} of {pair.smaller} in the smaller workflow ({smaller}) are"
        f" {pair.containment:.0%} (limit {pair.limit:.0%})"
    )
