"""Declared tables against catalogs: what is missing, and what differs in type or NULL.

A declaration is compared with the catalog of its own history: the one that its configuration
names, the one that lies with it, else the one that shares most tables with it. A catalog with a
gap proves no absence; neither does one of several histories for a table that another one makes.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.db.catalogs import (
    KnownCatalog,
    NoCatalog,
    known_catalogs,
    origins,
)
from pytest_reconaudit.facts.db.database import CatalogColumn, CatalogTable
from pytest_reconaudit.facts.db.declarations import (
    Declaration,
    OrmColumn,
    OrmTable,
    declarations,
    is_kept_by_others,
)
from pytest_reconaudit.facts.db.migrations import is_test_path
from pytest_reconaudit.facts.db.needed_columns import needed_columns
from pytest_reconaudit.facts.db.schema import declared_schema
from pytest_reconaudit.facts.db.unapplied import unapplied
from pytest_reconaudit.likeness import alike
from pytest_reconaudit.model import Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.pg_types import agree, catalog_type, is_own_type
from pytest_reconaudit.readers.sqlx_offline import (
    OfflineColumn,
    OfflineQuery,
    read_sqlx_offline,
)
from pytest_reconaudit.target import Target, once

__all__ = ["ComparedSchema", "Difference", "OtherSchema", "compared_schemas"]


class Difference(Struct, frozen=True):
    """One way in which a declared table is not that of the catalog."""

    clause: str
    """``a``: missing; ``b``: another type or NULL; ``c``: declared apart; ``d``: not declared, and
    inserts need it; ``extra``: not known to the declaration."""
    place: Place
    says: str
    evidence: str
    key: str
    made_at: Place | None = None
    """The statement of the history that makes the table or column."""
    note: str = "the migrations make it here"
    """What stands at ``made_at``."""
    fails_now: bool = False
    """Statements fail in a database that is in use."""
    pending: str = ""
    """Why another check tells of it: a migration is not applied."""
    others: tuple[tuple[Place, str], ...] = ()
    """More columns of the table that are missing too: one migration makes them all."""


class ComparedSchema(Struct, frozen=True, eq=False):
    """One declared table, or a declaration as a whole, and what came of the comparison."""

    id: str
    differences: tuple[Difference, ...] = ()
    unjudged: str = ""
    """Why it could not be compared, or not wholly; empty when it could."""
    reason: SkipReason = SkipReason.UNRESOLVED


class OtherSchema(Struct, frozen=True):
    """A schema file that declares tables for the database of another one."""

    declaration: Declaration
    first: Declaration


@once
def compared_schemas(target: Target) -> tuple[ComparedSchema, ...]:
    """Every declared table with its differences; then the schema files that stand apart."""
    ours = [one for one in declarations(target) if one.tables]
    offline = _offline(target)
    if not ours and not offline:
        return ()
    found: list[ComparedSchema] = list(_apart(target, ours))
    known = known_catalogs(target)
    for folder, queries in offline.items():
        if isinstance(known, NoCatalog):
            found.append(ComparedSchema(folder, (), known.detail, known.reason))
        else:
            found.append(_queries(target, folder, queries, known))
    pairs: list[tuple[Declaration, KnownCatalog]] = []
    for one in ours:
        if one.other_server:
            found.append(ComparedSchema(one.id, (), f"it is for {one.other_server}"))
        elif isinstance(known, NoCatalog):
            found.append(ComparedSchema(one.id, (), known.detail, known.reason))
        else:
            best = _catalog_of(one, known, ours)
            if isinstance(best, str):
                found.append(ComparedSchema(one.id, (), best))
            else:
                pairs.append((one, best))
    if isinstance(known, NoCatalog):
        return tuple(found)
    held = {id(each): _by_name(each) for each in known}
    for one, catalog in pairs:
        found += _tables(target, one, catalog, known, held)
    found += _extra_tables(ours, pairs)
    return tuple(found)


# -- which catalog -------------------------------------------------------------------------


def _catalog_of(
    one: Declaration, known: tuple[KnownCatalog, ...], ours: Iterable[Declaration]
) -> KnownCatalog | str:
    by_root = {catalog.root.path: catalog for catalog in known if catalog.root is not None}
    if one.history and one.history in by_root:
        return by_root[one.history]
    wanted = {table.name for table in one.tables}
    shared = {
        catalog.id: len(wanted & {table.name for table in catalog.catalog.tables})
        for catalog in known
    }
    near = [catalog for catalog in known if _lies_with(catalog, one) and shared[catalog.id]]
    best = max(near or known, key=lambda catalog: shared[catalog.id])
    if not shared[best.id]:
        return (
            f"{best.described} has none of its tables"
            if len(known) == 1
            else ("no replayed history has any of its tables")
        )
    if not near and len(wanted) > 2 and shared[best.id] * 2 < len(wanted):
        owner = next((other for other in ours if _lies_with(best, other)), None)
        if owner is not None and owner.home != one.home:
            return (
                f"no history lies with it, and {best.described}, which is that of {owner.id}, has"
                f" only {shared[best.id]} of its {len(wanted)} tables"
            )
    if best.live and len(wanted) > 2 and shared[best.id] * 2 < len(wanted):
        # Of several databases the DSN may name another one.
        return (
            f"{best.described} has only {shared[best.id]} of its {len(wanted)} tables: it is the"
            " database of something else, or most migrations are not applied"
        )
    return best


def _lies_with(catalog: KnownCatalog, one: Declaration) -> bool:
    """Whether the history of a catalog lies where the declaration's package has it."""
    return catalog.root is not None and posixpath.dirname(catalog.root.path) in (
        one.home,
        posixpath.dirname(one.home),
        f"{one.home}/prisma".lstrip("/"),
    )


