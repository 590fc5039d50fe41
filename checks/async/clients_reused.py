"""Clients and connections are made once."""

from pytest_reconaudit.api import ClientUse, Severity, audit, lines_of, report

_SAYS = {
    "a": "{name} makes an HTTP client for each call",
    "b": "{name} opens a {what} connection for each call",
    "c": "{name} is set and never read: no pool has that size",
    "d": "no timeout is set on {count}: unless its caller gives up, a silent peer is waited for",
}

_BY_HAND = (
    "no timeout is set on {count} of a program for the command line: a silent peer is waited for"
)
_ALONE = "A peer that never answers stops the program's start, or a task of its own, that asks it."
_STOPPED = "The command waits until the peer answers or somebody stops it."
_QUEUED = "A silent peer holds a worker of the queue, and the tasks behind it, for as long."
_KILLED = (
    "A silent peer holds a worker until Gunicorn ends it (`--timeout`): the request fails then."
)


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="Each call pays for a new TCP (and TLS) connection.",
    fix="""
    Make one client at start-up and share it; clones are cheap, and share its connections:
    ```rust
    let http = reqwest::Client::new();
    ```
    """,
    advice={
        "b": (
            "Each call pays for a new connection.",
            """
            Share one that renews itself (feature `connection-manager` of redis):
            ```rust
            let redis = redis::aio::ConnectionManager::new(redis::Client::open(url)?).await?;
            ```
            """,
        ),
        "c": (
            "The configuration promises a pool that is not there.",
            "Build a pool of that size (deadpool-redis, r2d2, bb8), or delete the field.",
        ),
        "d": (
            "A peer that never answers holds whoever asks, until something else gives up.",
            """
            Say how long an answer may take:
            ```python
            requests.get(url, timeout=(3, 10))
            ```
            """,
        ),
    },
)
def async_clients_reused(client_use: ClientUse) -> None:
    """Servers share their clients, and no call waits for ever.

    Why: a client holds a pool of connections; one that is made per call throws them away. reqwest
    has no timeout unless it is told one, nor has Python's requests or axios.
    Decides: looks at crates that servers are made of, and for (a) and (d) at code of Python and
    Node too. (a) `reqwest::Client::new` or `builder` (medium; a note where requests are known and
    none comes there, and for sign-ins by another service and pages of administrators; told once for
    a folder of those, for three functions of a file and four files of a crate), (b) a connection
    opened by `redis::Client` (high; medium in a health check, a note where requests are known and
    none comes there) in a function that a route reaches, in a loop of an async function, or in a
    method of a shared object (methods of one type are told as one, and what an extractor that
    handlers take comes to runs for each of their routes); or one to a database
    (`PgConnection::establish`, `PgPool::connect`) where a route comes there. What is kept in a
    static or a lazy cell, asked for with `is_none` first, made in `main`, in constructors, by
    workers or functions that only they call, builders that are told a proxy, a certificate or
    cookies, `ConnectionManager`, r2d2, bb8 and deadpool pass, as does what only hands out a
    connection to callers that bind it before a loop or renew the one they use. In Python
    `httpx.AsyncClient` and `aiohttp.ClientSession` without settings of their own, which an `async
    with` closes in a function that a route reaches: low, once for an application. (c) A struct
    holds a client or pool beside a field such as `max_connections` that nothing reads: medium, high
    when (b) holds there too. (d) reqwest clients in a file that sets no timeout at all, those aside
    by which `main` itself asks, those that an exporter of OpenTelemetry is handed, and the only one
    of a crate all of whose requests say `.timeout(…)` themselves: medium; low for such sign-ins; a
    note where only jobs, the program's start or a task of its own ask by it, and where no request
    is known to come to the object that keeps it; one note for each program of the command line (a
    parser of arguments, no web framework), and for a subcommand of a server. In Python
    `requests.get` and its like without `timeout` in a function that is not async and that a route
    reaches, or a view, serializer, filter or middleware of Django, or methods of a class that a
    library calls back and a filter of templates makes: medium, with the file's other calls, four
    and more files as one; low where only tasks of a queue ask, none of which has a limit. In Node
    calls of axios, and of clients that a file makes of it, without `timeout` or a signal in
    functions that a route reaches, unless `axios.defaults` has one: medium, once for an
    application.
    Blind spots: clients made through macros, other crates' builders or axios of another file;
    `requests.Session`.
    """
    for one in client_use.faults:
        count = len(one.sites)
        library = one.sites[0].message.partition(".")[0]
        amount = "this HTTP client" if count == 1 else f"{count} HTTP clients"
        if library in ("requests", "axios"):
            amount = f"{count} calls of {library}" if count > 1 else f"`{one.sites[0].message}`"
        if one.files > 1 and one.clause == "d":
            amount += f" in {one.files} files"
        where = f", per request of {one.route}" if one.route else ""
        lines = lines_of(site.place for site in one.sites if site.place.path == one.at.path)
        callers = [one.caller] if one.caller else []
        if callers and not one.route:
            where = f", {callers[0].message} ({callers[0].place})"
        if one.others:
            here = {site.place.path for site in one.beside} == {one.at.path}
            unit = "file" if here else "application" if one.at.path.endswith(".py") else "folder"
            unit = f"crate, in {one.files} files" if one.files > 1 else unit
            where += f"; {one.others} more of this {unit} too"
        says = _BY_HAND if one.by_hand else _SAYS[one.clause]
        held = _KILLED if one.killed else _QUEUED if one.queued else _ALONE * one.unawaited
        report(
            at=one.at,
            says=f"{says.format(name=one.name, count=amount, what=one.what)}: {lines}{where}",
            impact=_STOPPED if one.by_hand else held,
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            fix=one.fix,
            related=[*one.sites[1:], *callers, *one.beside],
            clause=one.clause,
            key=f"{one.clause} {one.name}",
        )
