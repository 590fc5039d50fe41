"""The database calls of a source file: what each asks for, and the loops that repeat it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.query_excuses import TRANSACTION
from pytest_reconaudit.readers.query_loops import ADAPTORS
from pytest_reconaudit.readers.query_reading import FUNCTION_ADAPTORS, WORD
from pytest_reconaudit.readers.query_records import (
    FileQueries,
    LoopedCall,
    ModelRelations,
    Onward,
    QueryCall,
    QueryFunction,
    QueryLoop,
    RelationLoop,
)
from pytest_reconaudit.readers.query_rust import names_connection
from pytest_reconaudit.readers.query_statements import StatementReading
from pytest_reconaudit.readers.scanning import SCRIPT, scan

__all__ = [
    "FileQueries",
    "LoopedCall",
    "ModelRelations",
    "Onward",
    "QueryCall",
    "QueryFunction",
    "QueryLoop",
    "RelationLoop",
    "queries",
]

_WANTED = {
    "rust": ("diesel", "sqlx", "sea_orm", ".await", "conn", "pool", "postgres::"),
    "script": ("await ", "prisma", "knex", "Repository", "Promise.all", "drizzle", "upabase"),
    "python": (".objects", "execute(", "session", "await ", "models.", ".query(", "self.", "db."),
}
_SUFFIX_LANGUAGE = {"rs": "rust", "py": "python"}
_EMBEDDED = regex(
    rb"(?<!\.)(?<!Backend::)\bSqlite(?:Pool|Connection|Row|Arguments)?\b|drizzle-orm/(?:better-sqlite3|bun-sqlite|sqlite-core"
    rb"|expo-sqlite|sql-js)|[\"']"
    rb"(?:better-sqlite3|bun:sqlite|node:sqlite|sqlite3)[\"']|^import sqlite3\b",
    re.MULTILINE,
)
_SERVER = regex(
    rb"\bPg(?:Pool|Connection|Row|Arguments)\b|\bAsyncPgConnection\b|\bsqlx::(?:Postgres|MySql)\b"
    rb"|\bMySql(?:Pool|Connection)\b|\b(?:Database|Db)Backend::(?:Postgres|MySql)\b|drizzle-orm/(?:pg|mysql|postgres|node-postgres|neon|d1|libsql|planetscale"
    rb"|singlestore|vercel)|[\"'](?:pg|mysql2?|postgres|@libsql/client)[\"']|\bpsycopg|\basyncpg\b",
)
_SERVER_WORDS = (b"Backend::", b"PgPool", b"PgCon", b"sqlx::", b"MySql", b"drizzle-orm/",
                 b'"pg"', b"'pg'", b"psycopg",
                 b"asyncpg", b"mysql2", b"postgres\"", b"postgres'", b"@libsql")  # fmt: skip
_STEP = regex(rb"def\s+\w+\(\s*apps\b")
"""A step of Django's migrations: it is given the models as they were."""
_ALEMBIC = regex(rb"^down_revision\b", re.MULTILINE)
"""A migration of Alembic, in whatever folder: it runs once in its life."""
_TASK = regex(
    r"\b(?:shared_task|periodic_task|app\.task|celery|huey|dramatiq|actor|job|cron|Cron|Process|Processor"
    r"|OnEvent|Interval|EventPattern|scheduled)\b|\.task\b|@task\b"
)
_GIVES_TASK = regex(
    r"\breturn\s+(?:\w+\.)?(?:\w*task|actor|job)\s*\(|\breturn\s+\w*(?:huey|HUEY|celery)\w*\.\w+\s*\("
)
_HUEY = regex(r"(?i:huey)\w*\.(?:\w*task)\b|\bdb_(?:periodic_)?task\b|\block_task\b")
_PROGRAM = regex(
    rb"\bprocess\.argv\b|\brequire\(['\"]yargs|['\"](?:commander|yargs|inquirer|cac)['\"]"
    rb"|^(?:import|from) (?:argparse|click|typer)\b|\bBaseCommand\b",
    re.MULTILINE,
)
_PROGRAM_WORDS = (
    b"process.argv", b"yargs", b"commander", b"inquirer", b"cac'", b'cac"', b"argparse",
    b"import click", b"from click", b"typer", b"BaseCommand",
)  # fmt: skip
_CACHE_WORDS = (b"cache", b"Cache", b"CACHE", b"memo", b"oader", b"get_or_")
_CACHE = regex(
    rb"\bcache\w*\s*(?:\.|\(|\[|\))|_cache\b\s*[.\[]|\bCache\b\s*[.:(]|lru_cache|@cached|\.get_or_insert_with\(|get_or_set|\bmemo|cached_property|dataloader|DataLoader|\bloader\b",
    re.IGNORECASE,
)
_PAGE_SIZE = regex(r"\b\w*(?:per_?page|limit|page_?size|take|first)\s*\.\s*$", re.IGNORECASE)
_CAP = regex(
    rb"(?:min|clamp|max)\s*[(:=]|\ble\s*=|MAX_|maximum|@Max|max_limit|aginat",
)
_PLAIN_CALLS = frozenset(
    {"push", "insert", "len", "clone", "to_string", "unwrap", "map", "iter", "collect", "into",
     "as_ref", "as_str", "format", "append", "get", "join", "split", "strip", "lower", "upper",
     "print", "int", "str", "float", "isinstance", "log", "info", "debug", "warn", "error",
     "warning", "trim", "includes", "filter", "some", "ok", "unwrap_or", "unwrap_or_default",
     "unwrap_or_else", "map_err", "ok_or", "ok_or_else", "is_some", "is_none", "is_empty",
     "contains", "contains_key", "to_owned", "and_then", "Ok", "Err", "Some", "from", "new", "add",
     "set", "has", "forEach", "parse", "stringify", "toString", "slice", "replace", "startsWith",
     "endsWith", "exception", "items", "keys", "values", "extend", "update", "pop", "sleep",
     "range", "enumerate", "zip", "dict", "list", "tuple", "sorted", "sum", "min", "max",
     "any", "all", "getattr", "hasattr", "setattr", "type", "super", "bool", "expect", "push_str",
     "to_vec", "cmp", "eq", "ne", "abs", "round", "Date", "Number", "String", "Boolean", "Error"}
)  # fmt: skip
_MOST_ONWARD = 6


