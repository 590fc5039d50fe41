"""All pools together fit into what the database takes."""

from pytest_reconaudit.api import Confidence, PoolUse, Severity, SkipReason, audit, report, skip


@audit(
    pillar=2,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    impact="At full scale new connections are refused: `sorry, too many clients already`.",
    fix="""
    Give each replica its share, or put a pooler in front:

    ```rust
    // (max_connections - 3) * 0.9 / max replicas
    .max_size(env_or("DB_POOL_SIZE", 8))
    ```
    """,
    advice={
        "b": (
            "Who sets the key or the preset changes nothing.",
            "Take the size from the key, and delete the presets that nothing calls.",
        ),
        "c": ("Connections wait for cores instead of for the pool.", "Try two to four per core."),
    },
)
def db_pool_fits_connections(pool_use: PoolUse) -> None:
    """Pool size × replicas of all services stays below `max_connections`.

    Why: each replica brings its own pool; what fits one of them does not fit the ten that an
    autoscaler makes of it, just when they are needed.
    Decides: takes the sizes from the code (r2d2, deadpool, bb8, sqlx, sea-orm; pg, knex, Sequelize,
    TypeORM, mysql2, `connection_limit` of Prisma's address; SQLAlchemy with overflow, asyncpg,
    psycopg, Django's threads), from the key that sets them or from what the library takes else,
    times worker processes, times replicas or an autoscaler's maximum, for the services of one
    compose stack or render set that reach one PostgreSQL. (a) The sum is over `max_connections`
    (command, loaded configuration, else 100) less 3 and 10 %: high, medium where it is not over all
    that the server takes. (b) A size is written in the
    code while a key for it is set and read by nothing, or a preset is never called: low. (c) A pool
    is over four times the database's cores: info. With a transaction pooler, with a database that
    is not in the manifests or in a stack of tests, and with sizes that cannot be told nothing is
    said.
    Blind spots: several pools in one process count as the smallest of them.
    """
    for fault in pool_use.faults:
        report(
            at=fault.place,
            says=fault.says,
            severity=fault.severity,
            evidence=fault.evidence,
            related=fault.related,
            fix=fault.remedy,
            clause=fault.clause,
            key=f"{fault.clause} {fault.key}",
        )
    if pool_use.unresolved and not pool_use.faults:
        skip(SkipReason.UNRESOLVED, pool_use.unresolved)
