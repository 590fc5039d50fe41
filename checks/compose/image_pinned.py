"""The images that compose pulls are the ones that were tested."""

from collections.abc import Mapping

from pytest_reconaudit.api import (
    IMAGES_TABLE_DATE,
    ComposeFile,
    FileImages,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="The next pull may bring another major version: what runs was never tested, and the"
    " way back is not known.",
    fix="""
    Name a version, and let a bot (Renovate, Dependabot) raise it:

    ```yaml
    image: prom/prometheus:latest     # before
    image: prom/prometheus:v2.53.2    # after
    ```
    """,
    advice={
        "b": (
            "A hole that is found from now on stays open.",
            "Move to a line that is still fixed, and let a bot (Renovate, Dependabot) raise it.",
        ),
        "c": (
            "What was tested with Compose is not what the cluster runs.",
            "Name one version in both.",
        ),
        "d": (
            "Whoever has not pulled it before cannot start the stack: `manifest unknown`.",
            """
            Take the image of the project itself (`postgres`, `redis`, `apache/kafka` …; its
            variables and its data folder have other names), or for the time being the frozen copy
            `bitnamilegacy/NAME:TAG`, which gets no fixes.
            """,
        ),
    },
)
def compose_image_pinned(
    compose_file: ComposeFile, compose_images: Mapping[str, FileImages]
) -> None:
    """Every image that is pulled has a version that is still supported.

    Why: `latest` is a different image on each host and each day, and so is `alpine`.
    Decides: after merging and filling in defaults, (a) the tag is `latest`, nothing but a
    variant (`redis:alpine`, `python:bookworm`), or there is neither tag nor digest; low in files
    and stacks for development, tests and examples; (b) the version is one
    that its makers no longer fix, by a built-in table; low; (c) Kubernetes manifests of the
    repository run another major version of the same image; low. (d) a version below `bitnami/`,
    which left Docker Hub on 2025-09-29: high, medium in such files. Services with `build`, names
    that the repository builds, digests, tags of a major version and tags from variables without
    default pass.
    Blind spots: what a registry does with a tag; images that the table does not know.
    """
    if compose_file.problems:
        skip(SkipReason.UNPARSABLE, compose_file.problems[0].message)
    images = compose_images[compose_file.path]
    if not images.pins:
        reason = SkipReason.UNRESOLVED if images.open else SkipReason.NO_INPUT
        skip(reason, "tags come from variables" if images.open else "pulls no image")
    moving = [pin for pin in images.pins if pin.moving]
    if moving:
        first = moving[0]
        says = f"{first.written} is pulled without a version"
        if len(moving) > 1:
            names = [f"{pin.written} (line {pin.place.line})" for pin in moving]
            more = f" and {len(names) - 5} more" if len(names) > 5 else ""
            says = f"{len(names)} images are pulled without a version: {', '.join(names[:5])}{more}"
        report(
            at=first.place,
            says=says,
            severity=Severity.LOW if images.development else Severity.MEDIUM,
            evidence=f"image: {first.written}",
            related=[(pin.place, pin.written) for pin in moving[1:]],
            clause="a",
        )
    gone = [pin for pin in images.pins if pin.withdrawn]
    if gone:
        listed = ", ".join(f"{pin.written} (line {pin.place.line})" for pin in gone[:5])
        report(
            at=gone[0].place,
            says=f"no longer on Docker Hub: {listed}{' …' if gone[5:] else ''}; Bitnami moved all"
            " versions to bitnamilegacy on 2025-09-29",
            severity=Severity.MEDIUM if images.development else Severity.HIGH,
            evidence=f"image: {gone[0].written}",
            related=[(pin.place, pin.written) for pin in gone[1:]],
            clause="d",
        )
    over = [(pin, pin.ended) for pin in images.pins if pin.ended]
    if over:
        first = over[0][0]
        said = ", ".join(
            f"{row.product} {row.line} since {row.since} (line {pin.place.line}; move to"
            f" {row.instead} or newer)"
            for pin, row in over[:5]
        )
        report(
            at=first.place,
            says=f"no longer fixed by its makers: {said}; by the table of {IMAGES_TABLE_DATE}",
            severity=Severity.LOW,
            evidence=f"image: {first.written}",
            related=[(pin.place, pin.written) for pin, _ in over[1:]],
            clause="b",
        )
    for pin in images.pins:
        if pin.other:
            place, major = pin.other
            report(
                at=pin.place,
                says=f"service {pin.service} runs {pin.written}, Kubernetes runs major version"
                f" {major} of it ({place})",
                severity=Severity.LOW,
                evidence=f"image: {pin.written}",
                related=[(place, f"major version {major}")],
                clause="c",
            )
