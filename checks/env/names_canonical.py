"""A setting has one name."""

from pytest_reconaudit.api import (
    Confidence,
    KeyGroup,
    Severity,
    SkipReason,
    audit,
    key_places,
    report,
    skip,
)

_IDLE = """
Decide first whether the code that reads the setting is wanted: call it, or delete it together with
the key. Then keep one name.
"""


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="The value set under the other name is silently lost and the default is in effect.",
    fix="""
    Keep the name that the code reads and rename the others in one change.

    ```diff
    -CORS_ORIGIN=https://app.example.org
    +CORS_ORIGINS=https://app.example.org
    ```
    """,
    advice={
        "b": ("A value set under one name reaches one module and not the other.", ""),
    },
)
def env_names_canonical(key_group: KeyGroup) -> None:
    """A setting has one name.

    Why: `JWT_EXPIRES_IN` in the deploy file and `JWT_EXPIRATION` in the code look the same to a
    person and have nothing to do with each other. Nothing fails: the default is used.

    Decides: names of one application are equal after synonyms (USER=USERNAME, PASS/PWD=PASSWORD,
    EXPIRES/EXPIRY=EXPIRATION, URI=URL, ORIGIN=ORIGINS, CONNS=CONNECTIONS, ADDR=ADDRESS,
    ENV=ENVIRONMENT, DIR=PATH) and without IN, HOURS, SECONDS, SECS, MS, MODE, MAX, BASE and a
    trailing ADDRESS. (a) At most one of them read: medium, high when a production file sets an
    unread one and not the other. (b) Several read in different modules: medium. Passes when one
    module reads them side by side, and when another application, a script or a compose file
    uses the second name. Where nothing calls the code that reads, it is medium and likely only;
    documented names that differ by unit are a note.

    Blind spots: names in languages that are only searched as text; loaders that derive names
    from fields (such a group is skipped).
    """
    group = key_group
    if not group.names:
        return
    read, rivals, unread = group.read, group.rivals, group.unread
    if group.undecided is not None and unread:
        skip(SkipReason.UNRESOLVED, f"{group.undecided} derives key names from fields")
    names = ", ".join(one.name for one in group.names)
    related = key_places(group)
    if len(rivals) > 1:
        if group.differ_by_unit and all(one.documented for one in rivals):
            report(
                at=rivals[0].reads[0],
                says=f"{names} differ by unit only and are both read: unit ambiguity",
                severity=Severity.INFO,
                evidence=names,
                related=related,
                key=names,
            )
        elif not group.told_apart:
            second = min(rivals, key=lambda one: (len(one.definitions), one.name))
            report(
                at=second.reads[0],
                says=f"{group.application.title} reads one setting under {len(rivals)} names in "
                f"different modules: {', '.join(one.name for one in rivals)}",
                evidence=names,
                related=related,
                confidence=Confidence.LIKELY if group.idle else Confidence.CERTAIN,
                clause="b",
                key=names,
            )
    if not group.in_vain:
        return
    lost = group.lost
    place = (lost or group.in_vain)[0]
    if read:
        says = f"{place.key} is set but {group.application.title} reads {read[0].name}"
        if group.idle:
            says += f", in {group.idle}, which no source but tests names"
        else:
            says += "; the production value is lost" if lost else ""
    else:
        says = f"one setting has {len(group.names)} names and none of them is read: {names}"
    report(
        at=place.place,
        says=says,
        severity=Severity.HIGH if lost and not group.idle else Severity.MEDIUM,
        confidence=Confidence.LIKELY if group.idle else Confidence.CERTAIN,
        evidence=names,
        related=related,
        fix=_IDLE if group.idle else "",
        clause="a",
        key=names,
    )
