"""Workflows are limited in time, number and rights."""

from pytest_reconaudit.api import (
    Bound,
    BoundsScope,
    Place,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="A hung job blocks a runner for six hours, runs of the same branch pile up, and a step"
    " that was taken over may write to the repository.",
    fix="""Three lines for each workflow.

```yaml
permissions:
  contents: read
concurrency:
  group: ${{ github.workflow }}-${{ github.ref }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}   # never for a deployment
jobs:
  test:
    timeout-minutes: 20
```""",
)
def ci_workflow_bounded(bounds_scope: BoundsScope) -> None:
    """Every workflow says how long, how often at once and with which rights it may run.

    Why: GitHub's defaults are six hours, any number, and, in older repositories, a token that may
    write.
    Decides: `timeout-minutes` on jobs (a limit on a step counts), `concurrency` on workflows for
    pull requests with three or more jobs, `permissions` for the workflow or all of its jobs. One
    low finding lists what a workflow lacks; a limit that no workflow of the repository sets is one
    finding for all. Jobs that call a reusable workflow, which cannot have a time limit, short jobs
    that do not check out any code, and called workflows, whose callers decide about rights, pass.
    Blind spots: defaults that the organisation sets for its tokens.
    """
    workflow = bounds_scope.workflow
    if workflow is not None and workflow.problems:
        first = workflow.problems[0]
        skip(SkipReason.UNPARSABLE, f"{first.place}: {first.message}")
    missing = bounds_scope.missing
    if not missing:
        return
    limits = list(dict.fromkeys(bound.limit for bound in missing))
    if workflow is None:
        paths = list(dict.fromkeys(bound.workflow.path for bound in missing))
        says = (
            f"no workflow of the repository sets {_joined(limits, 'or')}"
            f" ({len(paths)} workflow{'s' if len(paths) > 1 else ''} should)"
        )
    else:
        says = f"{workflow.path.rpartition('/')[2]} lacks {'; '.join(_what(b) for b in missing)}"
    notes: dict[Place, list[str]] = {}
    for bound in missing:
        notes.setdefault(bound.place, []).append(bound.limit)
        if workflow is not None and not bound.all_jobs:
            for job in bound.jobs:
                notes.setdefault(job.place, []).append(bound.limit)
    at = missing[0].place
    report(
        at=at,
        says=says,
        evidence=", ".join(limits),
        related=[
            (place, f"no {_joined(names, 'and')}") for place, names in notes.items() if place != at
        ],
        key=" ".join(limits),
    )


def _what(bound: Bound) -> str:
    if bound.limit == "concurrency":
        return f"concurrency for its {len(bound.jobs)} jobs on pull requests"
    if bound.all_jobs:
        return bound.limit
    names = ", ".join(job.id for job in bound.jobs[:4])
    return f"{bound.limit} for {names}{' …' if len(bound.jobs) > 4 else ''}"


def _joined(names: list[str], word: str) -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else names[0]
