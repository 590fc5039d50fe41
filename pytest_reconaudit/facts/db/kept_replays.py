"""Results of replays, kept between runs in the user's cache.

A replay is the same each time when its statements, the servers at hand and our own sources are.
What is kept has one shape: anything else is as if it were not there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import msgspec

from pytest_reconaudit import store

__all__ = ["load", "save"]

_KIND = "replays"
_MOST = 16
"""Results that are kept; what was not used for longest goes."""
_LARGEST = 48 * 1024 * 1024
"""Bytes of one result."""
_ALL = 256 * 1024 * 1024
"""Bytes of all."""


class _Column(TypedDict):
    name: str
    type: str
    not_null: bool
    has_default: bool
    type_oid: int
    collation: int
    identity: str
    generated: str


class _Table(TypedDict):
    schema: str
    name: str
    kind: str
    partition: bool
    rows: int
    columns: list[_Column]
    unlogged: bool


class _Index(TypedDict):
    oid: int
    schema: str
    name: str
    table: str
    method: str
    keys: list[str]
    include: list[str]
    predicate: str
    unique: bool
    valid: bool
    primary: bool
    partitioned: bool
    partition: bool
    constraint: str
    constraint_kind: str
    definition: str
    table_size: int
    replica_identity: bool
    form: list[Any]
    families: list[int]
    collations: list[int]


class _Constraint(TypedDict):
    name: str
    kind: str
    schema: str
    table: str
    columns: list[str]
    foreign_schema: str
    foreign_table: str
    foreign_columns: list[str]
    on_delete: str
    validated: bool
    inherited: bool
    definition: str
    on_update: str
    equality: list[int]


class _Catalog(TypedDict):
    version: str
    tables: list[_Table]
    indexes: list[_Index]
    constraints: list[_Constraint]
    families: list[tuple[int, int]]
    unread: list[tuple[str, str]]


class _Failure(TypedDict):
    path: str
    line: int | None
    column: int | None
    message: str
    hint: str
    sqlstate: str
    statement: str
    sure: bool


class _Locks(TypedDict):
    path: str
    line: int | None
    column: int | None
    transaction: int
    locks: dict[str, str]
    scanned: list[str]
    rewritten: list[str]
    lock_timeout: bool
    concurrently: bool


class _History(TypedDict):
    root: str
    tool: str
    catalog: _Catalog
    failure: _Failure | None
    notes: list[str]
    applied: list[str]
    created: dict[str, dict[str, Any]]
    declared: dict[str, dict[str, Any]]
    locks: list[_Locks]
    unobserved: str


class _Result(TypedDict):
    """What :func:`pytest_reconaudit.probes.replay.replay` gives."""

    server: str
    shims: list[str]
    histories: list[_History]


def load(key: str, outside: Path) -> dict[str, Any] | None:
    """The result kept under a key; nothing is read out of ``outside`` (the target)."""
    data = store.load(_KIND, key, outside, _LARGEST)
    if data is None:
        return None
    try:
        result = msgspec.msgpack.decode(data, type=_Result)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    store.touch(_KIND, key)
    return {**result}


def save(key: str, result: dict[str, Any], outside: Path) -> None:
    """Keep a result. What cannot be written is not kept."""
    data = msgspec.msgpack.encode(result)
    store.save(_KIND, key, data, outside, largest=_LARGEST, most=_MOST, total=_ALL)
