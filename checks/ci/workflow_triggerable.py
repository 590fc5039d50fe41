"""Something starts every workflow."""

from pytest_reconaudit.api import Severity, SkipReason, WorkflowTrigger, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="The tests, scans or deployments in the file never run, while everybody believes that"
    " they do.",
    fix="""Move the file to `.github/workflows/` of the repository's root and set its folder, or
delete it; name a branch that exists.

```yaml
# .github/workflows/web.yml            (was: web/.github/workflows/ci.yml)
on:
  push:
    branches: [main]                   # was: [master], which the repository does not have
    paths: ['web/**']
defaults:
  run:
    working-directory: web
```""",
    advice={
        "a": (
            "",
            """
            Move the file to the root's `.github/workflows/` and set its folder, or delete it:

            ```yaml
            # .github/workflows/web.yml            (was: web/.github/workflows/ci.yml)
            on:
              push:
                paths: ['web/**']
            defaults:
              run:
                working-directory: web
            ```
            """,
        ),
        "b": ("", "Name a branch that the repository has (`branches: [main]`)."),
    },
)
def ci_workflow_triggerable(workflow_trigger: WorkflowTrigger) -> None:
    """Every workflow lies where GitHub looks, and an event that can happen starts it.

    Why: GitHub says nothing about a workflow that it does not find or whose branch is gone; the
    missing run is seen only by somebody who looks for it.
    Decides: (a) a workflow file below another folder than the root's `.github/workflows`, also in a
    folder below that one: medium. (b) the branch filters of push and pull_request name only
    branches that the repository does not have, and leave its default branch out: high, medium when
    another event starts it. (c) an empty `on:` or `jobs:`, an event, an activity type, a misspelled
    filter or permission that GitHub does not know, an action without a version, or the operators
    `===` and `!==`: medium. Templates, examples, test data, submodules, folders called disabled or
    deprecated, folders that vendir fills, copies of a workflow that lies right, patterns
    (`release/**`) and named branches that exist pass.
    Blind spots: (b) needs a full clone, whose default branch and branches are recorded; workflows
    that are switched off in GitHub's settings.
    """
    workflow = workflow_trigger.workflow
    if workflow.problems:
        first = workflow.problems[0]
        skip(SkipReason.UNPARSABLE, f"{first.place}: {first.message}")
    if workflow_trigger.misplaced:
        events = ", ".join(sorted(workflow.events))
        count, beside = len(workflow.jobs), workflow_trigger.beside
        more = f", nor do the {len(beside)} others of its folder" if beside else ""
        report(
            at=workflow.place,
            says=f"GitHub reads {workflow_trigger.misplaced}/*.yml of the repository's root only:"
            f" this workflow ({count} job{'' if count == 1 else 's'}, on {events}) never runs"
            f"{more}",
            evidence=workflow.name or workflow.path,
            related=[
                (workflow.on_place, "its events"),
                *((place, "never runs either") for place in beside),
            ],
            clause="a",
            key="misplaced",
        )
        return
    for part in workflow_trigger.unknown:
        report(
            at=part.place,
            says=part.says,
            evidence=part.text,
            clause="c",
            fix="Write what GitHub's documentation of workflow syntax knows.",
            key=f"c {part.text}",
        )
    lost = workflow_trigger.lost_filters
    if lost:
        names = ", ".join(dict.fromkeys(name for trigger in lost for name in trigger.branches))
        others = ", ".join(dict.fromkeys(workflow_trigger.others))
        rest = f"only {others} can start it" if others else "nothing can start it"
        report(
            at=lost[0].place,
            says=f"{' and '.join(trigger.event for trigger in lost)} ask for {names}, which the"
            f" repository does not have (its default branch is {workflow_trigger.branch}): {rest}",
            severity=Severity.MEDIUM if others else Severity.HIGH,
            evidence=f"branches: {names}",
            related=[(trigger.place, trigger.event) for trigger in lost[1:]],
            clause="b",
            key="b",
        )
