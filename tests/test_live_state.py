"""What the live probe reads, that it never writes or waits for long, and what is made of it.

Every state is staged for real, on each major version of PostgreSQL that this machine has.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pytest_reconaudit import beside
from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.db.database import (
    DatabaseConfig,
    Unreachable,
    begin_live,
    configure,
    database,
    live_part,
)
from pytest_reconaudit.facts.db.live.migrations import (
    MigrationState,
    NoState,
    migration_states,
)
from pytest_reconaudit.facts.db.tracked import _siphash13, tracked_histories
from pytest_reconaudit.model import ItemResult, Outcome, SkipReason
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes import live as probe
from pytest_reconaudit.probes.live import read_live
from pytest_reconaudit.probes.postgres import Choice, PrivateServer
from pytest_reconaudit.target import Target
from tests.conftest import component, majors

pytestmark = pytest.mark.postgres


def test_there_are_two_majors() -> None:
    component(len(majors()) >= 2, "one major version of PostgreSQL only")


_names = (f"d{number}" for number in itertools.count())


def new_database(server: PrivateServer, *statements: str) -> str:
    name = next(_names)
    server.create_database(name)
    with server.connect(name) as connection:
        for statement in statements:
            connection.execute(statement)
    return name


def dsn(server: PrivateServer, name: str, user: str = "runner") -> str:
    return f"postgresql://{user}:hush-hush@/{name}?host={server.folder}"


def lay(root: Path, files: dict[str, str | bytes]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Target(root)


def looking(target: Target, dsn_: str) -> Target:
    configure(target, DatabaseConfig(dsn=dsn_, replay=False))
    return target


def states(target: Target, dsn_: str) -> tuple[MigrationState, ...]:
    found = migration_states(looking(target, dsn_))
    assert not isinstance(found, NoState), found
    return found


def results(target: Target, check: str) -> list[ItemResult]:
    checks = [pair for pair in builtin_checks() if pair[0].id == check]
    return [judge(item, target, Policy()) for item in plan(target, checks)]


# -- migrations: each tool's own table -----------------------------------------------------

PG = {"compose.yaml": "services:\n  db:\n    image: postgres:16\n"}
A = "CREATE TABLE berths (id bigserial PRIMARY KEY, name text NOT NULL);\n"
B = "ALTER TABLE berths ADD COLUMN depth_m numeric;\n"
C = "CREATE TABLE moorings (id bigserial PRIMARY KEY, berth bigint);\n"


def sha(algorithm: str, text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    return hashlib.new(algorithm, data).hexdigest()


def crc(*lines: str) -> int:
    value = 0
    for line in lines:
        value = zlib.crc32(line.encode(), value)
    return value - (1 << 32) if value >= 1 << 31 else value


DIESEL = (
    "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL,"
    " run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)"
)
DIESEL_FILES = {
    "diesel.toml": '[migrations_directory]\ndir = "migrations"\n',
    "migrations/00000000000000_diesel_initial_setup/up.sql": "SELECT 1;\n",
    "migrations/2024-03-01-101500_berths/up.sql": A,
    "migrations/2024-03-02-101500_depth/up.sql": B,
    "migrations/2024-05-02-101500_moorings/up.sql": C,
}
SQLX = (
    "CREATE TABLE {} (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on"
    " TIMESTAMPTZ NOT NULL DEFAULT now(), success BOOLEAN NOT NULL, checksum BYTEA NOT NULL,"
    " execution_time BIGINT NOT NULL)"
)


def sqlx_row(version: int, text: str | bytes, success: bool = True, table: str = "") -> str:
    return (
        f"INSERT INTO {table or '_sqlx_migrations'} VALUES ({version}, 'x', now(), {success},"
        f" '\\x{sha('sha384', text)}', 1)"
    )


SQLX_FILES = {
    "Cargo.toml": '[package]\nname = "harbour"\n[dependencies]\nsqlx = { version = "0.8",'
    ' features = ["postgres"] }\n',
    "migrations/0001_berths.sql": A,
    "migrations/0002_depth.sql": B,
    "migrations/0003_moorings.sql": C,
}
GOLANG = "CREATE TABLE {} (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"
GOLANG_FILES = {
    "db/migrations/000001_berths.up.sql": A,
    "db/migrations/000001_berths.down.sql": "DROP TABLE berths;\n",
    "db/migrations/000002_depth.up.sql": B,
    "db/migrations/000002_depth.down.sql": "ALTER TABLE berths DROP COLUMN depth_m;\n",
    "db/migrations/000003_moorings.up.sql": C,
    "db/migrations/000003_moorings.down.sql": "DROP TABLE moorings;\n",
}
GOOSE = (
    "CREATE TABLE goose_db_version (id serial NOT NULL PRIMARY KEY, version_id bigint NOT NULL,"
    " is_applied boolean NOT NULL, tstamp timestamp NULL default now())"
)
GOOSE_FILES = {
    "sql/migrations/00001_berths.sql": f"-- +goose Up\n{A}\n-- +goose Down\nDROP TABLE berths;\n",
    "sql/migrations/00002_depth.sql": f"-- +goose Up\n{B}",
    "sql/migrations/00003_fill.go": "package migrations\n",
    "sql/migrations/00004_moorings.sql": f"-- +goose Up\n{C}",
}
VERSIONS = "CREATE TABLE schema_migrations (version character varying(255) PRIMARY KEY)"
DBMATE_FILES = {
    f"db/migrations/2024010100000{n}_{name}.sql": f"-- migrate:up\n{text}\n-- migrate:down\n"
    for n, name, text in ((1, "berths", A), (2, "depth", B), (3, "moorings", C))
}
FLYWAY = (
    "CREATE TABLE {} (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), description"
    " VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum"
    " INTEGER, installed_by VARCHAR(100) NOT NULL DEFAULT 'ops', installed_on TIMESTAMP NOT NULL"
    " DEFAULT now(), execution_time INTEGER NOT NULL DEFAULT 1, success BOOLEAN NOT NULL)"
)
FLYWAY_HOME = "src/main/resources/db/migration"
VIEW = "CREATE OR REPLACE VIEW free AS\n  SELECT * FROM berths;\n"
FLYWAY_FILES = {
    f"{FLYWAY_HOME}/V1__berths.sql": A,
    f"{FLYWAY_HOME}/V1_1__depth.sql": f"\ufeff{B}-- ü\r\n",
    f"{FLYWAY_HOME}/V2__moorings.sql": C,
    f"{FLYWAY_HOME}/R__free.sql": VIEW,
    "src/main/java/db/migration/V1_2__Fill.java": "package db.migration;\n",
}


def flyway_row(
    rank: int,
    version: str | None,
    script: str,
    sum_: int | None,
    kind: str = "SQL",
    success: bool = True,
) -> str:
    shown = "NULL" if version is None else f"'{version}'"
    total = "NULL" if sum_ is None else str(sum_)
    return (
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
        f" checksum, success) VALUES ({rank}, {shown}, 'x', '{kind}', '{script}', {total},"
        f" {success})"
    )


FLYWAY_ALL = (
    flyway_row(1, "1", "V1__berths.sql", crc(A.rstrip("\n"))),
    flyway_row(2, "1.1", "V1_1__depth.sql", crc(B.rstrip("\n"), "-- ü")),
    flyway_row(3, "1.2", "db.migration.V1_2__Fill", None, "JDBC"),
    flyway_row(4, "2", "V2__moorings.sql", crc(C.rstrip("\n"))),
    flyway_row(5, None, "R__free.sql", crc(*VIEW.splitlines())),
)
LIQUIBASE = (
    "CREATE TABLE databasechangelog (id VARCHAR(255) NOT NULL, author VARCHAR(255) NOT NULL,"
    " filename VARCHAR(255) NOT NULL, dateexecuted TIMESTAMP NOT NULL DEFAULT now(), orderexecuted"
    " INT NOT NULL, exectype VARCHAR(10) NOT NULL, md5sum VARCHAR(35), description VARCHAR(255),"
    " comments VARCHAR(255), tag VARCHAR(255), liquibase VARCHAR(20), contexts VARCHAR(255),"
    " labels VARCHAR(255), deployment_id VARCHAR(10))"
)
LIQUIBASE_FILES = {
    "src/main/resources/db/changelog/master.xml": "<?xml version='1.0'?>\n<databaseChangeLog>\n"
    '  <include file="db/changelog/harbour.sql"/>\n  <!-- <include file="old.xml"/> -->\n'
    '  <changeSet id="fees" author="mo"><sql>SELECT 1</sql></changeSet>\n'
    '  <changeSet id="demo" author="mo" context="demo"><sql>SELECT 1</sql></changeSet>\n'
    "</databaseChangeLog>\n",
    "src/main/resources/db/changelog/harbour.sql": "-- liquibase formatted sql\n\n"
    f"-- changeset ann:berths\n{A}\n--changeset ann:depth runOnChange:true\n{B}",
    "src/main/resources/db/changelog/unused.yaml": "databaseChangeLog:\n  - changeSet:\n"
    "      id: never\n      author: mo\n",
}


def liquibase_row(number: int, id_: str, author: str, kind: str = "EXECUTED") -> str:
    return (
        "INSERT INTO databasechangelog (id, author, filename, orderexecuted, exectype)"
        f" VALUES ('{id_}', '{author}', 'db/changelog/harbour.sql', {number}, '{kind}')"
    )


PRISMA = (
    "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64)"
    " NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT,"
    " rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(),"
    " applied_steps_count INTEGER NOT NULL DEFAULT 0)"
)
PRISMA_FILES = {
    "prisma/schema.prisma": 'datasource db {\n  provider = "postgresql"\n}\n',
    "prisma/migrations/20240301_berths/migration.sql": A,
    "prisma/migrations/20240302_depth/migration.sql": B,
    "prisma/migrations/20240502_moorings/migration.sql": C,
}


def prisma_row(name: str, text: str, *, done: bool = True, back: bool = False) -> str:
    return (
        "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, logs,"
        f" rolled_back_at) VALUES (gen_random_uuid()::text, '{sha('sha256', text)}',"
        f" {'now()' if done else 'NULL'}, '{name}', repeat('x', 5000),"
        f" {'now()' if back else 'NULL'})"
    )


DRIZZLE = "CREATE SCHEMA drizzle; CREATE TABLE drizzle.{} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)"  # fmt: skip
DRIZZLE_FILES = {
    "drizzle/meta/_journal.json": '{"version": "7", "dialect": "postgresql", "entries": ['
    '{"idx": 0, "when": 1710000000000, "tag": "0000_berths", "breakpoints": true},'
    '{"idx": 1, "when": 1710000500000, "tag": "0001_depth", "breakpoints": true},'
    '{"idx": 2, "when": 1710000900000, "tag": "0002_moorings", "breakpoints": true}]}',
    "drizzle/0000_berths.sql": A,
    "drizzle/0001_depth.sql": B,
    "drizzle/0002_moorings.sql": C,
}


def drizzle_row(when: int, text: str, table: str = "__drizzle_migrations") -> str:
    return (
        f"INSERT INTO drizzle.{table} (hash, created_at) VALUES ('{sha('sha256', text)}', {when})"
    )


REFINERY = (
    "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name VARCHAR(255),"
    " applied_on VARCHAR(255), checksum VARCHAR(255))"
)
REFINERY_FILES = {
    "Cargo.toml": '[package]\nname = "harbour"\n[dependencies]\nrefinery = { version = "0.8",'
    ' features = ["tokio-postgres"] }\n',
    "migrations/V1__berths.sql": A,
    "migrations/V2__depth.sql": B,
    "migrations/V3__fill.rs": "pub fn migration() -> String { String::new() }\n",
}


def refinery_row(version: int, name: str, text: str) -> str:
    hashed = name.encode() + b"\xff" + version.to_bytes(4, "little") + text.encode() + b"\xff"
    return (
        f"INSERT INTO refinery_schema_history VALUES ({version}, '{name}',"
        f" '2024-03-01T10:15:00Z', '{_siphash13(hashed)}')"
    )


RAILS_FILES = {
    "Gemfile": "gem 'rails'\ngem 'pg'\n",
    **{
        f"db/migrate/2024030110150{n}_{name}.rb": f"class X{n} < ActiveRecord::Migration[7.1]\nend\n"
        for n, name in ((1, "create_berths"), (2, "add_depth"), (3, "create_moorings"))
    },
}
ALEMBIC = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"


def revision(name: str, down: str) -> str:
    return (
        f'"""berths\n\nRevision ID: {name}\n"""\nfrom alembic import op\nimport os\n'
        f"os.mkdir('ran')\nrevision: str = '{name}'\ndown_revision = {down}\n"
        "def upgrade():\n    pass\n"
    )


ALEMBIC_FILES = {
    "requirements.txt": "alembic\npsycopg[binary]\n",
    "alembic.ini": "[alembic]\nscript_location = db\n",
    "db/env.py": "from alembic import context\n",
    "db/versions/a1.py": revision("a1", "None"),
    "db/versions/b2_left.py": revision("b2", "'a1'"),
    "db/versions/b3_right.py": revision("b3", "'a1'"),
    "db/versions/c4_merge.py": revision("c4", "('b2', 'b3')"),
    "db/versions/d5.py": revision("d5", "'c4'"),
    "db/versions/broken.py": "revision = 'x'\ndown_revision = (\n",
}
DJANGO = (
    "CREATE TABLE django_migrations (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,"
    " app varchar(255) NOT NULL, name varchar(255) NOT NULL, applied timestamptz NOT NULL"
    " DEFAULT now())"
)


def django(*replaces: tuple[str, str]) -> str:
    given = f"    replaces = {list(replaces)!r}\n" if replaces else ""
    return (
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        f"{given}    operations = []\n"
    )


DJANGO_FILES = {
    "requirements.txt": "django\npsycopg\n",
    "manage.py": "#!/usr/bin/env python\n",
    "harbour/apps.py": "class HarbourConfig(AppConfig):\n    label = 'port'\n",
    "harbour/migrations/__init__.py": "",
    "harbour/migrations/0001_initial.py": django(),
    "harbour/migrations/0002_depth.py": django(),
    "harbour/migrations/0003_squashed.py": django(("port", "0001_initial"), ("port", "0002_depth")),
    "harbour/migrations/0004_moorings.py": django(),
    "fees/migrations/0001_initial.py": django(),
}
SEA = "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)"  # fmt: skip
SEA_FILES = {
    "migration/Cargo.toml": '[dependencies]\nsea-orm-migration = { version = "1", features ='
    ' ["sqlx-postgres"] }\n',
    "migration/src/lib.rs": "pub use sea_orm_migration::prelude::*;\nmod m20240301_000001_berths;\n"
    "mod m20240302_000001_depth;\npub struct Migrator;\n#[async_trait::async_trait]\n"
    "impl MigratorTrait for Migrator {\n    fn migrations() -> Vec<Box<dyn MigrationTrait>> {\n"
    "        vec![\n            Box::new(m20240301_000001_berths::Migration),\n"
    "            // Box::new(m20240301_000009_gone::Migration),\n"
    "            Box::new(m20240302_000001_depth::Migration),\n        ]\n    }\n}\n",
    "migration/src/m20240301_000001_berths.rs": "#[derive(DeriveMigrationName)]\n"
    "pub struct Migration;\n",
    "migration/src/m20240302_000001_depth.rs": "pub struct Migration;\n"
    'impl MigrationName for Migration {\n    fn name(&self) -> &str {\n        "m2_depth"\n    }\n}\n',
}


def values(table: str, *texts: str) -> str:
    return f"INSERT INTO {table} VALUES " + ", ".join(f"('{text}')" for text in texts)


def django_rows(*names: str) -> str:
    rows = ", ".join("('{}', '{}')".format(*name.split(".")) for name in names)
    return f"INSERT INTO django_migrations (app, name) VALUES {rows}"


DIESEL_ALL = (
    DIESEL,
    (
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('00000000000000'),"
        " ('20240301101500'), ('20240302101500'), ('20240502101500')"
    ),
)
SQLX_DEFAULT = SQLX.format("_sqlx_migrations")
GOLANG_DEFAULT = GOLANG.format("schema_migrations")
FLYWAY_DEFAULT = FLYWAY.format("flyway_schema_history")
DRIZZLE_DEFAULT = DRIZZLE.format("__drizzle_migrations")
GOOSE_ROWS = "INSERT INTO goose_db_version (version_id, is_applied) VALUES "
Faults = dict[str, tuple[str, ...]]
CASES: dict[str, tuple[dict[str, Any], Sequence[str], Faults]] = {
    "diesel": (DIESEL_FILES, DIESEL_ALL, {}),
    "diesel-setup-not-recorded": (
        DIESEL_FILES,
        (*DIESEL_ALL, "DELETE FROM __diesel_schema_migrations WHERE version LIKE '000%'"),
        {},
    ),
    "diesel-setup-not-kept": (
        {k: v for k, v in DIESEL_FILES.items() if "initial_setup" not in k},
        DIESEL_ALL,
        {},
    ),
    "diesel-pending": (
        DIESEL_FILES,
        (*DIESEL_ALL, "DELETE FROM __diesel_schema_migrations WHERE version LIKE '2024030%'"),
        {"a": ("2024-03-01-101500_berths", "2024-03-02-101500_depth")},
    ),
    "diesel-unknown": (
        DIESEL_FILES,
        (*DIESEL_ALL, "INSERT INTO __diesel_schema_migrations VALUES ('20240601000000')"),
        {"b": ("20240601000000",)},
    ),
    "diesel-squashed": (
        DIESEL_FILES,
        (*DIESEL_ALL, "INSERT INTO __diesel_schema_migrations VALUES ('20200601000000')"),
        {"b": ("20200601000000",)},
    ),
    "diesel-empty-table": (
        DIESEL_FILES,
        (DIESEL,),
        {
            "a": (
                "2024-03-01-101500_berths",
                "2024-03-02-101500_depth",
                "2024-05-02-101500_moorings",
            )
        },
    ),
    "diesel-no-table": (DIESEL_FILES, (A,), {"e": tuple(
        name.split("/")[1] for name in DIESEL_FILES if name.endswith("up.sql"))}),
    "diesel-empty-database": (DIESEL_FILES, (), {"a": tuple(
        name.split("/")[1] for name in DIESEL_FILES if name.endswith("up.sql"))}),
    "sqlx": (
        SQLX_FILES,
        (SQLX_DEFAULT, sqlx_row(1, A), sqlx_row(2, B), sqlx_row(3, C)),
        {},
    ),
    "sqlx-line-ends": (
        {**SQLX_FILES, "migrations/0002_depth.sql": B.replace("\n", "\r\n")},
        (
            SQLX_DEFAULT,
            sqlx_row(1, A.replace("\n", "\r\n")),
            sqlx_row(2, B),
            sqlx_row(3, C),
        ),
        {},
    ),
    "sqlx-ignored": (
        {**SQLX_FILES, "sqlx.toml": '[migrate]\nignored-chars = ["\\r", "\\n", " "]\n'},
        (SQLX_DEFAULT, *(
            sqlx_row(n, re.sub(r"[\r\n ]", "", text)) for n, text in ((1, A), (2, B), (3, C)))),
        {},
    ),
    "sqlx-changed": (
        SQLX_FILES,
        (SQLX_DEFAULT, sqlx_row(1, A), sqlx_row(2, B + "-- later"), sqlx_row(3, C)),
        {"d": ("0002_depth.sql",)},
    ),
    "sqlx-failed": (
        SQLX_FILES,
        (SQLX_DEFAULT, sqlx_row(1, A), sqlx_row(2, B, success=False)),
        {"c": ("0002_depth.sql",), "a": ("0003_moorings.sql",)},
    ),
    "sqlx-unknown": (
        SQLX_FILES,
        (SQLX_DEFAULT, sqlx_row(1, A), sqlx_row(2, B), sqlx_row(3, C), sqlx_row(7, C)),
        {"b": ("7 (x)",)},
    ),
    "sqlx-unknown-squashed": (
        {**SQLX_FILES, "src/main.rs": "fn main() { m.set_ignore_missing(true); }\n"},
        (SQLX_DEFAULT, sqlx_row(1, A), sqlx_row(2, B), sqlx_row(3, C), sqlx_row(7, C)),
        {"b": ("7 (x)",)},
    ),
    "sqlx-other-name-and-schema": (
        {**SQLX_FILES, "sqlx.toml": '[migrate]\ntable-name = "ops.harbour_history"\n'},
        (
            "CREATE SCHEMA ops",
            SQLX.format("ops.harbour_history"),
            SQLX_DEFAULT,
            sqlx_row(1, "SELECT 1;"),
            *(sqlx_row(n, text, table="ops.harbour_history")
              for n, text in ((1, A), (2, B), (3, C))),
        ),
        {},
    ),
    "golang-migrate": (GOLANG_FILES, (GOLANG_DEFAULT, values("schema_migrations", "3', 'f")), {}),
    "golang-migrate-dirty": (
        GOLANG_FILES,
        (GOLANG_DEFAULT, values("schema_migrations", "2', 't")),
        {"c": ("000002_depth.up.sql",), "a": ("000003_moorings.up.sql",)},
    ),
    "golang-migrate-unknown": (
        GOLANG_FILES,
        (GOLANG_DEFAULT, values("schema_migrations", "5', 'f")),
        {"b": ("5",)},
    ),
    "golang-migrate-named": (
        {**GOLANG_FILES, "run.sh": "#!/bin/sh\nmigrate -path db/migrations -database"
         ' "$URL?x-migrations-table=%22ops%22.%22steps%22&x-migrations-table-quoted=1" up\n'},
        (
            "CREATE SCHEMA ops",
            GOLANG.format("ops.steps"),
            GOLANG_DEFAULT,
            values("schema_migrations", "1', 't"),
            values("ops.steps", "3', 'f"),
        ),
        {},
    ),
    "goose": (
        GOOSE_FILES,
        (GOOSE, f"{GOOSE_ROWS} (0, true), (1, true), (2, true), (3, true), (4, true)"),
        {},
    ),
    "goose-taken-back": (
        GOOSE_FILES,
        (
            GOOSE,
            (f"{GOOSE_ROWS} (0, true), (1, true), (2, true), (3, true), (4, true), (4, false),"
            " (3, false), (3, true)"),
        ),
        {"a": ("00004_moorings.sql",)},
    ),
    "goose-program-pending": (
        GOOSE_FILES,
        (GOOSE, f"{GOOSE_ROWS} (0, true), (1, true), (2, true), (4, true)"),
        {"a": ("00003_fill.go",)},
    ),
    "dbmate": (
        DBMATE_FILES,
        (VERSIONS, values("schema_migrations", *(f"2024010100000{n}" for n in (1, 2, 3)))),
        {},
    ),
    "dbmate-pending-and-unknown": (
        DBMATE_FILES,
        (VERSIONS, values("schema_migrations", "20240101000001", "20240101000002", "20250101000000")),
        {"a": ("20240101000003_moorings.sql",), "b": ("20250101000000",)},
    ),
    "dbmate-in-the-dump": (
        {**DBMATE_FILES, "db/schema.sql": "INSERT INTO schema_migrations (version) VALUES\n"
         "    ('20230101000001');\n"},
        (VERSIONS, values("schema_migrations", "20230101000001", *(
            f"2024010100000{n}" for n in (1, 2, 3)))),
        {},
    ),
    "flyway": (FLYWAY_FILES, (FLYWAY_DEFAULT, *FLYWAY_ALL), {}),
    "flyway-named": (
        {**FLYWAY_FILES, "src/main/resources/application.properties":
         "spring.flyway.table=harbour_steps\n"},
        (FLYWAY.format("harbour_steps"), *(
            row.replace("flyway_schema_history", "harbour_steps") for row in FLYWAY_ALL)),
        {},
    ),
    "flyway-changed": (
        FLYWAY_FILES,
        (FLYWAY_DEFAULT, flyway_row(1, "1.0", "V1__berths.sql", 17), *FLYWAY_ALL[1:]),
        {"d": ("V1__berths.sql",)},
    ),
    "flyway-failed": (
        FLYWAY_FILES,
        (
            FLYWAY_DEFAULT,
            *FLYWAY_ALL[:3],
            *FLYWAY_ALL[4:],
            flyway_row(6, "2", "V2__moorings.sql", 1, "SQL", False),
        ),
        {"c": ("V2__moorings.sql",)},
    ),
    "flyway-repeatable-changed": (
        FLYWAY_FILES,
        (FLYWAY_DEFAULT, *FLYWAY_ALL[:4], flyway_row(5, None, "R__free.sql", 3)),
        {"a": ("R__free.sql",)},
    ),
    "flyway-baseline": (
        FLYWAY_FILES,
        (
            FLYWAY_DEFAULT,
            flyway_row(1, "1.5", "<< Flyway Baseline >>", None, "BASELINE"),
            *FLYWAY_ALL[3:],
        ),
        {},
    ),
    "flyway-undone-and-unknown": (
        FLYWAY_FILES,
        (
            FLYWAY_DEFAULT,
            flyway_row(0, None, '"public"', None, "SCHEMA"),
            *FLYWAY_ALL,
            flyway_row(6, "2", "U2__moorings.sql", 4, "UNDO_SQL"),
            flyway_row(7, "9", "V9__fees.sql", 4),
        ),
        {"a": ("V2__moorings.sql",), "b": ("V9__fees.sql",)},
    ),
    "liquibase": (
        {**PG, **LIQUIBASE_FILES},
        (LIQUIBASE, liquibase_row(1, "berths", "ann"), liquibase_row(2, "depth", "ann"),
         liquibase_row(3, "fees", "mo", "MARK_RAN")),
        {},
    ),
    "liquibase-behind": (
        {**PG, **LIQUIBASE_FILES},
        (LIQUIBASE, liquibase_row(1, "berths", "ann"), liquibase_row(2, "depth", "ann", "FAILED"),
         liquibase_row(3, "tides", "kim")),
        {"a": ("mo:fees",), "b": ("kim:tides",), "c": ("ann:depth",)},
    ),
    "liquibase-by-name": (
        {
            "pom.xml": "<changeLogFile>db/fees.yaml</changeLogFile>",
            **{
                f"src/main/resources/db/{file}.yaml": "databaseChangeLog:\n" + "".join(
                    f"  - changeSet:\n      id: {n}\n      author: {file}\n" for n in (1, 2)
                )
                for file in ("fees", "tides")
            },
        },
        (LIQUIBASE, liquibase_row(1, "1", "fees")),
        {"a": ("fees:2",)},
    ),
    "prisma": (
        PRISMA_FILES,
        (
            PRISMA,
            prisma_row("20240301_berths", A.replace("\n", "\r\n")),
            prisma_row("20240302_depth", B, done=False, back=True),
            prisma_row("20240302_depth", B),
            prisma_row("20240502_moorings", C),
        ),
        {},
    ),
    "prisma-all-wrong": (
        PRISMA_FILES,
        (
            PRISMA,
            prisma_row("20240301_berths", A + " "),
            prisma_row("20240302_depth", B, done=False),
            prisma_row("20240502_moorings", C, done=False, back=True),
            prisma_row("20240601_gone", C),
        ),
        {
            "a": ("20240502_moorings",),
            "b": ("20240601_gone",),
            "c": ("20240302_depth",),
            "d": ("20240301_berths",),
        },
    ),
    "drizzle": (
        DRIZZLE_FILES,
        (DRIZZLE_DEFAULT, drizzle_row(1710000000000, A), drizzle_row(1710000500000, B),
         drizzle_row(1710000900000, C)),
        {},
    ),
    "drizzle-named": (
        {**DRIZZLE_FILES, "drizzle.config.ts": "export default defineConfig({\n  migrations: {\n"
         "    schema: 'drizzle',\n    table: 'harbour_migrations',\n  },\n});\n"},
        (DRIZZLE.format("harbour_migrations"), *(
            drizzle_row(when, text, "harbour_migrations") for when, text in (
                (1710000000000, A), (1710000500000, B), (1710000900000, C)))),
        {},
    ),
    "drizzle-never-and-changed": (
        DRIZZLE_FILES,
        (DRIZZLE_DEFAULT, drizzle_row(1710000000000, A + "x"), drizzle_row(1710000900000, C),
         drizzle_row(1710000950000, "SELECT 9;")),
        {
            "a": ("0001_depth",),
            "b": ("created_at 1710000950000",),
            "d": ("0000_berths",),
        },
    ),
    "refinery": (
        REFINERY_FILES,
        (REFINERY, refinery_row(1, "berths", A), refinery_row(2, "depth", B),
         refinery_row(3, "fill", "")),
        {},
    ),
    "refinery-changed": (
        REFINERY_FILES,
        (REFINERY, refinery_row(1, "berths", A), refinery_row(2, "depth", B + " ")),
        {"a": ("V3__fill.rs",), "d": ("V2__depth.sql",)},
    ),
    "rails": (
        RAILS_FILES,
        (VERSIONS, values("schema_migrations", *(f"2024030110150{n}" for n in (1, 2, 3)))),
        {},
    ),
    "rails-behind": (
        RAILS_FILES,
        (VERSIONS, values("schema_migrations", "20240301101501", "20240301101502")),
        {"a": ("20240301101503_create_moorings.rb",)},
    ),
    "rails-squashed": (
        RAILS_FILES,
        (VERSIONS, values("schema_migrations", "20190301101501", *(
            f"2024030110150{n}" for n in (1, 2, 3)))),
        {"b": ("20190301101501",)},
    ),
    "alembic": (ALEMBIC_FILES, (ALEMBIC, values("alembic_version", "d5")), {}),
    "alembic-branches": (
        ALEMBIC_FILES,
        (ALEMBIC, values("alembic_version", "b2", "b3")),
        {"a": ("c4_merge.py", "d5.py")},
    ),
    "alembic-one-branch": (
        ALEMBIC_FILES,
        (ALEMBIC, values("alembic_version", "b2")),
        {"a": ("b3_right.py", "c4_merge.py", "d5.py")},
    ),
    "alembic-unknown": (
        ALEMBIC_FILES,
        (ALEMBIC, values("alembic_version", "ffff")),
        {"b": ("ffff",)},
    ),
    "alembic-no-table": (
        ALEMBIC_FILES,
        (A,),
        {"e": ("a1.py", "b2_left.py", "b3_right.py", "c4_merge.py", "d5.py")},
    ),
    "django": (
        DJANGO_FILES,
        (DJANGO, django_rows("auth.0001_initial", "port.0001_initial", "port.0002_depth",
                             "port.0004_moorings", "fees.0001_initial")),
        {},
    ),
    "django-squashed-only": (
        {k: v for k, v in DJANGO_FILES.items() if "0001_initial" not in k or "fees" in k},
        (DJANGO, django_rows("port.0003_squashed", "port.0004_moorings", "fees.0001_initial")),
        {},
    ),
    "django-behind": (
        DJANGO_FILES,
        (DJANGO, django_rows("port.0001_initial", "port.0002_depth", "port.0009_tides")),
        {"a": ("fees.0001_initial", "port.0004_moorings"), "b": ("port.0009_tides",)},
    ),
    "django-new": (
        DJANGO_FILES,
        (DJANGO, django_rows("fees.0001_initial")),
        {"a": ("port.0003_squashed", "port.0004_moorings")},
    ),
    "sea-orm": (
        SEA_FILES,
        (SEA, "INSERT INTO seaql_migrations VALUES ('m20240301_000001_berths', 1), ('m2_depth', 2)"),
        {},
    ),
    "sea-orm-named-beside-another": (
        {
            **SEA_FILES,
            "stats/Cargo.toml": "[package]\n",
            "stats/src/lib.rs": 'fn migration_table_name() -> DynIden { Alias::new("stats_m") }',
        },
        (
            SEA,
            "INSERT INTO seaql_migrations VALUES ('m20240301_000001_berths', 1), ('m2_depth', 2)",
            SEA.replace("seaql_migrations", "stats_m"),
        ),
        {},
    ),
    "sea-orm-behind": (
        SEA_FILES,
        (SEA, "INSERT INTO seaql_migrations VALUES ('m20240301_000001_berths', 1), ('m9_x', 2)"),
        {"a": ("m2_depth",), "b": ("m9_x",)},
    ),
}  # fmt: skip
"""Name → (files, what the tool did to the database, clause → what is told)."""


@pytest.mark.parametrize("name", CASES)
def test_tracking_tables(tmp_path: Path, live: PrivateServer, name: str) -> None:
    files, statements, wanted = CASES[name]
    target = lay(tmp_path, files)
    (state,) = states(target, dsn(live, new_database(live, *statements)))
    assert state.reason is None, state.detail
    assert {fault.clause: fault.versions for fault in state.faults} == wanted
    assert [fault.old for fault in state.faults] == ["squashed" in name] * len(state.faults)
    assert not (tmp_path / "ran").exists()
    for fault in state.faults:
        place = state.place(fault)
        assert target.has(place.path)
        assert (place.line or 1) <= target.text(place.path).count("\n") + 1


def test_the_sums_are_those_of_python_s_own_siphash() -> None:
    if sys.hash_info.algorithm != "siphash13":
        pytest.skip("this Python hashes otherwise")
    texts = [bytes(range(length)) for length in range(8, 40)]  # shorter ones it may hash otherwise
    program = f"print([hash(text) & (2**64 - 1) for text in {texts!r}])"
    out = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str([_siphash13(text) for text in texts]) == out.strip()


# -- migrations: several histories, several tables -----------------------------------------


def test_each_history_finds_its_own_table(tmp_path: Path, live: PrivateServer) -> None:
    """Two services number alike, a third tool is in another schema, a fourth is elsewhere."""
    fees = {1: "CREATE TABLE fees (id int);\n", 2: "CREATE INDEX ON fees (id);\n"}
    files: dict[str, str | bytes] = {
        "harbour/sqlx.toml": '[migrate]\ntable-name = "harbour_migrations"\n',
        **{f"harbour/{name}": text for name, text in SQLX_FILES.items()},
        "fees/sqlx.toml": '[migrate]\ntable-name = "fees_migrations"\n',
        "fees/Cargo.toml": SQLX_FILES["Cargo.toml"],
        **{f"fees/migrations/000{n}_fees.sql": text for n, text in fees.items()},
        **{f"admin/{name}": text for name, text in PRISMA_FILES.items()},
        **{f"tides/{name}": text for name, text in GOOSE_FILES.items()},
    }
    name = new_database(
        live,
        SQLX.format("harbour_migrations"),
        *(sqlx_row(n, t, table="harbour_migrations") for n, t in ((1, A), (2, B), (3, C))),
        SQLX.format("fees_migrations"),
        sqlx_row(1, fees[1], table="fees_migrations"),
        "CREATE SCHEMA admin",
        PRISMA.replace("_prisma", "admin._prisma"),
        prisma_row("20240301_berths", A).replace("_prisma", "admin._prisma"),
    )
    found = {state.history.path: state for state in states(lay(tmp_path, files), dsn(live, name))}
    told = {
        path: (state.table, {fault.clause: fault.versions for fault in state.faults})
        for path, state in found.items()
    }
    assert told == {
        "admin/prisma/migrations": (
            "admin._prisma_migrations",
            {"a": ("20240302_depth", "20240502_moorings")},
        ),
        "fees/migrations": ("public.fees_migrations", {"a": ("0002_fees.sql",)}),
        "harbour/migrations": ("public.harbour_migrations", {}),
        "tides/sql/migrations": ("", {}),
    }
    elsewhere = found["tides/sql/migrations"]
    assert elsewhere.reason is SkipReason.UNRESOLVED
    assert "neither its tables nor its records" in elsewhere.detail


def test_the_tool_is_told_by_the_table(tmp_path: Path, live: PrivateServer) -> None:
    """Files that two tools would run: what stands in the database says which one does."""
    files = {name: text for name, text in SQLX_FILES.items() if name != "Cargo.toml"}
    rows = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)"
    name = new_database(live, GOOSE, f"{rows}, (2, true)")
    (state,) = states(lay(tmp_path, {**PG, **files}), dsn(live, name))
    assert state.history.tool == "goose"
    assert [fault.versions for fault in state.faults] == [("0003_moorings.sql",)]


def test_another_database_of_the_same_tool(tmp_path: Path, live: PrivateServer) -> None:
    """Two histories, one table: the other one is not called pending."""
    name = new_database(live, *DIESEL_ALL)
    other = {
        "tides/migrations/2023-01-01-000000_tides/up.sql": "CREATE TABLE tides (id serial);\n",
    }
    found = states(lay(tmp_path, {**DIESEL_FILES, **other}), dsn(live, name))
    assert [(state.history.path, state.reason) for state in found] == [
        ("migrations", None),
        ("tides/migrations", SkipReason.UNRESOLVED),
    ]
    assert "records migrations, not this history" in found[1].detail


def test_a_schema_for_each_customer(tmp_path: Path, live: PrivateServer) -> None:
    statements = []
    for number in range(1, 5):
        statements += [f"CREATE SCHEMA c{number}", GOOSE.replace("goose_db", f"c{number}.goose_db")]
        rows = ", ".join(f"({n}, true)" for n in range(4 if number == 3 else 5))
        into = f"c{number}.goose_db_version (version_id, is_applied)"
        statements.append(f"INSERT INTO {into} VALUES {rows}")
    target = lay(tmp_path, GOOSE_FILES)
    (state,) = states(target, dsn(live, new_database(live, *statements)))
    assert (state.faults, state.others) == ((), ("c3.goose_db_version",))
    (result,) = results(target, "db-migrations-applied")
    assert [finding.message for finding in result.findings] == [
        (
            "1 more of the schemas that record this history stands elsewhere than"
            " c1.goose_db_version:"
            " c3.goose_db_version"
        )
    ]


def test_a_table_that_the_role_may_not_read(tmp_path: Path, live: PrivateServer) -> None:
    name = new_database(
        live,
        *DIESEL_ALL,
        "ALTER TABLE __diesel_schema_migrations ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE __diesel_schema_migrations FORCE ROW LEVEL SECURITY",
    )
    (state,) = states(lay(tmp_path, DIESEL_FILES), dsn(live, name))
    assert state.reason is SkipReason.NO_SERVER
    assert "row-level security" in state.detail
    assert state.faults == ()


def test_tables_that_only_look_alike_are_left_alone(tmp_path: Path, live: PrivateServer) -> None:
    name = new_database(
        live,
        "CREATE DOMAIN flag AS boolean",
        "CREATE TABLE releases (version bigint PRIMARY KEY, dirty flag)",
        "CREATE TABLE versions (version text PRIMARY KEY)",
        "CREATE TABLE blobs (id serial, hash text, created_at bigint)",
        "CREATE VIEW alembic_version AS SELECT 'x'::varchar AS version_num",
        'CREATE TABLE "Mixed" ("Version" text, run_on timestamp)',
        "CREATE TABLE empty ()",
    )
    part = live_part(looking(lay(tmp_path, PG), dsn(live, name)), "tracking")
    assert part == {"tables": [], "more": 0}


def test_the_check_says_it_in_the_repository(tmp_path: Path, live: PrivateServer) -> None:
    statements = (
        SQLX_DEFAULT,
        sqlx_row(1, A + "-- later"),
        sqlx_row(2, B, success=False),
        sqlx_row(9, C),
    )
    target = lay(tmp_path, SQLX_FILES)
    configure(target, DatabaseConfig(dsn=dsn(live, new_database(live, *statements)), replay=False))
    (result,) = results(target, "db-migrations-applied")
    assert result.outcome is Outcome.FAILED
    assert result.subject == "migrations (sqlx)"
    told = [
        (one.clause, one.severity.label, str(one.place), one.message) for one in result.findings
    ]
    assert told == [
        (
            "c",
            "critical",
            "migrations/0002_depth.sql",
            (
                "1 sqlx migration ended half done in the live database (public._sqlx_migrations:"
                " success is false: it stopped on the way): 0002_depth.sql"
            ),
        ),
        (
            "b",
            "high",
            "migrations/0001_berths.sql",
            (
                "1 sqlx migration recorded in the live database (public._sqlx_migrations) is not in"
                " the repository: 9 (x)"
            ),
        ),
        (
            "d",
            "high",
            "migrations/0001_berths.sql",
            (
                "1 sqlx migration was edited after the live database applied it, by the checksums in"
                " public._sqlx_migrations: 0001_berths.sql"
            ),
        ),
        (
            "a",
            "high",
            "migrations/0003_moorings.sql",
            (
                "1 of 3 sqlx migrations is not applied to the live database"
                " (public._sqlx_migrations); the newest recorded is 9 (x): 0003_moorings.sql"
            ),
        ),
    ]


@pytest.mark.parametrize("check", ["db-migrations-applied", "db-indexes-valid"])
def test_without_a_database_there_is_no_verdict(tmp_path: Path, check: str) -> None:
    (result,) = results(lay(tmp_path, DIESEL_FILES), check)
    assert result.reason == "no-server: give a database with --recon-dsn"
    target = looking(lay(tmp_path, DIESEL_FILES), "host=/nowhere dbname=x")
    (result,) = results(target, check)
    assert result.outcome is Outcome.SKIPPED
    assert result.reason.startswith("no-server: cannot connect")


def test_no_history_is_no_pass(tmp_path: Path, live: PrivateServer) -> None:
    target = looking(lay(tmp_path, {"a.txt": "x"}), dsn(live, new_database(live, A)))
    (result,) = results(target, "db-migrations-applied")
    assert result.reason == "no-input: no migration history in the repository"


HOSTILE = {
    "db/versions/deep.py": "revision = 'a'\ndown_revision = " + "(" * 5000 + "\n",
    "db/versions/odd.py": "revision = down_revision = f'{1}'\n\0\n",
    "db/migrate/1_x.rb": "ActiveRecord::Migration",
    "db/migrate/" + "9" * 100 + "_x.rb": "ActiveRecord::Migration",
    "m/meta/_journal.json": "[" * 50_000,
    "n/meta/_journal.json": '{"entries": [{"tag": 1}, 7, {"tag": "x", "when": "soon"}]}',
    "resources/a.yaml": "databaseChangeLog: {changeSet: [1]}\n",
    "resources/b.xml": "<databaseChangeLog><changeSet id='" + "<" * 5000,
    "x/src/lib.rs": "impl MigratorTrait { Box::new(m20240101_x::Migration) }",
    "app/migrations/0001_x.py": "from django import x\nclass Migration(x):\n    replaces = [(1,)]\n",
    "sqlx.toml": "[migrate]\ntable-name = 7\nignored-chars = 5\n",
    "migrations/0001_x.sql": A,
    "Cargo.toml": "sqlx",
}


def test_histories_of_any_form_are_read(tmp_path: Path) -> None:
    found = tracked_histories(lay(tmp_path, HOSTILE))
    assert {(history.path, history.tool) for history in found} == {
        ("app/migrations", "sql"),
        ("db/migrate", "rails"),
        ("", "django"),
        ("migrations", "sqlx"),
        ("x/src", "sea-orm"),
    } - {("app/migrations", "sql")}


# -- indexes -------------------------------------------------------------------------------


def fails(connection: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.Error):
        connection.execute(statement)


def test_invalid_indexes(tmp_path: Path, live: PrivateServer) -> None:
    """Builds that failed, a reindex that failed, a partitioned index without all its parts."""
    name = new_database(
        live,
        "CREATE TABLE berths (id int PRIMARY KEY, name text, at date)",
        "INSERT INTO berths VALUES (1, 'a', 'today'), (2, 'a', 'today')",
        "CREATE INDEX berths_at ON berths (at)",
        "CREATE TABLE calls (at date, ship int) PARTITION BY RANGE (at)",
        "CREATE TABLE calls_1 PARTITION OF calls FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE TABLE calls_2 PARTITION OF calls FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
        "CREATE INDEX calls_ship ON ONLY calls (ship)",
        "CREATE INDEX calls_1_ship ON calls_1 (ship)",
        "ALTER INDEX calls_ship ATTACH PARTITION calls_1_ship",
    )
    with live.connect(name) as connection, live.connect(name) as other:
        fails(connection, "CREATE UNIQUE INDEX CONCURRENTLY berths_name ON berths (name)")
        with other.transaction():
            other.execute("SELECT * FROM berths")
            connection.execute("SET lock_timeout = '200ms'")
            fails(connection, "REINDEX INDEX CONCURRENTLY berths_at")
    target = lay(
        tmp_path,
        {
            "migrations/1_berths.sql": "CREATE TABLE berths (id int PRIMARY KEY, name text,"
            " at date);\nCREATE TABLE calls (at date, ship int) PARTITION BY RANGE (at);\n",
            "migrations/2_indexes.sql": "CREATE UNIQUE INDEX CONCURRENTLY berths_name\n"
            "  ON berths (name);\nCREATE INDEX berths_at ON berths (at);\n",
        },
    )
    by_subject = {r.subject: r for r in results(looking(target, dsn(live, name)), CHECK)}
    left = next(name for name in by_subject if "_cc" in name)
    assert set(by_subject) == {
        "(live database)",
        "public.berths_name",
        "public.calls_ship",
        left,
    }
    assert by_subject["(live database)"].outcome is Outcome.PASSED
    assert by_subject["public.calls_ship"].outcome is Outcome.PASSED
    (finding,) = by_subject["public.calls_ship"].findings
    assert finding.severity.label == "info"
    assert "not attached on 1 partitions of public.calls" in finding.message
    (finding,) = by_subject["public.berths_name"].findings
    assert finding.severity.label == "high"
    assert str(finding.place) == "migrations/2_indexes.sql:1"
    assert "its build failed; no query uses it" in finding.message
    (finding,) = by_subject[left].findings
    assert re.fullmatch(r"public\.berths_at_cc(?:new|old)\d*", left)
    assert "REINDEX CONCURRENTLY" in finding.message
    assert str(finding.place) == "migrations/2_indexes.sql:3"


CHECK = "db-indexes-valid"


@pytest.mark.parametrize("known", [True, False], ids=["monitor", "guest"])
@pytest.mark.parametrize(
    "statement",
    ["CREATE INDEX CONCURRENTLY berths_name ON berths (name)",
     "REINDEX TABLE CONCURRENTLY berths"],
    ids=["create", "reindex"],
)  # fmt: skip
def test_an_index_that_is_being_built_is_left_alone(
    tmp_path: Path, live: PrivateServer, statement: str, known: bool
) -> None:
    """The build waits for a transaction; who may not see whose it is knows it by its lock."""
    name = new_database(
        live,
        "CREATE TABLE berths (id int PRIMARY KEY, name text)",
        "INSERT INTO berths VALUES (1, 'a'), (2, 'b')",
    )
    user = "runner" if known else guest(live, name)
    with live.connect(name) as connection, live.connect(name) as other:
        with other.transaction():
            other.execute("UPDATE berths SET name = name || '.' WHERE id = 1")
            builder = threading.Thread(target=connection.execute, args=(statement,))
            builder.start()
            wait_for(live, name, "SELECT 1 FROM pg_index WHERE NOT indisvalid")
            target = looking(lay(tmp_path, PG), dsn(live, name, user))
            (result,) = results(target, CHECK)
        builder.join()
    assert result.outcome is Outcome.PASSED
    assert [finding.severity.label for finding in result.findings] == ["info"]
    assert "being built" in result.findings[0].message
    again = looking(Target(tmp_path), dsn(live, name, user))
    (result,) = results(again, CHECK)
    assert (result.outcome, result.findings) == (Outcome.PASSED, ())


def wait_for(server: PrivateServer, name: str, query: str, user: str = "postgres") -> None:
    deadline = time.monotonic() + 20
    with server.connect(name, user) as connection:
        while not connection.execute(query).fetchall():
            assert time.monotonic() < deadline, query
            time.sleep(0.02)


def guest(server: PrivateServer, name: str) -> str:
    """A role that may connect, and nothing else."""
    with server.connect(name, "postgres") as admin:
        if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = 'guest'").fetchall():
            admin.execute("CREATE ROLE guest LOGIN")
    return "guest"


def test_many_invalid_indexes_are_few_items(tmp_path: Path, live: PrivateServer) -> None:
    name = new_database(
        live,
        "DO $$ BEGIN FOR n IN 1..90 LOOP EXECUTE format('CREATE TABLE t%s (a int)', n);"
        " EXECUTE format('CREATE INDEX i%s ON t%s (a)', n, n); END LOOP; END $$",
    )
    with live.connect(name, "postgres") as admin:
        admin.execute(
            "UPDATE pg_index SET indisvalid = false FROM pg_class c WHERE c.oid = indexrelid"
            " AND c.relname ~ '^i[0-9]'"
        )
    found = results(looking(lay(tmp_path, PG), dsn(live, name)), CHECK)
    assert len(found) == 41
    (finding,) = found[0].findings
    assert finding.message.startswith("50 more indexes are not valid in the live database: ")
    assert str(finding.place) == "compose.yaml:3"


def test_a_database_without_indexes_is_no_pass(tmp_path: Path, live: PrivateServer) -> None:
    target = looking(lay(tmp_path, PG), dsn(live, new_database(live)))
    (result,) = results(target, CHECK)
    assert result.reason == "no-input: the live database has no index"


# -- the server ----------------------------------------------------------------------------


def test_what_is_told_of_the_server(tmp_path: Path, live: PrivateServer) -> None:
    name = new_database(live)
    part = live_part(looking(lay(tmp_path, PG), dsn(live, name)), "server")
    assert not isinstance(part, str), part
    assert part["version_num"] // 10_000 == live.choice.binaries.major
    assert (part["database"], part["user"]) == (name, "runner")
    assert (part["superuser"], part["monitor"]) == (False, False)
    assert (part["in_recovery"], part["replicas"]) == (False, 0)
    assert part["started"] < part["now"]
    admin = live_part(looking(Target(tmp_path), dsn(live, name, "postgres")), "server")
    assert not isinstance(admin, str), admin
    assert (admin["superuser"], admin["monitor"]) == (True, True)


def test_a_standby_and_its_primary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real replica, which streams from a real server."""
    binaries = majors()[-1] if majors() else None
    component(binaries is not None, "no PostgreSQL binaries")
    assert binaries is not None
    from pytest_reconaudit.probes import postgres

    settings = [
        one for one in postgres._SETTINGS if not one.startswith(("max_wal_senders", "wal_level"))
    ]
    monkeypatch.setattr(
        postgres, "_SETTINGS", (*settings, "wal_level=replica", "max_wal_senders=4")
    )
    with PrivateServer(Choice(binaries)) as primary:
        with primary.connect("postgres", "postgres") as admin:
            admin.execute("CREATE ROLE follower LOGIN REPLICATION")
            admin.execute("CREATE ROLE guest LOGIN")
        folder = primary.folder
        assert folder is not None
        prefix, identity = postgres._identity(folder, binaries.folder)
        home = folder / "standby"
        common = {"env": postgres._environment(folder), "cwd": "/", **identity}
        subprocess.run(
            [*prefix, str(binaries.folder / "pg_basebackup"), "-D", str(home), "-R", "-c", "fast",
             "-d", f"host={folder} user=follower"],
            check=True, capture_output=True, timeout=60, **common,
        )  # fmt: skip
        options = [*settings, "wal_level=replica", "port=5433", "hot_standby_feedback=on"]
        arguments = [argument for option in options for argument in ("-c", option)]
        standby = subprocess.Popen(
            [*prefix, str(binaries.folder / "postgres"), "-D", str(home), "-k", str(folder),
             *arguments],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **common,
        )  # fmt: skip
        try:
            wait_for(
                primary, "postgres", "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"
            )
            where = f"host={folder} dbname=postgres"
            seen = server_part(f"{where} user=postgres")
            assert (seen["in_recovery"], seen["replicas"]) == (False, 1)
            seen = server_part(f"{where} user=guest")
            assert (seen["in_recovery"], seen["replicas"]) == (False, None)
            deadline = time.monotonic() + 30
            while "parts" not in (answer := read_live(f"{where} port=5433 user=runner")):
                assert time.monotonic() < deadline, answer
            seen = answer["parts"]["server"]
            assert (seen["in_recovery"], seen["replicas"]) == (True, 0)
            assert not [name for name, part in answer["parts"].items() if "denied" in part]
        finally:
            standby.terminate()
            standby.wait(20)


