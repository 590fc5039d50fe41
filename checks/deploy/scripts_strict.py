"""Scripts stop at the first failure."""

from pytest_reconaudit.api import (
    ScriptStrictness,
    Severity,
    audit,
    careless_places,
    careless_sentence,
    report,
)


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="The script goes on after a failed command and reports success.",
    fix="""Begin with

```bash
#!/usr/bin/env bash
set -euo pipefail
```

and write `command || handle_it` where a failure is expected (`grep` that may find nothing), and
`${1:-}` for an argument that may be left out, which `-u` refuses. A script that is started by its
path needs the executable bit in git: `git update-index --chmod=+x scripts/x.sh`.""",
    advice={
        "c": (
            "",
            (
                "Take it back with `set -e` behind the commands that may fail, or write "
                "`command || true`."
            ),
        ),
    },
)
def deploy_scripts_strict(script_strictness: ScriptStrictness) -> None:
    """Shell scripts stop at errors, can be started, and call only what exists.

    Why: the shell goes on after a failed command unless it is told not to, so a failed build or
    migration is followed by the next step and by "done".
    Decides: (a) neither `set -e` (shebang and sourced files count) nor `trap … ERR` in a script
    with commands whose failure nothing looks at and which do not end it, in a branch or not: low,
    medium when the script or such a command deploys, rolls back or migrates; one for each folder,
    or for the repository when more than five scripts of a weight are like that; a note when every
    status is looked at by hand, one for each folder. (b) a script with a shebang that is not
    executable in git: low when a command or document starts it by its path, a note for each folder
    when most others are executable. (c) `set +e` that an entry point never takes back: low. (d) a
    command that is a function of another script, or `die`, `fail`, `abort`, and is defined nowhere
    that the script can see: medium, high without `set -e`. Libraries, generated files, scripts of
    one command, and scripts that source something unknown pass.
    Blind spots: `set -e` does not act inside conditions; programs that are not installed.
    """
    place = script_strictness.start
    if script_strictness.careless and not script_strictness.spoken_for:
        report(
            at=place,
            says=careless_sentence(script_strictness),
            severity=Severity.MEDIUM if script_strictness.grave else Severity.LOW,
            evidence=script_strictness.careless[0].text,
            related=careless_places(script_strictness),
            clause="a",
            key="a",
        )
    elif script_strictness.quiet:
        others = script_strictness.quiet[1:]
        more = f" (so it is with {len(others)} more in this folder)" if others else ""
        report(
            at=place,
            says="no `set -e`: nothing is lost today, as every command is looked at or the last"
            f" one; the next one added would be forgotten{more}",
            severity=Severity.INFO,
            related=[(one, "no `set -e` either") for one in others],
            clause="a",
            key="a",
        )
    _executable(script_strictness)
    if script_strictness.unset is not None and not script_strictness.careless:
        report(
            at=script_strictness.unset,
            says="`set +e` is never taken back: failures from here on are not noticed",
            evidence="set +e",
            clause="c",
            key="c",
        )
    if script_strictness.unknown:
        command, other = script_strictness.unknown[0]
        where = f"; {other} has a function of this name" if other else ""
        strict = script_strictness.strict
        report(
            at=command.place,
            says=f"`{command.words[0]}` is no command, and neither this script nor anything it"
            f" sources defines it{where}",
            severity=Severity.MEDIUM if strict else Severity.HIGH,
            evidence=command.text,
            related=[(one.place, one.text[:80]) for one, _ in script_strictness.unknown[1:]],
            clause="d",
            impact="The line fails where it is reached, often in the branch for errors.",
            fix="Define the function, or source the script that has it.",
            key=f"d {command.words[0]}",
        )


def _executable(script_strictness: ScriptStrictness) -> None:
    called = script_strictness.not_executable
    if not called or (called == "#" and not script_strictness.idle_modes):
        return
    others, noted = script_strictness.idle_modes[1:], called == "#"
    why = "most scripts of the repository are executable" if noted else called
    started = script_strictness.started
    report(
        at=script_strictness.start,
        says=f"the script has a shebang and mode 100644: it is not executable, and {why}"
        + (f" (so it is with {len(others)} more in this folder)" if others else ""),
        severity=Severity.INFO if noted else Severity.LOW,
        evidence=f"#!{script_strictness.file.shell.script.shebang}",
        related=[
            *([(started, "starts it by its path")] if started else []),
            *((one, "not executable either") for one in others),
        ],
        clause="b",
        impact='Whoever starts it by its path gets "permission denied".',
        fix="`git update-index --chmod=+x` the file, or start it as `bash FILE`.",
        key="b",
    )
