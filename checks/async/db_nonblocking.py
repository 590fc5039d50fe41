"""Queries do not keep async workers waiting."""

from pytest_reconaudit.api import Severity, WaitingFile, audit, lines_of, report


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="While a query runs, its worker does nothing else: a few slow ones stop all requests.",
    fix="""
    Run the query on a thread that may wait, or take diesel-async:

    ```rust
    // before
    let user = users::table.find(id).first::<User>(&mut pool.get()?)?;
    // after; a transaction goes there as a whole
    let user = tokio::task::spawn_blocking(move || -> Result<User, Error> {
        Ok(users::table.find(id).first(&mut pool.get()?)?)
    })
    .await??;
    ```
    """,
)
def async_db_nonblocking(waiting_queries: WaitingFile) -> None:
    """Database calls of a synchronous driver run beside the async workers.

    Why: a worker serves many requests in turns and can only switch at an `await`. A synchronous
    query has none: with the single-threaded workers of Actix one slow query stalls all requests
    there.
    Decides: looks at crates that depend on diesel and on no async driver for it. (a) A query that
    runs in an async function, block or closure: high; where requests are known and none of them
    comes there medium in a task of its own, else a note. (b) `get()` of an r2d2 pool there: medium.
    Of both, more than six functions of a crate are told as one. (c) A function that is not async,
    holds a query or `get()` and is surely called by async code, through at most three functions, or
    five where no nearer call is known: high or medium. The nearest context decides: closures given
    to `spawn_blocking`, `block_in_place`, `web::block`, `interact`, `run` or a thread pass, those
    of `transaction` and of iterators count as where they stand. What is awaited, `main` and
    functions that only `main` calls, tests, and code within unknown macros pass. In a crate that no
    server is made of one step less.
    Blind spots: closures given to unknown functions; calls through traits and function pointers.
    """
    file = waiting_queries
    for one in file.functions:
        what = "a pool's connection"
        if one.kinds[0] == "query":
            what = "a Diesel query" if one.leading == 1 else f"{one.leading} Diesel queries"
        way = "on an async worker" if one.clause != "c" else "and is called by async code"
        if one.callers:
            way += f" at {one.callers[0].place}{' and elsewhere' if len(one.callers) > 1 else ''}"
        where = f" (per request of {one.route})" if one.route else ""
        total = f"; {one.total} such calls in {file.unit}" if one.total > len(one.sites) else ""
        lines = lines_of(site.place for site in one.sites if site.place.path == one.at.path)
        who = f"{one.name} waits"
        if one.alike:
            many = f" in {one.files} files" if one.files > 1 else ""
            who = f"{one.name} and {len(one.alike)} more functions{many} of {file.unit} wait"
            way, where = "on async workers", ""
        report(
            at=one.at,
            says=f"{who} for {what} {way}, {lines}{where}{total}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            related=[*one.sites[1:], *one.callers],
            fix=one.fix,
            clause=one.clause,
            key=one.name,
        )