def server_part(where: str) -> dict[str, Any]:
    answer = read_live(where)
    assert "parts" in answer, answer
    part: dict[str, Any] = answer["parts"]["server"]
    return part


# -- safe on a production primary ----------------------------------------------------------

STAGE = (
    "CREATE TABLE berths (id int PRIMARY KEY, name text NOT NULL, at date CHECK (at > '1990-1-1'))",
    "CREATE TABLE calls (id int PRIMARY KEY, berth int REFERENCES berths (id))",
    "CREATE INDEX berths_name ON berths (lower(name)) WHERE at IS NOT NULL",
    "INSERT INTO berths SELECT n, 'b' || n, 'today' FROM generate_series(1, 200) n",
    "INSERT INTO calls SELECT n, n FROM generate_series(1, 200) n",
    *DIESEL_ALL,
    SQLX_DEFAULT,
    PRISMA,
    LIQUIBASE,
    GOLANG_DEFAULT,
)
COUNTERS = (
    "SELECT tup_inserted, tup_updated, tup_deleted, conflicts, deadlocks, temp_files"
    " FROM pg_stat_database WHERE datname = current_database()"
)
ALLOWED = re.compile(
    r"BEGIN(?: |$)|COMMIT$|ROLLBACK(?: |$)|SAVEPOINT |RELEASE |SET (?:LOCAL|TRANSACTION) |SELECT\b"
    r"|EXPLAIN \((?!.*analyze)"
    r"|WITH RECURSIVE \w+ AS \(\s*SELECT\b(?!(?s:.*)\b(?:INSERT|UPDATE|DELETE|MERGE)\b)",
    re.IGNORECASE,
)


