"""Migration histories: found by layout and content, ordered as the tool orders them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.db.migration_runners import (
    committed_migrations,
    migration_runners,
    missing_migrations,
)
from pytest_reconaudit.facts.db.migrations import (
    migration_roots,
    migration_script,
    postgres_major,
)
from pytest_reconaudit.target import Target


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(root)


TABLE = "CREATE TABLE t (id bigserial PRIMARY KEY);\n"


def test_diesel_order_folder_and_transactions(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "api/diesel.toml": '[migrations_directory]\ndir = "db/history"\n',
            "api/db/history/2024-01-02-000000_b b/up.sql": TABLE,
            "api/db/history/2024-01-02-000000_b b/metadata.toml": "run_in_transaction = false\n",
            "api/db/history/00000000000000_diesel_initial_setup/up.sql": "SELECT 1;\n",
            "api/db/history/20231231235959_a/up.sql": "SELECT 2;\n",
            "api/db/history/20231231235959_a/down.sql": "SELECT 3;\n",
            "tests/migrations/1_x/up.sql": TABLE,
        },
    )
    (root,) = migration_roots(target)
    assert (root.path, root.tool, root.dialect) == ("api/db/history", "diesel", "postgres")
    assert (root.place.path, root.place.line) == ("api/diesel.toml", 2)
    assert [(m.version, m.transaction) for m in root.migrations] == [
        ("00000000000000", True),
        ("20231231235959", True),
        ("20240102000000", False),
    ]


@pytest.mark.parametrize(
    ("files", "tool", "versions"),
    [
        (
            {
                "m/10_b.up.sql": TABLE + "SELECT 1;",
                "m/10_b.down.sql": "",
                "m/9_a.up.sql": "SELECT 1;",
                "go.mod": "require github.com/lib/pq v1",
            },
            "golang-migrate",
            [("9", False), ("10", True)],
        ),
        (
            {
                "Cargo.toml": '[dependencies]\nsqlx = "0.8"\n',
                "migrations/2_b.sql": "-- no-transaction\n" + TABLE,
                "migrations/1_a.sql": TABLE,
            },
            "sqlx",
            [("1", True), ("2", False)],
        ),
        (
            {
                "prisma/migrations/20240101_a/migration.sql": TABLE + "SELECT 1;",
                "prisma/migrations/20240102_b/migration.sql": "CREATE INDEX CONCURRENTLY x ON t (id)",
                "prisma/migrations/migration_lock.toml": 'provider = "postgresql"',
            },
            "prisma",
            [("20240101", True), ("20240102", False)],
        ),
        (
            {"sql/V1.10__b.sql": TABLE, "sql/V1.9__a.sql": TABLE},
            "flyway",
            [("1.9", True), ("1.10", True)],
        ),
        (
            {"database/001-first.sql": TABLE, "database/002-second.sql": "SELECT 1;"},
            "sql",
            [("001", False), ("002", False)],
        ),
    ],
)
def test_layouts(
    tmp_path: Path, files: dict[str, str], tool: str, versions: list[tuple[str, bool]]
) -> None:
    (root,) = migration_roots(lay(tmp_path, files))
    assert root.tool == tool
    assert [(m.version, m.transaction) for m in root.migrations] == versions


@pytest.mark.parametrize(
    ("up", "down", "tool"),
    [
        ("-- +goose Up", "-- +goose Down", "goose"),
        ("-- migrate:up", "-- migrate:down", "dbmate"),
    ],
)
def test_only_the_up_part_is_read(tmp_path: Path, up: str, down: str, tool: str) -> None:
    text = f"{up}\n{TABLE}\n{down}\nDROP TABLE t;\n"
    target = lay(tmp_path, {"db/migrations/00001_a.sql": text})
    (root,) = migration_roots(target)
    script = migration_script(target, root, root.migrations[0])
    assert root.tool == tool
    assert [(s.text[:12], s.place.line) for s in script.statements] == [("CREATE TABLE", 2)]


@pytest.mark.parametrize(
    "files",
    [
        {"reports/01_sales.sql": TABLE, "reports/02_costs.sql": "SELECT 1;"},
        {"work/01_a.sql": "SELECT 1;", "work/02_b.sql": "SELECT 2;"},
        {"work/01_a.sql": TABLE, "work/notes.sql": "SELECT 2;"},
        {"tests/migrations/01_a.sql": TABLE},
    ],
)
def test_other_numbered_sql_is_no_history(tmp_path: Path, files: dict[str, str]) -> None:
    assert migration_roots(lay(tmp_path, files)) == ()


@pytest.mark.parametrize(
    ("path", "text", "dialect"),
    [
        ("migrations/sqlite/1.sql", TABLE, "sqlite"),
        ("migrations/1_a.sql", "CREATE TABLE a (id INT AUTO_INCREMENT) ENGINE=InnoDB;", "another server"),
        ("migrations/1_a.sql", "ALTER DATABASE a CHARACTER SET utf8mb4;", "another server"),
        ("migrations/1_a.sql", "GRANT ALL PRIVILEGES ON *.* TO 'a'@'%';", "another server"),
        ("migrations/1_a.sql", "CREATE TABLE a (id int);", ""),
        ("migrations/1_a.sql", "CREATE TABLE a (id int, b jsonb);", "postgres"),
        ("db/postgres/migrations/1_a.sql", "CREATE TABLE a (id int);", "postgres"),
    ],
)  # fmt: skip
def test_dialect(tmp_path: Path, path: str, text: str, dialect: str) -> None:
    (root,) = migration_roots(lay(tmp_path, {path: text}))
    assert root.dialect == dialect


def test_initdb_mounts(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "deploy/compose.yml": "services:\n  db:\n    image: postgres:16-alpine\n    volumes:\n"
            "      - ../sql/init:/docker-entrypoint-initdb.d:ro\n"
            "  other:\n    image: mysql:8\n    volumes:\n"
            "      - ../my:/docker-entrypoint-initdb.d\n",
            "sql/init/20-b.sql": "SELECT 1;",
            "sql/init/10-a.sql": TABLE,
            "my/a.sql": TABLE,
        },
    )
    (root,) = [r for r in migration_roots(target) if r.tool == "initdb"] or migration_roots(target)
    assert [m.path for m in root.migrations] == ["sql/init/10-a.sql", "sql/init/20-b.sql"]
    assert postgres_major(target) == 16


@pytest.mark.parametrize(
    ("line", "major"),
    [
        ("image: postgres:13", 13),
        ('image: "docker.io/library/postgres:17.2-bookworm"', 17),
        ("image: timescale/timescaledb:2.14.2-pg15", 15),
        ("image: pgvector/pgvector:pg16", 16),
        ("image: postgres:latest", 0),
        ("# image: postgres:18", None),
        ("image: prom/postgres-exporter-thing", None),
    ],
)
def test_the_version_the_target_names(tmp_path: Path, line: str, major: int | None) -> None:
    target = lay(tmp_path, {"docker-compose.yml": f"services:\n  db:\n    {line}\n"})
    assert postgres_major(target) == major


def test_runners_and_what_git_keeps(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            ".gitignore": "*.sql\n",
            "Makefile": "up:\n\tcd server && diesel migration run\n# diesel migration run\n",
            "server/Cargo.toml": "[package]\n",
            "server/src/main.rs": "const M: E = embed_migrations!();\n// embed_migrations!()\n",
            "server/migrations/.keep": "",
            "run.sh": "#!/bin/sh\nsqlx migrate run --source db/changes\n",
        },
    )
    runners = [(r.tool, r.root, str(r.place)) for r in migration_runners(target)]
    assert runners == [
        ("diesel", "server/migrations", "Makefile:2"),
        ("sqlx", "db/changes", "run.sh:2"),
        ("diesel", "server/migrations", "server/src/main.rs:1"),
    ]
    (kept,) = committed_migrations(target)
    assert kept.rule is not None
    assert kept.rule.place.line == 1
    assert kept.roots == ("db/changes", "server/migrations")
    assert kept.tracked == 0


def test_missing_files_are_one_each_with_their_users(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            ".gitignore": "*.sql\n",
            "a.sh": '#!/bin/sh\nMIGRATION="db/migrations/2024_add_indexes.sql"\npsql -f "$MIGRATION"\n',
            "db/b.sh": "#!/bin/sh\npsql < migrations/2024_add_indexes.sql\npg_dump x > out_index.sql\n",
            "db/migrations/.keep": "",
            "README.md": "psql -f db/migrations/2024_add_indexes.sql\n",
            "docs/other.md": "see index_tuning.sql\n",
        },
    )  # fmt: skip
    (missing,) = missing_migrations(target)
    assert missing.path == "db/migrations/2024_add_indexes.sql"
    assert [str(place) for place in missing.uses] == ["a.sh:2", "db/b.sh:2", "README.md:1"]
    assert missing.indexes
    assert str(missing.ignored) == ".gitignore:1"
    assert not missing.documented_only
