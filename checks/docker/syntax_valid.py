"""Dockerfiles are valid."""

from pytest_reconaudit.api import (
    Dockerfile,
    DockerfileReferences,
    Fault,
    Images,
    Severity,
    SkipReason,
    audit,
    dockerfile_faults,
    lines_of,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="The image cannot be built, so nothing that depends on it can be released.",
    fix="""
    `COPY` and `ADD` are not run by a shell. Make the path certain in the stage that builds:

    ```dockerfile
    # before: COPY --from=builder /app/a /app/ 2>/dev/null || COPY --from=builder /app/b /app/
    RUN cp target/*/release/server /out/server || cp target/release/server /out/server
    COPY --from=builder /out/server /app/server
    ```

    In exec form every argument is passed as it stands: `["nginx", "-g", "daemon off;"]`.
    """,
    advice={
        "a": (
            "",
            "Write the instruction that was meant; `docker build --check .` lists such lines.",
        ),
        "c": (
            "",
            "End the last line of the instruction without a backslash, or close the heredoc.",
        ),
        "d": ("", "Write the file, or delete it together with what refers to it."),
        "e": (
            "",
            "Name a stage that stands above (`FROM … AS builder`), or an image with its tag.",
        ),
        "f": (
            (
                "The program gets the quotes as part of its argument, and refuses it or finds "
                "no file."
            ),
            ('Take the inner quotes out: no shell removes them. `["nginx", "-g", "daemon off;"]`'),
        ),
        "g": (
            "The image is built by new builders only: an older one stops at the first line.",
            "Write the mark and the name together: `RUN cat > file <<'EOF'`.",
        ),
    },
)
def docker_syntax_valid(
    dockerfile: Dockerfile, images: Images, dockerfile_references: DockerfileReferences
) -> None:
    """Every Dockerfile can be read by the builder.

    Why: such an error stops the build at once, but only for whoever runs it.
    Decides: fails on (a) an unknown instruction, a wrong first one, a malformed `FROM`, or one
    that stands behind `RUN` (`RUN RUN apk …`, high);
    (b) shell syntax in `COPY`/`ADD`; (c) a continuation or heredoc that the file's end cuts off;
    (d) a file without any instruction (medium when nothing refers to it); (e) a `--from=` that
    names no earlier stage, named context or image (medium where the repository does not say who
    builds it, who may pass a context of that name); (f) an exec-form argument in shell quotes
    (high); (g) a heredoc with a blank after `<<`, which only newer builders read (low, unless
    `# syntax=` pins an older one). A file that nothing builds is high at most. Heredocs, parser
    directives, comments
    between continued lines and scripts after `sh -c` pass, and so do files that a generator puts
    together.
    Blind spots: what a foreign `# syntax=` frontend adds; whether an image exists at all.
    """
    if dockerfile.empty:
        builds = images.builds(dockerfile)
        report(
            at=dockerfile.place,
            says="the Dockerfile has no instruction at all",
            severity=Severity.CRITICAL if builds else Severity.MEDIUM,
            related=[(one.place, f"built by {one.by}") for one in builds],
            clause="d",
        )
        return
    if not dockerfile.stages and all(one.known for one in dockerfile.instructions):
        user = images.fragment_user(dockerfile)
        if user is not None:
            skip(SkipReason.NOT_RENDERABLE, f"a fragment that {user} puts together with others")
    groups: dict[tuple[str, bool], list[Fault]] = {}
    for fault in dockerfile_faults(dockerfile, images):
        groups.setdefault((fault.clause, fault.grave), []).append(fault)
    unbuilt = bool(groups) and dockerfile_references.unreferenced(dockerfile) is not None
    idle = "; nothing in the repository builds this file" if unbuilt else ""
    worst = Severity.HIGH if unbuilt else Severity.CRITICAL
    for (clause, grave), faults in groups.items():
        first = faults[0]
        lines = lines_of(one.place for one in faults)
        count = f" ({len(faults)} times: {lines})" if len(faults) > 1 else ""
        light = Severity.HIGH if clause in ("a", "f") else Severity.MEDIUM
        light = Severity.LOW if clause == "g" else light
        report(
            at=first.place,
            says=first.says + count + idle,
            severity=worst if grave else light,
            evidence=first.evidence,
            related=[(one.place, one.says) for one in faults[1:]],
            clause=clause,
        )
