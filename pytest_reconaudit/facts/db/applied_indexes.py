"""Declared indexes against what a database holds: one verdict for each declaration.

Indexes match by what they are, in the server's own words, never by name; only where there is no
server are the parsed statements compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct, structs

from pytest_reconaudit.facts.db.database import (
    Catalog,
    CatalogIndex,
    DatabaseState,
    HistoryReplay,
    LiveCatalog,
    NoServer,
    ReplayedCatalog,
    Unreachable,
    database,
    frozen,
    wants_live,
)
from pytest_reconaudit.facts.db.indexes import DeclaredIndex, declared_indexes
from pytest_reconaudit.facts.db.live.indexes import LiveIndexes, live_indexes
from pytest_reconaudit.facts.db.migration_runners import MissingMigration, missing_migrations
from pytest_reconaudit.facts.db.migrations import (
    MigrationRoot,
    is_test_path,
    migration_roots,
    migration_script,
    postgres_major,
)
from pytest_reconaudit.facts.db.schema import declared_schema
from pytest_reconaudit.facts.db.unapplied import unapplied
from pytest_reconaudit.model import Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql import read_indexes, read_sql
from pytest_reconaudit.target import Target, once

__all__ = [
    "AppliedIndexes",
    "ExtraIndexes",
    "IndexSource",
    "Verdict",
    "applied_indexes",
    "index_sources",
]

_CODE = (".rs", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".py", ".go")
_LIVE = "the live database"
Kind = Literal["applied", "superseded", "missing", "different", "invalid", "unjudged"]


class ExtraIndexes(Struct, frozen=True):
    """Stands for the indexes of a live database that the repository does not declare."""

    place: Place
    """Where the repository says what there should be."""


IndexSource = DeclaredIndex | MigrationRoot | MissingMigration | ExtraIndexes


class Verdict(Struct, frozen=True):
    """What became of one declared index."""

    kind: Kind
    where: str = ""
    """The database it was compared with: ``the replayed history (PostgreSQL 16.4)``."""
    found: str = ""
    """The definition that is there instead."""
    detail: str = ""
    reason: SkipReason = SkipReason.UNRESOLVED
    """Of an ``unjudged`` one."""
    sure: bool = True
    """Whether it was compared in the server's own words."""
    table_size: int | None = None
    constraint: str = ""
    """The constraint that backs the matching index."""

    def says(self, declared: DeclaredIndex) -> str:
        """The finding in one sentence."""
        name = declared.name
        if self.kind == "different":
            because = " and IF NOT EXISTS passes it over" if declared.index.if_not_exists else ""
            return f"index {name} is another one in {self.where}{because}: {self.found}"
        if self.kind == "invalid":
            return f"index {name} is invalid in {self.where}, so no query uses it"
        tail = f" ({self.detail})" if self.detail else ""
        if declared.kind == "code" and declared.reach == "never":
            holder = declared.holder or "its file"
            return (
                f"index {name} is only a string in {holder}: nothing executes it and it is"
                f" absent from {self.where}{tail}"
            )
        return f"index {name} is absent from {self.where}{tail}"

    def says_of_file(self, every: Sequence[DeclaredIndex]) -> str:
        """The finding of a file many of whose indexes are not there, in one sentence."""
        names = ", ".join(one.name for one in every[:3]) + (" …" if len(every) > 3 else "")
        if every[0].kind == "code" and every[0].reach == "never":
            holder = every[0].holder or "this file"
            return (
                f"{len(every)} indexes are only strings in {holder}: nothing executes them and they"
                f" are absent from {self.where}: {names}"
            )
        return f"{len(every)} indexes of this file are absent from {self.where}: {names}"

    def related(self, declared: DeclaredIndex) -> list[tuple[Place, str]]:
        """The other places of the same declaration."""
        places = [(place, "declares the same index") for place in declared.also]
        if declared.runner is not None:
            places.append((declared.runner, "names this file"))
        return places

    def constraint_note(self, declared: DeclaredIndex) -> str:
        """What to note about an index that a constraint stands in for; else empty."""
        if self.kind != "applied" or not self.constraint or declared.kind == "migration":
            return ""
        return f"index {declared.name} is there as the index of constraint {self.constraint}"

    def run_by_code(self, declared: DeclaredIndex, applied: AppliedIndexes) -> str:
        """Why a missing index is no finding: code makes it at run time, and no run was seen."""
        runner = declared.runner
        embedded = declared.kind == "sql" and runner and runner.path.endswith(_CODE)
        if not (declared.kind == "code" or embedded) or declared.reach == "never" or applied.live:
            return ""
        holder = f" by {declared.holder or runner}" if declared.holder or runner else ""
        return f"it is made at run time{holder}, outside of the history; compare with --recon-dsn"

    def run_by_script(self, declared: DeclaredIndex, applied: AppliedIndexes) -> bool:
        """Whether something other than the history runs the statement."""
        return declared.reach == "run" and not applied.live


