"""CREATE INDEX inside strings: exact lines, what holds them, what runs them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.readers.embedded_sql import (
    EmbeddedIndex,
    embedded_indexes,
    may_hold_index_ddl,
)
from pytest_reconaudit.readers.syntax import read_syntax
from pytest_reconaudit.target import Target


def read(text: str, path: str) -> tuple[EmbeddedIndex, ...]:
    assert may_hold_index_ddl(text, path)
    return embedded_indexes(read_syntax(text, path))


def test_rust_lines_holders_and_calls() -> None:
    found = read(
        """\
const IDX: &str = "CREATE INDEX a ON t (x)";
async fn run(pool: &PgPool) -> Result<()> {
    sqlx::query(r#"
        CREATE TABLE t (x int);
        -- é
        CREATE INDEX b
            ON t (x);
    "#).execute(pool).await?;
}
fn wanted() -> Vec<&'static str> {
    vec![
        "CREATE INDEX c \\
         ON t (y)", "CREATE INDEX d ON t (z)",
    ]
}
#[cfg(test)]
mod tests {
    fn f() { sql("CREATE INDEX e ON t (q)"); }
}
""",
        "src/a.rs",
    )
    seen = {e.index.name: (e.index.place.line, e.executed, e.holder, e.test) for e in found}
    assert seen == {
        "a": (1, False, "IDX", False),
        "b": (6, True, "run", False),
        "c": (12, False, "wanted", False),
        "d": (13, False, "wanted", False),
        "e": (18, True, "f", True),
    }


def test_typescript_templates_and_fields() -> None:
    found = read(
        """\
export const hint = { suggestion: "CREATE INDEX no ON t (x)" };
class AddIndexes {
  public async up(runner: QueryRunner) {
    await runner.query(`
      CREATE INDEX "Yes" ON t (x)`);
  }
}
const LIST = ["CREATE INDEX listed ON t (a)"];
const tagged = sql`CREATE INDEX tagged ON t (b)`;
""",
        "src/m.ts",
    )
    assert [(e.index.name, e.index.place.line, e.executed) for e in found] == [
        ("Yes", 5, True),
        ("listed", 8, False),
        ("tagged", 9, True),
    ]


def test_python_concatenation_and_docstrings() -> None:
    found = read(
        '''\
"""CREATE INDEX doc ON t (x)"""
ALL = (
    "CREATE UNIQUE INDEX joined "
    "ON t (x) "
    "WHERE y"
)
def upgrade():
    op.execute("""
        CREATE INDEX inner_one ON t (x);
        CREATE INDEX inner_two ON t (y)
    """)
''',
        "versions/1.py",
    )
    assert [(e.index.name, e.index.place.line, e.executed) for e in found] == [
        ("joined", 3, False),
        ("inner_one", 9, True),
        ("inner_two", 10, True),
    ]
    assert found[0].index.where == "y"


def test_shell_heredocs_options_and_variables() -> None:
    found = read(
        """\
#!/bin/bash
echo "CREATE INDEX said ON t (x);"
psql -c "CREATE INDEX option ON t (x)"
docker compose exec -T db psql -U app <<EOF
SELECT 1;
CREATE INDEX here ON t (x);
EOF
SQL='CREATE INDEX kept ON t (x)'
psql "$URL" -c "$SQL"
cat <<EOF | psql "$URL"
CREATE INDEX piped ON t (x);
EOF
""",
        "ops/run.sh",
    )
    assert [(e.index.name, e.index.place.line, e.executed) for e in found] == [
        ("option", 3, True),
        ("here", 6, True),
        ("kept", 8, True),
        ("piped", 11, True),
    ]


@given(st.text(alphabet="create index on t(x)'\"`{};\n$\\", max_size=120))
@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("path", ["a.rs", "a.ts", "a.py", "a.sh"])
def test_never_raises(path: str, text: str) -> None:
    source = f'x = "CREATE INDEX a ON t (x) {text}'
    for embedded in embedded_indexes(read_syntax(source, path)):
        line = embedded.index.place.line
        assert line is not None
        assert 1 <= line <= source.count("\n") + 1


def reach(root: Path, files: dict[str, str]) -> dict[str, str]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return {d.index.name or "": d.reach for d in declared_indexes(Target(root))}


def test_reach_of_strings_in_code(tmp_path: Path) -> None:
    assert reach(
        tmp_path,
        {
            "Cargo.toml": '[package]\nname = "x"\n',
            "src/a.rs": 'pub fn used() -> &\'static str { "CREATE INDEX used_one ON t (a)" }\n'
            'pub fn lonely() -> &\'static str { "CREATE INDEX lonely_one ON t (b)" }\n',
            "src/main.rs": "fn main() { let s = a::used(); }\n",
            "migrations/x.rs": 'fn up(c: &C) { c.batch_execute("CREATE INDEX dead ON t (c)"); }\n',
            "tests/t.rs": 'fn f() { lonely(); g("CREATE INDEX in_test ON t (d)"); }\n',
        },
    ) == {"used_one": "unknown", "lonely_one": "never", "dead": "never"}


def test_the_same_index_in_two_scripts_is_one(tmp_path: Path) -> None:
    for name in ("a.sh", "b.sh"):
        (tmp_path / name).write_text('#!/bin/sh\npsql -c "CREATE INDEX i ON t (x)"\n', "utf-8")
    (declared,) = declared_indexes(Target(tmp_path))
    assert (declared.id, declared.place.line) == ("a.sh:i", 2)
    assert [place.path for place in declared.also] == ["b.sh"]
