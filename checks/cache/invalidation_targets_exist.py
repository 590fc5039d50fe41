"""Invalidation deletes keys that are written."""

from pytest_reconaudit.api import Confidence, DeletedKey, Severity, audit, report


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="The delete succeeds and removes nothing: the stale value stays until it runs out.",
    fix="""
    Build every key with one function, and use it for reading, writing and deleting.
    """,
)
def cache_invalidation_targets_exist(deleted_key: DeletedKey) -> None:
    """Every deleted key, or pattern, is one that some code writes.

    Why: a key that is spelt in two ways is deleted in vain, and nothing reports it.
    Decides: per template that some code deletes and none writes, reads or counts under; a pattern
    by what is before its first wildcard. A part that a condition chooses among some texts stands
    for all of them. Medium when a written template has the same words in another order or number,
    or nearly the same text; a note when nothing is alike, or another thing is named. Keys of
    libraries, and deletes beside writes whose keys are put together at run time, pass.
    Blind spots: keys that another service writes; a note tells them.
    """
    if deleted_key.written or deleted_key.uncertain:
        return
    first = deleted_key.deletes[0]
    others = [(one.place, f"deletes {one.shown}") for one in deleted_key.deletes[1:]]
    nearest = deleted_key.nearest
    if nearest is None:
        report(
            at=first.place,
            says=f"{deleted_key.template} is deleted and no code here writes it",
            severity=Severity.INFO,
            confidence=Confidence.POSSIBLE,
            evidence=first.op.text,
            related=others,
            key=deleted_key.template,
        )
        return
    written = nearest.writes[0]
    named = " and ".join(f"`{one}`" for one in (written.variants or (nearest.template,))[:4])
    report(
        at=first.place,
        says=f"{deleted_key.template} is deleted and never written; what is written is"
        f" {nearest.template} ({written.place})",
        evidence=first.op.text,
        fix=f"Delete what is written, {named}; let one function build the key for the"
        f" write at {written.place}, for its reads and for"
        f" {'these deletes' if others else 'this delete'}.",
        related=[(written.place, f"writes {nearest.template}"), *others],
        key=deleted_key.template,
    )