def every_part() -> list[str]:
    return [name for name, *_ in (*probe._once_parts(), *probe._sampled_parts())]


def settled(admin: psycopg.Connection[Any]) -> list[Any]:
    """The counters, once those of the backends that made the stage have come in."""
    alone = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    before, end = None, time.monotonic() + 20
    while time.monotonic() < end:
        now = admin.execute(COUNTERS).fetchall()
        if now == before and admin.execute(alone).fetchall() == [(1,)]:
            break
        before = now
        time.sleep(0.3)
    return now


def test_nothing_is_written(live: PrivateServer) -> None:
    """By the server's own log of every statement, its counters, and the transactions it counts."""
    name = new_database(live, *STAGE)
    role = f"prober_{name}"
    with live.connect(name, "postgres") as admin:
        admin.execute(f"CREATE ROLE {role} LOGIN IN ROLE pg_monitor, pg_read_all_data")
        admin.execute(f"ALTER ROLE {role} SET log_statement = 'all'")
        admin.execute(f"ALTER ROLE {role} SET log_min_messages = 'log'")
        before = settled(admin)
        next_id = admin.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchall()
        answer = read_live(dsn(live, name, role), window=0.5)
        assert "parts" in answer, answer
        assert set(answer["parts"]) == set(every_part())
        denied = {n: part["denied"] for n, part in answer["parts"].items() if "denied" in part}
        assert set(denied) <= {"statements"}, denied  # an extension that is not there
        wait_for(live, name, f"SELECT 1 WHERE NOT EXISTS (SELECT FROM pg_stat_activity"
                 f" WHERE usename = '{role}')")  # fmt: skip
        assert admin.execute(COUNTERS).fetchall() == before
        # No transaction was given a number: nothing can have been written, not even a row lock.
        again = admin.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())").fetchall()
        assert again == next_id
    assert live.folder is not None
    log = live.folder.joinpath("log").read_text("utf-8")
    statements = re.findall(r"LOG:  (?:statement|execute [^:]*): ((?:.|\n)*?)(?=\n\S|\Z)", log)
    assert len(statements) > 15
    for statement in statements:
        for one in statement.split("; "):
            plain = one.replace("/* pytest-reconaudit */ ", "").strip()  # how we know our own
            assert ALLOWED.match(plain), one


