"""A key has one value where files should agree."""

from pytest_reconaudit.api import Confidence, KeyValues, Severity, audit, report


@audit(
    pillar=5,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="Which value is in effect depends on which file somebody started from.",
    fix="""
    Write the value once and take it from there.

    ```yaml
    POSTGRES_DB: ${POSTGRES_DB}
    DATABASE_URL: postgresql://app:${DB_PASSWORD}@postgres:5432/${POSTGRES_DB}
    ```
    """,
    advice={
        "b": ("The services do not accept each other: log-ins or connections fail.", ""),
    },
)
def env_values_consistent(key_values: KeyValues) -> None:
    """A key has one value where files should agree.

    Why: two templates with two database names make two halves of a platform that do not find
    each other. A limit ten times another one is a unit mixed up, or a file forgotten.

    Decides: (a) one application's files of one role give a key different values, or a template
    and a compose default do: low; the database's name: medium, `postgres://` beside
    `postgresql://`: low; a duration or size ten times apart between production files, or from the
    literal that code falls back to: medium. (b) one shared secret with two literals in services
    of one model, or a password in a database URL that is not the database's: high. Passes:
    development against production, hosts, ports, URLs, levels, `${X}` references, placeholders.

    Blind spots: values that are set at deploy time; units that differ on purpose.
    """
    for conflict in key_values.conflicts:
        first = conflict.values[0]
        table = "; ".join(f"{one.place} {one.shown}" for one in conflict.values[:5])
        report(
            at=first.place,
            says=f"{key_values.id}: {conflict.what} ({table})",
            severity=conflict.severity,
            evidence="; ".join(one.shown for one in conflict.values[:5]),
            related=[(one.place, f"{one.role}: {one.shown}") for one in conflict.values],
            clause=conflict.clause,
            key=f"{key_values.id} {conflict.what if conflict.clause == 'b' else ''}",
        )
