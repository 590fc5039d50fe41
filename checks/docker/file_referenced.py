"""Every Dockerfile is used."""

from pytest_reconaudit.api import (
    Confidence,
    Dockerfile,
    DockerfileReferences,
    Images,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="Nobody notices when it breaks, and whoever mends it mends the wrong file.",
    fix="Delete the file, or let compose or a workflow build it; keep one per deliverable.",
    advice={
        "b": (
            "What one of them builds was never tested on the other's base.",
            "Build both on one version, or delete one of the files.",
        ),
    },
)
def docker_file_referenced(
    dockerfile: Dockerfile, images: Images, dockerfile_references: DockerfileReferences
) -> None:
    """Something in the repository builds every Dockerfile.

    Why: a file that nothing builds rots, and looks like the one that is deployed.
    Decides: (a) fails when no compose file, workflow, script, Makefile, Skaffold, bake, Tilt or
    platform file builds it and none names its path, or its folder beside a loop or matrix. Lists of
    files, comments and commands that move or delete it are no references. (b) Two files build the
    same package with different major versions of the same base. The Dockerfile in the root, files
    named in a README's build command, dev containers, examples, tests and tooling, files whose name
    a script puts together, and repositories that build no image at all pass.
    Blind spots: builders outside the repository.
    """
    if not dockerfile.stages:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
    if images.is_dev_container(dockerfile):
        return
    lonely = dockerfile_references.unreferenced(dockerfile)
    if lonely is not None:
        says = f"nothing in the repository builds or names {dockerfile.path}"
        if lonely.instead:
            says += f"; {lonely.instead[0].message}"
        report(at=dockerfile.place, says=says, related=lonely.instead, clause="a")
    for twin in dockerfile_references.twins(dockerfile):
        built = "which is built" if images.builds(twin.other) else "which nothing builds either"
        report(
            at=twin.place,
            says=f"builds {twin.package or 'the package in the root'} on {twin.mine}, but"
            f" {twin.other.path} ({built}) on {twin.theirs}",
            evidence=twin.mine,
            related=[(twin.other_place, f"builds the same on {twin.theirs}")],
            clause="b",
            key=f"{twin.package} {twin.other.path}",
        )
