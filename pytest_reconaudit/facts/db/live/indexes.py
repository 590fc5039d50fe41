"""Indexes of the live database that no query uses, because they are not valid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from pytest_reconaudit.facts.db.database import live_part
from pytest_reconaudit.facts.db.live.places import index_place, server_place
from pytest_reconaudit.model import Place, SkipReason
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["InvalidIndex", "LiveIndexes", "NoIndexes", "live_indexes"]

_EACH = 40
"""Invalid indexes that are judged one by one; what is beyond them is counted."""
_LEFT = regex(r"_cc(new|old)\d*$")


class InvalidIndex(Struct, frozen=True):
    """One index that is not valid, or not ready."""

    id: str
    """``schema.name``."""
    table: str
    """``schema.table``."""
    kind: Literal["failed", "new", "old", "partitioned"]
    """What left it: a build, REINDEX CONCURRENTLY before (``new``) or after (``old``) it took the
    index's place, or nothing: a partitioned index without all its parts."""
    place: Place
    ready: bool
    """Whether writes still maintain it."""
    size: int
    """Bytes, by the last VACUUM or ANALYZE."""
    table_size: int
    unattached: int
    """Partitions of its table without their part of it."""
    definition: str

    @property
    def sizes(self) -> str:
        return f"{_bytes(self.size)}, its table {_bytes(self.table_size)}"


class LiveIndexes(Struct, frozen=True):
    """The indexes of the live database as a whole."""

    count: int
    each: tuple[InvalidIndex, ...]
    """Those that are judged one by one."""
    more: tuple[InvalidIndex, ...]
    """Those beyond them."""
    building: tuple[str, ...]
    """``schema.name`` of those that are just being built."""
    place: Place


class NoIndexes(Struct, frozen=True):
    """Why nothing is known of them."""

    reason: SkipReason
    detail: str


@once
def live_indexes(target: Target) -> LiveIndexes | NoIndexes:
    """The live database's indexes, the invalid ones in name order."""
    part = live_part(target, "builds")
    if isinstance(part, str):
        return NoIndexes(SkipReason.NO_SERVER, part)
    if not part["indexes"]:
        return NoIndexes(SkipReason.NO_INPUT, "the live database has no index")
    building = tuple(f"{one['schema']}.{one['name']}" for one in part["invalid"] if one["building"])
    invalid = [_invalid(target, one) for one in part["invalid"] if not one["building"]]
    return LiveIndexes(
        part["indexes"],
        tuple(invalid[:_EACH]),
        tuple(invalid[_EACH:]),
        building,
        server_place(target),
    )


def _invalid(target: Target, data: Mapping[str, Any]) -> InvalidIndex:
    left = _LEFT.search(data["name"])
    kind: Literal["failed", "new", "old", "partitioned"] = "failed"
    if data["partitioned"]:
        kind = "partitioned"
    elif left:
        kind = "new" if left[1] == "new" else "old"
    return InvalidIndex(
        id=f"{data['schema']}.{data['name']}",
        table=f"{data['table_schema']}.{data['table']}",
        kind=kind,
        place=index_place(target, data["name"], data["table"], data["constraint"]),
        ready=data["ready"],
        size=data["size"],
        table_size=data["table_size"],
        unattached=data["unattached"],
        definition=data["definition"],
    )


def _bytes(size: int) -> str:
    for unit, step in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} bytes"
