"""The migrations of the repository against what their tools recorded in the live database.

A tracking table is found by its columns, wherever it lies and whatever it is called; which history
it belongs to is told by its tool, the name that the configuration gives it, and the versions that
both have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.db.database import Catalog, live_catalog, live_part
from pytest_reconaudit.facts.db.tracked import (
    TOOL_NAMES,
    Tracked,
    TrackedHistory,
    as_tool,
    checksums,
    flyway_key,
    lets_go_missing,
    repeatable_sum,
    tables_of,
    tracked_histories,
)
from pytest_reconaudit.model import Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["MigrationState", "NoState", "RecordedFault", "migration_states"]

Clause = Literal["a", "b", "c", "d", "e"]


class RecordedFault(Struct, frozen=True):
    """Some migrations of one history that stand alike in the database."""

    clause: Clause
    """a pending, b unknown, c dirty or failed, d changed since, e not recorded at all."""
    says: str
    migrations: tuple[Tracked, ...]
    """Those of the repository that it is about."""
    versions: tuple[str, ...] = ()
    """As people know them, for evidence."""
    sure: bool = True
    old: bool = False
    """Removed from the repository after they were applied, as a squashed history leaves them."""


class MigrationState(Struct, frozen=True, eq=False):
    """One history and what the live database records of it."""

    history: TrackedHistory
    table: str
    """``public._sqlx_migrations``; empty when there is none."""
    applied: frozenset[str]
    """Keys of what is applied; :attr:`TrackedHistory.migrations` has the same keys."""
    pending: tuple[Tracked, ...]
    faults: tuple[RecordedFault, ...]
    newest: str = ""
    """The last migration that was applied, as people know it."""
    reason: SkipReason | None = None
    """Why there is no verdict."""
    detail: str = ""
    others: tuple[str, ...] = ()
    """Tracking tables of the same history in other schemas, in which it stands elsewhere."""

    def place(self, fault: RecordedFault) -> Place:
        """Where a fault is shown: at its first migration, else at the history."""
        return fault.migrations[0].place if fault.migrations else self.history.place


class NoState(Struct, frozen=True):
    """Why nothing is known of the live database's migrations."""

    reason: SkipReason
    detail: str


class _Table(Struct, frozen=True, eq=False):
    tool: str
    schema: str
    name: str
    rows: tuple[Mapping[str, str | None], ...]
    more: bool
    denied: str

    @property
    def shown(self) -> str:
        return f"{self.schema}.{self.name}"


class _Record(Struct):
    """What a tracking table says, by key."""

    applied: dict[str, str]
    """Key → the checksum that was recorded."""
    failed: dict[str, str]
    """Key → how it stands there."""
    shown: dict[str, str]
    """Key → what people call it, where that is more than the key."""
    newest: str = ""
    upto: int | None = None
    """The tool records a current version only: everything up to it is applied."""
    base: str = ""
    """Flyway's baseline: what is older was never to be applied here."""
    heads: tuple[str, ...] = ()
    """Alembic's current revisions."""


@once
def migration_states(target: Target) -> tuple[MigrationState, ...] | NoState:
    """How each history stands in the live database, in path order."""
    part = live_part(target, "tracking")
    if isinstance(part, str):
        return NoState(SkipReason.NO_SERVER, part)
    catalog = live_catalog(target)
    if isinstance(catalog, str):
        return NoState(SkipReason.NO_SERVER, catalog)
    histories = tracked_histories(target)
    tables = [_table(one) for one in part["tables"]]
    chosen = _assigned(target, histories, tables)
    found = []
    for history in histories:
        mine = chosen.get(history.path)
        if mine is not None:
            found.append(_judged(target, *mine, chosen, tables))
        elif history.tool in TOOL_NAMES:
            found.append(_unrecorded(target, history, chosen, tables, catalog))
    if not found:
        return NoState(SkipReason.NO_INPUT, "no migration history in the repository")
    return tuple(found)


def _table(data: Mapping[str, Any]) -> _Table:
    columns = data["columns"]
    return _Table(
        data["tool"],
        data["schema"],
        data["table"],
        tuple(dict(zip(columns, row, strict=True)) for row in data["rows"]),
        data["more"],
        data.get("denied", ""),
    )


# -- which table belongs to which history --------------------------------------------------

_Chosen = dict[str, tuple[TrackedHistory, _Table]]


