"""The images that compose pulls are the ones that were tested."""

from collections.abc import Mapping, Sequence

from pytest_reconaudit.api import (
    IMAGES_TABLE_DATE,
    ComposeFile,
    FileImages,
    ImagePin,
    Place,
    Severity,
    SkipReason,
    audit,
    images_also,
    images_listed,
    images_related,
    moving_sentence,
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
    and stacks for development, tests and examples, and for an image that the project itself
    publishes, in a file that no workflow deploys; (b) the version is one that its makers no longer
    fix, by a built-in table; low; (c) Kubernetes manifests of the repository run another major
    version of the same image; low. (d) a version below `bitnami/`, which left Docker Hub on
    2025-09-29: high, medium in such files. Services with `build`, names that the repository builds,
    digests, tags of a major version and tags from variables without default, or that a workflow or
    script sets, pass. What several variants of a stack in one folder have in common is told once.
    Blind spots: what a registry does with a tag; images that the table does not know.
    """
    if compose_file.problems:
        skip(SkipReason.UNPARSABLE, compose_file.problems[0].message)
    images = compose_images[compose_file.path]
    if not images.pins:
        reason = SkipReason.UNRESOLVED if images.open else SkipReason.NO_INPUT
        skip(reason, "tags come from variables" if images.open else "pulls no image")
    for own in (False, True):
        moving = [pin for pin in images.told if pin.moving and pin.own == own]
        weight = Severity.LOW if own or images.development else Severity.MEDIUM
        _tell(moving, moving_sentence(moving), weight, "a")
    gone = [pin for pin in images.told if pin.withdrawn]
    says = "Bitnami moved all versions to bitnamilegacy on 2025-09-29"
    weight = Severity.MEDIUM if images.development else Severity.HIGH
    _tell(gone, f"no longer on Docker Hub: {images_listed(gone)}; {says}", weight, "d")
    over = [pin for pin in images.told if pin.ended]
    said = ", ".join(
        f"{row.product} {row.line} since {row.since} (line {pin.place.line}; move to"
        f" {row.instead} or newer)"
        for pin in over[:5]
        if (row := pin.ended)
    )
    says = f"{said}{images_also(over)}; by the table of {IMAGES_TABLE_DATE}"
    _tell(over, f"no longer fixed by its makers: {says}", Severity.LOW, "b")
    for pin in images.told:
        if pin.other:
            place, major = pin.other
            says = f"Kubernetes runs major version {major} of it ({place}){images_also([pin])}"
            says = f"service {pin.service} runs {pin.written}, {says}"
            _tell([pin], says, Severity.LOW, "c", [(place, f"major version {major}")])


def _tell(
    pins: Sequence[ImagePin],
    says: str,
    severity: Severity,
    clause: str,
    notes: Sequence[tuple[Place, str]] = (),
) -> None:
    """One finding for all pins; none where there are none."""
    if pins:
        report(
            at=pins[0].place,
            says=says,
            severity=severity,
            evidence=f"image: {pins[0].written}",
            related=[*notes, *images_related(pins)],
            clause=clause,
        )
