"""Servers take port and address from their environment."""

from pytest_reconaudit.api import ServerStart, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="The platform's PORT has no effect, or the container accepts no connection at all.",
    fix="""
    Read the port once, with a default, and bind all interfaces inside a container.

    ```diff
    -.bind("0.0.0.0:4000")?
    +.bind((host, env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(4000)))?
    ```
    """,
    advice={
        "b": (
            "The container accepts no connection from outside, although it looks healthy inside.",
            "Bind `0.0.0.0` inside a container, or take the address from the environment.",
        ),
    },
)
def ports_bind_configurable(server_start: ServerStart) -> None:
    """Servers take port and address from their environment.

    Why: platforms tell a program its port through `PORT`; a number in the source makes every
    such setting a lie. A server that binds the loopback address inside a container runs, passes
    its own health check and answers nobody.

    Decides: (a) a literal port is bound while a `PORT` key is set for the package (compose,
    manifests, image `ENV`, its env files) or read by its code: high, medium while all of them say
    the same number; the bind reads another key than the `PORT` that its image sets: medium.
    (b) Inside an image the bind's address is loopback by default, and neither `ENV`, flags,
    compose nor manifests lift that: high. (c) A literal port without any such key: a note.
    Passes: a port from the environment or a configuration with a default, `0.0.0.0` and `[::]`,
    tests, metrics and debug listeners.

    Blind spots: addresses from configuration files; languages without a reader.
    """
    start = server_start
    for fault in start.faults:
        report(
            at=fault.place,
            says=f"{start.id}: {fault.says}",
            severity=fault.severity,
            evidence=fault.written,
            related=fault.notes,
            clause=fault.clause,
            key=fault.clause,
        )
    if not start.faults and not start.known:
        skip(SkipReason.UNRESOLVED, "the port or the address of a bind cannot be told")
