"""No two services want the same container name or host port."""

from collections.abc import Mapping

from pytest_reconaudit.api import (
    Clash,
    ComposeFile,
    FileClaims,
    Severity,
    SkipReason,
    audit,
    report,
    skip,
)

_KINDS = (("name", "a", "container name"), ("port", "b", "host port"))


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="Whichever stack is started second does not come up.",
    fix="""
    Leave `container_name` out (Compose makes one from project and service) and let the host port
    be chosen:

    ```yaml
    ports:
      - "${GRAFANA_PORT:-3001}:3000"
    ```
    """,
    advice={
        "a": ("", "Leave `container_name` out: Compose makes a name from project and service."),
        "b": (
            "",
            """
            Let the port be chosen, or leave it out where only containers ask:

            ```yaml
            ports:
              - "${GRAFANA_PORT:-3001}:3000"
            ```
            """,
        ),
    },
)
def compose_names_unique(
    compose_file: ComposeFile, compose_claims: Mapping[str, FileClaims]
) -> None:
    """Container names and host ports are taken by one service only, on one host.

    Why: a container name and a port are the host's, not the project's: a second stack that wants
    them fails to start.
    Decides: (a) equal `container_name`; (b) equal published port (defaults filled in, ranges
    opened) on the same interface; in two services of one merged model, or of two stacks that run
    on one host: one script, Makefile target or job starts both, or a file beside the default one
    says by its name what it adds (`docker-compose.monitoring.yml`). Variants that are started
    instead of each other (the same services, an application in both, development files),
    services of different profiles, and services with one port that every command of the repository
    (else: and of its documents) starts by name, never two of them at once, pass.
    Blind spots: stacks that only people know to run side by side; ports behind variables without
    a default.
    """
    if compose_file.problems:
        skip(SkipReason.UNPARSABLE, compose_file.problems[0].message)
    claims = compose_claims[compose_file.path]
    if not claims.judged:
        skip(SkipReason.NO_INPUT, "takes no container name and no fixed host port")
    for kind, clause, what in _KINDS:
        clashes = [one for one in claims.clashes if one.claim.kind == kind]
        if clashes:
            first = clashes[0]
            names = ", ".join(_named(one) for one in clashes[:5])
            more = f" and {len(clashes) - 5} more" if len(clashes) > 5 else ""
            report(
                at=first.claim.place,
                says=f"{what} wanted twice on one host ({first.why}): {names}{more}",
                evidence=f"{first.claim.service}: {first.claim.text}",
                related=[
                    *((one.claim.place, one.claim.text) for one in clashes[1:]),
                    *((one.other.place, f"service {one.other.service}") for one in clashes),
                ],
                clause=clause,
            )


def _named(clash: Clash) -> str:
    claim, other = clash.claim, clash.other
    return f"{claim.text} of {claim.service} (line {claim.place.line}) and {other.place}"