# -- table by table ------------------------------------------------------------------------


_Held = Mapping[int, Mapping[str, list[CatalogTable]]]
"""Catalog, by ``id()`` → table name → the tables of that name."""


def _by_name(known: KnownCatalog) -> dict[str, list[CatalogTable]]:
    found: dict[str, list[CatalogTable]] = {}
    for table in known.catalog.tables:
        found.setdefault(table.name, []).append(table)
    return found


def _tables(
    target: Target,
    one: Declaration,
    known: KnownCatalog,
    every: tuple[KnownCatalog, ...],
    held: _Held,
) -> Iterable[ComparedSchema]:
    seen: dict[str, int] = {}
    for table in one.tables:
        shown = f"{table.schema}.{table.name}" if table.schema else table.name
        count = seen[shown] = seen.get(shown, 0) + 1
        name = f"{one.id}:{shown}" + (f"#{count}" if count > 1 else "")
        actual = _actual(table, held[id(known)])
        if actual is None:
            yield _absent(target, name, one, table, known, every, held)
        else:
            differences = tuple(_columns(target, one, table, actual, known))
            pending = [each for each in differences if each.pending]
            differences = tuple(each for each in differences if not each.pending)
            if differences and known.gap:
                # What the rest of the history would have changed is not known.
                why = f"table {table.name}: {known.described} is not whole: {known.gap}"
                yield ComparedSchema(name, (), why)
            else:
                first = f"{pending[0].key}: {pending[0].pending}" if pending else ""
                yield ComparedSchema(name, differences, first)


def _actual(table: OrmTable, held: Mapping[str, list[CatalogTable]]) -> CatalogTable | None:
    found = [
        actual
        for name in dict.fromkeys((table.name, table.name.rstrip("_")))
        for actual in held.get(name, ())
        if not table.schema or actual.schema == table.schema
    ]
    # Without a schema it is that of the connection: public, unless only others hold the name.
    found.sort(key=lambda actual: (actual.name != table.name, actual.schema != "public"))
    return found[0] if found else None


def _absent(
    target: Target,
    subject: str,
    one: Declaration,
    table: OrmTable,
    known: KnownCatalog,
    every: tuple[KnownCatalog, ...],
    held: _Held,
) -> ComparedSchema:
    if reason := _proves_nothing(target, table, known, every, held):
        return ComparedSchema(subject, (), f"table {table.name}: {reason}")
    if known.live and (pending := unapplied(target).table(table.name, table.model)):
        return ComparedSchema(subject, (), f"table {table.name}: {pending}")
    names = sorted({other.name for other in known.catalog.tables})
    near = alike(table.name, names)
    hint = f"; did you mean {near}?" if near else ""
    return ComparedSchema(
        subject,
        (
            Difference(
                "a",
                table.place,
                f"{one.tool} declares table {table.name}, which is not in {known.described}{hint}",
                table.name,
                table.name,
                _table_place(target, known, near) if near else None,
            ),
        ),
    )


