"""Migrations run in time, and somebody looks at the result."""

from pytest_reconaudit.api import Confidence, Severity, WorkflowMigrations, audit, report

_ASKS = {
    "django": "`manage.py makemigrations --check` fails where a model has changed and no migration"
    " says so, `manage.py migrate --check` where one has not run.",
    "prisma": "`prisma migrate status`, and `prisma migrate diff --exit-code` between the"
    " migrations and the schema.",
    "drizzle": "`drizzle-kit check`, and `drizzle-kit generate` with `git diff --exit-code`.",
    "diesel": "`diesel migration pending`, and `diesel print-schema` against what is committed;"
    " it knows no indexes: compare `pg_indexes` too.",
    "sqlx": "`sqlx migrate info`, and `cargo sqlx prepare --check`; indexes: compare `pg_indexes`"
    " with what is committed.",
    "alembic": "`alembic check` fails where a model has changed and no migration says so.",
    "flask": "`flask db check` fails where a model has changed and no migration says so.",
    "rails": "`rails db:abort_if_pending_migrations`, and `git diff --exit-code db/`.",
    "typeorm": "`typeorm migration:show`, and `migration:generate --check`.",
    "atlas": "`atlas migrate status`, and `atlas migrate validate`.",
    "flyway": "`flyway validate`.",
    "doctrine": "`doctrine:migrations:up-to-date`, and `doctrine:schema:validate`.",
    "ef": "`dotnet ef migrations has-pending-model-changes`.",
}
"""How a tool is asked; with it an exit code, not a look of somebody's."""


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="The new version serves requests against the old schema, or a migration or index that"
    " never arrived is found in production.",
    fix="""Migrate before the new version gets traffic, and look at the result in CI.

```yaml
- run: docker compose run --rm app ./migrate up    # the new image, before the switch
- run: docker compose up -d --wait
# in CI:
- run: diesel migration run
- run: diesel migration pending && psql "$DATABASE_URL" -f ci/expected_indexes.sql
```""",
    advice={
        "a": (
            (
                "The new version serves requests against the old schema, or the migration does "
                "not run."
            ),
            "",
        ),
        "b": ("A migration or an index that never arrived is found in production.", ""),
    },
)
def ci_migrations_verified(workflow_migrations: WorkflowMigrations) -> None:
    """Migrations run before the new version serves, and CI verifies what they leave.

    Why: between the start of the new containers and the end of the migration every request meets
    the wrong schema; and a migration that is recorded but did not do its work is invisible until
    somebody asks the database.
    Decides: (a) a job that deploys runs the migration behind the command that starts the new
    containers or pods, or inside a container whose image has no migration tool: high. (b) a job
    makes a database for itself and migrates it, and no workflow asks for pending migrations, their
    status, the schema or the indexes: one finding for the repository, at the first such migration;
    low where the same job then runs tests, which need most of what it should have left.
    Scripts, make targets and package scripts are followed. Databases and other stores that are
    started first, steps and comments that say post-deploy or contract, and migrations at the
    application's start pass.
    Blind spots: migrations that the platform runs (release phases, init containers, Helm hooks)
    and tests that compare the schema under a name that does not say so.
    """
    late = workflow_migrations.late
    if late:
        first = late[0]
        what = f"job {first.job!r} runs {first.tool} migrations"
        missing = f" in an image that does not hold {first.tool} ({first.lacking})"
        behind = f" after the new version was started ({first.deploy.own})" if first.deploy else ""
        also = f", and{missing}" if first.lacking and first.deploy else missing
        more = f"; {len(late) - 1} more in this file" if len(late) > 1 else ""
        report(
            at=first.migration.place,
            says=what + behind + (also if first.lacking else "") + more,
            severity=Severity.HIGH,
            evidence=first.migration.text,
            related=[(one.deploy.place, one.deploy.text) for one in late if one.deploy]
            + [(one.migration.place, one.migration.text) for one in late[1:]],
            clause="a",
            key="a",
        )
    work = workflow_migrations.unverified
    if work is not None:
        tested = workflow_migrations.tested
        ask = _ASKS.get(workflow_migrations.tool, "")
        rest = "no look at the schema or its indexes"
        report(
            at=work.place,
            says="CI migrates a database and no workflow looks at the result: no pending or status"
            f" call, {rest}{'; only tests use it' if tested else ''}",
            severity=Severity.LOW if tested else Severity.MEDIUM,
            evidence=work.text,
            related=[
                (one.place, one.text) for one in workflow_migrations.runs if one.place != work.place
            ]
            + ([(tested, "the tests behind it")] if tested else []),
            clause="b",
            fix=f"Behind the run: {ask}"
            if ask
            else "Ask the tool for pending migrations behind the run, and compare `pg_indexes` or a"
            " schema dump with what is committed.",
            key="b",
        )
