"""Logs of statements that a program sent: what each line says, whoever wrote it.

PostgreSQL's own log (csvlog, jsonlog, stderr), the debug output of Diesel and sqlx, an export of
``pg_stat_statements``. Read line by line: a log may be larger than memory.

No library fits: pgBadger, which reads all of PostgreSQL's forms, is a Perl program; what PyPI has
writes such logs or renders reports of them, and none tells requests apart. pglast, for the shape of
a statement, is under the GPL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["FORMATS", "LogLine", "LoggedStatement", "PlanScan", "Unrecognised", "read_log"]

FORMATS = (
    "a PostgreSQL log (csvlog, jsonlog or stderr, with log_min_duration_statement = 0 or"
    " log_statement = 'all'), the debug output of Diesel or sqlx, an export of pg_stat_statements"
    " (CSV with a header, or JSON)"
)
"""What can be read, in words."""

LogLine = tuple[int, str]
"""Number, counted from 1, and text without its end."""

_SAMPLE = 400
"""Lines by which the form is told, once one of them looks like it."""


class PlanScan(Struct, frozen=True, gc=False):
    """A table that a plan reads from its start to its end with a filter."""

    table: str
    read: int
    """Rows: as counted, else as the planner expects them to be kept; then it is more."""
    kept: int
    filter: str
    """Without its values."""


class LoggedStatement(Struct, frozen=True, gc=False):
    """One sending of a statement, or its line in an export."""

    line: int
    shape: str
    """Without values; see :mod:`.sql_text`."""
    binds: int | None = None
    """Tells one set of values from another; ``None``: they are not in the log."""
    request: str = ""
    """The request, trace or span that the line itself names."""
    site: str = ""
    """Where the program sends it from, when a comment says so."""
    session: str = ""
    transaction: str = ""
    """Of a transaction of several statements; empty when it is not known to be one."""
    time: float | None = None
    """Seconds, from any start."""
    program: str = ""
    """``application_name`` and user."""
    rows: float | None = None
    """Rows that it brought, or on average."""
    duration: float | None = None
    """Milliseconds, or on average."""
    calls: int = 1
    scans: tuple[PlanScan, ...] = ()
    plan: bool = False
    """It is known by its plan; other lines of the log may tell of the same sending."""
    total: float | None = None
    """Of an export: milliseconds of all calls."""


class Unrecognised(Exception):
    """No statement was found in a log."""


_CSV = regex(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [\w+:-]{1,20},(?:\"(?:[^\"]++|\"\")*+\"|[^,]*+),"
    r"(?:\"(?:[^\"]++|\"\")*+\"|[^,]*+),\d*+,"
)
_JSON_SERVER = regex(r"^\{.*\"(?:error_severity|backend_type)\"\s*:", 0)
_STDERR = regex(r"(?:^|[\s:\]>|])LOG:\s{1,2}(?:duration|statement|execute|parse|bind)\b")
_EXPORT = regex(r"^\ufeff?(?=[^\n]*\bcalls\b)(?=[^\n]*\bquery\b)[\"\w]+(?:[,;\t][\"\w ]+)+\s*$")
_EXPORT_JSON = regex(r"\"query\"\s*:")
_PROGRAM = regex(
    r"sqlx::query|db\.statement|-- binds: \[|diesel|Query executed in|rows_affected", 0
)


def read_log(lines: Iterable[LogLine]) -> Iterator[LoggedStatement]:
    """The statements of a log in its order.

    Memory does not grow with the log, except for an export. Never raises because of what the lines
    hold, but for:

    :raises Unrecognised: at the end, when there was no statement.
    """
    iterator = iter(lines)
    head: list[LogLine] = []
    form: Callable[[Iterable[LogLine]], Iterator[LoggedStatement]] | None = None
    for line in iterator:
        head.append(line)
        form = _form(line[1], first=len(head) == 1)
        if form is not None:
            break
        if len(head) > _SAMPLE:
            del head[:-1]
    if form is None:
        raise Unrecognised
    found = False
    for statement in form(chain(head, iterator)):
        found = True
        yield statement
    if not found:
        raise Unrecognised


def _form(
    text: str, *, first: bool
) -> Callable[[Iterable[LogLine]], Iterator[LoggedStatement]] | None:
    """What reads a log that has this line."""
    from pytest_reconaudit.readers import sql_log_export, sql_log_postgres, sql_log_program

    text = text[:20_000]
    if _CSV.match(text):
        return sql_log_postgres.read_csvlog
    if first and _EXPORT.match(text[:2_000]):
        return sql_log_export.read_export_csv
    if _JSON_SERVER.search(text):
        return sql_log_postgres.read_jsonlog
    if "calls" in text and _EXPORT_JSON.search(text) and not _PROGRAM.search(text):
        return sql_log_export.read_export_json
    if first and text.strip() in ("[", "{", "[{"):
        return sql_log_export.read_export_json
    if _STDERR.search(text):
        return sql_log_postgres.read_stderr
    if _PROGRAM.search(text):
        return sql_log_program.read_program
    return None
