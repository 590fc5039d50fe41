"""A failed migration, build, deployment or backup ends its script."""

from pytest_reconaudit.api import (
    HiddenError,
    ScriptErrors,
    Severity,
    audit,
    lines_of,
    report,
)

_FILTERED = """It is the pipe that loses the status; `|| true` is there for a search that finds
nothing. Set `pipefail`, and keep the search's answer apart:

```bash
set -o pipefail
docker compose build api 2>&1 | { grep -E 'Built|ERROR' || true; }   # your command, your words
```"""


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The script reports success over a database, an image or a backup that is not there.",
    fix="""Let it fail, or handle the one failure that is expected:

```bash
set -euo pipefail
docker compose exec -T api diesel migration run       # was: … || true
docker compose build 2>&1 | tee build.log             # pipefail keeps the status
```""",
)
def deploy_errors_surface(script_errors: ScriptErrors) -> None:
    """Scripts do not hide the failure of what they are there to do.

    Why: `migrate || true` and `build | grep … || true` turn a failed deployment into a message that
    nobody reads; what follows runs against the old schema, image or no backup at all.
    Decides: migration, build, deployment and backup commands, also inside `docker compose exec`,
    whose failure is followed by `|| true`, `|| echo …`, an `else` or `if !` that only prints, or
    lost in a pipe. The script is played through with the command failing; it counts when every way
    through ends well. High; medium for a pipe without `pipefail` and for builds outside deployment
    scripts; low in test and development scripts, where the comment right above says that a
    deployment is only tried, and in a script that nothing names and that says at its head that it
    lets failures pass. Cleaning up (`down`, `rm`, `mkdir`), probes, another way to the same end
    behind `||`, failures that are counted or remembered, and values in `$(…)` pass. Without `set
    -e` an unmasked failure is deploy-scripts-strict's finding.
    Blind spots: failures inside programs that end with 0; scripts of other languages.
    """
    groups: dict[tuple[Severity, bool], list[HiddenError]] = {}
    for hidden in script_errors.hidden:
        groups.setdefault((hidden.severity, hidden.filtered), []).append(hidden)
    for (severity, filtered), group in groups.items():
        first = group[0]
        lines = lines_of(one.command.place for one in group)
        more = f" ({len(group)} commands: {lines})" if len(group) > 1 else ""
        report(
            at=first.command.place,
            says=f"the failure of a {first.kind} is hidden by `{first.mask}`, and the script goes"
            f" on{more}",
            severity=severity,
            fix=_FILTERED if filtered else "",
            evidence=first.command.text,
            related=[(one.command.place, f"{one.kind}: {one.mask}") for one in group[1:]],
            key=f"{first.kind} {first.command.text}",
        )
