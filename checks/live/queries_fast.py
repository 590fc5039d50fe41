"""Statements answer soon."""

from pytest_reconaudit.api import (
    Confidence,
    Severity,
    SlowStatements,
    StatementCounter,
    audit,
    report,
)


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    watched=True,
    impact="Who asks waits for it, a connection is held meanwhile, and the database is busy with"
    " it.",
    fix="""
    Look at its plan with values as they occur, and index what it filters and joins by, or ask for
    less:

    ```sql
    EXPLAIN (ANALYZE, BUFFERS) SELECT …;
    CREATE INDEX CONCURRENTLY idx_orders_customer ON orders (customer_id, created_at DESC);
    ```

    To have statements counted: `shared_preload_libraries = 'pg_stat_statements'`, a restart, and
    `CREATE EXTENSION pg_stat_statements;`.
    """,
)
def live_queries_fast(slow_statements: SlowStatements | StatementCounter) -> None:
    """No statement of the live database is slow on average or takes most of its time.

    Why: one statement often is a third of a database's work, and nobody knows which.
    Decides: `pg_stat_statements`: at least 20 calls, and 100 ms a call or 20 % of the time of all;
    that share counts from 10 s on, and is a hint while statements are counted for less than a day.
    COPY, VACUUM, DDL, EXPLAIN and questions to the catalog pass. Statements that are not counted
    are low; fewer than 95 % of a million blocks found in memory is a note.
    Blind spots: single slow calls of a statement that is fast on average; what was forgotten for
    want of room; when the time was taken.
    """
    if isinstance(slow_statements, StatementCounter):
        if slow_statements.why:
            report(
                at=slow_statements.place,
                says="the live database does not count its statements: " + slow_statements.why,
                severity=Severity.LOW,
                confidence=Confidence.CERTAIN,
                clause="b",
            )
        return
    for one in slow_statements.found[:20]:
        slow = one.mean >= 100
        where = "" if one.source.known else " (the place of the code is not known)"
        report(
            at=one.source.place,
            says=f"{one.mean:,.1f} ms a call, {one.calls:,} calls, {one.share:.0%} of the time of"
            f" all statements {slow_statements.since}; {one.rows:,.1f} rows and {one.blocks:,.0f}"
            f" blocks a call{where}: {one.shape[:160]}",
            confidence=Confidence.POSSIBLE if slow_statements.young and not slow else None,
            evidence=one.shape[:200],
            clause="a",
            key=one.shape[:300],
        )
    if more := slow_statements.found[20:]:
        report(at=slow_statements.place, says=f"{len(more)} more statements are slow", key="more")
    if slow_statements.hits is not None and slow_statements.hits < 0.95:
        report(
            at=slow_statements.place,
            says=f"{slow_statements.hits:.1%} of {slow_statements.blocks:,} blocks were found in"
            " shared memory",
            severity=Severity.INFO,
            clause="c",
        )
