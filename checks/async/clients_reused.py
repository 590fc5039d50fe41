"""HTTP and Redis clients are made once."""

from pytest_reconaudit.api import ClientUse, Severity, audit, lines_of, report

_SAYS = {
    "a": "{name} makes an HTTP client for each call",
    "b": "{name} opens a Redis connection for each call",
    "c": "{name} is set and never read: no pool has that size",
    "d": "no timeout is set on {count}: unless its caller gives up, a silent peer is waited for",
}


@audit(
    pillar=2,
    severity=Severity.HIGH,
    impact="Each call pays for a new TCP (and TLS) connection, and nothing bounds their number.",
    fix="""
    Make one client at start-up and share it; clones are cheap:

    ```rust
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let redis = redis::aio::ConnectionManager::new(redis::Client::open(url)?).await?;
    ```
    """,
    advice={
        "c": (
            "The configuration promises a pool that is not there.",
            "Build a pool of that size (deadpool-redis, r2d2, bb8), or delete the field.",
        ),
        "d": (
            "One silent peer holds requests, and their memory, until someone restarts.",
            "Set `.timeout(…)`, `.connect_timeout(…)` on the builder; in Python `timeout=(3, 10)`.",
        ),
    },
)
def async_clients_reused(client_use: ClientUse) -> None:
    """Servers share their clients, and no call waits for ever.

    Why: a client holds a pool of connections; one that is made per call throws them away. reqwest
    has no timeout unless it is told one, nor has Python's requests.
    Decides: looks at crates that servers are made of, and for (d) at Python code too. (a)
    `reqwest::Client::new` or `builder` (medium; low where requests are known and none comes there),
    (b) a connection opened by `redis::Client` (high; medium in a health check) in a function that a
    route reaches, in a loop of an async function, or in a method of a shared object. What is kept
    in a static or a lazy cell, asked for with `is_none` first, made in `main`, in constructors, by
    workers or functions that only they call, builders that are told a proxy, a certificate or
    cookies, `ConnectionManager`, r2d2, bb8 and deadpool pass. (c) A struct holds a client or pool
    beside a field such as `max_connections` that nothing reads: medium, high when (b) holds there
    too. (d) reqwest clients in a file that sets no timeout at all, those aside by which `main`
    itself asks: medium; low where only jobs call it. In Python `requests.get` and its like without
    `timeout` in a function that is not async and that a route reaches, or a view, serializer,
    filter or middleware of Django: medium, four and more files told as one.
    Blind spots: clients made through macros and builders of other crates; `requests.Session`.
    """
    for one in client_use.faults:
        count = len(one.sites)
        calls = one.sites[0].message.startswith("requests.")
        amount = "this HTTP client" if count == 1 else f"{count} HTTP clients"
        if calls:
            amount = f"`{one.sites[0].message}`" if count == 1 else f"{count} calls of requests"
        if one.files > 1:
            amount += f" in {one.files} files"
        where = f", per request of {one.route}" if one.route else ""
        lines = lines_of(site.place for site in one.sites if site.place.path == one.at.path)
        callers = [one.caller] if one.caller is not None else []
        if callers and not one.route:
            where = f", {callers[0].message} ({callers[0].place})"
        report(
            at=one.at,
            says=f"{_SAYS[one.clause].format(name=one.name, count=amount)}: {lines}{where}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            related=[*one.sites[1:], *callers],
            clause=one.clause,
            key=f"{one.clause} {one.name}",
        )
