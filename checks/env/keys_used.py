"""Every key that is set is used."""

from pytest_reconaudit.api import Confidence, KeyUse, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="Somebody changes the value, and nothing happens.",
    fix="""
    Delete the key, or read it where the literal stands now. Keep the default beside its reader.

    ```diff
    -MAX_REPLICAS=10      # the autoscaler's manifest has its own number
    ```
    """,
)
def env_keys_used(key_use: KeyUse) -> None:
    """Every key that is set is used.

    Why: a key that nothing reads looks like a setting. Operators tune it, audits trust it, and
    the real value is a literal somewhere else.

    Decides: keys without any use outside env files and documents: not read by parsed code, not
    named in any other source, not expanded by a script, a manifest or a compose file. A key that
    only takes its own value (`X=${X}`) is not used by that. Low for an env file, medium when it
    is half of the file's keys or more, and medium for a compose service or ConfigMap whose
    application reads others. Passes: keys of platforms and well-known images, prefix loaders,
    settings classes, files handed to images that are not built here.

    Blind spots: names put together from parts; readers in other repositories.
    """
    use = key_use
    if use.undecided:
        skip(SkipReason.UNRESOLVED, use.undecided)
    if not use.unused:
        return
    keys = list(dict.fromkeys(one.key for one in use.unused))
    names = ", ".join(keys[:5])
    more = " …" if len(keys) > 5 else ""
    several = use.title.startswith("compose services ")
    wide = use.kind != "file" or use.mostly_unused
    report(
        at=use.unused[0].place,
        says=f"{use.title} {'set' if several else 'sets'} keys that nothing reads"
        f" ({_share(use)}): {names}{more}",
        severity=Severity.MEDIUM if wide else Severity.LOW,
        evidence=", ".join(keys),
        related=[(one.place, f"{one.key} is used nowhere") for one in use.unused],
        key=use.id,
    )


def _share(use: KeyUse) -> str:
    """``3 of 26``, and what the 26 are when the file holds more."""
    unused = len({one.key for one in use.unused})
    if use.held <= use.total:
        return f"{unused} of {use.total}"
    own = f"{unused} of the {use.total} keys that are the application's own"
    return f"{own}; it holds {use.held}"