def test_no_lock_beyond_access_share(live: PrivateServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second session looks at what each part holds, before its transaction ends."""
    name = new_database(live, *STAGE)
    seen: dict[str, set[str]] = {}

    def watched(part: str, read: Callable[..., Any]) -> Callable[..., Any]:
        def reading(connection: psycopg.Connection[Any], *given: Any) -> Any:
            found = read(connection, *given)
            with live.connect(name, "postgres") as other:
                rows = other.execute(
                    "SELECT mode FROM pg_locks WHERE pid = %s AND locktype <> 'virtualxid'",
                    (connection.info.backend_pid,),
                ).fetchall()
            seen.setdefault(part, set()).update(mode for (mode,) in rows)
            return found

        return reading

    once, sampled = probe._once_parts(), probe._sampled_parts()
    monkeypatch.setattr(probe, "_once_parts", lambda: [(n, watched(n, read)) for n, read in once])
    monkeypatch.setattr(
        probe, "_sampled_parts", lambda: [(n, watched(n, r), count) for n, r, count in sampled]
    )
    monkeypatch.setattr(probe, "read_catalog", watched("catalog", probe.read_catalog))
    answer = read_live(dsn(live, name, "postgres"), window=0.2)
    assert "parts" in answer, answer
    assert set(seen) >= {"catalog", *(name for name, _ in once)}
    assert set().union(*seen.values()) == {"AccessShareLock"}


def test_a_locked_tracking_table_costs_itself_alone(
    live: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locked between the catalog and it: what a migration that starts just now does."""
    name = new_database(live, *STAGE)
    with live.connect(name) as holder, holder.transaction():
        catalog = probe.read_catalog

        def late(connection: psycopg.Connection[Any]) -> dict[str, Any]:
            found = catalog(connection)
            connection.execute("COMMIT")
            holder.execute("LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE")
            return found

        monkeypatch.setattr(probe, "read_catalog", late)
        tables = read_live(dsn(live, name))["parts"]["tracking"]["tables"]
    denied = {table["table"]: table.get("denied", "") for table in tables}
    assert denied.pop("_sqlx_migrations") == "canceling statement due to lock timeout"
    assert len(denied) == 4
    assert set(denied.values()) == {""}


def test_a_role_without_rights(tmp_path: Path, live: PrivateServer) -> None:
    name = new_database(live, *STAGE)
    user = guest(live, name)
    answer = read_live(dsn(live, name, user), window=0.2)
    assert "parts" in answer, answer
    tables = answer["parts"]["tracking"]["tables"]
    assert {table["denied"] for table in tables} == {
        f"permission denied for table {table['table']}" for table in tables
    }
    target = looking(lay(tmp_path, DIESEL_FILES), dsn(live, name, user))
    (result,) = results(target, "db-migrations-applied")
    assert result.outcome is Outcome.SKIPPED
    assert "permission denied for table __diesel_schema_migrations" in result.reason


VIEWS = {"pg_settings": "settings", "pg_stat_replication": "server", "pg_index": "builds"}


@pytest.mark.parametrize("view", [*VIEWS, "pg_stat_progress_create_index"])
def test_a_catalog_view_without_rights(tmp_path: Path, live: PrivateServer, view: str) -> None:
    """It costs the part that needs it; what the catalog itself needs costs everything, and says so."""
    name = new_database(live, *STAGE)
    user = guest(live, name)
    with live.connect(name, "postgres") as admin:
        admin.execute(f"REVOKE SELECT ON pg_catalog.{view} FROM PUBLIC")
    answer = read_live(dsn(live, name, user))
    if view == "pg_index":
        said = "reading the catalog failed: permission denied for table pg_index"
        assert answer == {"unreachable": said}
        target = looking(lay(tmp_path, DIESEL_FILES), dsn(live, name, user))
        assert database(target) == Unreachable(said)
        return
    denied = {n: part["denied"] for n, part in answer["parts"].items() if "denied" in part}
    part = VIEWS.get(view, "builds")
    assert denied == {part: f"permission denied for view {view}"}
    text = live_part(looking(lay(tmp_path, PG), dsn(live, name, user)), part)
    assert text == (
        f"the live database does not let this role read it: permission denied for view {view}"
    )


def test_a_server_that_stops_answering_midway(
    live: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = new_database(live, *STAGE)
    stopped: list[int] = []

    def stops(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        stopped.append(connection.info.backend_pid)
        os.kill(connection.info.backend_pid, signal.SIGSTOP)
        return {"seen": connection.execute("SELECT 1").fetchall()}

    first, *rest = probe._once_parts()
    monkeypatch.setattr(probe, "_once_parts", lambda: (first, ("stops", stops), *rest))
    begun = time.monotonic()
    try:
        answer = read_live(dsn(live, name), total=2.0)
    finally:
        os.kill(stopped[0], signal.SIGCONT)
    assert time.monotonic() - begun < 10
    assert "denied" not in answer["parts"][first[0]]
    lost = {answer["parts"][name]["denied"] for name in ("stops", *(name for name, _ in rest))}
    assert lost == {"the database gave no answer within 2 s"}


@pytest.mark.parametrize("when", ["catalog", "parts"])
def test_a_server_that_is_killed_midway(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    component(bool(majors()), "no PostgreSQL binaries")
    with PrivateServer(Choice(majors()[-1])) as server:
        read = probe.read_catalog if when == "catalog" else probe._once_parts()[1][1]

        def shot(connection: psycopg.Connection[Any]) -> dict[str, Any]:
            assert server.folder is not None
            pid = int(server.folder.joinpath("data/postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGQUIT)
            time.sleep(0.3)
            found: dict[str, Any] = read(connection)
            return found

        if when == "catalog":
            monkeypatch.setattr(probe, "read_catalog", shot)
        else:
            first, second, *rest = probe._once_parts()
            monkeypatch.setattr(probe, "_once_parts", lambda: (first, (second[0], shot), *rest))
        answer = read_live(dsn(server, "postgres"))
    if when == "catalog":
        assert answer["unreachable"].startswith("reading the catalog failed: ")
    else:
        assert "denied" not in answer["parts"]["server"]
        assert answer["parts"]["builds"] == {"denied": "the connection was lost"}


def test_a_pooler_that_passes_no_options_on(live: PrivateServer) -> None:
    """Every transaction brings its limits along; the rest is as without a pooler."""
    name = new_database(live, *STAGE)
    with live.connect(name, "postgres") as admin:
        admin.execute(f"ALTER DATABASE {name} SET search_path = public, pg_catalog")
    seen = []

    def shows(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        names = ("statement_timeout", "lock_timeout", "search_path", "transaction_read_only")
        seen.append([connection.execute(f"SHOW {name}").fetchall()[0][0] for name in names])
        return {}

    with pooler(live) as port, pytest.MonkeyPatch.context() as patch:
        parts = probe._once_parts()
        patch.setattr(probe, "_once_parts", lambda: (*parts, ("shows", shows)))
        answer = read_live(f"host=127.0.0.1 port={port} user=runner dbname={name} sslmode=disable")
    direct = read_live(dsn(live, name))
    assert answer["catalog"] == direct["catalog"]
    assert seen == [["30s", "2s", "pg_catalog", "on"]]


class pooler:
    """Stands between a client and the server, and refuses a client that sends options."""

    def __init__(self, server: PrivateServer) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def _start(self, work: Callable[..., None], *given: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=given, daemon=True))
        self._threads[-1].start()

    def __enter__(self) -> int:
        self._start(self._serve)
        return int(self._listening.getsockname()[1])

    def __exit__(self, *exception: object) -> None:
        for end in (self._listening, *self._lines):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        for end in (self._listening, *self._lines):
            end.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listening.accept()
            except OSError:
                return
            first = line.recv(65_536)
            if b"\0options\0" in first:
                said = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
                line.sendall(b"E" + (len(said) + 4).to_bytes(4, "big") + said)
                line.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            self._lines += [line, server]
            server.connect(f"{self._server.folder}/.s.PGSQL.5432")
            server.sendall(first)
            for one, other in ((line, server), (server, line)):
                self._start(_pass_on, one, other)


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(65_536):
            other.sendall(data)
    except OSError:
        return
    finally:
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def test_names_and_operators_are_not_looked_up_where_users_put_them(live: PrivateServer) -> None:
    """A schema before pg_catalog, with an operator of its own for what the catalog queries use."""
    name = new_database(
        live,
        *STAGE,
        "CREATE SCHEMA evil",
        "CREATE FUNCTION evil.trap(name, text) RETURNS boolean LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'trapped'; END $$",
        "CREATE OPERATOR evil.= (LEFTARG = name, RIGHTARG = text, FUNCTION = evil.trap)",
        "CREATE TABLE evil.pg_class (relname text)",
        "GRANT USAGE ON SCHEMA evil TO PUBLIC",
    )
    with live.connect(name, "postgres") as admin:
        admin.execute(f"ALTER DATABASE {name} SET search_path = evil, public, pg_catalog")
    answer = read_live(dsn(live, name), window=0.2)
    assert "parts" in answer, answer
    assert not [part for part in answer["parts"].values() if "trapped" in str(part)]


def test_names_that_are_not_utf_8(live: PrivateServer) -> None:
    name = next(_names)
    with live.connect("postgres", "postgres") as admin:
        # Of this name alone another encoding may be.
        admin.execute("ALTER DATABASE template1 RENAME TO template0")
        try:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII'")
        finally:
            admin.execute("ALTER DATABASE template0 RENAME TO template1")
    with psycopg.connect(
        host=str(live.folder), user="postgres", dbname=name, client_encoding="latin1"
    ) as connection:
        connection.execute('CREATE TABLE "caf\xe9" (id int)')
    said = 'reading the catalog failed: invalid byte sequence for encoding "UTF8": 0xe9'
    assert read_live(dsn(live, name, "postgres")) == {"unreachable": said}


# -- beside the static work ----------------------------------------------------------------


def test_it_is_read_while_others_work(
    tmp_path: Path, live: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process reads: what is known at once is there at once, what is sampled is waited
    for, here and in a process that was started later."""
    if beside.processors() < 2:
        pytest.skip("one processor")
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # pytest's own plugins have some
    said: list[str] = []
    target = lay(tmp_path, DIESEL_FILES)
    where = dsn(live, new_database(live, *DIESEL_ALL))
    configure(target, DatabaseConfig(dsn=where, window=4.0, replay=False, announce=said.append))
    slow = (("slow", lambda connection: {"at": time.monotonic()}, 2),)
    monkeypatch.setattr(probe, "_sampled_parts", lambda: slow)
    begun = time.monotonic()
    begin_live(target, beside.start)
    assert time.monotonic() - begun < 0.5
    monkeypatch.setattr(probe, "read_live", lambda *a, **k: pytest.fail("read again"))
    states_ = migration_states(target)
    assert time.monotonic() - begun < 3.5
    assert not isinstance(states_, NoState)
    assert states_[0].faults == ()
    later = beside.start(lambda: live_part(target, "slow"))
    part = live_part(target, "slow")
    assert 4 <= time.monotonic() - begun < 12
    assert not isinstance(part, str)
    assert part["seconds"] >= 4.0
    assert later is not None
    assert later.result() == part
    assert said == ["watching the live database for 4 s"]


def test_a_process_that_is_ended_midway(
    tmp_path: Path, live: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it told anything: this process reads. After it: what it told holds."""
    if beside.processors() < 2:
        pytest.skip("one processor")
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    where = dsn(live, new_database(live, *DIESEL_ALL))
    target = lay(tmp_path, DIESEL_FILES)
    configure(target, DatabaseConfig(dsn=where, window=1.0, replay=False))
    whole = probe._once_parts()
    with monkeypatch.context() as patch:
        patch.setattr(probe, "read_catalog", lambda connection: os._exit(3))
        begin_live(target, beside.start)
    found = migration_states(target)
    assert not isinstance(found, NoState)
    assert found[0].faults == ()
    with monkeypatch.context() as patch:
        patch.setattr(probe, "_sampled_parts", lambda: (("x", lambda connection: os._exit(3), 2),))
        again = Target(tmp_path)
        configure(again, DatabaseConfig(dsn=where, window=1.0, replay=False))
        begin_live(again, beside.start)
    for name, _ in whole:
        assert not isinstance(live_part(again, name), str)
    assert live_part(again, "x") == "the live database was not watched to the end"


def test_who_cannot_start_another_process_reads_alone(tmp_path: Path, live: PrivateServer) -> None:
    target = looking(lay(tmp_path, DIESEL_FILES), dsn(live, new_database(live, *DIESEL_ALL)))
    begin_live(target, lambda work: None)
    found = migration_states(target)
    assert not isinstance(found, NoState)
    assert found[0].faults == ()
    plain = lay(tmp_path / "plain", PG)
    begin_live(plain, lambda work: pytest.fail("there is nothing to read"))


def test_the_other_process_ends_with_this_one(tmp_path: Path, live: PrivateServer) -> None:
    """Who is killed, or wants nothing of the database in the end, leaves nothing running."""
    name = new_database(live, *DIESEL_ALL)
    lay(tmp_path, DIESEL_FILES)
    program = (
        "import sys; from pytest_reconaudit import beside, probes;"
        "from pytest_reconaudit.probes import live;"
        "from pytest_reconaudit.facts.db.database import *;"
        "from pytest_reconaudit.target import Target; target = Target(sys.argv[1]);"
        "live._sampled_parts = lambda: (('x', lambda connection: {}, 5),);"
        "configure(target, DatabaseConfig(dsn=sys.argv[2], window=300.0, replay=False));"
        "begin_live(target, beside.start); print('begun', flush=True); sys.stdin.read()"
    )
    there = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'pytest-reconaudit'"
    mine = f"{there} AND datname = '{name}' AND pid <> pg_backend_pid()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), dsn(live, name)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"begun\n"
        if beside.processors() > 1:
            wait_for(live, "postgres", mine)
        run.kill()
    wait_for(live, "postgres", f"SELECT 1 WHERE NOT EXISTS ({mine})")


def test_many_tables_are_few_items_and_little_time(tmp_path: Path, live: PrivateServer) -> None:
    """The cost of a table stays what it is; what is wrong with none of them is one item."""
    tables = 1_500
    name = new_database(
        live,
        f"DO $$ BEGIN FOR n IN 1..{tables} LOOP EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY"
        " KEY, at date, who text, x jsonb)', n); EXECUTE format('CREATE INDEX ON t%s (lower(who))"
        " WHERE at IS NOT NULL', n); END LOOP; END $$",
        *DIESEL_ALL,
    )
    begun = time.process_time()
    answer = read_live(dsn(live, name))
    assert time.process_time() - begun < 4
    assert len(answer["catalog"]["tables"]) == tables + 1
    assert len(answer["catalog"]["indexes"]) == 2 * tables + 1
    target = looking(lay(tmp_path, DIESEL_FILES), dsn(live, name))
    for check in ("db-migrations-applied", CHECK):
        (result,) = results(target, check)
        assert result.outcome is Outcome.PASSED


def audited(target: Path, where: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", f"--recon-target={target}", f"--recon-dsn={where}",
         "--recon-live-window=0", "--recon-no-replay", "-q", "-p", "no:cacheprovider"],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_what_may_not_be_read_is_no_usage_error(tmp_path: Path, live: PrivateServer) -> None:
    """Only a database that was not reached at all ends the run as a mistake of its user."""
    name = new_database(live, *STAGE)
    lay(tmp_path, DIESEL_FILES)
    run = audited(tmp_path, dsn(live, name, guest(live, name)))
    assert "ERROR: --recon-dsn" not in run.stdout + run.stderr
    assert run.returncode in (0, 1)
    run = audited(tmp_path, dsn(live, "no_such_database"))
    assert "ERROR: --recon-dsn: cannot connect" in run.stdout
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert "hush-hush" not in run.stdout + run.stderr


EVIL = (
    "CREATE FUNCTION public.evil(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true'",
    """CREATE FUNCTION public.equal(int, int) RETURNS bool IMMUTABLE LANGUAGE sql
       AS 'SELECT public.evil($1)'""",
    "CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = public.equal)",
)
ARMED = (
    "CREATE OR REPLACE FUNCTION public.evil(int) RETURNS bool LANGUAGE plpgsql IMMUTABLE"
    " AS $$BEGIN RAISE EXCEPTION 'evil ran as %', CURRENT_USER; END$$"
)
TRAPS = {
    "predicate": "CREATE INDEX ON {t} (version) WHERE public.evil(1)",
    "expression": "CREATE INDEX ON {t} ((public.evil(1)))",
    "operator": "CREATE INDEX ON {t} (version) WHERE 1 OPERATOR(public.===) 2",
    "statistics": "CREATE STATISTICS public.trap ON (public.evil(1)), (version || 'x') FROM {t}",
    "child": "CREATE TABLE child (CHECK (public.evil(1))) INHERITS ({t})",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_no_function_of_the_database_runs(live: PrivateServer, trap: str) -> None:
    """The planner works such expressions out, with the rights of the role that asks."""
    if trap == "statistics" and live.choice.binaries.major < 14:
        pytest.skip("no statistics on expressions")
    table = "__diesel_schema_migrations"
    diesel = f"CREATE TABLE {table} (version varchar(50), run_on timestamp)"
    plain = "CREATE TABLE plain (id bigint, code text)"
    name = new_database(live, *EVIL, diesel, plain, TRAPS[trap].format(t=table), ARMED)
    tables = read_live(dsn(live, name, "postgres"))["parts"]["tracking"]["tables"]
    for found in tables:
        assert found["denied"].startswith("to plan a query on it would run functions"), found
    assert table in {found["table"] for found in tables}
    questions = [
        {"id": one, "schema": "public", "table": one, "columns": [(column, "text")]}
        for one, column in ((table, "version"), ("plain", "code"))
    ]
    plans = probe.ask_live(dsn(live, name, "postgres"), questions)["plans"]
    assert plans[table]["denied"].startswith("to plan a query on it would run functions")
    assert plans["plain"]["scans"] == ["Seq Scan"]