def _proves_nothing(
    target: Target,
    table: OrmTable,
    known: KnownCatalog,
    every: tuple[KnownCatalog, ...],
    held: _Held,
) -> str:
    """Why a table that the catalog lacks may exist all the same."""
    if table.schema and not any(other.schema == table.schema for other in known.catalog.tables):
        return f"nothing of schema {table.schema} is in {known.described}"
    if known.gap:
        return f"{known.described} is not whole: {known.gap}"
    for other in every:
        if other is not known and _actual(table, held[id(other)]) is not None:
            return f"{other.id} makes it"
    if not known.live:
        if known.root is not None and known.root.coded:
            return f"{known.root.coded} is a program, which is not run"
        if elsewhere := declared_schema(target).elsewhere:
            return f"tables are made by {elsewhere} too, which is not run"
        gap = next((other.gap for other in every if other.gap), "")
        if gap:
            return f"another history is not whole: {gap}"
    return ""


def _columns(
    target: Target,
    one: Declaration,
    table: OrmTable,
    actual: CatalogTable,
    known: KnownCatalog,
) -> Iterable[Difference]:
    by_name = {column.name: column for column in actual.columns}
    described = known.described
    late = unapplied(target).column
    missing: dict[str, list[Difference]] = {}
    for column in table.columns:
        there = by_name.get(column.name) or by_name.get(column.name.rstrip("_"))
        key = f"{table.name}.{column.name}"
        if there is None:
            coded = not known.live and known.root is not None and known.root.coded
            if coded or column.name in one.patched or not actual.columns:
                continue
            near = alike(column.name, sorted(by_name))
            hint = f"; did you mean {near}?" if near else ""
            says = f"{one.tool} declares column {key}, which is not in {described}{hint}"
            made = _column_place(target, known, actual.name, near) if near else None
            made = made or _table_place(target, known, actual.name)
            evidence = f"{column.name}: {column.shown}"
            why = late(table.name, column.name, table.model)
            lost = Difference("a", column.place, says, evidence, key, made, pending=why)
            if near:
                yield lost
            else:
                missing.setdefault(why, []).append(lost)
            continue
        if column.name in one.patched:
            continue
        kind = catalog_type(there.type)
        wrong = _wrong(column, there, kind, actual)
        if wrong:
            says = f"{one.tool} declares {key} {wrong[0]}, {described} has {wrong[1]}"
            evidence = f"{column.name}: {column.shown} / {there.type}" + (
                " NOT NULL" if there.not_null else ""
            )
            made = _column_place(target, known, actual.name, there.name)
            if known.root is not None and not agree(column.type, kind):
                made = origins(target, known.root).typed(actual.name, there.name)
            why = late(table.name, there.name, table.model)
            yield Difference("b", column.place, says, evidence, key, made, pending=why)
    needed = needed_columns(target, one, table, actual, known)
    for there in needed:
        key = f"{table.name}.{there.name}"
        says = (
            f"{described} has {key} {there.type} NOT NULL without a default, which {one.tool} does"
            f" not declare, and the code inserts into {table.name} through it"
        )
        made = _column_place(target, known, actual.name, there.name)
        why = late(table.name, there.name)
        evidence = f"{there.name} {there.type} NOT NULL"
        yield Difference(
            "d", table.place, says, evidence, key, made, fails_now=known.live, pending=why
        )
    if known.live and table.whole and not table.view:
        names = {column.name.rstrip("_") for column in table.columns}
        names |= {column.name.rstrip("_") for column in needed}
        extra = [column.name for column in actual.columns if column.name.rstrip("_") not in names]
        if extra:
            says = f"{described} has columns of {table.name} that {one.tool} does not declare: "
            says += ", ".join(extra[:5]) + (" …" if len(extra) > 5 else "")
            yield Difference("extra", table.place, says, table.name, f"{table.name}:extra")
    for group in missing.values():
        yield _together(one, table, group, described)


def _together(
    one: Declaration, table: OrmTable, group: list[Difference], described: str
) -> Difference:
    """Missing columns of one table as one difference."""
    first, *rest = group
    if not rest:
        return first
    names = ", ".join(lost.key.rpartition(".")[2] for lost in group[:6])
    names += " …" if len(group) > 6 else ""
    says = f"{one.tool} declares {len(group)} columns of {table.name} which are not in {described}"
    others = tuple((lost.place, lost.evidence) for lost in rest)
    return replace(first, says=f"{says}: {names}", others=others)


def _wrong(
    column: OrmColumn, there: CatalogColumn, kind: str, actual: CatalogTable
) -> tuple[str, str] | None:
    """(what is declared, what is there) where they contradict each other."""
    if not agree(column.type, kind):
        return f"as {column.shown} ({column.type})", there.type
    # Of views the catalog does not tell, and a domain may forbid NULL by itself.
    if actual.kind not in ("r", "p") or column.nullable is None:
        return None
    if column.nullable and there.not_null:
        return f"as nullable ({column.shown})", f"{there.type} NOT NULL"
    if (
        not column.nullable
        and not there.not_null
        and not (is_own_type(kind) and kind != column.type)
    ):
        return f"as never NULL ({column.shown})", f"{there.type} without NOT NULL"
    return None


