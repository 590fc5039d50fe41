"""Histories whose migrations are programs: found and named, never run.

What they do to a database is known only where the repository carries it as SQL. Each comes with
the command that writes it.
"""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from pytest_reconaudit.facts.db.history_tools.files import is_test_path
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["ProgramHistory", "program_histories"]


class ProgramHistory(Struct, frozen=True):
    """A folder of migrations that are programs."""

    path: str
    tool: str
    """As people call it: ``Alembic``."""
    count: int
    command: str
    """What writes the schema as SQL."""

    @property
    def reason(self) -> str:
        """Why there is no schema to judge, and what would give one."""
        where = self.path or "."
        return (
            f"the migrations in {where} are {self.tool}'s, programs that an audit never runs;"
            f" `{self.command}` gives the SQL to commit"
        )


_PG_DUMP = "pg_dump --schema-only --no-owner > schema.sql"
_KINDS: tuple[tuple[str, re.Pattern[str], str, str], ...] = (
    ("Alembic", regex(r"(?P<home>.*?)(?:/?versions)?/[^/]+\.py$"), "down_revision",
     "alembic upgrade head --sql > schema.sql"),
    ("Django", regex(r"(?P<home>.*)/migrations/\d{4}_\w+\.py$"), "migrations.Migration",
     "python manage.py sqlmigrate APP NUMBER"),
    ("Rails", regex(r"(?P<home>.*\bmigrate\w*)/\d{14}_\w+\.rb$"), "ActiveRecord::Migration",
     "bin/rails db:schema:dump` with `config.active_record.schema_format = :sql"),
    ("Ecto", regex(r"(?P<home>.*migrations\w*)/\d{14}_\w+\.exs$"), "Ecto.Migration",
     "mix ecto.dump"),
    ("Laravel", regex(r"(?P<home>.*migrations)(?:/.*)?/\d{4}_\d\d_\d\d_\d{6}_\w+\.php$"),
     "Migration", "php artisan schema:dump"),
    ("Entity Framework", regex(r"(?P<home>.*)/\d{14}_\w+\.cs$"), "MigrationBuilder",
     "dotnet ef migrations script --idempotent -o schema.sql"),
    ("SeaORM", regex(r"(?P<home>.*?)(?:/src)?/m\d{8}_\d{6}_\w+(?:/mod)?\.rs$"), "MigrationTrait",
     _PG_DUMP),
    ("TypeORM", regex(r"(?P<home>.*)/\d{13}-\w+\.[jt]s$"), "MigrationInterface", _PG_DUMP),
    ("MikroORM", regex(r"(?P<home>.*)/Migration\d{14}\w*\.[jt]s$"), "@mikro-orm/migrations",
     "npx mikro-orm schema:create --dump > schema.sql"),
    ("Sequelize", regex(r"(?P<home>.*)/\d{8,14}[-_][\w.-]+\.[cm]?[jt]s$"), "queryInterface",
     _PG_DUMP),
    ("Knex", regex(r"(?P<home>.*)/\d{8,14}_[\w.-]+\.[cm]?[jt]s$"), "knex", _PG_DUMP),
    ("node-pg-migrate", regex(r"(?P<home>.*)/\d{8,17}[-_][\w.-]+\.[cm]?[jt]s$"), "pgm.", _PG_DUMP),
    ("Liquibase", regex(r"(?P<home>.*)/[^/]+\.(?:xml|ya?ml|json)$"), "databaseChangeLog",
     "liquibase update-sql > schema.sql"),
    ("goose", regex(r"(?P<home>.*)/\d+_\w+\.go$"), "goose.AddMigration", _PG_DUMP),
    ("Flyway", regex(r"(?P<home>.*)/V\d[\d_.]*__\w+\.(?:java|kt|groovy|scala)$"),
     "BaseJavaMigration", _PG_DUMP),
    ("refinery", regex(r"(?P<home>.*)/[VU]\d+__\w+\.rs$"), "fn migration", _PG_DUMP),
)  # fmt: skip
_ENDINGS = (
    ".py", ".rb", ".exs", ".php", ".cs", ".rs", ".js", ".ts", ".mjs", ".cjs", ".mts", ".xml",
    ".yaml", ".yml", ".json", ".go", ".java", ".kt", ".groovy", ".scala",
)  # fmt: skip
_HINT = regex(r"migrat|version|change|alembic|/m\d{8}_", re.IGNORECASE)


@once
def program_histories(target: Target) -> tuple[ProgramHistory, ...]:
    """The histories of programs, tests left out, the largest first."""
    counts: dict[tuple[str, str, str], int] = {}
    for path in target.files:
        if not path.endswith(_ENDINGS) or not _HINT.search(path) or is_test_path(path):
            continue
        for tool, pattern, word, command in _KINDS:
            match = pattern.match(path)
            if match and word in target.text(path):
                key = (tool, match["home"] or posixpath.dirname(path), command)
                counts[key] = counts.get(key, 0) + 1
                break
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        ProgramHistory(home, tool, count, command) for (tool, home, command), count in ordered
    )
