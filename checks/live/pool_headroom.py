"""Connections are left when many are busy."""

from pytest_reconaudit.api import (
    Confidence,
    PoolLoad,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=2,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    watched=True,
    impact="Requests wait for a connection, or are refused one, while the database has little to"
    " do for most of those that are taken.",
    fix="""
    Shorten what holds a connection before giving out more: no other call while one is held, no
    transaction around what only reads. Then fit pool × replicas to what the database takes:

    ```rust
    let user = { pool.get().await?.find_user(id).await? }; // given back here
    let mail = mailer.send(&user).await?;                  // nothing is held
    ```
    """,
)
def live_pool_headroom(pool_load: PoolLoad) -> None:
    """No role of the live database keeps next to all of its connections busy.

    Why: a pool that is used up makes requests wait however fast the statements are.
    Decides: five looks within the window, per role: in three of them at least 95 % of the
    connections are open that the pool (× replicas), the role, the database or the server allows,
    and at least 80 % of them are at work or inside a transaction. A full idle pool passes.
    Blind spots: who waits inside of the program or of a pooler; pools that are set up elsewhere
    than in the repository; minutes other than those of the window.
    """
    if len(pool_load.samples) < 3:
        skip(SkipReason.STATS_TOO_YOUNG, "fewer than three looks at the sessions")
    if pool_load.full < 3:
        return
    shown = "; ".join(
        f"{count} open, {working} busy of {room}" for count, working, room in pool_load.samples
    )
    report(
        at=pool_load.place,
        says=f"role {pool_load.role} ({pool_load.applications}) has next to no connection left in"
        f" {pool_load.full} of {len(pool_load.samples)} looks: {shown} ({pool_load.limit})",
        related=list(pool_load.related),
        key=pool_load.role,
    )