def _table_place(target: Target, known: KnownCatalog, table: str) -> Place | None:
    return origins(target, known.root).table(table) if known.root is not None else None


def _column_place(target: Target, known: KnownCatalog, table: str, column: str) -> Place | None:
    return origins(target, known.root).column(table, column) if known.root is not None else None


# -- what the code does not know -----------------------------------------------------------


def _extra_tables(
    ours: list[Declaration], pairs: list[tuple[Declaration, KnownCatalog]]
) -> Iterable[ComparedSchema]:
    """Tables of a live database that no declaration knows: one note."""
    live = [(one, known) for one, known in pairs if known.live]
    if not live:
        return
    one, known = max(live, key=lambda pair: len(pair[0].tables))
    names = {table.name for each in ours for table in each.tables}
    names |= {table for each in ours for table in each.left_out}
    extra = [
        table.name
        for table in known.catalog.tables
        if table.kind in ("r", "p")
        and not table.partition
        and table.schema == "public"
        and table.name not in names
        and not is_kept_by_others(table.name)
    ]
    if extra:
        count = len(extra)
        says = f"{known.described} has {count} table{'s' if count > 1 else ''} that no schema in"
        says += " the code declares: " + ", ".join(extra[:5]) + (" …" if count > 5 else "")
        place = one.tables[0].place
        found = Difference("extra", Place(place.path), says, "", "tables:extra")
        yield ComparedSchema(f"{one.id} (tables it does not know)", (found,))


# -- several schema files ------------------------------------------------------------------


def _apart(target: Target, ours: list[Declaration]) -> Iterable[ComparedSchema]:
    """Diesel schema files of one crate, each with tables of its own, that no module joins."""
    by_home: dict[str, list[Declaration]] = {}
    for one in ours:
        name = posixpath.basename(one.id)
        folder = posixpath.dirname(one.id)
        if one.tool != "Diesel" or one.printed or _MIGRATIONS.search(one.id):
            continue
        if "schema" in name or (name == "mod.rs" and "schema" in posixpath.basename(folder)):
            by_home.setdefault(f"{one.home}\0{one.other_server}", []).append(one)
    for files in by_home.values():
        if len(files) < 2:
            continue
        files.sort(key=lambda one: (-len(one.tables), one.id))
        main = files[0]
        names = {table.name for table in main.tables}
        yield ComparedSchema(f"{main.id} (schema file)")
        for other in files[1:]:
            theirs = [table for table in other.tables if table.name not in names]
            if not theirs or _same_module(main.id, other.id) or _joins(target, other.id):
                yield ComparedSchema(f"{other.id} (schema file)")
                continue
            listed = ", ".join(table.name for table in theirs[:5])
            says = (
                f"{other.id} declares {listed}{' …' if len(theirs) > 5 else ''} apart from"
                f" {main.id}, which declares {len(main.tables)} tables of the same database"
            )
            found = Difference(
                "c",
                theirs[0].place,
                says,
                theirs[0].name,
                other.id,
                main.tables[0].place,
                "the other tables",
            )
            yield ComparedSchema(f"{other.id} (schema file)", (found,))


_MIGRATIONS = regex(r"(?:^|/)migrations?/")
_SCHEMA_USE = regex(r"\ballow_tables_to_appear_in_same_query!|\bjoinable!")


def _same_module(one: str, other: str) -> bool:
    """Whether the files are parts of one module: ``schema.rs`` and ``schema/x.rs``, neighbours."""
    folders = []
    for path in (one, other):
        folder, name = posixpath.split(path)
        stem = name.removesuffix(".rs")
        folders.append((folder, folder if stem == "mod" else posixpath.join(folder, stem)))
    (first, first_module), (second, second_module) = folders
    return (
        first in (second, second_module)
        or second == first_module
        or second.startswith(first_module + "/")
        or first.startswith(second_module + "/")
    )


def _joins(target: Target, path: str) -> bool:
    """Whether the file takes the tables of another schema file in: ``use crate::schema::…``."""
    text = target.text(path)
    return "::schema::" in text and bool(_SCHEMA_USE.search(text))


# -- sqlx's offline data -------------------------------------------------------------------


