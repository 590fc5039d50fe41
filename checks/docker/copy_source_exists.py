"""What an image copies is in the repository."""

from pytest_reconaudit.api import (
    Confidence,
    Dockerfile,
    DockerfileReferences,
    Images,
    Note,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)

_WORDS = {
    "missing": "is not there",
    "ignored": "is git-ignored, so a fresh clone does not have it",
    "excluded": "is kept out of the build by the .dockerignore",
    "dots": "is a folder that holds dot-files only",
}


_WITHOUT = (
    "The build does not stop: it goes on without the file. Without a lock file every build takes "
    "other versions."
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The build stops at this line on every machine but the one where the file lies.",
    fix="""
    Commit the file (the `Cargo.lock` of a program belongs into git), correct the path, or take
    the pattern out of `.gitignore`/`.dockerignore`. An optional file is copied with a pattern
    beside one that is always there: `COPY package.json package-lock.json* ./`.
    """,
)
def docker_copy_source_exists(
    dockerfile: Dockerfile, images: Images, dockerfile_references: DockerfileReferences
) -> None:
    """Every source of a COPY or ADD exists in a fresh clone.

    Why: git-ignored and moved files are noticed by whoever builds on a clean machine, which is
    the deployment.
    Decides: only when the build context is known: from compose, workflows, scripts, bake,
    Skaffold, Tilt or the like; or because every source that resolves does so against exactly one
    of the repository's root and the Dockerfile's folder. Each source without `--from`, variable,
    address or heredoc must match a committed file there that no `.dockerignore` excludes; a
    folder of dot-files only is medium, an excluded pattern beside a source that is there too, a
    pattern in a folder that is there low (BuildKit copies nothing then). Build output (`target/`,
    `dist/`, `*.jar`, a binary copied to a `bin` folder), files that a script writes, and an
    optional pattern beside a source that matches pass. Sources that all lie in another known
    context, or in a folder above it, are one finding, and so is one ignore rule that breaks four
    Dockerfiles or more.
    Blind spots: sources behind variables; files that a step outside shell and workflows creates.
    """
    if not dockerfile.stages:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
    if not images.sources(dockerfile):
        skip(SkipReason.NO_INPUT, "copies nothing from its build context by a plain name")
    contexts = images.contexts(dockerfile)
    if not contexts:
        skip(SkipReason.CONTEXT_UNKNOWN, "nothing tells which folder it is built from")
    for lost, *others in images.lost_together(dockerfile, contexts):
        context = lost.context
        severity = Severity.MEDIUM if lost.kind == "dots" else Severity.HIGH
        says = f"{lost.source.written} {_WORDS[lost.kind]} (context {context.title}: {context.why})"
        if lost.empty_pattern:
            severity = Severity.LOW
            says = (
                f"{lost.source.written} matches no file of a fresh clone (context {context.title}: "
                f"{context.why}): BuildKit copies nothing, the classic builder stops"
            )
        elif lost.optional:
            severity = Severity.MEDIUM
            says += "; the pattern is optional, so the build goes on without the file"
        if lost.elsewhere:
            severity = severity.lowered()
            says += f"; in the context {lost.elsewhere[0].title} it is there"
        if lost.optional_stage:
            severity = severity.lowered()
            says += f"; only stage {lost.source.stage.title} needs it"
        if others:
            more = ", ".join(one.source.written for one in others[:4])
            says += f"; so it is with {len(others)} more: {more}{' …' if others[4:] else ''}"
        if lost.meant is not None:
            says += f"; in {lost.meant or 'the repository root'} every source is there"
        if lost.rule_of:
            says += f"; the same rule breaks {len(lost.rule_of)} more COPY lines of other images"
        related = [Note(one.place, f"built by {one.by}") for one in context.builds]
        related += [Note(one.source.place, f"copies {one.source.written}") for one in others]
        related += lost.rule_of
        if lost.rule is not None:
            related.insert(0, lost.rule)
        if dockerfile_references.unreferenced(dockerfile) is not None:
            says += "; nothing in the repository builds this file"
        if lost.nearest and lost.meant is None and lost.nearest != lost.source.written:
            says += f"; did you mean {lost.nearest}?"
        report(
            at=lost.source.place,
            says=says,
            severity=severity,
            confidence=Confidence.CERTAIN if context.builds else Confidence.LIKELY,
            evidence=lost.source.instruction.written,
            related=related,
            impact=_WITHOUT if lost.optional else "",
            fix=lost.remedy,
            clause="b" if lost.kind == "dots" else "a",
            key=lost.source.written,
        )
