"""New migrations, and what may not happen to old ones: with real git checkouts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pytest_reconaudit.facts.db.history_integrity import kept_histories
from pytest_reconaudit.facts.db.migrations import migration_roots
from pytest_reconaudit.facts.db.new_migrations import new_migrations, version_time
from pytest_reconaudit.target import Target


def git(root: Path, *args: str) -> None:
    subprocess.run(
        ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@example.com",
         "-c", "init.defaultBranch=main", "-c", "commit.gpgsign=false", *args],
        check=True, capture_output=True,
    )  # fmt: skip


def lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def commit(root: Path, files: dict[str, str]) -> None:
    lay(root, files)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")


CARGO = {"Cargo.toml": '[dependencies]\nsqlx = "0.8"\n'}
GO = {"go.mod": "require github.com/lib/pq v1\n"}
OLD = {
    "migrations/20240101000000_a.up.sql": "CREATE TABLE a (id bigserial PRIMARY KEY);\n",
    "migrations/20240101000000_a.down.sql": "DROP TABLE a;\n",
    "migrations/20240301000000_c.up.sql": "CREATE TABLE c (id bigserial PRIMARY KEY);\n",
    "migrations/20240301000000_c.down.sql": "DROP TABLE c;\n",
}


def branched(root: Path, base: dict[str, str], ours: dict[str, str]) -> Target:
    git(root, "init", "-q")
    commit(root, base)
    git(root, "checkout", "-q", "-b", "work")
    commit(root, ours)
    return Target(root)


def faults(target: Target) -> list[tuple[str, str]]:
    return [(f.clause, str(f.place)) for one in kept_histories(target) for f in one.faults]


def test_new_is_what_the_branch_adds(tmp_path: Path) -> None:
    ours = {
        "migrations/20240401000000_d.up.sql": "ALTER TABLE a ADD COLUMN d text;\n",
        "migrations/20240401000000_d.down.sql": "ALTER TABLE a DROP COLUMN d;\n",
    }
    target = branched(tmp_path, GO | OLD, ours)
    lay(tmp_path, {"migrations/20240402000000_e.up.sql": "SELECT 2;\n"})
    target = Target(tmp_path)
    (root,) = migration_roots(target)
    new = new_migrations(target, root)
    assert (new.basis, [one.name for one in new.migrations]) == ("merge-base", ["d", "e"])
    assert new.why.endswith("where this branch left main")
    assert faults(target) == []


def test_a_branch_that_adds_none_has_none(tmp_path: Path) -> None:
    target = branched(tmp_path, GO | OLD, {"README.md": "x\n"})
    (root,) = migration_roots(target)
    assert new_migrations(target, root).migrations == ()


def test_on_the_default_branch_the_newest_count(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    commit(tmp_path, GO | OLD)
    target = Target(tmp_path)
    (root,) = migration_roots(target)
    new = new_migrations(target, root)
    assert (new.basis, len(new.migrations)) == ("newest", 2)


def test_the_newest_are_at_most_180_days_apart(tmp_path: Path) -> None:
    files = {
        f"migrations/2023{month:02}01000000_{month}.sql": "SELECT 1;" for month in range(1, 13)
    }
    lay(tmp_path, files | {"migrations/20240401000000_x.sql": "CREATE TABLE x (id bigserial);"})
    target = Target(tmp_path)
    (root,) = migration_roots(target)
    assert [m.name for m in new_migrations(target, root).migrations] == ["11", "12", "x"]


@pytest.mark.parametrize(
    ("version", "year"),
    [("20240131120000", 2024), ("20240131", 2024), ("1700000000", 2023), ("1700000000123", 2023),
     ("0042", None), ("20249931120000", None), ("1.2", None)],
)  # fmt: skip
def test_times_in_versions(version: str, year: int | None) -> None:
    time = version_time(version)
    assert (time.year if time else None) == year


def test_a_new_one_before_what_is_out(tmp_path: Path) -> None:
    ours = {
        "migrations/20240201000000_b.up.sql": "ALTER TABLE a ADD COLUMN b text;\n",
        "migrations/20240201000000_b.down.sql": "ALTER TABLE a DROP COLUMN b;\n",
    }
    target = branched(tmp_path, GO | OLD, ours)
    assert faults(target) == [("b", "migrations/20240201000000_b.up.sql")]
    (says,) = [f.says for one in kept_histories(target) for f in one.faults]
    assert "never runs it" in says


@pytest.mark.parametrize(
    ("manifest", "text", "clauses"),
    [
        (GO, "-- the first table\nCREATE TABLE a (\n  id bigserial PRIMARY KEY\n);\n", []),
        (GO, "CREATE TABLE a (id bigserial PRIMARY KEY, n int);\n", ["c"]),
        (CARGO, "-- the first table\nCREATE TABLE a (id bigserial PRIMARY KEY);\n", ["c"]),
    ],
)
def test_an_old_one_edited(
    tmp_path: Path, manifest: dict[str, str], text: str, clauses: list[str]
) -> None:
    """Comments and spaces count where the tool keeps checksums."""
    target = branched(tmp_path, manifest | OLD, {"migrations/20240101000000_a.up.sql": text})
    assert [clause for clause, _ in faults(target)] == clauses


def test_repeatable_ones_may_change(tmp_path: Path) -> None:
    base = {
        "db/migration/V1__a.sql": "CREATE TABLE a (id bigserial PRIMARY KEY);\n",
        "db/migration/R__v.sql": "CREATE OR REPLACE VIEW v AS SELECT 1;\n",
    }
    target = branched(tmp_path, base, {"db/migration/R__v.sql": "CREATE VIEW v AS SELECT 2;\n"})
    assert faults(target) == []


def test_a_fork_s_branch_compares_with_the_remote(tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    origin.mkdir()
    git(origin, "init", "-q")
    commit(origin, GO | OLD)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(origin), str(clone)], check=True)
    commit(clone, {"migrations/20240301000000_c.up.sql": "CREATE TABLE c (id int);\n"})
    assert faults(Target(clone)) == [("c", "migrations/20240301000000_c.up.sql:1")]
