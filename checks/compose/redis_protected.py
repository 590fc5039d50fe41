"""Data stores let in only who has the password."""

from pytest_reconaudit.api import (
    Severity,
    SkipReason,
    StoreFile,
    audit,
    listed_stores,
    report,
    skip,
)


@audit(
    pillar=3,
    severity=Severity.MEDIUM,
    impact="Whoever reaches the port reads and changes everything; an open Redis or MongoDB is"
    " found by scanners within hours.",
    fix="""
    Ask for a password that comes from a secret, put it into the clients' URL, and publish the port
    to this machine only, if at all:

    ```yaml
    redis:
      image: redis:7-alpine
      command: ["redis-server", "--requirepass", "${REDIS_PASSWORD:?}"]
      ports: ["127.0.0.1:6379:6379"]
    api:
      environment:
        REDIS_URL: redis://:${REDIS_PASSWORD:?}@redis:6379
    ```
    """,
    advice={
        "d": (
            "Whoever reaches the port reads and changes everything, whatever password is set.",
            """
            Publish the port to this machine only (`127.0.0.1:5432:5432`), if at all: for a database
            of developers that is enough. Elsewhere take `POSTGRES_HOST_AUTH_METHOD` out too, and
            let `POSTGRES_PASSWORD` come from a secret. A data directory that is there keeps
            `trust` in its `pg_hba.conf`: change it to `scram-sha-256` there.
            """,
        ),
    },
)
def compose_redis_protected(store_file: StoreFile) -> None:
    """Data stores that others can reach ask for credentials.

    Why: Docker publishes a port on every interface and past the host's firewall rules.
    Decides: in the merged model, a store is without authentication (no `requirepass` or ACL in
    command or mounted configuration, no root user, security off …) and (a) is published without
    `127.0.0.1:`; low in files and stacks for development, tests and examples, in what a dev
    container is put together from, and beside a service that is told to debug; (b) is not
    published, but a client or a Secret holds a password for it, or a production env file sets one
    beside a URL without it, which no code reads; (c) asks for a password in another environment;
    low. (d) PostgreSQL with `POSTGRES_HOST_AUTH_METHOD=trust` on a published port is high, low in
    such files. With `--recon-redis`, the running server is asked whether it answers without a
    password; low when it was reached over loopback.
    Blind spots: firewalls in front of the host; configuration that is not in the repository.
    """
    if store_file.problem:
        skip(SkipReason.UNPARSABLE, store_file.problem)
    if store_file.live is not None:
        _judge_live(store_file)
        return
    for url, password in store_file.bare:
        says = f"{url.message} carries no password, though {password.message} and no code reads it"
        report(at=url.place, says=says, evidence=url.message, related=[password], clause="b")
    stores = store_file.stores
    open_ones = [one for one in stores if one.protected is False and one.kind != "postgres"]
    published = [one for one in open_ones if one.published]
    if published:
        low = all(one.development for one in published)
        report(
            at=published[0].published[0].place,
            says="without authentication and published on every interface: "
            f"{listed_stores(published)}{''.join(one.asked_elsewhere for one in published)}",
            severity=Severity.LOW if low else Severity.MEDIUM,
            evidence=f"{published[0].service}: {published[0].published[0].written}",
            related=[(one.published[0].place, one.service) for one in published[1:]]
            + [note for store in published for note in store.notes],
            clause="a",
        )
    hidden = [one for one in open_ones if not one.published and not one.development]
    useless = [one for one in hidden if one.client]
    other = [one for one in hidden if one.elsewhere and not one.client]
    for some, says, severity, clause in (
        (useless, "clients hold a password that the store does not ask for", Severity.MEDIUM, "b"),
        (other, "asks for credentials in another environment and not here", Severity.LOW, "c"),
    ):
        if some:
            report(
                at=some[0].place,
                says=f"{says}: {listed_stores(some)}",
                severity=severity,
                evidence=some[0].image,
                related=[note for store in some for note in store.notes],
                clause=clause,
            )
    for store in stores:
        if store.trust is not None and store.published:
            report(
                at=store.trust,
                says=f"{store.service} trusts every connection, and its port"
                f" {store.published[0].written} is published on every interface",
                severity=Severity.LOW if store.development else Severity.HIGH,
                evidence="POSTGRES_HOST_AUTH_METHOD (trust)",
                related=[(store.published[0].place, "published here")],
                clause="d",
            )
    if stores and all(one.protected is None for one in stores):
        skip(SkipReason.UNRESOLVED, "; ".join(f"{one.service}: {one.seen}" for one in stores[:3]))


def _judge_live(file: StoreFile) -> None:
    live = file.live
    if live is None or live.unreachable:
        skip(SkipReason.NO_SERVER, live.unreachable if live else "")
    elif live.open and file.place is not None:
        report(
            at=file.place,
            says="the running Redis answers PING without a password",
            severity=Severity.LOW if live.local else Severity.MEDIUM,
            evidence=f"Redis {live.version or ''} answered without credentials",
            clause="live",
        )