@once
def _offline(target: Target) -> dict[str, tuple[OfflineQuery, ...]]:
    """Folder of offline data, or its one file → the queries that PostgreSQL described."""
    found: dict[str, list[OfflineQuery]] = {}
    for path in target.files:
        folder, name = posixpath.split(path)
        one = posixpath.basename(folder) == ".sqlx" and name.startswith("query-")
        if not (one and name.endswith(".json")) and name != "sqlx-data.json":
            continue
        if is_test_path(path):
            continue
        data = target.parse(read_sqlx_offline, path)
        if data.server == "PostgreSQL" and data.queries:
            found.setdefault(folder if one else path, []).extend(data.queries)
    return {folder: tuple(queries) for folder, queries in found.items()}


def _queries(
    target: Target,
    folder: str,
    queries: tuple[OfflineQuery, ...],
    every: tuple[KnownCatalog, ...],
) -> ComparedSchema:
    wanted = {table for query in queries for _, table in query.named.tables}
    shared = {one.id: len(wanted & {table.name for table in one.catalog.tables}) for one in every}
    known = max(every, key=lambda one: shared[one.id])
    if not shared[known.id]:
        return ComparedSchema(folder, (), "no catalog has any table of its queries")
    tables: dict[str, list[CatalogTable]] = {}
    for actual in known.catalog.tables:
        tables.setdefault(actual.name, []).append(actual)
    others = {table.name for one in every if one is not known for table in one.catalog.tables}
    unsure = known.gap or next((one.gap for one in every if one.gap), "")
    if not known.live:
        unsure = unsure or (known.root.coded if known.root is not None else "")
    faults: dict[tuple[str, str, str], list[OfflineQuery]] = {}
    for query in queries:
        for schema, table in query.named.tables:
            if schema not in ("", "public") or table.startswith("pg_") or table.endswith("_seq"):
                continue  # the server's own; a sequence, which reads like a table
            if table not in tables and table not in others:
                faults.setdefault(("a", table, ""), []).append(query)
        for table, column in query.named.columns:
            held = tables.get(table, [])
            known_columns = {one.name for one in held[0].columns} if len(held) == 1 else set()
            if known_columns and column not in known_columns:
                faults.setdefault(("a", table, column), []).append(query)
        for output in query.columns:
            held = tables.get(output.table, [])
            there = [one for one in held[0].columns if one.name == output.column] if held else []
            if len(held) == 1 and there and (wrong := _stale(output, there[0], held[0])):
                faults.setdefault(("b", f"{output.table}.{output.column}", wrong), []).append(query)
    if faults and unsure:
        return ComparedSchema(folder, (), f"{known.described} is not whole: {unsure}")
    differences = []
    waiting = ""
    for (clause, name, detail), found in faults.items():
        count = len(found)
        its_table, _, its_column = name.partition(".")
        late = unapplied(target)
        its_column = its_column or detail
        if why := late.column(its_table, its_column) if its_column else late.table(its_table):
            waiting = waiting or f"{its_table}{its_column and '.'}{its_column}: {why}"
            continue
        who = f"{count} queries of sqlx's offline data" if count > 1 else "a query known to sqlx"
        if clause == "b":
            says = f"{who} in {folder}: {name} {detail} in {known.described}"
        elif detail:
            near = alike(detail, sorted(one.name for one in tables[name][0].columns))
            says = f"{who} in {folder}: column {name}.{detail} is not in {known.described}"
            says += f"; did you mean {near}?" if near else ""
        else:
            near = alike(name, sorted(tables))
            says = f"{who} in {folder}: table {name} is not in {known.described}"
            says += f"; did you mean {near}?" if near else ""
        made = _table_place(target, known, name.partition(".")[0]) if name in tables else None
        text = " ".join(found[0].text.split())
        differences.append(Difference(clause, found[0].place, says, text, f"{name}.{detail}", made))
    return ComparedSchema(folder, tuple(differences), waiting)


def _stale(output: OfflineColumn, there: CatalogColumn, table: CatalogTable) -> str:
    """What of an output column is no longer so."""
    kind = catalog_type(there.type)
    if output.type and not agree(_sqlx_type(output.type), kind):
        return f"was {output.type} and is {there.type}"
    if table.kind not in ("r", "p") or output.nullable is None or is_own_type(kind):
        return ""
    if output.nullable == there.not_null:
        now = "NOT NULL" if there.not_null else "without NOT NULL"
        return f"was {'nullable' if output.nullable else 'NOT NULL'} and is {there.type} {now}"
    return ""


def _sqlx_type(name: str) -> str:
    return {'"char"': "char"}.get(name, name)