def _assigned(
    target: Target, histories: Sequence[TrackedHistory], tables: Sequence[_Table]
) -> _Chosen:
    """History's path → the history in the terms of its table's tool, and the table."""
    names = {(table.tool, table.name) for table in tables}
    pairs: list[tuple[tuple[int, ...], TrackedHistory, _Table]] = []
    for history in histories:
        for table in tables:
            for tool in ("dbmate", "rails") if table.tool == "rails" else (table.tool,):
                seen = as_tool(target, history, tool)
                if seen is None:
                    continue
                named = bool(seen.table) and seen.table == table.name
                if seen.table and not named and (table.tool, seen.table) in names:
                    continue
                record = _record(table, seen)
                both = _overlap(record, seen)
                own = tool == history.tool
                if not (both or named or (own and not record.applied)):
                    continue
                if not own and both * 2 < len(record.applied):
                    continue
                pairs.append(((named, both, own, table.schema == "public"), seen, table))
    pairs.sort(key=lambda pair: pair[0], reverse=True)
    chosen: _Chosen = {}
    taken: dict[int, list[TrackedHistory]] = {}
    for _, history, table in pairs:
        if history.path in chosen:
            continue
        holders = taken.setdefault(id(table), [])
        if holders and not _may_share(history, holders):
            continue
        holders.append(history)
        chosen[history.path] = (history, table)
    for history in histories if not chosen else ():  # nothing in common but the tool
        if history.path not in chosen and not history.table:
            free = [t for t in tables if t.tool == _recorded_as(history) and id(t) not in taken]
            rivals = [h for h in histories if h.tool == history.tool and h.path not in chosen]
            if len(free) == 1 and len(rivals) == 1:
                chosen[history.path] = (history, free[0])
    return chosen


def _recorded_as(history: TrackedHistory) -> str:
    return "rails" if history.tool == "dbmate" else history.tool


def _overlap(record: _Record, history: TrackedHistory) -> int:
    keys = history.keys
    if record.upto is not None:  # only the version that stands there tells whose it is
        return sum(int(key) <= record.upto for key in keys) if str(record.upto) in keys else 0
    return len(keys & (record.applied.keys() | record.failed.keys()))


def _may_share(history: TrackedHistory, holders: Iterable[TrackedHistory]) -> bool:
    """Whether several folders make one history: Flyway's locations, Alembic's branches."""
    return not any(history.keys & one.keys for one in holders)


# -- reading the tables --------------------------------------------------------------------


def _record(table: _Table, history: TrackedHistory) -> _Record:
    record = _Record({}, {}, {})
    _READ[history.tool](table.rows, record, history)
    if not record.newest and record.applied:
        last = next(reversed(record.applied))
        record.newest = record.shown.get(last, last)
    return record


_Rows = Sequence[Mapping[str, str | None]]


