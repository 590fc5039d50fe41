"""Texts of strangers are not written into scripts."""

from pytest_reconaudit.api import (
    Injection,
    Severity,
    SkipReason,
    WorkflowInjections,
    audit,
    lines_of,
    report,
    skip,
)


@audit(
    pillar=3,
    severity=Severity.HIGH,
    impact="Whoever names a branch, titles an issue or writes a comment runs commands in the job,"
    " with its token and secrets.",
    fix="""Hand the text over in the environment: the shell reads a variable as data.

```yaml
- env:
    TITLE: ${{ github.event.issue.title }}
  run: echo "$TITLE"            # was: echo "${{ github.event.issue.title }}"
```""",
)
def ci_input_not_injected(workflow_injections: WorkflowInjections) -> None:
    """No title, body, branch name or commit message stands as an expression in a script.

    Why: GitHub puts the text in before the shell sees the line, so `"; curl … | sh; "` in a title
    is a command.
    Decides: such values in `run` and in the script of actions/github-script, where the events of
    the job carry them. High on events that anybody starts and that run with secrets
    (pull_request_target, issues, comments, discussions, workflow_run), medium on pull requests,
    low for commit messages of a push. One finding per workflow and severity. Values that are only
    compared and conditions that name the actor or the author's association pass.
    Blind spots: inputs of called workflows; values that come through an output.
    """
    if not workflow_injections.workflow.jobs:
        skip(SkipReason.NO_INPUT, "no job")
    groups: dict[Severity, list[Injection]] = {}
    for one in workflow_injections.found:
        groups.setdefault(one.severity, []).append(one)
    for severity, group in groups.items():
        first, *others = group
        values = ", ".join(dict.fromkeys(f"`{one.value}`" for one in group))
        times = f" ({lines_of(one.place for one in group)})" if others else ""
        report(
            at=first.place,
            says=f"job {first.job!r} writes {values} into a script{times}: its text is run, not"
            " only shown",
            severity=severity,
            evidence=first.text,
            related=[(one.place, one.text) for one in others],
            key=f"{severity.label}",
        )
