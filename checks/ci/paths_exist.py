"""Workflows name files that a fresh clone has."""

from pytest_reconaudit.api import (
    Confidence,
    MissingPath,
    Severity,
    SkipReason,
    WorkflowPaths,
    audit,
    lines_of,
    report,
    skip,
)

_UNSEEN = "What the file should do is left out on every run, and no step tells of it."
_ASLEEP = "Once the job's condition is mended, the step fails on every run."


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The step fails on every run, so nothing behind it is tested, built or deployed.",
    fix="""Correct the path, or commit the file. A path is seen from the step's
`working-directory`, but what `with:` hands to an action from the repository's root.""",
)
def ci_paths_exist(workflow_paths: WorkflowPaths) -> None:
    """Every script, Dockerfile, compose file and folder that a workflow names exists.

    Why: a runner starts from a fresh clone. What lies only on the author's disk, was renamed, or
    is git-ignored makes the step fail, or (masked) silently do nothing.
    Decides: the path is resolved from the step's working directory, ``cd`` and ``checkout``
    ``path:`` and looked up in git's index. (a) compose files and Dockerfiles, (b) scripts, SQL
    files and manifests, (c) local actions and reusable workflows, (d) folders, (e) cargo without a
    Cargo.toml, (f) cargo targets and binaries, goals of make, (g) existence gates,
    (h) cache-dependency-path, (i) artifacts that no job of
    the run uploads. The rows of a written-out matrix are tried one by one.
    Dynamic values, globs, absolute paths, other repositories, submodules, containers, guarded
    commands and anything that an earlier step of the job may have made are left out. Masked
    failures, and a working directory without other evidence: medium; low for a script whose failure
    is masked, or that runs in the background with its errors thrown away, unless the job then asks
    this machine for an answer; and in a job that never runs.
    Blind spots: paths inside arguments of other programs; scripts that GitHub does not run itself;
    files that a program makes before this step although their name looks hand-written.
    """
    if workflow_paths.workflow.problems:
        first = workflow_paths.workflow.problems[0]
        skip(SkipReason.UNPARSABLE, f"{first.place}: {first.message}")
    if workflow_paths.foreign:
        skip(SkipReason.CONTEXT_UNKNOWN, "only called from workflows of other repositories")
    for missing in workflow_paths.missing:
        _report(missing, asleep=all(one.job in workflow_paths.dead for one in missing.uses))
    if not workflow_paths.missing and not workflow_paths.judged:
        reason = SkipReason.UNRESOLVED if workflow_paths.unresolved else SkipReason.NO_INPUT
        skip(reason, "no step names a path that can be told from the text")


def _report(missing: MissingPath, *, asleep: bool) -> None:
    first = missing.uses[0]
    soft = bool(missing.masked) or missing.alone
    slight = asleep or (bool(missing.masked) and missing.kind == "script")
    lines = lines_of(use.place for use in missing.uses)
    many = len(missing.uses) > 1 and missing.clause != "g"
    times = f" ({len(missing.uses)} times: {lines})" if many else ""
    rows = ""
    if missing.also:
        listed = ", ".join(missing.also[:4]) + (" …" if len(missing.also) > 4 else "")
        more = f"{len(missing.also)} more row{'s' if len(missing.also) > 1 else ''}"
        rows = f" (and for {more} of the matrix: {listed})"
    hidden = f"; the failure is masked by `{missing.masked}`" if missing.masked else ""
    here = " (it lies on this disk, but git ignores it)" if missing.on_disk else ""
    meant = f"; nearest: {missing.nearest}" if missing.nearest else ""
    related = [(use.place, use.text) for use in missing.uses[1:]]
    if missing.ignored:
        related.append((missing.ignored.place, f"ignored by {missing.ignored.pattern}"))
    report(
        at=first.place,
        says=f"job {first.job!r}: {missing.kind} {missing.path}{rows}{times} {missing.reason}"
        f"{here}{meant}{hidden}{'; the job never runs as it is written' if asleep else ''}",
        severity=Severity.LOW if slight else Severity.MEDIUM if soft else Severity.HIGH,
        impact=_ASLEEP if asleep else _UNSEEN if missing.masked else "",
        confidence=Confidence.LIKELY if missing.remote else None,
        evidence=first.text,
        related=related,
        fix=_fix(missing),
        clause=missing.clause,
        key=f"{missing.clause} {missing.path}",
    )


def _fix(missing: MissingPath) -> str:
    """What fits the kind of path; empty for the words of all."""
    if missing.kind == "manifest" and missing.nearest and missing.path.endswith("Cargo.toml"):
        folder = missing.nearest.rpartition("/")[0]
        return (
            f"Run it where the manifest is: `working-directory: {folder}` on the step, or "
            f"`--manifest-path {missing.nearest}` on the command."
        )
    if "Dockerfile" in missing.path:
        return _DOCKERFILE
    return ""


_DOCKERFILE = """Correct the path, or commit the file. `file:` and `context:` of build-push-action
are seen from the root, whatever the step's `working-directory`:

```yaml
- uses: docker/build-push-action@v6
  with:
    context: ./backend
    file: ./docker/Dockerfile.backend   # not relative to the context
```"""
