"""The layouts of migration tools beyond numbered files: what runs, in which order, as which SQL."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.db.history_tools.programs import program_histories
from pytest_reconaudit.facts.db.history_tools.sections import put_in_later, undone_by
from pytest_reconaudit.facts.db.migrations import MigrationRoot, migration_roots, migration_script
from pytest_reconaudit.readers.migration_records import read_changelog
from pytest_reconaudit.target import Target

TABLE = "CREATE TABLE t (id bigserial PRIMARY KEY);\n"


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(root)


def only(target: Target) -> MigrationRoot:
    (root,) = migration_roots(target)
    return root


def texts(target: Target, root: MigrationRoot) -> list[str]:
    return [
        " ".join(statement.text.split())
        for migration in root.migrations
        for statement in migration_script(target, root, migration).statements
    ]


# -- Flyway, refinery ----------------------------------------------------------------------


def test_flyway_order_baseline_repeatable_and_settings(tmp_path: Path) -> None:
    home = "src/main/resources/db/migration"
    target = lay(
        tmp_path,
        {
            f"{home}/V1__old.sql": "SELECT 'replaced by the baseline';",
            f"{home}/B2__base.sql": TABLE,
            f"{home}/V2__also.sql": "SELECT 'replaced too';",
            f"{home}/later/V10__ten.sql": "ALTER TABLE t ADD a int;",
            f"{home}/later/V9_1__nine.sql": "GRANT SELECT ON t TO ${reader};",
            f"{home}/V11__index.sql": "CREATE INDEX CONCURRENTLY i ON t (a);",
            f"{home}/V12__vacuum.sql": "VACUUM t;",
            f"{home}/V12__vacuum.sql.conf": "executeInTransaction=false\n",
            f"{home}/R__b_view.sql": "CREATE VIEW b AS SELECT 1;",
            f"{home}/R__a_view.sql": "CREATE VIEW a AS SELECT 1;",
            f"{home}/U10__ten.sql": "ALTER TABLE t DROP a;",
            "src/main/resources/application.yml": "spring:\n  flyway:\n    placeholders:\n"
            "      reader: ${READER:analyst}\n",
        },
    )
    root = only(target)
    assert (root.path, root.tool, root.dialect) == (home, "flyway", "postgres")
    assert [(m.version, m.transaction, m.repeatable) for m in root.migrations] == [
        ("2", True, False),
        ("9.1", True, False),
        ("10", True, False),
        ("11", False, False),
        ("12", False, False),
        ("R__a_view.sql", True, True),
        ("R__b_view.sql", True, True),
    ]
    assert "GRANT SELECT ON t TO analyst" in texts(target, root)
    assert not put_in_later(root, "GRANT SELECT ON t TO analyst")
    assert put_in_later(root, "GRANT SELECT ON t TO ${writer}")
    assert not put_in_later(root, "SELECT '${writer}'")


def test_flyway_folders_of_one_setting_make_one_history(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "flyway.conf": "flyway.locations=filesystem:sql/core,filesystem:sql/extra\n",
            "sql/core/V1__a.sql": TABLE,
            "sql/extra/V2__b.sql": "ALTER TABLE t ADD b int;",
            "other/V1__c.sql": "CREATE TABLE c (id bigserial);",
        },
    )
    assert [[m.version for m in root.migrations] for root in migration_roots(target)] == [
        ["1"],
        ["1", "2"],
    ]


def test_refinery_is_told_by_its_manifest(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "Cargo.toml": '[dependencies]\nrefinery = { version = "0.8", features = ["postgres"] }\n',
            "migrations/V1__a.sql": TABLE,
            "migrations/U3__b.sql": "SELECT 1;",
            "migrations/V2__c.rs": "pub fn migration() -> String { String::new() }\n",
        },
    )
    root = only(target)
    assert (root.tool, root.coded) == ("refinery", "migrations/V2__c.rs")
    assert [m.version for m in root.migrations] == ["1", "3"]


# -- Liquibase -----------------------------------------------------------------------------


def test_liquibase_follows_its_includes(tmp_path: Path) -> None:
    home = "src/main/resources/db/changelog"
    target = lay(
        tmp_path,
        {
            f"{home}/master.yaml": "databaseChangeLog:\n"
            "  - property: {name: reader, value: analyst}\n"
            "  - include: {file: db/changelog/b.sql}\n"
            "  - include: {file: a.xml, relativeToChangelogFile: true}\n"
            "  - includeAll: {path: more/, relativeToChangelogFile: true}\n"
            "  - include: {file: db/changelog/gone.sql}\n",
            f"{home}/b.sql": "--liquibase formatted sql\n\n--changeset mara:1\n"
            f"{TABLE}--rollback DROP TABLE t;\n"
            "--changeset mara:2 runInTransaction:false\nCREATE INDEX CONCURRENTLY i ON t (id);\n"
            "--changeset mara:3 dbms:mysql\nCREATE TABLE m (id int auto_increment);\n"
            "--changeset mara:4 context:test\nINSERT INTO t DEFAULT VALUES;\n"
            "--changeset mara:5 endDelimiter:/\nCREATE TABLE u (id int)\n/\nGRANT SELECT ON u TO ${reader}\n/\n",
            f"{home}/a.xml": "<databaseChangeLog>\n<changeSet id='1' author='jon'>\n"
            "<comment>the view</comment><sql><![CDATA[CREATE VIEW w AS SELECT 1 WHERE 1 < 2;]]></sql>\n"
            "<rollback>DROP VIEW w</rollback></changeSet>\n"
            "<changeSet id='2' author='jon'>\n  <sqlFile path='f.sql' relativeToChangelogFile='true'/>\n"
            "</changeSet></databaseChangeLog>\n",
            f"{home}/f.sql": "CREATE TABLE f (id int);\n",
            f"{home}/more/1.sql": "CREATE TABLE plain (id jsonb);\n",
            f"{home}/stray.sql": "CREATE TABLE nobody_runs (id int);\n",
        },
    )
    root = only(target)
    assert (root.path, root.tool, root.coded) == (home, "liquibase", "")
    assert texts(target, root) == [
        "CREATE TABLE t (id bigserial PRIMARY KEY)",
        "CREATE INDEX CONCURRENTLY i ON t (id)",
        "CREATE TABLE u (id int)",
        "GRANT SELECT ON u TO analyst",
        "CREATE VIEW w AS SELECT 1 WHERE 1 < 2",
        "CREATE TABLE f (id int)",
        "CREATE TABLE plain (id jsonb)",
    ]
    assert [m.transaction for m in root.migrations][:2] == [True, False]
    assert root.strays == (f"{home}/stray.sql",)
    assert [named for named, _ in root.lost] == ["db/changelog/gone.sql"]
    (script,) = [
        migration_script(target, root, m) for m in root.migrations if m.version == "mara:2"
    ]
    assert script.statements[0].place.line == 7


def test_liquibase_s_own_words_are_no_sql(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "db/changelog/master.xml": "<databaseChangeLog><changeSet id='1' author='a'>"
            "<createTable tableName='t'><column name='id' type='bigint'/></createTable></changeSet>"
            "<include file='db/changelog/x.sql'/></databaseChangeLog>",
            "db/changelog/x.sql": "CREATE TABLE x (id bigserial);",
        },
    )
    assert only(target).coded == "db/changelog/master.xml"


# -- Drizzle, dumps, annotations -----------------------------------------------------------


def test_drizzle_runs_what_its_journal_lists(tmp_path: Path) -> None:
    entries = [{"idx": 0, "when": 1700000000000, "tag": "0001_b"},
               {"idx": 1, "when": 1700000000001, "tag": "0000_a"},
               {"idx": 2, "when": 1700000000002, "tag": "0002_gone"}]  # fmt: skip
    target = lay(
        tmp_path,
        {
            "drizzle/meta/_journal.json": json.dumps({"dialect": "postgresql", "entries": entries}),
            "drizzle/0000_a.sql": "ALTER TABLE t ADD a int;--> statement-breakpoint\nSELECT 1;",
            "drizzle/0001_b.sql": TABLE,
            "drizzle/0003_unlisted.sql": "SELECT 1;",
        },
    )
    root = only(target)
    assert (root.tool, root.dialect) == ("drizzle", "postgres")
    assert [m.name for m in root.migrations] == ["b", "a"]
    assert root.strays == ("drizzle/0003_unlisted.sql",)
    assert [path for path, _ in root.lost] == ["drizzle/0002_gone.sql"]
    assert texts(target, root)[1:] == ["ALTER TABLE t ADD a int", "SELECT 1"]


DUMP = "--\n-- PostgreSQL database dump\n--\n\nSET statement_timeout = 0;\n" + TABLE


@pytest.mark.parametrize(
    ("files", "roots"),
    [
        ({"db/structure.sql": DUMP, "db/migrate/20240101000000_a.rb": "x"}, [("db", "dump")]),
        ({"priv/repo/structure.sql": DUMP}, [("priv/repo", "dump")]),
        ({"schema.sql": DUMP, "db/migrations/1_a.sql": TABLE}, [("db/migrations", "sql")]),
        ({"db/schema.sql": TABLE}, []),
        ({"db/structure.sql": DUMP + "INSERT INTO t VALUES (1);\n" * 300}, []),
        ({"tests/structure.sql": DUMP}, []),
        ({"supabase/migrations/20240101000000_a.sql": TABLE}, [("supabase/migrations", "supabase")]),
        ({"db/migrations/20240101000000_a.sql": TABLE, "db/migrations/atlas.sum": "h1:x=\n"},
         [("db/migrations", "atlas")]),
        ({"db/v1.2/1_a.sql": TABLE, "db/v1.10/1_b.sql": "ALTER TABLE t ADD b jsonb;"}, [("db", "sql")]),
        ({"priv/repo/migrations/20240101000000_a.exs": "x", "priv/repo/migrations/20240102000000_b.exs": "x",
          "priv/repo/migrations/1_functions.sql": TABLE}, []),
    ],
)  # fmt: skip
def test_what_counts_as_a_history(
    tmp_path: Path, files: dict[str, str], roots: list[tuple[str, str]]
) -> None:
    assert [(root.path, root.tool) for root in migration_roots(lay(tmp_path, files))] == roots


def test_releases_run_in_their_order(tmp_path: Path) -> None:
    files = {"db/v1.10/1_b.sql": "ALTER TABLE t ADD b jsonb;", "db/v1.9/1_a.sql": TABLE}
    root = only(lay(tmp_path, files))
    assert [m.version for m in root.migrations] == ["v1.9/1", "v1.10/1"]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        (f"-- +migrate Up\n{TABLE}-- +migrate Down\nDROP TABLE t;\n", "sql-migrate"),
        (f"-- Up Migration\n{TABLE}-- Down Migration\nDROP TABLE t;\n", "node-pg-migrate"),
        (f"# --- !Ups\n{TABLE}# --- !Downs\nDROP TABLE t;\n", "evolutions"),
        (f"{TABLE}---- create above / drop below ----\nDROP TABLE t;\n", "tern"),
        (f"-- +goose Up\n{TABLE}-- +goose Down\nDROP TABLE t;\n", "goose"),
    ],
)
def test_files_that_hold_both_ways(tmp_path: Path, text: str, tool: str) -> None:
    target = lay(tmp_path, {"db/migrations/1_a.sql": text})
    root = only(target)
    assert root.tool == tool
    assert texts(target, root) == ["CREATE TABLE t (id bigserial PRIMARY KEY)"]
    down = undone_by(target, root, root.migrations[0])
    assert down is not None
    assert down[0].strip() == "DROP TABLE t;"


def test_what_locks_a_table_runs_in_a_transaction(tmp_path: Path) -> None:
    home = "db/migrations"
    files = {
        f"{home}/0001.sql": TABLE,
        f"{home}/0002.sql": "lock t;\nDELETE FROM t;\n",
        f"{home}/0003.sql": "BEGIN;\nLOCK TABLE t;\nDELETE FROM t;\nCOMMIT;\n",
        f"{home}/0004.sql": "CREATE INDEX CONCURRENTLY i ON t (id);\n",
    }
    root = only(lay(tmp_path, files))
    assert [one.transaction for one in root.migrations] == [False, True, False, False]


def test_goose_puts_in_defaults_between_its_switches(tmp_path: Path) -> None:
    text = (
        "-- +goose Up\nSELECT '${A:-x}';\n-- +goose ENVSUB ON\nGRANT ALL ON t TO ${WHO:-app};\n"
        "GRANT ALL ON t TO ${NOBODY_KNOWS};\n-- +goose ENVSUB OFF\n-- +goose Down\n"
    )
    target = lay(tmp_path, {"db/migrations/1_a.sql": text})
    root = only(target)
    assert texts(target, root)[:2] == ["SELECT '${A:-x}'", "GRANT ALL ON t TO app"]
    assert put_in_later(root, texts(target, root)[2])


def test_casts_are_no_variables(tmp_path: Path) -> None:
    target = lay(tmp_path, {"db/migrations/1_a.sql": TABLE})
    assert not put_in_later(only(target), "SELECT 1::\"int4\", '2'::text")
    assert put_in_later(only(target), "SELECT :'name'")


def test_a_prisma_schema_may_be_a_folder(tmp_path: Path) -> None:
    files = {
        "prisma/schema/base.prisma": 'generator c {\n  provider = "x"\n}\ndatasource db {\n'
        '  provider = "mysql"\n}\n',
        "prisma/migrations/20240101_a/migration.sql": "CREATE TABLE a (id int);",
    }
    assert only(lay(tmp_path, files)).dialect == "mysql"


@pytest.mark.parametrize(
    ("path", "text", "tool", "command"),
    [
        ("alembic/versions/1a_x.py", "down_revision = None", "Alembic", "alembic upgrade head --sql"),
        ("shop/migrations/0001_initial.py", "class M(migrations.Migration):", "Django", "sqlmigrate"),
        ("db/migrate/20240101000000_a.rb", "class A < ActiveRecord::Migration[7.1]", "Rails", ":sql"),
        ("priv/repo/migrations/20240101000000_a.exs", "use Ecto.Migration", "Ecto", "mix ecto.dump"),
        ("migration/src/m20240101_000001_a.rs", "impl MigrationTrait for A", "SeaORM", "pg_dump"),
        ("src/migrations/1700000000000-a.ts", "implements MigrationInterface", "TypeORM", "pg_dump"),
        ("database/migrations/2024_01_01_000000_a.php", "extends Migration", "Laravel", "schema:dump"),
    ],
)  # fmt: skip
def test_programs_come_with_the_command_that_gives_their_sql(
    tmp_path: Path, path: str, text: str, tool: str, command: str
) -> None:
    (found,) = program_histories(lay(tmp_path, {path: text}))
    assert found.tool == tool
    assert command in found.reason


@given(
    st.sampled_from(["a.sql", "a.xml", "a.yaml", "a.json"]),
    st.lists(
        st.sampled_from(
            ["<changeSet id='1' author='a'>", "</changeSet>", "<sql>", "</sql>", "<![CDATA[", "]]>",
             "--liquibase formatted sql\n", "--changeset a:1 x:\n", "<include file='b'/>", "<", '"',
             "databaseChangeLog:\n", "- changeSet: {id: 1, author: [], changes: 3}\n", "\x00", "é"]
        ),
        max_size=12,
    ),
)  # fmt: skip
def test_any_change_log_is_read(path: str, pieces: list[str]) -> None:
    text = "".join(pieces)
    log = read_changelog(text, path)
    for change in log.changes:
        assert 1 <= (change.place.line or 1) <= text.count("\n") + 1
        for part in change.parts:
            assert part.span is None or 0 <= part.span[0] <= part.span[1] <= len(text)
