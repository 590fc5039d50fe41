"""Clients and connections are made once."""

from pytest_reconaudit.api import ClientUse, Severity, audit, report


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="Each call pays for a new TCP (and TLS) connection.",
    fix="""
    Make one client at start-up, with a limit on how long an answer may take, and share it; clones
    are cheap, and share its connections:
    ```rust
    let http = reqwest::Client::builder()
        .connect_timeout(std::time::Duration::from_secs(3))
        .timeout(std::time::Duration::from_secs(30)) // streams: `.read_timeout` (0.12.4+)
        .build().expect("TLS is there");
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
            requests.get(url, timeout=(3, 20))
            ```
            """,
        ),
        "e": (
            "The server sees several times the connections that one of them is sized for.",
            "Keep one client in a module of its own, and import it.",
        ),
        "f": ("However many connections the pool has, one is used.", "Take the lock off the pool."),
    },
)
def async_clients_reused(client_use: ClientUse) -> None:
    """Servers share their clients, and no call waits for ever.

    Why: a client holds a pool of connections; one that is made per call throws them away. reqwest
    has no timeout unless it is told one, nor has Python's requests or axios.
    Decides: looks at crates that servers are made of, and for (a) and (d) at code of Python and
    Node too. (a) `reqwest::Client::new` or `builder` (medium; a note where requests are known and
    none comes there, and for sign-ins by another service and pages of administrators; told once for
    a folder of those, for three functions of a file and four files of a crate, at one before which
    no request is answered from a cache), (b) a connection opened by `redis::Client` (high; medium
    in a health check, a note where requests are known and none comes there) in a function that a
    route reaches, in a loop of an async function, or in a method of a shared object (methods of one
    type are one, as are three functions of a file; what an extractor that handlers take comes to
    runs for each of their routes); or to a database (`PgConnection::establish`, `PgPool::connect`)
    where a route comes there. What is kept in a static or a lazy cell, asked for with `is_none`
    first, made in `main`, in constructors, by workers or functions that only they call, builders
    that are told a proxy, a certificate or cookies, `ConnectionManager`, r2d2, bb8, deadpool and
    pools of the repository's own making (idle ones are popped first) pass, as does what only hands
    out a connection to callers that bind it before a loop or renew the one they use. Low is an HTTP
    client of an object that the program makes and keeps elsewhere. In Python `httpx.AsyncClient`
    and `aiohttp.ClientSession` without settings of their own, which an `async with` closes in a
    function that a route reaches: low, once for an application; a note where but one place does,
    and not for a GET; not where a parameter says whom it asks. (c) A struct holds a client or pool
    beside a field such as `max_connections` that nothing reads: medium, high when (b) holds there
    too. (d) reqwest clients in a file that sets no timeout at all, those aside by which `main`
    itself asks, those that an exporter of OpenTelemetry is handed, and the only one of a crate all
    of whose requests say `.timeout(…)` themselves, once for a crate: medium; low for such sign-ins;
    a note where only jobs, the program's start or a task of its own ask by it, and where no request
    is known to come to the object that keeps it; one note for each program of the command line (a
    parser of arguments, no web framework), and for a subcommand of a server. In Python
    `requests.get` and its like without `timeout` in a function that is not async and that a route
    reaches, or a view, serializer, filter or middleware of Django, or methods of a class that a
    library calls back and a filter of templates makes: medium, with the file's other calls, four
    and more files as one; low where only tasks of a queue ask, none of which has a limit, or
    threads that a decorator starts. In Node calls of axios, and of clients that a file makes of it,
    without `timeout` or a signal in functions that a route reaches, unless `axios.defaults` has
    one: medium, once for each application. In Python and Node (b) also drivers, engines, pools and
    clients of PostgreSQL, MySQL, MongoDB, Redis and Prisma that a route's handler or what it calls
    makes and nobody keeps (high where they hold connections and are not closed, else medium, once
    for an application and kind of store; not what a tenant's or a tried connection is made of, what
    subscribes, probes, sign-ins and pages of administrators). (e) Three and more files of an
    application that answer requests each make an engine, pool or client with connections of its
    own: medium. (f) A field of Rust holds a pool of database connections behind a `Mutex` (or its
    `RwLock`'s write half), and a guard of it lives while something is awaited: high, medium where
    no request is known to come.
    Blind spots: clients made through macros, other crates' builders or axios of another file;
    `requests.Session`.
    """
    for one in client_use.faults:
        report(
            at=one.at,
            says=one.told,
            impact=one.harm,
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            fix=one.fix,
            related=[
                *one.sites[one.clause != "f" :],
                *([one.caller] if one.caller else []),
                *one.beside,
            ],
            clause=one.clause,
            key=f"{one.clause} {one.name}",
        )
