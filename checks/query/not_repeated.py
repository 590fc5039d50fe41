"""A request sends a statement once."""

from pytest_reconaudit.api import (
    Confidence,
    LiveRepeats,
    PlacedLog,
    PlacedRepeat,
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
    impact="A request waits for as many round trips as it has rows, and slows down with every row"
    " that is added.",
    fix="""
    Ask for all rows at once, and share them out in memory:

    ```sql
    SELECT * FROM authors WHERE id = $1;         -- once per book
    SELECT * FROM authors WHERE id = ANY($1);    -- once
    ```

    What is asked with the very same values belongs into a variable, or a cache of the request.
    """,
)
def query_not_repeated(sent_statements: PlacedLog | LiveRepeats) -> None:
    """Under load no request sends the same SELECT over and over.

    Why: each sending costs a round trip, whatever it fetches.
    Decides: of a log (`--recon-sql-log`) the statements of each request: by request or trace id,
    else by transaction, else by session, when only those in a row count, which is a hint. (a) The
    same SELECT 10 times (5 when a comment names its place) with other values, up to 1.2 rows each;
    (b) with the same values: medium; (c) plans that read 10,000 rows of a table to keep a tenth:
    medium from 20 times on, else low. (d) An export or the live database's counters: as many
    look-ups by one column as another statement has rows, which is a hint. IN, ANY, jobs, health
    and catalog queries pass.
    Blind spots: requests that the log does not tell apart; loops that the load did not reach.
    """
    if isinstance(sent_statements, LiveRepeats):
        _live(sent_statements)
        return
    log = sent_statements.log
    if log.problem and not (sent_statements.repeats or sent_statements.scans):
        skip(SkipReason.UNPARSABLE, f"{log.name}: {log.problem}")
    for one in sent_statements.repeats[:20]:
        _repeat(one, log.name)
    if more := sent_statements.repeats[20:]:
        report(
            at=more[0].source.place,
            says=f"{len(more)} more statements of {log.name} are sent over and over",
            severity=Severity.LOW,
            key="more",
        )
    for scan, source in sent_statements.scans[:20]:
        report(
            at=source.place,
            says=f"reads table {scan.table} as a whole ({scan.read:,} rows to keep {scan.kept:,}),"
            f" {scan.times:,} times ({log.name}:{scan.line}): {scan.filter[:120]}",
            severity=Severity.MEDIUM if scan.times >= 20 else Severity.LOW,
            evidence=scan.shape[:200],
            clause="c",
            key=f"{scan.table} {scan.filter}",
        )
    for fan, child, parent in sent_statements.fans[:20]:
        report(
            at=child.place,
            says=f"{fan.child.calls:,} calls ({log.name}:{fan.child.line}), as many as the"
            f" {fan.parent.calls:,} calls of another statement have rows: {fan.child.shape[:120]}",
            confidence=Confidence.POSSIBLE,
            evidence=fan.child.shape[:200],
            related=[(parent.place, fan.parent.shape[:160])] if parent.known else [],
            clause="d",
            key=fan.child.shape[:300],
        )


def _repeat(one: PlacedRepeat, name: str) -> None:
    found = one.repeat
    site = f" from {found.site}" if found.site else ""
    where = "" if one.source.known else "; which code sends it is not known"
    how = "with the same values" if found.kind == "same" else "with other values each"
    if not found.binds:
        how = "with values that the log does not hold"
    report(
        at=one.source.place,
        says=f"sent {found.count:,} times in one {one.group}{site} {how}, and so in"
        f" {found.requests:,} of them ({name}:{found.line}){where}: {found.shape[:160]}",
        severity=Severity.MEDIUM if found.kind == "same" else Severity.HIGH,
        confidence=Confidence.POSSIBLE if found.by == "session" else None,
        evidence=found.shape[:200],
        clause="b" if found.kind == "same" else "a",
        key=found.shape[:300],
    )


def _live(live: LiveRepeats) -> None:
    beside = "; statements were forgotten meanwhile" if live.given_up else ""
    for fan, child, parent in live.found[:20]:
        report(
            at=child.place,
            says=f"{fan.child.calls:,} calls within {live.seconds:.0f} s, as many as the"
            f" {fan.parent.calls:,} calls of another statement have rows{beside}:"
            f" {fan.child.shape[:120]}",
            confidence=Confidence.POSSIBLE,
            evidence=fan.child.shape[:200],
            related=[(parent.place, fan.parent.shape[:160])] if parent.known else [],
            clause="d",
            key=fan.child.shape[:300],
        )
