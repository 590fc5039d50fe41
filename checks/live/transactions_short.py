"""Transactions end soon."""

from pytest_reconaudit.api import (
    LongTransaction,
    LongTransactions,
    Severity,
    audit,
    report,
)


@audit(
    pillar=2,
    severity=Severity.HIGH,
    watched=True,
    impact="Its locks make others wait, VACUUM removes nothing that is newer than it, and every"
    " table that is written grows meanwhile.",
    fix="""
    End it where it begins, with nothing slow between: no HTTP call, no wait for a user. And have
    the server end what is forgotten:

    ```sql
    ALTER ROLE app SET idle_in_transaction_session_timeout = '60s';
    SELECT pg_terminate_backend(4711);  -- the one that hangs now
    ```
    """,
)
def live_transactions_short(long_transactions: LongTransactions) -> None:
    """No session of the live database holds a transaction open for minutes.

    Why: row versions and locks are held until the oldest transaction ends.
    Decides: the sessions are looked at five times within the window: a transaction of more than 5
    minutes, or one that has waited for its client for more than 60 seconds. Dumps, VACUUM, index
    builds, COPY, replication and other databases pass. Ten are told one by one.
    Blind spots: what lasts less than the window at other times; sessions that the role may not see;
    prepared transactions.
    """
    for one in long_transactions.found[:10]:
        session = one.session
        who = f"{session.user or '?'}, {session.application or 'no application_name'}"
        waits = f", and for {one.idle:.0f} s it waits for its client" if one.idle else ""
        report(
            at=long_transactions.place,
            says=f"process {session.pid} ({who}) is in a transaction for {one.age:.0f} s{waits};"
            f" {session.state}: {session.query or 'its statement is not shown to this role'}",
            evidence=session.query,
            key=f"{session.user} {session.application} {session.query}",
        )
    _more(long_transactions.found[10:], long_transactions)


def _more(rest: tuple[LongTransaction, ...], known: LongTransactions) -> None:
    if rest:
        pids = ", ".join(str(one.session.pid) for one in rest[:5])
        report(
            at=known.place,
            says=f"{len(rest)} more transactions last too long (processes {pids})",
            key="more",
        )
