"""Workflows call package.json scripts that are there."""

from pytest_reconaudit.api import NpmCall, NpmCalls, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The step ends with `Missing script`, so the job never tests, checks or builds.",
    fix="""Add the script to the package.json that the step uses, or call one that it has.

```json
{ "scripts": { "type-check": "tsc --noEmit" } }
```""",
)
def ci_npm_scripts_exist(npm_calls: NpmCalls) -> None:
    """Every npm, pnpm, yarn and bun script that a workflow runs is in its package.json.

    Why: a script that was renamed, or exists only in another package of the repository, fails the
    job at once; behind `|| true` the gate silently does not exist.
    Decides: `npm|pnpm|yarn|bun run X`, `npm test`, `yarn X`, looked up in the nearest package.json
    of the folder in effect (`working-directory`, `defaults.run`, `cd`, `--prefix`, `-C`, `--cwd`).
    Masked by `|| true`, `|| echo` or `continue-on-error`: medium; in a job that never runs: low. A
    real alternative behind `||`, `--if-present`, workspace and filter options, dynamic names, other
    repositories, commands in containers, a package.json that an earlier step may write, and yarn or
    pnpm running the program of a dependency pass.
    Blind spots: calls inside other scripts; `yarn X` and `pnpm X` unless X is a usual script name.
    """
    workflow = npm_calls.workflow
    if workflow.problems:
        first = workflow.problems[0]
        skip(SkipReason.UNPARSABLE, f"{first.place}: {first.message}")
    if npm_calls.foreign:
        skip(SkipReason.CONTEXT_UNKNOWN, "only called from workflows of other repositories")
    for call in npm_calls.calls:
        if not call.there:
            _missing(call, asleep=call.job in npm_calls.dead)
    if not npm_calls.calls:
        skip(SkipReason.UNRESOLVED, "; ".join(npm_calls.unresolved[:3]))


def _missing(call: NpmCall, *, asleep: bool) -> None:
    where = f"is not in {call.manifest}" if call.manifest else "has no package.json to be in"
    meant = f" (nearest: {call.nearest})" if call.nearest else ""
    severity = Severity.MEDIUM if call.masked else Severity.HIGH
    hidden = f"; the failure is masked by `{call.masked}`" if call.masked else ""
    report(
        at=call.place,
        says=f"job {call.job!r}: script {call.script!r} {where}{meant}{hidden}"
        f"{'; the job never runs as it is written' if asleep else ''}",
        severity=Severity.LOW if asleep else severity,
        evidence=call.text,
        related=[(call.scripts_place, "scripts")] if call.scripts_place else [],
        key=f"{call.job} {call.script} {call.manifest}",
    )