def _versions(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        record.applied[row["version"] or ""] = ""


def _whole_numbers(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in sorted(rows, key=lambda row: _number(row["version"])):
        record.applied[str(_number(row["version"]))] = ""


def _sqlx(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        key = row["version"] or ""
        record.shown[key] = f"{key} ({row['description']})"
        if row["success"] == "true":
            record.applied[key] = row["checksum"] or ""
        else:
            record.failed[key] = "success is false: it stopped on the way"


def _golang_migrate(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        key = row["version"] or ""
        record.upto = max(record.upto or 0, _number(key))
        record.newest = key
        if row["dirty"] == "true":
            record.failed[key] = "dirty is true: it stopped on the way"
    for one in history.migrations:
        if record.upto is not None and int(one.key) <= record.upto:
            record.applied[one.key] = ""
    if record.upto is not None:
        record.applied[str(record.upto)] = ""


def _goose(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        key = row["version_id"] or "0"
        if key == "0":
            continue
        record.applied.pop(key, None)
        if row["is_applied"] == "true":
            record.applied[key] = ""


def _flyway(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        kind = (row["type"] or "").upper()
        script = (row["script"] or "").rpartition("/")[2]
        if row["version"] is None:
            if script.startswith("R__"):
                record.applied[script] = row["checksum"] or ""
                record.failed.pop(script, None)
                if row["success"] != "true":
                    record.failed[script] = "success is false"
            continue
        key = flyway_key(row["version"])
        record.shown[key] = script or f"version {row['version']}"
        record.failed.pop(key, None)
        if "BASELINE" in kind:
            record.base = key
            record.applied.setdefault(key, "")
        elif kind.startswith("UNDO") or kind == "DELETE":
            record.applied.pop(key, None)
        elif row["success"] != "true":
            record.failed[key] = "success is false: it failed"
        else:
            record.applied[key] = row["checksum"] or "" if kind.startswith("SQL") else ""
    numbered = [key for key in record.applied if not key.startswith("R__")]
    if numbered:
        last = max(numbered, key=_flyway_order)
        record.newest = record.shown.get(last, last)


def _flyway_order(key: str) -> list[int]:
    return [int(number) for number in key.split(".") if number.isdigit()]


def _liquibase(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        key = f"{row['author']}:{row['id']}"
        file = (row["filename"] or "").rpartition("/")[2]
        if f"{key}@{file}" in history.keys:
            key = f"{key}@{file}"
        if row["exectype"] == "FAILED":
            record.failed[key] = "exectype is FAILED"
        else:
            record.applied[key] = ""


def _prisma(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        key = row["migration_name"] or ""
        if row["rolled_back_at"] is not None:
            continue
        if row["finished_at"] is not None:
            record.applied[key] = row["checksum"] or ""
            record.failed.pop(key, None)
        else:
            record.failed[key] = "neither finished_at nor rolled_back_at is set: it failed"


def _drizzle(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        key = row["created_at"] or ""
        record.applied[key] = row["hash"] or ""
    tags = {one.key: one.shown for one in history.migrations}
    record.shown.update({key: tags.get(key, f"created_at {key}") for key in record.applied})


def _refinery(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    for row in rows:
        key = row["version"] or ""
        record.applied[key] = row["checksum"] or ""
        record.shown[key] = f"V{key}__{row['name']}"


def _alembic(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    needs = {one.key: one.needs for one in history.migrations}
    record.heads = tuple(row["version_num"] or "" for row in rows)
    record.newest = ", ".join(record.heads)
    todo = list(record.heads)
    while todo:
        key = todo.pop()
        if key not in record.applied:
            record.applied[key] = ""
            todo += needs.get(key, ())


def _django(rows: _Rows, record: _Record, history: TrackedHistory) -> None:
    apps = {one.key.partition(".")[0] for one in history.migrations}
    for row in rows:
        if row["app"] in apps:
            record.applied[f"{row['app']}.{row['name']}"] = ""
    for one in history.migrations:  # squashed: all that it replaces, or itself, says the rest
        if one.needs and all(key in record.applied for key in one.needs):
            record.applied.setdefault(one.key, "")
        elif one.key in record.applied:
            record.applied.update(dict.fromkeys(one.needs, ""))


_INTEGER = regex(r"-?[0-9]{1,30}")
_READ = {
    "diesel": _versions, "sea-orm": _versions, "dbmate": _versions, "rails": _whole_numbers,
    "sqlx": _sqlx, "golang-migrate": _golang_migrate, "goose": _goose, "flyway": _flyway,
    "liquibase": _liquibase, "prisma": _prisma, "drizzle": _drizzle, "refinery": _refinery,
    "alembic": _alembic, "django": _django,
}  # fmt: skip


def _number(text: str | None) -> int:
    return int(text) if text and _INTEGER.fullmatch(text) else 0


# -- verdicts ------------------------------------------------------------------------------

_UNMINDED = frozenset({"dbmate", "diesel", "django", "goose", "rails"})
"""Tools that never look at a record whose migration is gone, so that a squashed history stays."""


def _judged(
    target: Target,
    history: TrackedHistory,
    table: _Table,
    chosen: _Chosen,
    tables: Sequence[_Table],
) -> MigrationState:
    state = MigrationState(history, table.shown, frozenset(), (), ())
    if table.denied:
        detail = f"{table.shown} cannot be read: {table.denied}"
        return replace(state, reason=SkipReason.NO_SERVER, detail=detail)
    if table.more:
        detail = f"{table.shown} has more rows than are read"
        return replace(state, reason=SkipReason.UNRESOLVED, detail=detail)
    record = _record(table, history)
    sharing = [other for other, its in chosen.values() if its is table]
    pending = _pending(history, record)
    faults = [
        *_failed(history, record, table),
        *_pending_faults(target, history, record, pending, table),
        *_unknown(target, history, record, table, sharing),
        *_changed(target, history, record, table),
    ]
    applied = frozenset(record.applied) - record.failed.keys()
    return replace(
        state,
        applied=applied,
        pending=pending,
        faults=tuple(faults),
        newest=record.newest,
        others=tuple(_elsewhere(history, record, pending, table, chosen, tables)),
    )


def _pending(history: TrackedHistory, record: _Record) -> tuple[Tracked, ...]:
    done = record.applied.keys() | record.failed.keys()
    if record.heads and not set(record.heads) <= history.keys:
        return ()  # from there nobody knows the way
    run = {one.path for one in history.migrations if one.listed or one.key in done}
    replaced = {key for one in history.migrations if one.needs for key in one.needs}
    return tuple(
        one
        for one in history.migrations
        if one.key not in done
        and not one.optional
        and one.path in run
        and not (record.base and _flyway_order(one.key) <= _flyway_order(record.base))
        and not (history.tool == "diesel" and not one.key.strip("0"))
        and not (history.tool == "django" and _stands_back(one, replaced, record))
    )


def _stands_back(one: Tracked, replaced: set[str], record: _Record) -> bool:
    """Whether Django would not run it: the squashed one does its work, or it is half done by
    those that it replaces."""
    if one.needs:
        return any(key in record.applied for key in one.needs)
    return one.key in replaced and not any(
        key.partition(".")[0] == one.key.partition(".")[0] for key in record.applied
    )


def _listing(versions: Sequence[str]) -> str:
    more = f" and {len(versions) - 5} more" if len(versions) > 5 else ""
    return ", ".join(versions[:5]) + more


def _is_stale(target: Target, one: Tracked, recorded: str) -> bool:
    """Whether Flyway runs a repeatable migration again."""
    sums = repeatable_sum(target, one)
    return bool(sums and recorded and recorded not in sums)


def _pending_faults(
    target: Target,
    history: TrackedHistory,
    record: _Record,
    pending: Sequence[Tracked],
    table: _Table,
) -> Iterable[RecordedFault]:
    stale = tuple(
        one
        for one in history.repeatable
        if one.key not in record.failed
        and (one.key not in record.applied or _is_stale(target, one, record.applied[one.key]))
    )
    if not pending and not stale:
        return
    shown = tuple(one.shown for one in (*pending, *stale))
    newest = f"; the newest recorded is {record.newest}" if record.newest else "; none is"
    total = len(history.migrations) + len(history.repeatable)
    verb = "is" if len(shown) == 1 else "are"
    never = ""
    if history.tool == "drizzle" and record.applied:
        last = max(map(_number, record.applied))
        passed = sum(_number(one.key) <= last for one in pending)
        never = f"; {passed} of them older than it, which Drizzle never runs" if passed else ""
    yield RecordedFault(
        "a",
        f"{len(shown)} of {total} {history.name} migrations {verb} not applied to the live database"
        f" ({table.shown}){newest}{never}: {_listing(shown)}",
        (*pending, *stale),
        shown,
    )


def _failed(history: TrackedHistory, record: _Record, table: _Table) -> Iterable[RecordedFault]:
    if not record.failed:
        return
    by_key = {one.key: one for one in (*history.migrations, *history.repeatable)}
    named = tuple(
        by_key[key].shown if key in by_key else record.shown.get(key, key) for key in record.failed
    )
    how = " and ".join(dict.fromkeys(record.failed.values()))
    count = len(named)
    yield RecordedFault(
        "c",
        f"{count} {history.name} {'migration' if count == 1 else 'migrations'} ended half done in"
        f" the live database ({table.shown}: {how}): {_listing(named)}",
        tuple(by_key[key] for key in record.failed if key in by_key),
        named,
    )


def _unknown(
    target: Target,
    history: TrackedHistory,
    record: _Record,
    table: _Table,
    sharing: Sequence[TrackedHistory],
) -> Iterable[RecordedFault]:
    known = set(history.known)
    for one in sharing:
        known |= one.keys | one.known
        known |= {key for migration in one.migrations for key in migration.needs}
    if sharing and sharing[0].path != history.path:
        return  # said once for a table
    seen = record.heads or (*record.applied, *record.failed)
    gone = [
        key
        for key in dict.fromkeys(seen)
        if key not in known
        and key != record.base
        and not (history.tool == "flyway" and key.startswith("R__"))
        and not (history.tool == "diesel" and not key.strip("0"))
    ]
    if gone and history.tool == "drizzle":  # recorded under another time, as an edited journal has
        sums = {text for one in history.migrations for text in checksums(target, history, one)}
        gone = [key for key in gone if record.applied.get(key) not in sums]
    if not gone:
        return
    shown = tuple(record.shown.get(key, key) for key in gone)
    old = history.tool in _UNMINDED and all(_is_old(history, key) for key in gone)
    old = old or lets_go_missing(target, history.tool)
    count, verb = len(gone), "is" if len(gone) == 1 else "are"
    why = f", and {history.name} does not mind" if old else ""
    yield RecordedFault(
        "b",
        f"{count} {history.name} {'migration' if count == 1 else 'migrations'} recorded in the live"
        f" database ({table.shown}) {verb} not in the repository{why}: {_listing(shown)}",
        (),
        shown,
        old=old,
    )


def _is_old(history: TrackedHistory, key: str) -> bool:
    """Whether what is gone is older than all that is there; in Django, whether its app went on."""
    app, _, name = key.rpartition(".")
    mine = [_first_number(one.rpartition(".")[2]) for one in history.keys if one.startswith(app)]
    if history.tool == "django":
        return _first_number(name) <= max(mine, default=0)
    return _first_number(name) < min(filter(None, mine), default=0)


def _first_number(text: str) -> int:
    match = _LEADING.match(text)
    return int(match[1]) if match else 0


_LEADING = regex(r"m?([0-9]{1,30})")


def _changed(
    target: Target, history: TrackedHistory, record: _Record, table: _Table
) -> Iterable[RecordedFault]:
    changed = []
    for one in history.migrations:
        recorded = record.applied.get(one.key, "").lower()
        if recorded and one.key not in record.failed:
            sums = checksums(target, history, one)
            if sums and recorded not in sums:
                changed.append(one)
    if not changed:
        return
    shown = tuple(one.shown for one in changed)
    count, verb = len(changed), "was" if len(changed) == 1 else "were"
    yield RecordedFault(
        "d",
        f"{count} {history.name} {'migration' if count == 1 else 'migrations'} {verb} edited after"
        f" the live database applied {'it' if count == 1 else 'them'}, by the checksums in"
        f" {table.shown}: {_listing(shown)}",
        tuple(changed),
        shown,
    )


def _elsewhere(
    history: TrackedHistory,
    record: _Record,
    pending: Sequence[Tracked],
    table: _Table,
    chosen: _Chosen,
    tables: Sequence[_Table],
) -> Iterable[str]:
    """Schemas of the same history in which other migrations are applied: one for each customer."""
    held = {id(its) for _, its in chosen.values()}
    for other in tables:
        same = other.tool == table.tool and other.name == table.name
        if not same or id(other) in held or other.denied or other.more:
            continue
        theirs = _record(other, history)
        if _overlap(theirs, history) * 2 < len(history.keys):
            continue
        if theirs.failed or _pending(history, theirs) != tuple(pending):
            yield other.shown


def _unrecorded(
    target: Target,
    history: TrackedHistory,
    chosen: _Chosen,
    tables: Sequence[_Table],
    catalog: Catalog,
) -> MigrationState:
    """A history without a table of its tool."""
    state = MigrationState(history, "", frozenset(), history.migrations, ())
    same = [table for table in tables if table.tool == _recorded_as(history)]
    if same:
        held = next((h.path for h, t in chosen.values() if t is same[0]), "")
        whose = f"records {held}, not this history" if held else "has nothing of this history"
        detail = f"{same[0].shown} of the live database {whose}"
        return replace(state, reason=SkipReason.UNRESOLVED, detail=detail)
    tracking = {(table.schema, table.name) for table in tables}
    there = {
        table.name.lower()
        for table in catalog.tables
        if table.kind in "rp" and (table.schema, table.name) not in tracking
    }
    made = tables_of(target, history)
    both = sorted(made & there)
    if chosen and not both:
        detail = "neither its tables nor its records are in the live database"
        return replace(state, reason=SkipReason.UNRESOLVED, detail=detail)
    shown = tuple(one.shown for one in history.migrations)
    if both or (there and not made):
        if not made and not history.sure:
            detail = f"nothing says that {history.name} runs on PostgreSQL here"
            return replace(state, reason=SkipReason.UNRESOLVED, detail=detail)
        some = f"{len(both)} of its {len(made)} tables" if both else f"{len(there)} tables"
        says = (
            f"the live database has {some} and no table in which {history.name} records its"
            f" {len(shown)} migrations"
        )
        fault = RecordedFault("e", says, (), shown, sure=bool(both))
    else:
        what = "has none of its tables" if there else "is empty"
        says = (
            f"none of the {len(shown)} {history.name} migrations is applied: the live database"
            f" {what} and no record of them: {_listing(shown)}"
        )
        fault = RecordedFault("a", says, history.migrations, shown, sure=not there)
    return replace(state, faults=(fault,))
