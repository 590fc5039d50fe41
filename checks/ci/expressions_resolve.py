"""Expressions of workflows get the values that they ask for."""

from pytest_reconaudit.api import (
    LostValue,
    Severity,
    SkipReason,
    WorkflowExpressions,
    audit,
    lines_of,
    lost_advice,
    lost_elsewhere,
    lost_ends,
    lost_impact,
    lost_severity,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="An empty text goes into the command, tag or condition: a wrong image is named, a step"
    " is skipped or a branch taken that nobody meant.",
    fix="""Say where the value comes from on the whole way: the step's id, the job's outputs,
`needs`.

```yaml
build:
  outputs:
    tag: ${{ steps.meta.outputs.version }}
  steps:
    - id: meta
      uses: docker/metadata-action@v5
deploy:
  needs: [test, build]        # build itself, although test needs it too
  steps:
    - run: ./deploy.sh ${{ needs.build.outputs.tag }}
```""",
)
def ci_expressions_resolve(workflow_expressions: WorkflowExpressions) -> None:
    """Every job, step, output, input and matrix key that an expression asks for is there.

    Why: GitHub puts an empty text in for what does not exist and goes on. Nobody sees it before
    the deployment that was skipped, or the image without a tag.
    Decides: `needs.x` of a job that is not in `needs`; `steps.x` without such an id in the job, or
    of a later step; an output that the job does not declare, or that the text of a `run` step does
    not write; inputs that no trigger declares; keys that a written-out matrix lacks. High; medium
    for inputs, matrix keys and variables that only an action could read; low when it is only
    printed, ends in labels of an image, a message, a displayed name, an output that no job reads or
    a variable that nothing reads, or makes the `if` of a step that sets a tool up or asks a cache
    always true. One finding per job and value. What a script or an action may write, called
    workflows and computed matrices pass; a job that never runs because of it is told by
    `ci-jobs-reachable`.
    Blind spots: outputs of actions; expressions over several lines; composite actions.
    """
    if not workflow_expressions.workflow.jobs:
        skip(SkipReason.NO_INPUT, "no job")
    groups: dict[tuple[str, str, str, bool], list[LostValue]] = {}
    for lost in workflow_expressions.lost:
        # One line of `needs` or one block of `outputs` mends all of a group.
        of = lost.value.partition(".outputs.")[0] if lost.clause != "needs" else ""
        groups.setdefault((lost.job, lost.clause, of, lost.shown), []).append(lost)
    for group in groups.values():
        _report(group)


def _report(group: list[LostValue]) -> None:
    first, *others = group
    always = {lost.always for lost in group}
    uses = sorted(
        ((at, text) for lost in group for at, text in zip(lost.places, lost.texts, strict=True)),
        key=lambda use: use[0].key(),
    )
    values = ", ".join(f"`{lost.value}`" for lost in group[:3])
    values += f" and {len(others) - 2} more" if len(others) > 2 else ""
    times = f" ({len(uses)} times: {lines_of(at for at, _ in uses)})" if len(uses) > 1 else ""
    is_job = first.clause == "needs" and not first.why.startswith("the workflow")
    near = f"; nearest: {first.nearest}" if first.nearest and not is_job and not others else ""
    why = "those jobs are not in its `needs`" if is_job and others else first.why
    if first.elsewhere is not None:
        why += f"; it is one of job {first.elsewhere.job!r} ({first.elsewhere.place})"
    report(
        at=uses[0][0],
        says=f"job {first.job!r} asks for {values}{times}, which"
        f" {'are' if others else 'is'} always empty: {why}{near}{lost_ends(group)}"
        f"{'' if '' in always else '; the condition is always true'}",
        severity=lost_severity(group),
        evidence=uses[0][1],
        related=[*uses[1:], *lost_elsewhere(group)],
        impact=lost_impact(group),
        fix=lost_advice(group),
        key=f"{first.job} {first.value}",
    )
