"""An export of ``pg_stat_statements``: CSV with a header (``COPY … TO … CSV HEADER``), or JSON."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from pytest_reconaudit.readers.sql_log import LoggedStatement, LogLine
from pytest_reconaudit.readers.sql_text import sent_text

__all__ = ["read_export_csv", "read_export_json"]

_MOST = 64 << 20
"""Characters of a JSON document, which is read as a whole."""
_MOST_LINES = 2_000
"""Lines of one statement."""


def read_export_csv(lines: Iterable[LogLine]) -> Iterator[LoggedStatement]:
    """One line for each statement; the delimiter is told from the header."""
    header: list[str] = []
    delimiter = ","
    for number, record in _records(lines):
        if not header:
            delimiter = max(",;\t", key=record.count)
        try:
            fields = next(csv.reader([record], delimiter=delimiter), [])
        except csv.Error:
            continue
        if not header:
            header = [name.strip().lstrip("\ufeff").lower() for name in fields]
            continue
        found = _statement(number, dict(zip(header, fields, strict=False)))
        if found is not None:
            yield found


def _records(lines: Iterable[LogLine]) -> Iterator[LogLine]:
    kept: list[str] = []
    start = quotes = 0
    for number, line in lines:
        if not kept:
            start, quotes = number, 0
        kept.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0 or len(kept) > _MOST_LINES:
            yield start, "\n".join(kept)
            kept = []


def read_export_json(lines: Iterable[LogLine]) -> Iterator[LoggedStatement]:
    """A list of objects, an object that holds one, or an object on each line."""
    whole: list[str] = []
    size = 0
    first = 0
    for number, line in lines:
        first = first or number
        stripped = line.strip().rstrip(",")
        if stripped.startswith("{") and stripped.endswith("}") and len(stripped) > 2:
            found = [one for one in _objects(stripped) if one is not None]
            if found:
                for one in found:
                    statement = _statement(number, one)
                    if statement is not None:
                        yield statement
                continue
        size += len(line)
        if size <= _MOST:
            whole.append(line)
    if 0 < size <= _MOST:
        for one in _objects("\n".join(whole)):
            statement = _statement(first, one)
            if statement is not None:
                yield statement


def _objects(text: str) -> Iterator[Mapping[str, object]]:
    """The objects with a query in a document, at most three levels deep."""
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return
    level: list[object] = [found]
    for _ in range(4):
        deeper: list[object] = []
        for one in level:
            if isinstance(one, dict):
                if "query" in one and "calls" in one:
                    yield one
                else:
                    deeper += one.values()
            elif isinstance(one, list):
                deeper += one
        level = deeper


def _statement(line: int, row: Mapping[str, object]) -> LoggedStatement | None:
    query, calls = row.get("query"), _number(row.get("calls"))
    if not isinstance(query, str) or not calls:
        return None
    rows = _number(row.get("rows"))
    total = _number(row.get("total_exec_time", row.get("total_time")))
    mean = _number(row.get("mean_exec_time", row.get("mean_time")))
    if mean is None and total is not None:
        mean = total / calls
    sent = sent_text(query)
    if not sent.shape or sent.shape == "<insufficient privilege>":
        return None
    return LoggedStatement(
        line=line,
        shape=sent.shape,
        calls=round(calls),
        rows=None if rows is None else rows / calls,
        duration=mean,
        total=total if total is not None or mean is None else mean * calls,
    )


def _number(value: object) -> float | None:
    if not isinstance(value, (int, float, str)) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 1e18 else None
