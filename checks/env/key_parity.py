"""Env files of one application list the same keys."""

from collections.abc import Sequence

from pytest_reconaudit.api import Confidence, EnvPair, MissingKey, Place, Severity, audit, report


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="Who starts from the template runs with settings missing that production has.",
    fix="""
    Keep one annotated template per application and make the others from it: every key that
    production sets stands in the base template too, with a comment and a safe value.

    ```
    # Where nightly dumps go; required when BACKUP_ENABLED=true
    BACKUP_BUCKET=local-backups
    ```
    """,
    advice={
        "b": (
            "Production stops at start, or at the first use of the key.",
            "Set the key in the production file, or where its secrets come from.",
        ),
        "c": (
            "Which settings somebody starts with depends on the template that was found first.",
            "Keep one template, and delete the other.",
        ),
    },
)
def env_key_parity(env_pair: EnvPair) -> None:
    """Env files of one application list the same keys.

    Why: a key that only the production file knows is found out when it is missing: the program
    stops, or quietly does something else than in production. Two templates that share little
    leave it to chance which settings somebody starts with.

    Decides: (a) keys of the production file that the nearest base template of the same
    application lacks, when something reads them without a default, or when they are at least
    half of the file. (b) keys of the base template that code requires and production lacks.
    (c) two templates of one role and application with less than half of the shorter one's keys
    in common. Keys on commented-out lines count as listed. Left out: platform keys, keys of
    well-known images, keys that only tests or another application read. Keys with a default in
    code are a note.

    Blind spots: values that a secret store injects; loaders that make up names from fields.
    """
    pair = env_pair
    if pair.kind == "twins":
        if pair.drifted:
            first = pair.missing[0].place if pair.missing else pair.one.settings[0].place
            report(
                at=first,
                says=f"{pair.one.path} and {pair.other.path} are both {pair.one.name.role} env "
                f"files of one application but share {pair.common} of {pair.smaller} keys; "
                f"only in one of them: {_listed(pair.missing)}",
                evidence=_listed(pair.missing, 12),
                related=[(pair.other.settings[0].place, "the other file"), *_notes(pair.missing)],
                clause="c",
                key=pair.id,
            )
        return
    wanted, unread = pair.with_use("required", "read"), pair.with_use("unread")
    if wanted or 2 * len(unread) >= len(pair.one.keys):
        missing = (*wanted, *unread)
        report(
            at=missing[0].place,
            says=f"{pair.other.path} lacks {pair.lacking} of the {len(pair.one.keys)} keys in "
            f"{pair.one.path}: {_counts(pair)}",
            evidence=_listed(missing, 12),
            related=_notes(missing),
            clause="a",
            key=pair.id,
        )
    elif pair.missing:
        report(
            at=pair.missing[0].place,
            says=f"{pair.other.path} lacks keys of {pair.one.path} that code has defaults for or "
            f"does not read: {_listed(pair.missing)}",
            severity=Severity.INFO,
            evidence=_listed(pair.missing, 12),
            related=_notes(pair.missing),
            clause="a",
            key=pair.id,
        )
    if pair.required:
        report(
            at=pair.required[0].place,
            says=f"{pair.one.path} lacks keys of {pair.other.path} that code requires: "
            f"{_listed(pair.required)}",
            confidence=Confidence.CERTAIN if pair.one.name.template else Confidence.LIKELY,
            evidence=_listed(pair.required, 12),
            related=[(pair.one.settings[0].place, "production file"), *_notes(pair.required)],
            clause="b",
            key=pair.id,
        )


def _counts(pair: EnvPair) -> str:
    """The keys that are lacking, by what becomes of them."""
    wanted, unread = pair.with_use("required", "read"), pair.with_use("unread")
    defaulted = pair.with_use("default")
    parts = []
    if wanted:
        parts.append(f"{len(wanted)} read without a default ({_listed(wanted)})")
    if unread:
        parts.append(f"{len(unread)} that no code reads ({_listed(unread)})")
    if defaulted:
        parts.append(f"{len(defaulted)} with a default in code")
    others = pair.lacking - len(pair.missing)
    if others > 0:
        parts.append(f"{others} of platforms, well-known images, tests or other applications")
    return "; ".join(parts)


def _listed(keys: Sequence[MissingKey], most: int = 5) -> str:
    names = ", ".join(one.key for one in keys[:most])
    return f"{names} …" if len(keys) > most else names


def _notes(keys: Sequence[MissingKey]) -> list[tuple[Place, str]]:
    notes = [(one.place, f"{one.key} is set here only") for one in keys]
    return notes + [(one.read, f"{one.key} is read here") for one in keys if one.read]
