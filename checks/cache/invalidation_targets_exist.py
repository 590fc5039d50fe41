"""Invalidation deletes keys that are written."""

from pytest_reconaudit.api import Confidence, DeletedKey, Severity, audit, report


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="The delete succeeds and removes nothing: the stale value stays until it runs out.",
    fix="""
    Build every key with one function, and use it for reading, writing and deleting:

    ```python
    def order_key(order_id: int) -> str:
        return f"order:{order_id}"

    cache.set(order_key(order.id), data, timeout=600)
    cache.delete(order_key(order.id))        # not f"orders:{order.id}"
    ```

    ```ts
    const orderKey = (orderId: string) => `order:${orderId}`;

    await redis.set(orderKey(id), json, "EX", 600);
    await redis.del(orderKey(id));           // not `orders:${id}`
    ```

    ```rust
    fn order_key(order_id: i64) -> String { format!("order:{order_id}") }

    let _: () = conn.set_ex(order_key(id), json, 600).await?;
    let _: () = conn.del(order_key(id)).await?;
    ```
    """,
)
def cache_invalidation_targets_exist(deleted_key: DeletedKey) -> None:
    """Every deleted key, or pattern, is one that some code writes.

    Why: a key that is spelt in two ways is deleted in vain, and nothing reports it.
    Decides: per template that some code deletes and none writes, reads or counts under; a pattern
    by what is before its first wildcard. Medium when a written template has the same words in
    another order or number, or nearly the same text; a note when nothing is alike. Keys of
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
    report(
        at=first.place,
        says=f"{deleted_key.template} is deleted and never written; what is written is"
        f" {nearest.template} ({written.place})",
        evidence=first.op.text,
        related=[(written.place, f"writes {nearest.template}"), *others],
        key=deleted_key.template,
    )
