"""Index statements are run, from one place."""

from pytest_reconaudit.api import IndexDdl, Severity, audit, report


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="Everybody counts on indexes that are only text, or that depend on which script ran.",
    fix="""Keep the statements in one migration and delete the other copies:

```sql
-- migrations/2025-01-02-000000_order_indexes/up.sql
CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_orders_customer_id ON orders (customer_id);
```
""",
)
def db_index_ddl_executed(index_ddl: IndexDdl) -> None:
    """Something runs each set of index statements outside of the migrations, and there is one.

    Why: a function that returns CREATE INDEX statements looks like an optimisation and changes
    nothing; three scripts that apply the same indexes drift apart.
    Decides: for each function, constant, script and SQL file outside of the migrations that holds
    CREATE INDEX: (a) the function or constant is named nowhere else and executes nothing itself, or
    a file of nothing but index statements is named by no other file (medium, without a live
    database);
    (b) two sets share indexes and differ (medium), or several scripts give psql the same file
    (low); (c) a script named for applying indexes only prints. DDL that its function executes,
    docstrings and help texts, test code, methods that a framework calls and files that make the
    tables too pass.
    Blind spots: a function that is called and whose statements are then dropped; names put
    together at run time.
    """
    for fault in index_ddl.faults:
        report(
            at=fault.place,
            says=fault.says,
            severity=fault.severity,
            confidence=fault.confidence,
            evidence=fault.evidence,
            related=fault.related,
            clause=fault.clause,
        )
