"""Every key that a program needs is written down."""

from collections.abc import Sequence

from pytest_reconaudit.api import (
    Confidence,
    Requirement,
    Requirements,
    Severity,
    UnsetKey,
    audit,
    report,
)


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="A fresh deployment stops at start, one unknown key after the other.",
    fix="""
    Put the key into the template, with a comment and a safe value.

    ```
    # Signs download links; required, 32 random bytes
    LINK_SIGNING_KEY=
    ```
    """,
    advice={
        "b": (
            (
                "Whoever finds the key in the source can switch a protection off, and nobody "
                "looks for it."
            ),
            "Take the switch out of the program, or refuse it in production and write it down.",
        ),
        "c": (
            "Nobody knows what can be set without reading the source.",
            "List the keys in the template, commented out, with their defaults.",
        ),
        "d": (
            (
                "The container stops at its first read of the key, whatever `.env` holds: compose "
                "hands over only what the service lists."
            ),
            "Hand it on in the service's `environment`: `KEY: ${KEY:?}`.",
        ),
    },
)
def env_required_documented(requirements: Requirements) -> None:
    """Every key that a program needs is written down.

    Why: a required key that stands in no template, deploy file or document is found out by
    crashing. A switch that turns a protection off, and that nobody has written down, is a back
    door.

    Decides: (a) a read without which the program stops (`?`, `.expect()`, a throwing guard, a
    schema or structure (envy) without default, `os.environ["X"]`, compose `${X:?}`), whose key is
    in no env file (a commented line counts), compose file, manifest, workflow or document: medium,
    high where its name holds a `-`. (b) a key that disables or skips authentication, TLS,
    verification, signatures or CSRF: high, required or not. (c) all optional reads of the
    repository, and the keys of clap's arguments, which `--help` lists: one low finding. (d) a
    compose service that lists the keys it is given, and not one which its program stops without and
    a template documents: medium. A key asked for only where a feature is switched on (`if USE_S3`,
    `...(on ? {…} : {})`) counts as optional; so does not one for an environment (`if PRODUCTION`).
    Passes: platform and runtime keys, keys of well-known images, tests, builds and tools, caught
    `KeyError`s, computed names, and what Rust's `env!` and `option_env!` read while it compiles.
    Blind spots: keys that a secret store injects; readers in languages that are not parsed.
    """
    by_file: dict[tuple[str, str], list[Requirement]] = {}
    for one in requirements.missing:
        path = "" if one.kind == "optional" else one.reads[0].place.path
        by_file.setdefault((one.kind, path), []).append(one)
    for (kind, _), group in by_file.items():
        clause = {"required": "a", "switch": "b", "optional": "c"}[kind]
        report(
            at=group[0].reads[0].place,
            says=_says(kind, group, requirements),
            severity=Severity.HIGH
            if kind == "required" and _unsettable(group)
            else {"a": Severity.MEDIUM, "b": Severity.HIGH, "c": Severity.LOW}[clause],
            fix=_HYPHEN if kind == "required" and _unsettable(group) else "",
            evidence=", ".join(one.key for one in group),
            related=[
                (read.place, f"{one.key} is read here") for one in group for read in one.reads
            ],
            clause=clause,
            key=f"{kind} {group[0].key if kind != 'optional' else ''}",
        )
    by_model: dict[str, list[UnsetKey]] = {}
    for unset in requirements.unset:
        by_model.setdefault(unset.services[0][1].path, []).append(unset)
    for ones in by_model.values():
        services = ", ".join(name for name, _ in ones[0].services)
        names = ", ".join(one.key for one in ones[:5]) + (" …" if len(ones) > 5 else "")
        report(
            at=ones[0].services[0][1],
            says=f"compose service {services} is not given {names},"
            " which its program stops without",
            confidence=Confidence.LIKELY,
            evidence=", ".join(one.key for one in ones),
            related=[
                note
                for one in ones
                for note in (
                    (one.read, f"{one.key} is read here"),
                    (one.documented, f"{one.key} is documented here"),
                )
            ],
            clause="d",
            key=f"unset {services} {names}",
        )


def _says(kind: str, group: Sequence[Requirement], all_: Requirements) -> str:
    names = ", ".join(one.key for one in group[:5]) + (" …" if len(group) > 5 else "")
    where = f"found in none of {all_.searched}"
    if kind == "switch":
        return f"{names} turns a protection off and is {where}"
    if kind == "required":
        why = ""
        if bad := _unsettable(group):
            meant = bad[0].key.replace("-", "_")
            why = f": no shell and no env file sets a name with `-`; did you mean {meant}?"
        return f"the program stops without {names}, {where}{why}"
    return f"{len(group)} of {all_.total} keys are read and {where}: {names}"


_HYPHEN = "Write the prefix with `_`, as the deploy files and templates do; then document the keys."


def _unsettable(group: Sequence[Requirement]) -> list[Requirement]:
    """Keys that the usual ways cannot set: their prefix was written like a package's name."""
    return [one for one in group if "-" in one.key]
