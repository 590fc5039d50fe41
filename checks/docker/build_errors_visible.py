"""A failed build step fails the build."""

from pytest_reconaudit.api import (
    Dockerfile,
    MaskedError,
    MaskedErrors,
    Severity,
    SkipReason,
    audit,
    lines_of,
    report,
    skip,
)

_CLAUSES = {"ignored": "a", "silenced": "b", "unset": "c"}


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="An image without the thing it was built for is made, and nobody learns why.",
    fix="""
    Take the mask away, and choose between alternatives by a build argument instead of by failure:

    ```dockerfile
    # before: RUN cargo build --target $T 2>/dev/null || cargo build --release
    ARG TARGET=x86_64-unknown-linux-musl
    RUN cargo build --release --target "$TARGET"
    ```

    `a || b && c` means `(a || b) && c`.
    """,
    advice={
        "c": (
            "The program starts on a schema that it does not fit.",
            "Take `set +e` out: a failed migration has to end the container.",
        ),
    },
)
def docker_build_errors_visible(dockerfile: Dockerfile, masked_errors: MaskedErrors) -> None:
    """Builds, installs and tests in an image fail loudly.

    Why: a hidden failure turns up at run time, or as a build that does something else than asked.
    Decides: (a) a build, install or test command in a `RUN` followed by `|| true`, `|| echo …` or
    a final `; exit 0`: medium; low when the same tool runs again unmasked in the stage, so that
    only a warm-up is lost. (b) Its messages go to `/dev/null` and an alternative follows `||`:
    medium. (c) `set +e` in the start script before it migrates: low. `rm … || true`,
    `addgroup … || true`, probes, alternatives whose messages are seen, `|| exit 1` and `set -e`
    pass.
    Blind spots: masks inside scripts that a `RUN` calls.
    """
    if not dockerfile.stages:
        skip(SkipReason.UNPARSABLE, "the file has no stage")
    groups: dict[tuple[str, str], list[MaskedError]] = {}
    for error in masked_errors.of(dockerfile):
        groups.setdefault((_CLAUSES[error.how], error.place.path), []).append(error)
    for (clause, _), found in sorted(groups.items()):
        first = found[0]
        if clause == "a":
            says = f"`{first.mask}` hides a failed {first.kind}: `{_short(first.text)}`"
        elif clause == "b":
            says = f"why the {first.kind} `{_short(first.text)}` fails is thrown away before `||`"
        else:
            says = f"`{first.mask}` in the start script lets it go on after a failed migration"
        if len(found) > 1:
            says += f" ({len(found)} times: {lines_of(one.place for one in found)})"
        light = clause == "c" or (clause == "a" and all(one.warm_up for one in found))
        report(
            at=first.place,
            says=says,
            severity=Severity.LOW if light else Severity.MEDIUM,
            evidence=f"{first.text} {first.mask}",
            related=[(one.place, one.text) for one in found[1:]],
            clause=clause,
        )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
