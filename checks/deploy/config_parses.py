"""Every configuration file can be read by the program it is for."""

from pytest_reconaudit.api import ConfigFile, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="What reads the file refuses to start, or runs without the setting that was meant.",
    fix="""
    Repair the line that the message names, and let CI parse what it deploys
    (`docker compose config -q`, `nginx -t`, `kubectl apply --dry-run=client`, `yamllint`):

    ```nginx
    add_header Content-Type text/plain;   # not: text <stray letter>/plain
    ```

    Put `---` between two objects of a manifest, and `<<EOF` instead of `<<'EOF'` where the shell
    is to fill in `$(...)`.
    """,
)
def deploy_config_parses(config_file: ConfigFile) -> None:
    """Configuration files parse and mean what they say.

    Why: a workflow, compose file or manifest with one bad line takes everything in it down, and
    a foreign or invisible character in a name changes the name without anybody seeing it. Such
    files are read for the first time at the moment of the deployment.

    Decides: (a) workflows, compose files, Kubernetes manifests, kustomizations, Cargo.toml,
    package.json and Prometheus files that do not parse, are empty or hold merge markers: critical;
    other configuration (env files too): high when an image, service or kustomization takes it in,
    else medium. A second `apiVersion:` without `---` loses an object. Repeated keys: medium, low
    when the values are equal, high where GitHub or Docker Compose refuses the file for it. A
    workflow below a sub-folder never runs: low. (b) nginx: wrong argument counts, missing `;`,
    unbalanced braces, foreign characters: critical when the file is copied or mounted, else
    medium; a MIME type with a foreign character: medium. (c) variable names and keys that hold a
    foreign or invisible character: high. (d) a quoted here-document that writes `$(...)` or a
    variable of the script into an env file that nothing sources: medium. Templates of Helm, Jinja
    and the like are skipped; JSON that its program reads with comments (tsconfig) may hold them;
    comments, quoted strings and `echo` texts may hold any character.

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
            clause=problem.clause,
            key=f"{problem.clause}:{problem.key}",
        )
