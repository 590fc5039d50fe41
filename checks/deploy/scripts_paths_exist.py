"""Scripts name files that a fresh clone has."""

from pytest_reconaudit.api import (
    LostPath,
    ScriptPaths,
    Severity,
    SkipReason,
    audit,
    lines_of,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The script fails at this point, or leaves the step out without anybody noticing.",
    fix="""Correct the path, or commit the file. A path is seen from where the script is started;
make that explicit:

```bash
cd "$(dirname "$0")/.."     # the repository's root, wherever it is started
psql -f migrations/add_indexes.sql
```""",
)
def deploy_scripts_paths_exist(script_paths: ScriptPaths) -> None:
    """Every compose file, SQL file, Dockerfile and script that a script names exists.

    Why: a script is read by nobody until the day it is needed. A file that was renamed or never
    committed makes it fail there, or (behind an existence test) skip the indexes or the migration.
    Decides: ``-f FILE``, ``source``, ``bash X``, ``psql -f``, ``< x.sql``, ``docker build``,
    ``kubectl apply -f``, ``cp SRC`` and programs started by path, in shell scripts, Makefile
    recipes and package.json scripts, variables with one value filled in. Missing means: from no
    folder that the script may be started in, and written by nothing in the repository. High for
    compose, SQL, Docker and Kubernetes files, medium for scripts; one step less in test and
    development scripts; medium when the script looks for the file and ends or goes on without it;
    low when the failure is masked, or when the folder is gone too and nothing calls the rule of the
    Makefile. Optional extras, env files, ignored and generated files, products of builds, clones
    and downloads, patterns and unknown variables are left out.
    Blind spots: paths inside arguments of other programs; folders that only exist on a server.
    """
    for lost in script_paths.lost:
        _report(lost)
    if not script_paths.lost and not script_paths.judged:
        skip(SkipReason.UNRESOLVED, "no path in it can be told from the text")


def _report(lost: LostPath) -> None:
    place, text = lost.uses[0]
    lines = lines_of(at for at, _ in lost.uses)
    many = f" ({len(lost.uses)} times: {lines})" if len(lost.uses) > 1 else ""
    ignored = f" for a fresh clone: {lost.ignored.place} ignores it" if lost.ignored else ""
    manner = f"; {lost.manner}" if lost.manner else ""
    nearest = f"; nearest: {lost.nearest}" if lost.nearest else ""
    rules = ", ".join(f"`{rule}`" for rule in lost.dead)
    if lost.dead:
        nearest = f"; its folder is gone, and nothing calls {rules}"
    related = [(at, line) for at, line in lost.uses[1:]]
    if lost.ignored:
        related.append((lost.ignored.place, f"ignored by {lost.ignored.pattern}"))
    report(
        at=place,
        says=f"{lost.kind} {lost.path}{many} does not exist{ignored}{manner}{nearest}",
        severity=lost.severity,
        evidence=text,
        related=related,
        impact="Whoever tries it meets the failure; nothing else does." if lost.dead else "",
        fix=f"Remove {rules} from the Makefile; or correct the path." if lost.dead else "",
        key=lost.path,
    )
