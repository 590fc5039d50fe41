"""What migration tools find when they run, who changes a database, and runners that do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.db.migration_runs import database_changers, migration_places
from pytest_reconaudit.readers.migration_code import MigrationCode, migration_code
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.target import Target


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(root)


def read(text: str, path: str) -> MigrationCode:
    return migration_code(read_syntax(text, path))


def kinds(target: Target) -> list[tuple[str, str]]:
    return [
        (place.path, fault.kind) for place in migration_places(target) for fault in place.faults
    ]


DIESEL = '[package]\nname = "a"\nversion = "0.1.0"\n\n[dependencies]\ndiesel = "2"\n'
RUN = "#!/bin/sh\nset -e\ndiesel migration run\n"
TABLE = "CREATE TABLE t (id bigserial PRIMARY KEY);\n"


# -- functions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "stub"),
    [
        ("a.rs", "use sqlx;\nfn run_migrations() -> R { Ok(()) }\n", True),
        ("a.rs", 'use sqlx;\nfn migrate() -> R {\n  info!("database (ok)");\n  Ok(())\n}\n', True),
        ("a.rs", "use sqlx;\nfn run_migrations() -> R { MIGRATOR.run(p).await }\n", False),
        (
            "a.rs",
            "use sqlx;\nfn run_migrations() -> R { info!(x = work().await); Ok(()) }\n",
            False,
        ),
        ("a.rs", "use sqlx;\nfn run_migrations() { todo!() }\n", False),
        ("a.rs", "use sqlx;\nfn migrate_users() -> R { Ok(()) }\n", False),
        ("a.rs", "use sqlx;\n#[cfg(feature = 'x')]\nfn run_migrations() -> R { Ok(()) }\n", False),
        ("a.rs", "use sqlx;\nimpl Db for Fake { fn run_migrations() -> R { Ok(()) } }\n", False),
        ("a.rs", "use sqlx;\nimpl MockDb { fn run_migrations() -> R { Ok(()) } }\n", False),
        ("a.py", "import psycopg\ndef run_migrations():\n    '''Up.'''\n    return True\n", True),
        ("a.py", "import psycopg\ndef run_migrations():\n    up(psycopg)\n", False),
        (
            "a.py",
            "import psycopg\nclass A(B):\n    def run_migrations(self):\n        pass\n",
            False,
        ),
        ("a.ts", "import pg;\nconst runMigrations = async () => {\n  return true;\n};\n", True),
        ("a.ts", "import pg;\nclass A { async runMigrations() { log.info('x'); } }\n", True),
        ("a.ts", "import pg;\nclass A extends B { async runMigrations() { return; } }\n", False),
        ("a.ts", "import pg;\nexport function runMigrations() { return pool.query(x); }\n", False),
        ("a.ts", "export function runMigrations() { return true; }\n", False),
    ],
)
def test_a_runner_that_runs_nothing(path: str, body: str, stub: bool) -> None:
    assert any(one.stub for one in read(body, path).functions) is stub


def test_comments_admit_or_explain() -> None:
    text = "use sqlx;\n{}\nfn run_migrations() -> R {{\n    // {}\n    Ok(())\n}}\n"
    assert not read(text.format("/// Up.", "they are applied by the job"), "a.rs").functions[0].stub
    found = read(text.format("/// Up.", "would be applied by the job"), "a.rs").functions[0]
    assert (found.stub, found.said, found.place.line) == (True, "would be applied by the job", 3)


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (
            "a.rs",
            ('fn up() -> R {\n  if let Err(e) = run_migrations(c) {\n    let m = e.to_string();\n'
            '    if m.contains("already exists") {\n      warn!("x");\n    } else {\n'
            "      return Err(e);\n    }\n  }\n  Ok(())\n}\n"),
            4,
        ),
        (
            "a.rs",
            ('fn up() -> R {\n  run_migrations(c).map_err(|e| {\n'
            '    if !e.to_string().contains("does not exist") {\n      return Err(e);\n    }\n'
            "    Ok(())\n  })\n}\n"),
            3,
        ),
        (
            "a.rs",
            ('fn up() -> R {\n  if m.contains("already exists") {\n    return Err(run_migrations());\n'
            "  }\n}\n"),
            None,
        ),
        ("a.rs", 'fn up() {\n  if name.contains("already exists") {\n    ok();\n  }\n}\n', None),
        (
            "a.js",
            ("async function up() {\n  try { await runMigrations(); } catch (e) {\n"
            "    if (/already exists/i.test(e.message)) {\n      return;\n    }\n    throw e;\n"
            "  }\n}\n"),
            3,
        ),
    ],
)  # fmt: skip
def test_errors_let_go_by_their_words(path: str, text: str, line: int | None) -> None:
    found = read(text + "// migration\n", path).swallowed
    assert [one.place.line for one in found] == ([] if line is None else [line])


_PIECES = st.sampled_from(
    ["fn run_migrations() ", "{", "}", "(", ")", "Ok(())", "sqlx ", '"already exists"', "if ",
     ".contains(", "\n", "def run_migrations():\n", "runMigrations(", "=> ", "return ", "// x\n",
     "impl A ", "class A ", "é", "\0"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(["a.rs", "a.py", "a.ts"]))
def test_reading_never_raises_and_stays_inside(text: str, path: str) -> None:
    code = read(text, path)
    lines = text.count("\n") + 1
    for one in (*code.functions, *code.swallowed):
        assert 1 <= (one.place.line or 0) <= lines


# -- folders -------------------------------------------------------------------------------


def test_an_empty_root_names_every_run_and_the_ignore_rule(tmp_path: Path) -> None:
    files = {"api/Cargo.toml": DIESEL, "api/migrations/.keep": "", ".gitignore": "# x\n*.sql\n"}
    target = lay(tmp_path, {**files, "up.sh": RUN, "api/src/main.rs": "fn main() {}\n"})
    (place,) = [one for one in migration_places(target) if one.faults]
    (fault,) = place.faults
    assert (place.path, place.tool, fault.kind) == ("api/migrations", "diesel", "empty")
    assert "holds only .keep" in fault.says
    assert ".gitignore:2" in fault.says
    assert [f"{at}" for at, _ in fault.related] == ["up.sh:3", ".gitignore:2"]


@pytest.mark.parametrize(
    "extra",
    [
        {"api/migrations/1_a/up.sql": TABLE},
        {"elsewhere/history/1_a/up.sql": TABLE},
        {"up.sh": "git clone https://example.org/a\ncd a\ndiesel migration run\n"},
        {"up.sh": "diesel migration generate a\ndiesel migration run\n"},
        {"up.sh": "docker compose exec api diesel migration run\n"},
        {"up.sh": "diesel setup\n"},
        {"api/Cargo.toml": "[package]\nname = 'a'\n"},
    ],
)
def test_a_root_that_is_not_empty_or_not_known(tmp_path: Path, extra: dict[str, str]) -> None:
    files = {"api/Cargo.toml": DIESEL, "api/migrations/.keep": "", "up.sh": RUN}
    assert not kinds(lay(tmp_path, {**files, **extra}))


def test_rust_files_of_other_tools_and_compiled_ones_pass(tmp_path: Path) -> None:
    files = {"Cargo.toml": DIESEL, "up.sh": RUN, "migrations/1_a/up.sql": TABLE}
    target = lay(tmp_path, {**files, "migrations/2_b.rs": "pub fn up() {}\n"})
    assert kinds(target) == [("migrations", "rust")]
    used = {"src/main.rs": '#[path = "../migrations/2_b.rs"]\nmod b;\nfn main() {}\n'}
    assert not kinds(lay(tmp_path / "used", {**files, "migrations/2_b.rs": "", **used}))
    other = {"Cargo.toml": DIESEL + 'barrel = "0.7"\n', "migrations/2_b.rs": ""}
    assert not kinds(lay(tmp_path / "other", {**files, **other}))


# -- systems -------------------------------------------------------------------------------


def systems(target: Target) -> set[str]:
    return {change.system for change in database_changers(target).rivals}


def test_sql_of_a_variable_and_of_a_loop(tmp_path: Path) -> None:
    files = {"Cargo.toml": DIESEL, "up.sh": RUN, "migrations/1_a/up.sql": TABLE, "sql/x.sql": TABLE}
    both = {"Diesel migrations", "SQL scripts (psql)"}
    one = {"all.sh": 'F=sql/x.sql\npsql "$URL" -f "$F"\n'}
    assert systems(lay(tmp_path / "one", {**files, **one})) == both
    loop = {"all.sh": 'for f in sql/*.sql; do\n  psql "$URL" -f "$f"\ndone\n'}
    assert systems(lay(tmp_path / "loop", {**files, **loop})) == both
    test = {"test-all.sh": 'psql "$URL" -f sql/x.sql\n'}
    assert not systems(lay(tmp_path / "test", {**files, **test}))


def test_one_database_each(tmp_path: Path) -> None:
    files = {
        "a/Cargo.toml": DIESEL,
        "a/migrations/1_a/up.sql": TABLE,
        "a/up.sh": RUN,
        "b/alembic.ini": "[alembic]\n",
        "b/pyproject.toml": "[project]\nname = 'b'\n",
        "b/up.sh": "alembic upgrade head\n",
    }
    target = lay(tmp_path, files)
    assert {one.system for one in database_changers(target).changes} == {
        "Diesel migrations",
        "Alembic migrations",
    }
    assert not systems(target)


def test_a_folder_of_an_image_has_no_home(tmp_path: Path) -> None:
    files = {
        "Cargo.toml": '[package]\nname = "a"\n\n[dependencies]\nsqlx = "0.8"\n',
        "db/1_a.up.sql": TABLE,
        "Dockerfile": "FROM rust:1.80\nCOPY db /srv/migrations\n"
        "CMD sqlx migrate run --source /srv/migrations\n",
        "docker-compose.yml": "services:\n  db:\n    image: postgres:17\n  migrate:\n"
        "    build: .\n    command: sqlx migrate run --source /srv/migrations\n",
    }
    assert not systems(lay(tmp_path, files))


def test_statements_that_nobody_calls_change_nothing(tmp_path: Path) -> None:
    code = 'pub fn make(c: &C) {\n    c.batch_execute("CREATE TABLE extra (id int)");\n}\n'
    files = {"Cargo.toml": DIESEL, "up.sh": RUN, "migrations/1_a/up.sql": TABLE, "src/x.rs": code}
    assert not systems(lay(tmp_path / "a", files))
    called = {"src/main.rs": "fn main() {\n    x::make(&c);\n}\n"}
    assert systems(lay(tmp_path / "b", {**files, **called})) == {"Diesel migrations", "DDL in code"}


def test_printed_commands_run_nothing(tmp_path: Path) -> None:
    files = {"Cargo.toml": DIESEL, "migrations/.keep": "", "sql/x.sql": TABLE}
    said = {"up.sh": 'log_info "diesel migration run"\npsql "$URL" -f sql/x.sql\n'}
    target = lay(tmp_path, {**files, **said})
    assert not kinds(target)
    assert not systems(target)
