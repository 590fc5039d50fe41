"""Our lock check on the cases of eugene and squawk: ``python -m tests.bench.corpus_locks DIR...``.

Each DIR is a checkout of https://github.com/kaaveland/eugene (``eugene/examples/E*/bad.sql`` and
``good.sql``) or https://github.com/sbdchd/squawk (``lint_ok`` and ``lint_errors`` cases in
``crates/squawk_linter/src/rules/*.rs``). The cases of the rules that we share become a Diesel
history: what was there before, then the case as a new migration. squawk's cases bring no tables;
they are made from what the server says is missing. Prints one line a case: *agree*, *ours* (only
we report), *theirs* (only the other does) or *unrun* (no server takes the case), and the counts.
``--all`` also prints the cases that agree.

Nothing of either project is kept here; the cases are read from the checkouts each time.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from pytest_reconaudit.engine import checks_in, judge, plan
from pytest_reconaudit.model import Outcome, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes.postgres import PrivateServer, choose
from pytest_reconaudit.readers.sql import read_sql
from pytest_reconaudit.target import Target

EUGENE = {
    "E1": "ab", "E2": "a", "E4": "ab", "E5": "a", "E6": "a", "E7": "a", "E8": "a", "E9": "g",
    "E10": "ab", "E11": "a",
}  # fmt: skip
SQUAWK = {
    "adding_field_with_default": "a",
    "adding_foreign_key_constraint": "ab",
    "adding_not_null_field": "a",
    "adding_primary_key_constraint": "a",
    "adding_required_field": "f",
    "ban_alter_domain_with_add_constraint": "a",
    "ban_drop_column": "d",
    "ban_drop_table": "d",
    "changing_column_type": "a",
    "constraint_missing_not_valid": "ab",
    "disallow_unique_constraint": "a",
    "prefer_repack": "a",
    "renaming_column": "d",
    "renaming_table": "d",
    "require_concurrent_index_creation": "a",
    "require_concurrent_index_deletion": "e",
    "require_concurrent_partition_detach": "a",
    "require_concurrent_reindex": "a",
    "require_timeout_settings": "g",
}
"""Rule → the clauses of ours that ask the same."""


class Case(NamedTuple):
    """One example of another tool."""

    rule: str
    title: str
    before: str
    files: tuple[str, ...]
    """The new migrations."""
    caught: bool
    clauses: str
    transaction: bool


# -- reading them --------------------------------------------------------------------------


def cases(folder: Path) -> Iterator[Case]:
    """The cases of the shared rules, in order."""
    for rule, clauses in EUGENE.items():
        for name in ("bad", "good"):
            path = folder / "eugene" / "examples" / rule / f"{name}.sql"
            if path.is_file():
                parts = re.split(r"(?m)^-- \d+\.sql\s*$", path.read_text("utf-8"))[1:]
                yield Case(
                    rule, name, parts[0], tuple(parts[1:]), name == "bad", clauses,
                    not any("concurrently" in part for part in parts[1:]),
                )  # fmt: skip
    for rule, clauses in SQUAWK.items():
        path = folder / "crates" / "squawk_linter" / "src" / "rules" / f"{rule}.rs"
        if path.is_file():
            yield from _squawk(rule, clauses, path.read_text("utf-8"))


_TEST = re.compile(r"#\[test\]\s*fn (\w+)\(\)\s*\{(.*?)\n    \}", re.DOTALL)
_SQL = re.compile(r'let sql = (?:r#"(.*?)"#|r?"((?:[^"\\]|\\.)*)")', re.DOTALL)
_CALL = re.compile(r"\blint_(ok|errors)(?:_with)?\(")


def _squawk(rule: str, clauses: str, source: str) -> Iterator[Case]:
    for test in _TEST.finditer(source):
        sql, call = _SQL.search(test[2]), _CALL.search(test[2])
        old = re.search(r'pg_version: "(\d+)', test[2])
        if sql is None or call is None or (old and int(old[1]) < 12):
            continue
        text = sql[1] if sql[1] is not None else sql[2]
        inside = "assume_in_transaction: true" in test[2]
        yield Case(rule, test[1], "", (text,), call[1] == "errors", clauses, inside)


# -- what they take for granted ------------------------------------------------------------

_NAME = r'(?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))?'
_ON = re.compile(
    rf"\b(?:table(?:\s+if\s+exists)?(?:\s+only)?|on|from|update|cluster|vacuum\s+full)\s+({_NAME})",
    re.IGNORECASE,
)


def setting(server: PrivateServer, case: Case, number: int) -> str | None:
    """The SQL that makes what a case takes for granted; ``None`` when it is not to be had."""
    made = list(_silent(case))
    for attempt in range(25):
        name = f"case{number}x{attempt}"
        server.create_database(name)
        with server.connect(name) as connection:
            failed = _try(connection, [case.before, *made], case)
        if failed is None:
            return ";\n".join(part.strip().rstrip(";") for part in [case.before, *made] if part)
        piece, statement, error = failed
        more = _missing(statement, error, made)
        if more is None or more in made:
            return None
        # What a piece of ours lacks goes before that piece.
        made.insert(min(piece - 1, len(made)) if piece else 0, more)
    return None


_UNSAID = re.compile(rf"\b(?:(drop\s+index\s+if\s+exists)|reindex\s+table)\s+({_NAME})", re.I)


def _silent(case: Case) -> Iterator[str]:
    """What no error asks for, and without which a statement has nothing to do."""
    for text in case.files:
        for match in _UNSAID.finditer(re.sub(r"--[^\n]*", "", text)):
            name = match[2].strip('"')
            table, index = (f"of_{name}", name) if match[1] else (name, f"index_of_{name}")
            yield f'CREATE TABLE "{table}" (c int); CREATE INDEX "{index}" ON "{table}" (c)'


def _try(
    connection: psycopg.Connection[Any], before: list[str], case: Case
) -> tuple[int, str, psycopg.Error] | None:
    for piece, text in enumerate((*before, *case.files)):
        for statement in read_sql(text, "case.sql").statements:
            try:
                connection.execute(statement.text.encode())
            except psycopg.Error as error:
                return piece, statement.text, error
    return None


def _missing(statement: str, error: psycopg.Error, made: list[str]) -> str | None:
    """A statement that makes what another one lacks."""
    said = error.diag.message_primary or ""
    on = _ON.search(statement)
    table = on[1] if on else "things"
    names = re.findall(r'"([^"]*)"', said)
    name = names[0] if names else ""
    quoted = ".".join(f'"{part}"' for part in name.split("."))
    match error.sqlstate:
        case "42P01":
            if re.match(r"\s*(?:drop|reindex)\s+index", statement, re.IGNORECASE):
                return f'CREATE TABLE "of_{name}" (c int); CREATE INDEX {quoted} ON "of_{name}" (c)'
            if "PARTITION" in statement.upper():
                if name.lower() in table.lower():
                    return f"CREATE TABLE {quoted} (k int) PARTITION BY RANGE (k)"
                return f"CREATE TABLE {quoted} PARTITION OF {table} FOR VALUES FROM (1) TO (9)"
            return f"CREATE TABLE {quoted} (id int)"
        case "3F000":
            return f"CREATE SCHEMA {quoted}"
        case "42703":
            if len(names) > 1:
                table = f'"{names[1]}"'
            elif "referenced in foreign key" in said and "REFERENCES" not in said:
                inside = re.search(r"references\s+(" + _NAME + r")\s*\(([^)]*)", statement, re.I)
                here = f"ALTER TABLE {table} ADD COLUMN {quoted} int"
                own = name in statement[: inside.start()] if inside else True
                if inside and name in inside[2] and (here in made or not own):
                    table = inside[1]
            return f"ALTER TABLE {table} ADD COLUMN {quoted} int"
        case "42830":
            inside = re.search(r"references\s+(" + _NAME + r")\s*\(([^)]*)", statement, re.I)
            return f"ALTER TABLE {inside[1]} ADD UNIQUE ({inside[2]})" if inside else None
        case "42704" if said.startswith("index"):
            if re.search(r"primary\s+key\s+using", statement, re.IGNORECASE):
                return f"CREATE UNIQUE INDEX {quoted} ON {table} (id)"
            return f"ALTER TABLE {table} ADD k int; CREATE UNIQUE INDEX {quoted} ON {table} (k)"
        case "42704" if said.startswith("constraint"):
            column = re.search(r"\w+?_(\w+)_not_null", name)
            rule = f"{column[1]} IS NOT NULL" if column else "id > 0"
            return f"ALTER TABLE {table} ADD CONSTRAINT {quoted} CHECK ({rule}) NOT VALID"
        case "42704" if said.startswith("type"):
            return f"CREATE DOMAIN {quoted} AS int; CREATE TABLE of_domain (d {quoted})"
        case "42804" if "cannot be implemented" in said:
            wanted = re.search(r"of incompatible types: (\w+) and", error.diag.message_detail or "")
            inside = re.search(r"references\s+(" + _NAME + r")\s*\(([^)]*)", statement, re.I)
            if wanted and inside:
                return f"ALTER TABLE {inside[1]} ALTER {inside[2]} TYPE uuid USING NULL::uuid"
        case "42883":
            called = re.search(r"function (\w+)\((.*?)\) does not exist", said)
            if called:
                arguments = called[2].replace("unknown", "text")
                return (
                    f"CREATE FUNCTION {called[1]}({arguments}) RETURNS int VOLATILE"
                    " LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'"
                )
    return None


# -- our verdict ---------------------------------------------------------------------------


def ours(case: Case, before: str) -> tuple[bool, str]:
    """Whether we report the case, and our message or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "diesel.toml").write_text('[migrations_directory]\ndir = "postgres/migrations"\n')
        # Years apart, so that only the case itself counts as new.
        texts = [("20150101000000_before", before)]
        texts += [(f"202601010000{n:02}_case", text) for n, text in enumerate(case.files)]
        for name, text in texts:
            inner = root / "postgres" / "migrations" / name
            inner.mkdir(parents=True)
            (inner / "up.sql").write_text(text or "SELECT 1;", "utf-8")
            if not case.transaction:
                (inner / "metadata.toml").write_text("run_in_transaction = false\n")
        target = Target(root)
        module = import_module("pytest_reconaudit.checks.db.migrations_lock_safe")
        chosen = [(meta, "db/migrations_lock_safe.py") for meta in checks_in(module)]
        reason = ""
        for item in plan(target, chosen):
            result = judge(item, target, Policy())
            reason = reason or result.reason
            if result.outcome is Outcome.ERROR:
                return True, f"ERROR {result.reason}"
            for finding in result.findings:
                if finding.clause in case.clauses and (
                    finding.severity > Severity.INFO or "g" in case.clauses
                ):
                    return True, finding.message
        return False, reason


def main() -> int:
    folders = [Path(word) for word in sys.argv[1:] if not word.startswith("--")]
    if not folders:
        print(__doc__)
        return 2
    counts: Counter[tuple[str, str]] = Counter()
    with PrivateServer(choose(None, ())[-1]) as server:
        for number, case in enumerate(one for folder in folders for one in cases(folder)):
            before = setting(server, case, number)
            if before is None:
                verdict, says = "unrun", ""
            else:
                mine, says = ours(case, before)
                verdict = "agree" if mine is case.caught else "ours" if mine else "theirs"
            counts[case.rule, verdict] += 1
            if verdict != "agree" or "--all" in sys.argv:
                shown = " ⏎ ".join(" ".join(text.split()) for text in case.files)
                print(f"{verdict:6} {case.rule} {case.title}: {shown[:220]} | {says}", flush=True)
    for (rule, verdict), count in sorted(counts.items()):
        print(f"= {rule} {verdict} {count}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