class AppliedIndexes(Struct, frozen=True):
    """The verdicts, and the database behind them."""

    state: DatabaseState
    verdicts: Mapping[str, Verdict]
    extras: tuple[CatalogIndex, ...]
    doubts: Mapping[str, str]
    """Root → why the failure of its replay may not be the history's own; absent: it is."""
    version_named: bool
    """Whether the repository names the PostgreSQL version it runs on."""
    told: Mapping[str, str]
    """Declared index → why it is told elsewhere: its migration is pending, it is invalid, or a
    whole file is not run."""
    files: Mapping[str, tuple[DeclaredIndex, ...]]
    """The first of many missing indexes of a file → the others."""

    def of(self, declared: DeclaredIndex) -> Verdict:
        return self.verdicts[declared.id]

    @property
    def live(self) -> bool:
        return isinstance(self.state, LiveCatalog)

    @property
    def server(self) -> str:
        """The private server in words."""
        replayed = self.state.replayed if isinstance(self.state, LiveCatalog) else self.state
        return replayed.described if isinstance(replayed, ReplayedCatalog) else "no server"

    def why_not(self, root: MigrationRoot) -> tuple[SkipReason, str]:
        """Why a history was not replayed."""
        state = self.state
        if isinstance(state, LiveCatalog):
            return SkipReason.NO_SERVER, f"{root.path or '.'}: {state.replay_reason}"
        if isinstance(state, (NoServer, Unreachable)):
            return SkipReason.NO_SERVER, state.reason
        if isinstance(state, ReplayedCatalog):
            reason = state.unread.get(root.path, "it only prepares the other histories")
            return SkipReason.UNRESOLVED, reason
        return SkipReason.UNRESOLVED, state.reason

    def history(self, root: MigrationRoot) -> HistoryReplay | None:
        """The replay of a history, if it was replayed."""
        replayed = self.state.replayed if isinstance(self.state, LiveCatalog) else self.state
        if isinstance(replayed, ReplayedCatalog):
            return next((h for h in replayed.histories if h.root == root.path), None)
        return None


@once
def applied_indexes(target: Target) -> AppliedIndexes:
    """A verdict for every declared index."""
    state = database(target)
    judge = _Judge(target, state)
    verdicts = {declared.id: judge.verdict(declared) for declared in declared_indexes(target)}
    extras = judge.extras() if isinstance(state, LiveCatalog) else ()
    doubts = {
        history.root: doubt
        for history in judge.histories.values()
        if (doubt := _doubt(target, history))
    }
    told = _told(target, verdicts) if isinstance(state, LiveCatalog) else {}
    invalid = _told_invalid(target) if extras else {}
    extras = tuple(one for one in extras if f"{one.schema}.{one.name}" not in invalid)
    named = bool(postgres_major(target))
    each = AppliedIndexes(state, verdicts, extras, doubts, named, told, {})
    files = {group[0].id: tuple(group[1:]) for group in _unrun_files(target, each)}
    told |= {
        one.id: f"told with the other missing indexes of {others[0].place.path}"
        for others in files.values()
        for one in others
    }
    return structs.replace(each, told=told, files=files)


_MANY = 4
"""Missing indexes of one file, from which on it is the file that is missing."""


def _unrun_files(target: Target, applied: AppliedIndexes) -> Iterable[list[DeclaredIndex]]:
    """The missing indexes of each file outside of the histories that lacks many: what is to be
    mended is that nobody runs the file."""
    by_file: dict[str, list[DeclaredIndex]] = {}
    for one in declared_indexes(target):
        if one.kind != "migration" and not one.index.dynamic:
            by_file.setdefault(one.place.path, []).append(one)
    for group in by_file.values():
        absent = [
            one
            for one in group
            if (verdict := applied.of(one)).kind == "missing"
            and one.id not in applied.told
            and not verdict.run_by_code(one, applied)
        ]
        if len(absent) >= _MANY and len({applied.of(one).where for one in absent}) == 1:
            yield sorted(absent, key=lambda one: one.place.line or 0)


