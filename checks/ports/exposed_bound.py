"""Every declared port is one that something listens on."""

from pytest_reconaudit.api import (
    Confidence,
    DeclaredPorts,
    Severity,
    SkipReason,
    UnboundPort,
    audit,
    report,
    skip,
)

_NO_METRICS = (
    "The target is always down: its metrics are missing, and every alert on them is silent."
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
    (d) A Prometheus target: medium, low in a file that no service is given. Passes: every
    documented port of an image, ports that another container of the pod opens, a port that some
    deployment sets, debugger ports. The one port that a container is there for is judged by
    ports-consistent.

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
            impact=_NO_METRICS if one.clause == "d" else "",
            fix=_scraped(one) if one.clause == "d" else "",
            clause=one.clause,
            key=f"{one.clause} {' '.join(map(str, one.numbers))}",
        )
    if not declared_ports.judged:
        skip(SkipReason.UNRESOLVED, "what listens behind the declared ports is not known")


def _scraped(one: UnboundPort) -> str:
    port = one.ports[0] if one.ports else "PORT"
    return f"""
Scrape the port that {one.service} listens on, by the path on which it serves its metrics (start
such a route when there is none):

```yaml
- job_name: {one.service}
  metrics_path: /metrics
  static_configs:
    - targets: ["{one.service}:{port}"]
```
"""
