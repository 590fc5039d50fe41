"""Every configuration file can be read by the program it is for."""

from pytest_reconaudit.api import ConfigFile, Severity, SkipReason, audit, report, skip

_ADVICE = {
    "separator": (
        "The first object never reaches the cluster: its keys are overwritten by the second's.",
        "Put a line `---` between the two objects.",
    ),
    "duplicate": (
        "Only one of the two values is in effect, or the program refuses the file.",
        "Keep one of the two lines: the one that was meant.",
    ),
    "conflict": ("", "Finish the merge: keep what is right of both sides, delete the markers."),
    "empty": ("", "Write the file, or delete it together with what refers to it."),
    "unwritten": ("Cargo, npm or an editor that opens the folder stops.", "Write it or delete it."),
    "lost": (
        "No cargo command works in a fresh clone: nothing of the workspace is built or tested.",
        "Commit the package, or take its line out. Where git ignores it, narrow the rule.",
    ),
    "left": (
        "",
        (
            "Indent this line, and those below it that belong to the block (`|`), as far as the "
            "block: a line that stands further to the left ends it."
        ),
    ),
    "size": (
        "Nobody has looked at it here, and what a program writes does not belong in git.",
        "Take it out of the repository, or split it.",
    ),
}
"""What kind of problem, as its key says → impact and fix."""


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="What reads the file refuses to start, or runs without the setting that was meant.",
    fix="""
    Repair the line that the message names, and let CI parse what it deploys
    (`docker compose config -q`, `nginx -t`, `kubectl apply --dry-run=client`, `yamllint`).
    """,
    advice={
        "c": (
            "What looks the name up does not find it, and runs without the setting that was meant.",
            "Type the name anew in ASCII; `grep -nP '[^\\x00-\\x7F]' FILE` finds others like it.",
        ),
        "d": (
            "The program gets the command itself as its value, in every installation the same.",
            """
            Write `<<EOF` instead of `<<'EOF'`, so that the shell fills in `$(...)` and `$NAME`;
            what must stay as it is gets a backslash:

            ```bash
            cat > .env <<EOF
            JWT_SECRET=$(openssl rand -hex 32)
            PRICE_FORMAT=\\$0.00
            EOF
            ```
            """,
        ),
    },
)
def deploy_config_parses(config_file: ConfigFile) -> None:
    """Configuration files parse and mean what they say.

    Why: a workflow, compose file or manifest with one bad line takes everything in it down, and
    a foreign or invisible character in a name changes the name without anybody seeing it. Such
    files are read for the first time at the moment of the deployment.

    Decides: (a) workflows, compose files, Kubernetes manifests, kustomizations, Cargo.toml,
    package.json and Prometheus files that do not parse, are empty or hold merge markers: critical
    (an empty package that nobody names: medium beside code, else low), as are members of a
    workspace and dependencies by path without a Cargo.toml; other configuration (env files too):
    high when an image, service or kustomization takes it in, else medium. A second `apiVersion:`
    without `---` loses an object. Repeated keys: medium, low when the values are equal, high where
    GitHub or Docker Compose refuses the file for it. A workflow below a sub-folder is low: GitHub
    does not read it. (b) nginx: wrong argument counts, missing `;`, unbalanced braces, foreign
    characters: critical when the file is copied or mounted, else medium; a MIME type with a foreign
    character: medium. (c) variable names and keys with a foreign or invisible character: high. (d)
    a quoted here-document that writes `$(...)` or a variable of the script into an env file that
    nothing sources: medium. Templates of Helm, Jinja and the like are skipped; JSON that its
    program reads with comments (tsconfig) may hold them; comments, quoted strings and `echo` texts
    may hold any character.
    Blind spots: values of the right syntax and the wrong meaning; nginx directives of modules and
    nginx text inside a ConfigMap; files under names that say nothing about their program. Files
    in test folders are at most medium: they may be broken on purpose.
    """
    if config_file.unresolved:
        skip(SkipReason.UNRESOLVED, config_file.unresolved)
    for problem in config_file.problems:
        report(
            at=problem.place,
            says=problem.says,
            severity=problem.severity,
            evidence=problem.evidence,
            related=problem.related,
            impact=_ADVICE.get(problem.key, ("", ""))[0],
            fix=_ADVICE.get(problem.key, ("", ""))[1],
            clause=problem.clause,
            key=f"{problem.clause}:{problem.key}",
        )