def _told(target: Target, verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """What of the verdicts on a live database other checks tell."""
    found: dict[str, str] = {}
    for declared in declared_indexes(target):
        verdict = verdicts[declared.id]
        if verdict.kind in ("missing", "different"):
            if reason := unapplied(target).index(declared.index):
                found[declared.id] = reason
        elif verdict.kind == "invalid" and verdict.where.startswith(_LIVE):
            name, table = f".{declared.index.name}", f".{declared.index.table}"
            for index, its_table in _told_invalid(target).items():
                if index.endswith(name) or its_table.endswith(table):
                    found[declared.id] = f"{index} is invalid, which db-indexes-valid tells"
    return found


def _told_invalid(target: Target) -> dict[str, str]:
    """What db-indexes-valid tells of: ``schema.index`` → ``schema.table``, where that is known."""
    found = live_indexes(target)
    if not isinstance(found, LiveIndexes):
        return {}
    told = dict.fromkeys(found.building, "")
    return told | {one.id: one.table for one in (*found.each, *found.more)}


_IN_TRANSACTION = "25001"
"""``CREATE INDEX CONCURRENTLY`` and its like inside of a transaction."""
_RAISED = "P0001"
"""``RAISE EXCEPTION`` of the migration's own: somebody wrote that it must not go on."""
_ABSENT = regex(
    r'(?:relation|type|function|schema|operator class|extension) "?([\w.]+)"?.* does not exist'
)
_SQL_COMMENT = regex(r"--[^\n]*|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/")
_NO_SCHEMA = regex(r'schema "[^"]*" does not exist')
_EXTENSION = regex(r"create\s+extension", re.IGNORECASE)


def _doubt(target: Target, history: HistoryReplay) -> str:
    """Whether something outside of the history would have made its failing statement work."""
    failure = history.failure
    if failure is None:
        return ""
    root = next(r for r in migration_roots(target) if r.path == history.root)
    if root.coded:
        return f"{root.coded} belongs to the history and is code, which is not run"
    if failure.sqlstate == _IN_TRANSACTION:
        return ""  # whatever came before, the tool's own transaction is open
    if failure.sqlstate == _RAISED or "unrecognized configuration parameter" in failure.message:
        return "the migration stops by itself: it asks for a setting, or for rows, of a real server"
    if not failure.sure:
        return f"something before it was left out: {'; '.join(history.notes)}"
    match = _ABSENT.search(failure.message)
    if match is None:
        return ""
    name = match[1].rpartition(".")[2].lower()
    texts = [_SQL_COMMENT.sub("", target.text(path)).lower() for path in root.paths]
    if name in _FOREIGN_TYPES:
        return f"{name} is a type of another server"
    kind = r"schema\s+" if failure.sqlstate == "3F000" else ""
    word = re.compile(
        rf"create\s+{kind}(?!(?:unique\s+)?index\b|trigger\b|policy\b)[^;(]*\b{re.escape(name)}\b"
    )
    relation = re.compile(
        r"\bcreate\s[\w\s]{0,60}\b(?:table|view|sequence)\s+(?:if\s+not\s+exists\s+)?"
        rf"(?:[\w\"]{{1,100}}\.)?\"?{re.escape(name)}\b"
    )
    own = relation if failure.sqlstate == "42P01" else word
    if any(own.search(text) for text in texts):
        return ""  # made by the history itself, in the wrong order
    if failure.sqlstate == "3F000":
        return f"schema {name} is not made by this history"
    for path in target.files:
        made = (
            path.endswith(_SETUP) and path not in root.paths and name in target.text(path).lower()
        )
        if made and word.search(target.text(path).lower()):
            return f"{path} makes {name}, outside of this history"
    if failure.sqlstate == "42P01" and (maker := _coded_maker(target, name)):
        return f"{maker} makes {name}, outside of this history"
    elsewhere = declared_schema(target).elsewhere
    if failure.sqlstate == "42P01" and elsewhere:
        return f"{name} may be made by {elsewhere}"
    if failure.sqlstate in ("42883", "42704"):
        for path in target.files:
            outside = path.endswith(_SETUP) and path not in root.paths
            if outside and _EXTENSION.search(target.text(path)):
                return f"{path} creates extensions that the history does not"
    return ""


_MAKERS = (".py", ".ts", ".js", ".mjs", ".rb", ".php")


def _coded_maker(target: Target, table: str) -> str:
    """The first file whose code makes the table: a call of a migration tool, or a mapped class."""
    makes = re.compile(
        r"(?:create_table|createTable|__tablename__|db_table|Schema::create)\b"
        rf"[\s:=(]{{1,40}}(?:new\s+Table\(\s*\{{\s*name:\s*)?['\":]\s?{re.escape(table)}\b",
        re.IGNORECASE,
    )
    code = (path for path in target.files if path.endswith(_MAKERS) and not is_test_path(path))
    named = (path for path in code if table in target.text(path).lower())
    return next((path for path in named if makes.search(target.text(path))), "")


_FOREIGN_TYPES = frozenset(
    {
        "blob", "clob", "datetime", "double", "longblob", "longtext", "mediumtext", "nchar",
        "number", "nvarchar", "smalldatetime", "string", "tinyint", "tinytext", "varbinary",
        "varchar2",
    }
)  # fmt: skip
_SETUP = (
    ".sh",
    ".sql",
    ".yml",
    ".yaml",
    "Makefile",
    "ockerfile",
    ".rs",
    ".ts",
    ".js",
    ".py",
    ".go",
)


_MISSING_TARGET = frozenset({"42P01", "42703", "3F000"})
"""No such table, column, schema: the index cannot exist."""


class _Judge:
    """The comparison; holds what all verdicts share."""

    def __init__(self, target: Target, state: DatabaseState) -> None:
        self.target = target
        self.state = state
        self.replayed: ReplayedCatalog | None = None
        self.live: Catalog | None = None
        if isinstance(state, LiveCatalog):
            self.replayed, self.live = state.replayed, state.catalog
        elif isinstance(state, ReplayedCatalog):
            self.replayed = state
        self.histories = {h.root: h for h in self.replayed.histories} if self.replayed else {}
        self._coded = {root.path: root.coded for root in migration_roots(target)}
        self._live = _by_form(self.live.indexes) if self.live else {}
        self._live_names = {i.name: i for i in self.live.indexes} if self.live else {}
        self._replayed_forms = {
            history.root: _by_form(history.catalog.indexes) for history in self.histories.values()
        }

    def verdict(self, declared: DeclaredIndex) -> Verdict:
        if declared.index.dynamic:
            return Verdict("unjudged", detail="a name in the statement is put in at run time")
        if isinstance(self.state, Unreachable):
            return Verdict("unjudged", detail=self.state.reason, reason=SkipReason.NO_SERVER)
        if declared.kind == "migration":
            return self._of_migration(declared)
        if declared.own_table and not self._knows_table(declared):
            return Verdict(
                "unjudged", detail="its file makes the table too, outside of any history"
            )
        return self._from_outside(declared)

    # -- indexes of a history --------------------------------------------------------------

    def _of_migration(self, declared: DeclaredIndex) -> Verdict:
        history = self.histories.get(declared.root)
        if history is None:
            if self.live is not None:
                return self._by_parsing(declared)
            reason = SkipReason.NO_SERVER if isinstance(self.state, NoServer) else None
            detail = getattr(self.state, "reason", "")
            if isinstance(self.state, ReplayedCatalog):
                detail = self.state.unread.get(declared.root, "its history is not replayed")
            return Verdict("unjudged", detail=detail, reason=reason or SkipReason.UNRESOLVED)
        where = self._where(history)
        record = history.created.get(declared.id)
        if record is None:
            stop = history.failure
            detail = f"the history stops at {stop.place}" if stop else "its statement was left out"
            return Verdict("unjudged", detail=detail)
        status = record["status"]
        if status == "shadowed":
            return Verdict("different", where, record.get("definition", ""), "skipped")
        if status == "invalid":
            return Verdict("invalid", where, record.get("definition", ""))
        if self.live is None or status == "superseded":
            return Verdict("superseded" if status == "superseded" else "applied", where)
        wanted = self._final(history, declared, record)
        if wanted is None:
            return Verdict("unjudged", where, detail="what the history left of it is not known")
        return self._in_live(wanted.form, wanted.name, explicit_schema=True)

    def _final(
        self, history: HistoryReplay, declared: DeclaredIndex, record: Mapping[str, Any]
    ) -> CatalogIndex | None:
        """The index at the end of the history that this declaration became."""
        by_oid = {index.oid: index for index in history.catalog.indexes}
        found = by_oid.get(record.get("oid") or 0)
        if found is None:
            names = {index.name: index for index in history.catalog.indexes}
            found = names.get(record.get("name") or declared.index.name or "")
        return found

    # -- loose SQL, scripts, code ----------------------------------------------------------

    def _from_outside(self, declared: DeclaredIndex) -> Verdict:
        errors: list[str] = []
        best: Verdict | None = None
        for history in self.histories.values():
            built = history.declared.get(declared.id)
            if built is None:
                continue
            if "form" not in built:
                errors.append(str(built["error"]))
                continue
            form = frozen(built["form"])
            if self.live is not None:
                verdict = self._in_live(form, declared.index.name)
            else:
                verdict = self._in_history(history, form, declared)
            if verdict.kind == "applied":
                return verdict
            if history.failure is not None and self.live is None:
                detail = f"the history stops at {history.failure.place}"
                verdict = Verdict("unjudged", detail=detail)
            best = best or verdict
        if best is not None:
            return best
        if self.live is not None:
            return self._by_parsing(declared)
        if errors:
            coded = next((c for root, c in self._coded.items() if c and root in self.histories), "")
            if coded:
                return Verdict("unjudged", detail=f"{errors[0]}; {coded} may make it")
            if declared.own_table and _NO_SCHEMA.search(errors[0]):
                return Verdict("unjudged", detail=f"{errors[0]}: its file makes the table there")
            where = self._where(next(iter(self.histories.values())))
            if any(history.failure for history in self.histories.values()):
                return Verdict("unjudged", detail="the history cannot be replayed to its end")
            return Verdict("missing", where, detail=errors[0])
        return self._without_server(declared)

    def _in_history(
        self, history: HistoryReplay, form: tuple[Any, ...], declared: DeclaredIndex
    ) -> Verdict:
        where = self._where(history)
        match = self._replayed_forms[history.root].get(form)
        if match is not None:
            return Verdict("applied", where, constraint=match.constraint)
        if _same_by_parsing(declared, history.catalog.indexes):
            return Verdict("applied", where)
        coded = self._coded.get(history.root)
        if coded:
            return Verdict("unjudged", detail=f"{coded} may make it: its code is not run")
        named = next((i for i in history.catalog.indexes if i.name == declared.index.name), None)
        if named is not None:
            return Verdict("different", where, named.definition)
        return Verdict("missing", where)

    def _without_server(self, declared: DeclaredIndex) -> Verdict:
        """No server to ask. A string that nothing executes is judged by the files alone."""
        detail = getattr(self.state, "reason", "")
        server = isinstance(self.state, NoServer)
        if declared.kind == "code" and declared.reach == "never":
            for other in declared_indexes(self.target):
                if other.kind == "migration" and other.index.form() == declared.index.form():
                    return Verdict("unjudged", detail=detail, reason=SkipReason.NO_SERVER)
            return Verdict("missing", "any migration", sure=False)
        reason = SkipReason.NO_SERVER if server else SkipReason.NO_INPUT
        return Verdict("unjudged", detail=detail, reason=reason)

    def _knows_table(self, declared: DeclaredIndex) -> bool:
        catalogs = [history.catalog for history in self.histories.values()]
        if self.live is not None:
            catalogs.append(self.live)
        return any(catalog.table(declared.index.table) for catalog in catalogs)

    # -- a live database -------------------------------------------------------------------

    def _in_live(
        self, form: tuple[Any, ...], name: str | None, *, explicit_schema: bool = False
    ) -> Verdict:
        assert self.live is not None
        where = f"the live database (PostgreSQL {self.live.version})"
        match = self._live.get(form)
        if match is None and (not explicit_schema or form[0] == "public"):
            match = next((i for f, i in self._live.items() if f[1:] == form[1:]), None)
        named = self._live_names.get(name or "")
        size = match.table_size if match else named.table_size if named else None
        if match is not None:
            return Verdict("applied", where, match.definition, constraint=match.constraint)
        if named is not None and named.form[1:] == form[1:]:
            return Verdict("invalid", where, named.definition, table_size=size)
        if named is not None and named.table == form[1]:
            return Verdict("different", where, named.definition, table_size=size)
        if locked := self._locked(str(form[1])):
            return locked
        table = self.live.table(str(form[1]))
        detail = "" if table else f"the database has no table {form[1]}"
        return Verdict("missing", where, detail=detail)

    def _locked(self, table: str) -> Verdict | None:
        """That it cannot be said what indexes a table of the live database has."""
        assert self.live is not None
        if not any(name == table for _, name in self.live.unread):
            return None
        detail = f"{table} was locked, so not all of its indexes could be read"
        return Verdict("unjudged", detail=detail, reason=SkipReason.NO_SERVER)

    def _by_parsing(self, declared: DeclaredIndex) -> Verdict:
        """No private server beside the live database: compare the parsed statements."""
        assert self.live is not None
        where = f"the live database (PostgreSQL {self.live.version})"
        if _same_by_parsing(declared, [i for i in self.live.indexes if i.valid]):
            return Verdict("applied", where, sure=False)
        if _same_by_parsing(declared, self.live.indexes):
            return Verdict("invalid", where, sure=False)
        if locked := self._locked(declared.index.table):
            return locked
        if declared.kind == "migration" and self._touched_later(declared):
            return Verdict("unjudged", where, detail="a later migration may have changed it")
        named = self._live_names.get(declared.index.name or "")
        if named is not None and named.table == declared.index.table:
            return Verdict("different", where, named.definition, sure=False)
        return Verdict("missing", where, sure=False)

    def _touched_later(self, declared: DeclaredIndex) -> bool:
        """Whether SQL after it drops, renames or alters the index, its table or a column."""
        roots = {root.path: root for root in migration_roots(self.target)}
        root = roots[declared.root]
        names = [declared.index.table, declared.index.name or declared.index.table]
        pattern = re.compile(
            rf"(?:drop|alter|rename)\b[^;]*\b(?:{'|'.join(map(re.escape, names))})\b", re.IGNORECASE
        )
        seen = False
        for migration in root.migrations:
            for statement in migration_script(self.target, root, migration).statements:
                if seen and pattern.match(statement.text):
                    return True
                seen = seen or statement.place == declared.place
        return False

    def extras(self) -> tuple[CatalogIndex, ...]:
        """Indexes of the live database that nothing declares, constraints' own left out."""
        assert self.live is not None
        if not self.histories or any(h.failure for h in self.histories.values()):
            return ()
        wanted = {form[1:] for forms in self._replayed_forms.values() for form in forms}
        for history in self.histories.values():
            wanted |= {frozen(b["form"])[1:] for b in history.declared.values() if "form" in b}
        return tuple(
            index
            for index in self.live.indexes
            if not index.constraint and not index.partition and index.form[1:] not in wanted
        )

    def _where(self, history: HistoryReplay) -> str:
        server = self.replayed.described if self.replayed else ""
        return f"the replayed history {history.root or '.'} ({server})"


def _by_form(indexes: Iterable[CatalogIndex]) -> dict[tuple[Any, ...], CatalogIndex]:
    """Valid indexes by what they are, plain ones before those of constraints.

    ``ON ONLY`` parents are invalid by design and count.
    """
    usable = [index for index in indexes if index.valid or index.partitioned]
    usable.sort(key=lambda index: not index.constraint)
    return {index.form: index for index in usable}


def _same_by_parsing(declared: DeclaredIndex, indexes: Iterable[CatalogIndex]) -> bool:
    form = declared.index.form()
    for index in indexes:
        if index.table == declared.index.table:
            parsed = read_indexes(read_sql(index.definition, ""))
            if parsed and parsed[0].form() == form:
                return True
    return False


def index_sources(target: Target) -> list[tuple[str, IndexSource]]:
    """(id, subject) of everything that db-indexes-applied judges."""
    sources: list[tuple[str, IndexSource]] = [
        (declared.id, declared) for declared in declared_indexes(target)
    ]
    sources += [
        (f"{root.path or '.'} (history)", root)
        for root in migration_roots(target)
        if root.dialect == "postgres"
    ]
    sources += [
        (missing.path, missing) for missing in missing_migrations(target) if missing.indexes
    ]
    if wants_live(target):
        roots = migration_roots(target)
        place = roots[0].place if roots else Place(target.files[0] if target.files else ".")
        sources.append(("(live database)", ExtraIndexes(place)))
    return sources
