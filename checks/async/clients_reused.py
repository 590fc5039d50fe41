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
            "Set `.timeout(…)` and `.connect_timeout(…)` on the client's builder.",
        ),
    },
)
def async_clients_reused(client_use: ClientUse) -> None:
    """Servers share their clients, and no call waits for ever.

    Why: a client holds a pool of connections; one that is made per call throws them away. reqwest
    has no timeout unless it is told one.
    Decides: looks at crates that servers are made of. (a) `reqwest::Client::new` or `builder`
    (medium; low where requests are known and none comes there), (b) a connection opened by
    `redis::Client` (high; medium in a health check) in a function that a route reaches, in a loop
    of an async function, or in a method of a shared object. What is kept in a static or a lazy
    cell, asked for with `is_none` first, made in `main`, in constructors, by workers or functions
    that only they call, builders that are told a proxy, a certificate or cookies,
    `ConnectionManager`, r2d2, bb8 and deadpool pass. (c) A struct holds a client or pool beside a
    field such as `max_connections` that nothing reads: medium, high when (b) holds there too. (d)
    reqwest clients in a file that sets no timeout at all: medium; low where only jobs call it.
    Blind spots: clients made through macros and builders of other crates.
    """
    for one in client_use.faults:
        count = len(one.sites)
        amount = "this HTTP client" if count == 1 else f"{count} HTTP clients"
        where = f", per request of {one.route}" if one.route else ""
        callers = [one.caller] if one.caller is not None else []
        if callers and not one.route:
            where = f", {callers[0].message} ({callers[0].place})"
        report(
            at=one.at,
            says=f"{_SAYS[one.clause].format(name=one.name, count=amount)}:"
            f" {lines_of(site.place for site in one.sites)}{where}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            related=[*one.sites[1:], *callers],
            clause=one.clause,
            key=f"{one.clause} {one.name}",
        )
