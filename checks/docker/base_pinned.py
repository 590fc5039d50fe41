"""Base images name a version."""

from collections.abc import Iterable, Sequence

from pytest_reconaudit.api import (
    BaseImages,
    Dockerfile,
    Images,
    Place,
    Severity,
    SkipReason,
    audit,
    is_aside_path,
    is_development_name,
    lines_of,
    report,
    skip,
)

_CLAUSES = {"latest": "a", "untagged": "a", "variant": "a", "floating": "b"}
_WORDS = {
    "latest": "asks for the tag latest",
    "untagged": "names no tag, which means latest",
    "variant": "names a variant and no version, which moves as latest does",
    "floating": "has a tag without any version",
}


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="The same commit gives another image tomorrow; a new major version arrives unasked.",
    fix="""
    Name at least major and minor version, and a digest where builds must be repeatable; let a bot
    (Renovate, Dependabot) raise them:

    ```dockerfile
    # before: FROM alpine:latest
    FROM alpine:3.20
    ```
    """,
    advice={
        "c": ("", "Take the line out, and name a newer version in `FROM` instead."),
    },
)
def docker_base_pinned(dockerfile: Dockerfile, images: Images, base_images: BaseImages) -> None:
    """Every base image names a version.

    Why: `latest`, or a tag such as `alpine`, is another image after the next release of its maker.
    Decides: looks at each `FROM` and each image in `COPY --from=` and `--mount=from=`, with the
    defaults of `ARG` put in. (a) No tag and no digest, the tag `latest`, or nothing but a variant
    (`nginx:alpine`, `python:bookworm`): medium (low in a Dockerfile for development, and among
    examples, benchmarks and tests where nothing builds it). (b) Another tag without a digit
    (`node:lts`, `nginx:stable-alpine`): low. (c) `rustup update`, `apt-get upgrade` or `npm install
    -g npm@latest` on top of a pinned base: low. What the image that ships is built on is told
    first. Stage names, `scratch`, digests, release names of Debian and Ubuntu (`debian:bookworm`),
    images that the repository builds itself, named build contexts, an `ARG` that every known
    builder sets to a version, and dev containers pass.
    Blind spots: variables without a default; whether a version still exists.
    """
    if not dockerfile.stages:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
    if images.is_dev_container(dockerfile) or ".devcontainer/" in f"/{dockerfile.path}":
        return
    groups: dict[str, list[tuple[Place, str, str]]] = {}
    releases: dict[str, list[str]] = {}
    for base in base_images.of(dockerfile):
        clause = _CLAUSES.get(base.how)
        if clause:
            says = f"{base.title} {_WORDS[base.how]}"
            groups.setdefault(clause, []).append((base.place, says, base.evidence))
            releases.setdefault(clause, []).append(base.release)
    for drift in base_images.drifts(dockerfile):
        base_name = dockerfile.chain(drift.stage)[-1].base
        says = f"`{drift.tool}` undoes the version of the base {base_name}"
        groups.setdefault("c", []).append((drift.place, says, drift.text))
    for clause, found in sorted(groups.items()):
        place, says, evidence = found[0]
        aside = is_aside_path(dockerfile.path) and not images.deployments(dockerfile)
        work = aside or is_development_name(dockerfile.path)
        report(
            at=place,
            says=says + _more(one[0] for one in found),
            severity=Severity.MEDIUM if clause == "a" and not work else Severity.LOW,
            evidence=evidence,
            related=[(at, words) for at, words, _ in found[1:]],
            fix=_fix(releases.get(clause, ())),
            clause=clause,
        )


def _fix(releases: Sequence[str]) -> str:
    """For images without tags that name a version; empty when there is none of these."""
    known = [one for one in releases if one]
    if not known:
        return ""
    others = " Of the other images name at least major and minor version." * (
        releases.count("") > 0
    )
    return (
        "No tag of distroless images names a version: take the image of one release of Debian, by"
        f" digest, and let a bot (Renovate, Dependabot) raise it.{others * ('' in releases)}"
        "\n\n```dockerfile\n"
        f"FROM {known[0]}@sha256:…\n```"
    )


def _more(places: Iterable[Place]) -> str:
    all_ = sorted(places, key=lambda place: place.key())
    return f" ({len(all_)} in the file: {lines_of(all_)})" if len(all_) > 1 else ""
