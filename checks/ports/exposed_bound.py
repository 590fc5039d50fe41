"""Every declared port is one that something listens on."""

from pytest_reconaudit.api import (
    Confidence,
    DeclaredPorts,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="Readers, scrapers and firewalls are told of a listener that does not exist.",
    fix="""
    Remove the declaration, or start the listener that it promises.

    ```diff
     EXPOSE 4000
    -EXPOSE 9464
    ```
    """,
)
def ports_exposed_bound(declared_ports: DeclaredPorts) -> None:
    """Every declared port is one that something listens on.

    Why: `EXPOSE`, `containerPort` and scrape targets are documentation that tools believe: a
    metrics port that nothing opens looks like a target that is always down.

    Decides: the declared TCP ports are held against what the program in the image listens on:
    binds in source, the server's configuration, defaults of known images. (a) `EXPOSE`: low.
    (b) A second `containerPort`: medium. (c) A second published port of a compose service: low.
    (d) A Prometheus target: medium. Passes: every documented port of an image, ports that another
    container of the pod opens, a port that some deployment sets, debugger ports. The one port
    that a container is there for is judged by ports-consistent.

    Blind spots: listeners that a library opens by itself, languages without a reader: then
    nothing is said.
    """
    for one in declared_ports.unbound:
        report(
            at=one.places[0].place,
            says=one.says,
            severity=one.severity,
            confidence=Confidence.CERTAIN if one.certain else Confidence.LIKELY,
            evidence=", ".join(dict.fromkeys(note.message for note in one.places)),
            related=[*one.places[1:], *one.listeners],
            clause=one.clause,
            key=f"{one.clause} {' '.join(map(str, one.numbers))}",
        )
    if not declared_ports.judged:
        skip(SkipReason.UNRESOLVED, "what listens behind the declared ports is not known")