def _wants(text: str, path: str) -> bool:
    language = _SUFFIX_LANGUAGE.get(path.rpartition(".")[2], "script")
    return any(word in text for word in _WANTED[language])


@scan("rust", "python", *SCRIPT, record=FileQueries, wants=_wants)
def queries(code: Code) -> FileQueries | None:
    """The database calls of one file, by function, and what its loops call."""
    return _Reading(code).file()


class _Reading(StatementReading):
    def file(self) -> FileQueries | None:
        code = self.code
        if self.language == "python" and _ALEMBIC.search(code.source) is not None:
            return None
        if {"up", "down"} <= {one.name for one in code.functions}:
            return None  # a step of a migration, forwards and backwards
        by_function: dict[int, list[QueryCall]] = {}
        taken = set()
        for one in self.found:
            taken.add(one.call.index)
            function = code.scopes[one.call.scope].function
            by_function.setdefault(function, []).append(self._query(one))
        looped = self._looped(taken)
        functions = [
            self._function(index, by_function.get(index, []), looped.get(index, []))
            for index in sorted({*by_function, *looped})
            if not self._is_step(index)
        ]
        relations: tuple[RelationLoop, ...] = ()
        models: tuple[ModelRelations, ...] = ()
        if self.language == "python" and b"objects" in code.source:
            relations = tuple(self._relation_loops())
        if self.language == "python" and (
            b"models.ForeignKey" in code.source or b"models.OneToOneField" in code.source
        ):
            models = tuple(self._models())
        dialects = self._dialects()
        uncapped = tuple(self._uncapped())
        onward = tuple(self._onward({*by_function}, taken))
        if not (functions or relations or models or dialects or uncapped or onward):
            return None
        loops = tuple(self.loops)
        by_hand = code.source.startswith(b"#!") or (
            any(word in code.source for word in _PROGRAM_WORDS)
            and _PROGRAM.search(code.source) is not None
        )
        return FileQueries(
            tuple(functions), loops, dialects, relations, models, uncapped, by_hand, onward
        )

    def _onward(self, asking: set[int], taken: set[int]) -> Iterable[Onward]:
        """What the functions without a query of their own wait for."""
        code = self.code
        if self.language == "python" or self._is_view():
            return
        found: dict[int, dict[tuple[str, int], None]] = {}
        for call in code.calls:
            if not call.awaited or call.macro or call.index in taken or call.name in _PLAIN_CALLS:
                continue
            index = code.scopes[call.scope].function
            if index < 0 or index in asking or not self._unconditional(call.scope):
                continue
            found.setdefault(index, {})[call.name, code.line(call.name_at)] = None
        for index, calls in found.items():
            function = code.functions[index]
            body = code.source[function.start : function.end]
            remembers = (
                any(word in body for word in _CACHE_WORDS) and _CACHE.search(body) is not None
            )
            if not (function.is_test or remembers or not function.name):
                first = sorted(calls, key=lambda one: one[1])[:_MOST_ONWARD]
                yield Onward(function.name, code.line(function.name_at), tuple(first))

    def _unconditional(self, scope: int) -> bool:
        """Whether what stands in a scope is done once each time its function runs."""
        for one in self.code.around(scope):
            if one.kind == "function":
                return True
            if one.kind == "loop" or one.label in ("if", "else", "catch", "finally", "match"):
                return False
            if one.kind == "closure" and not (
                one.call >= 0 and TRANSACTION.fullmatch(self.code.calls[one.call].name)
            ):
                return False
        return False

    def _is_step(self, index: int) -> bool:
        """Whether a function is a step of a migration, which runs once in its life."""
        if index < 0 or self.language != "python":
            return False
        return _STEP.match(self.code.source, self.code.functions[index].start) is not None

    def _uncapped(self) -> Iterable[int]:
        code = self.code
        if self.language != "rust":
            return
        seen = set()
        for call in code.calls_named(("unwrap_or", "unwrap_or_default", "unwrap_or_else")):
            function = code.function_at(call.scope)
            if function is None or function.index in seen:
                continue
            if _PAGE_SIZE.search(code.text(call.receiver[0], call.name_at)[-60:]):
                seen.add(function.index)
                if not _CAP.search(code.source[function.start : function.end]):
                    yield code.line(function.name_at)

    def _dialects(self) -> tuple[str, ...]:
        source = self.code.source
        found = []
        if b"qlite" in source and _EMBEDDED.search(source) is not None:
            found.append("sqlite")
        if any(word in source for word in _SERVER_WORDS) and _SERVER.search(source) is not None:
            found.append("server")
        return tuple(found)

    def _function(
        self, index: int, found: list[QueryCall], looped: list[LoopedCall]
    ) -> QueryFunction:
        code = self.code
        if index < 0:
            return QueryFunction("", 1, False, tuple(found), tuple(looped), False, False)
        function = code.functions[index]
        body = code.source[function.start : function.end]
        cached = any("cache" in one.lower() for one in function.attributes) or (
            bool(found)
            and any(word in body for word in _CACHE_WORDS)
            and _CACHE.search(body) is not None
        )
        python = self.language == "python"
        decorators = self._decorators(function.attributes) if python else function.attributes
        return QueryFunction(
            function.name,
            code.line(function.name_at),
            function.is_test,
            tuple(found),
            tuple(looped),
            cached,
            any(one.many for one in found) and _CAP.search(body) is not None,
            self._errand(code.scopes[function.scope]) if found else "",
            any(_TASK.search(one) for one in decorators),
            any(_HUEY.search(one) for one in decorators),
        )

    def _decorators(self, attributes: Iterable[str]) -> list[str]:
        """The attributes of a function, those of a decorator of this file by what it gives back."""
        found = []
        for one in attributes:
            name = WORD.search(one)
            made_by = [
                self.code.text(other.start, other.end)
                for other in self.code.functions
                if name is not None and other.name == name[0] and not other.owner
            ]
            given = [match[0] for text in made_by[:1] for match in _GIVES_TASK.finditer(text)]
            found += [one, *given]
            if not given and name is not None and name[0] in self._huey:
                found.append("huey.task")
        return found

    @cached_property
    def _huey(self) -> set[str]:
        """The names that are imported from Huey."""
        return {one.name for one in self.code.imports if one.path and "huey" in one.path[0].lower()}

    def _looped(self, taken: set[int]) -> dict[int, list[LoopedCall]]:
        code = self.code
        repeated = self._repeating_scopes()
        found: dict[int, list[LoopedCall]] = {}
        seen: set[tuple[str, int]] = set()
        for call in code.calls if any(repeated) else ():
            if not repeated[call.scope] or call.macro:
                continue
            if call.name in _PLAIN_CALLS and not (call.awaited and len(call.path) > 1):
                continue
            if not call.name or call.index in taken or not self._may_query(call):
                continue
            loops = self._repeated(call.scope, None)
            line = code.line(call.name_at) if loops else 0
            if not loops or (call.name, line) in seen:
                continue
            seen.add((call.name, line))
            function = code.scopes[call.scope].function
            picked = self._picked(call.scope, "")
            if not picked and self._own_transaction(call.scope):
                picked = "own transaction"
            if not picked and self._goes_on(call):
                picked = "tried"
            fixed = self._fixed(call) if call.arguments else ()
            some = self._is_for_some(call.scope)
            found.setdefault(function, []).append(
                LoopedCall(call.name, line, loops, picked, fixed, some)
            )
        return found

    def _repeating_scopes(self) -> list[bool]:
        """Of every scope a quick look whether anything around it in its function repeats."""
        calls = self.code.calls
        repeated: list[bool] = []
        if self._is_view():
            return [False] * len(self.code.scopes)
        for one in self.code.scopes:
            again = one.kind == "loop" or (one.parent >= 0 and repeated[one.parent])
            if one.kind == "closure" and one.call >= 0:
                name = calls[one.call].name
                again = again or name in ADAPTORS[self.language] or name in FUNCTION_ADAPTORS
            repeated.append(again and one.kind != "function")
        return repeated

    def _may_query(self, call: Call) -> bool:
        """Whether a call has the form of one that may go to the database."""
        code = self.code
        if self.language == "python":
            return True
        if call.awaited:
            return True
        if self.language == "script":
            scope = code.scopes[call.scope]
            before = code.source[max(call.start - 12, 0) : call.start].rstrip()
            if before.endswith(b".push("):
                return True  # `waiting.push(this.lines.of(order))`, all of which are awaited later
            return scope.kind == "closure" and (
                scope.is_async or before.endswith((b"=>", b" return", b"\nreturn", b"{return"))
            )
        return any(
            names_connection(code.text(one)) for one in call.arguments if one[1] - one[0] < 80
        ) or code.source.startswith((b"self.", b"Self::"), call.start)
