"""PostgreSQL's own log: csvlog, jsonlog and the plain form, whose prefix is guessed from the lines.

Read are statements with or without duration (``log_min_duration_statement``, ``log_statement``),
executions of prepared statements with their parameters, and ``auto_explain``'s plans in text and
JSON.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from string import ascii_uppercase

import msgspec
from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql_log import LoggedStatement, LogLine, PlanScan
from pytest_reconaudit.readers.sql_text import LIMIT, sent_text

__all__ = ["read_csvlog", "read_jsonlog", "read_stderr"]

_LARGEST = 1 << 20
"""Characters of one message; what is longer is given up."""


class _Message(Struct, gc=False):
    """One message of the server."""

    line: int
    text: str
    detail: str = ""
    session: str = ""
    vxid: str = ""
    time: str = ""
    user: str = ""
    application: str = ""


_DURATION = regex(r"duration: (\d{1,12}(?:\.\d{1,6})?) ms(?:\s\s?|$)")
_SENT = regex(r"(?:statement|execute [^:\n]{1,200}): ")
_TEXT_OF_PLAN = regex(r"\s*Query Text: ")
_NODE = regex(
    r"^\s{0,200}(?:->\s\s)?[A-Z][^\n(]{2,200}\(cost=\d[\d.]{0,40} rows=(\d{1,18}) width=\d{1,9}\)"
    r"(?: \(actual (?:time=[\d.]{1,40} )?rows=([\d.]{1,20}) loops=\d{1,18}\))?"
)
_SCAN = regex(r"\bSeq Scan on (?:only )?([^\s(]{1,130})")
_FILTER = regex(r"^\s{1,200}Filter: (.*)")
_REMOVED = regex(r"^\s{1,200}Rows Removed by Filter: ([\d.]{1,20})")


class _Server:
    """Makes statements of messages; a plan waits for the statement that it belongs to."""

    def __init__(self) -> None:
        self._rows: dict[str, float] = {}

    def read(self, message: _Message) -> LoggedStatement | None:
        text = message.text
        duration: float | None = None
        at = 0
        if text.startswith("duration: "):
            match = _DURATION.match(text)
            if match is None:
                return None
            duration, at = float(match[1]), match.end()
            if text.startswith("plan:", at):
                return self._plan(message, text[at + 5 :], duration)
        match = _SENT.match(text, at)
        if match is None:
            return None
        body = text[match.end() :]
        sent = sent_text(body)
        return LoggedStatement(
            line=message.line,
            shape=sent.shape,
            binds=hash((body, message.detail)),
            request=sent.request,
            site=sent.site,
            session=message.session,
            transaction=_transaction(message.vxid),
            time=_seconds(message.time),
            program=" ".join(filter(None, (message.application, message.user))),
            rows=self._rows.pop(message.session, None),
            duration=duration,
        )

    def _plan(self, message: _Message, plan: str, duration: float) -> LoggedStatement | None:
        found = _json_plan(plan) if plan.lstrip().startswith("{") else _text_plan(plan)
        if found is None:
            return None
        body, rows, scans = found
        if rows is not None:
            if len(self._rows) > 4_000:
                self._rows.clear()
            self._rows[message.session] = rows
        sent = sent_text(body)
        return LoggedStatement(
            line=message.line,
            shape=sent.shape,
            binds=hash(body),
            request=sent.request,
            site=sent.site,
            session=message.session,
            transaction=_transaction(message.vxid),
            time=_seconds(message.time),
            program=" ".join(filter(None, (message.application, message.user))),
            rows=rows,
            duration=duration,
            scans=scans,
            plan=True,
        )


def _transaction(vxid: str) -> str:
    """The virtual transaction, unless it had ended when the line was written (``3/0``)."""
    return "" if not vxid or vxid.endswith("/0") else vxid


def _seconds(text: str) -> float | None:
    """``2026-11-22 12:00:00.123 UTC`` or seconds since 1970, as seconds."""
    try:
        if text[4:5] == "-":
            day = date(int(text[:4]), int(text[5:7]), int(text[8:10])).toordinal()
            clock = text[11:].split(" ", 1)[0].rstrip("Z").split("+", 1)[0]
            hours, minutes, seconds = clock.split(":")
            return day * 86_400 + int(hours) * 3_600 + int(minutes) * 60 + float(seconds)
        return float(text) if text else None
    except ValueError:
        return None


# -- plans ---------------------------------------------------------------------------------

_Plan = tuple[str, float | None, tuple[PlanScan, ...]]


def _text_plan(plan: str) -> _Plan | None:
    match = _TEXT_OF_PLAN.match(plan)
    if match is None:
        return None
    body: list[str] = []
    scans: list[PlanScan] = []
    rows: float | None = None
    nodes = 0
    table = condition = ""
    kept = removed = 0.0

    def finish() -> None:
        if table and condition:
            scans.append(PlanScan(table, round(kept + removed), round(kept), condition))

    for line in plan[match.end() :].splitlines():
        node = _NODE.match(line)
        if node is None and not nodes:
            body.append(line)
        elif node is not None:
            finish()
            nodes += 1
            scan = _SCAN.search(line)
            table = scan[1].split(".")[-1].strip('"') if scan else ""
            condition, removed = "", 0.0
            kept = _number(node[2] or node[1])
            if nodes == 1 and node[2]:
                rows = _number(node[2])
        elif (found := _FILTER.match(line)) is not None:
            condition = sent_text(found[1]).shape[:300]
        elif (found := _REMOVED.match(line)) is not None:
            removed = _number(found[1])
    finish()
    text = "\n".join(body)
    return text.split("\nQuery Parameters:")[0], rows, tuple(scans)


def _json_plan(plan: str) -> _Plan | None:
    try:
        found = msgspec.json.decode(plan)
    except (msgspec.DecodeError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("Query Text"), str):
        return None
    scans: list[PlanScan] = []
    top = found.get("Plan")
    nodes = [top]
    seen = 0
    while nodes and seen < 10_000:
        node = nodes.pop()
        seen += 1
        if not isinstance(node, dict):
            continue
        if isinstance(inner := node.get("Plans"), list):
            nodes += inner
        condition, table = node.get("Filter"), node.get("Relation Name")
        if node.get("Node Type") != "Seq Scan" or not (
            isinstance(condition, str) and isinstance(table, str)
        ):
            continue
        kept = _number(node.get("Actual Rows", node.get("Plan Rows")))
        removed = _number(node.get("Rows Removed by Filter"))
        shape = sent_text(condition).shape[:300]
        scans.append(PlanScan(table[:130], round(kept + removed), round(kept), shape))
    rows = top.get("Actual Rows") if isinstance(top, dict) else None
    return found["Query Text"], None if rows is None else _number(rows), tuple(scans)


def _number(value: object) -> float:
    try:
        number = float(value) if isinstance(value, (int, float, str)) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return number if 0 <= number < 1e18 else 0.0


# -- csvlog --------------------------------------------------------------------------------

_RECORD = regex(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [\w+:-]{1,20},")


def read_csvlog(lines: Iterable[LogLine]) -> Iterator[LoggedStatement]:
    """``log_destination = 'csvlog'``."""
    server = _Server()
    for number, record in _records(lines):
        try:
            fields = next(csv.reader([record]), [])
        except csv.Error:
            continue
        if len(fields) < 23 or fields[11] != "LOG":
            continue
        found = server.read(
            _Message(
                line=number,
                text=fields[13],
                detail=fields[14],
                session=fields[5],
                vxid=fields[9],
                time=fields[0],
                user=fields[1],
                application=fields[22],
            )
        )
        if found is not None:
            yield found


def _records(lines: Iterable[LogLine]) -> Iterator[LogLine]:
    """Whole records: a quoted field may go over many lines. One that never ends is given up where
    the next begins."""
    kept: list[str] = []
    start = size = 0
    is_open = False
    for number, line in lines:
        if not is_open:
            if line.count('"') % 2 == 0:
                if len(line) <= _LARGEST:
                    yield number, line
                continue
            kept, start, size, is_open = [line], number, len(line), True
            continue
        if size > _LARGEST and _RECORD.match(line):
            is_open = line.count('"') % 2 == 1
            if is_open:
                kept, start, size = [line], number, len(line)
            else:
                yield number, line
            continue
        if size <= _LARGEST:
            kept.append(line)
        size += len(line)
        if line.count('"') % 2 == 1:
            is_open = False
            if size <= _LARGEST:
                yield start, "\n".join(kept)


# -- jsonlog -------------------------------------------------------------------------------


class _JsonMessage(Struct, gc=False):
    timestamp: str = ""
    user: str = ""
    session_id: str = ""
    pid: int = 0
    vxid: str = ""
    error_severity: str = ""
    message: str = ""
    detail: str = ""
    application_name: str = ""


def read_jsonlog(lines: Iterable[LogLine]) -> Iterator[LoggedStatement]:
    """``log_destination = 'jsonlog'``, from PostgreSQL 15 on."""
    server = _Server()
    decode = msgspec.json.Decoder(_JsonMessage).decode
    for number, line in lines:
        if '"message":"duration: ' not in line and '"message":"' not in line:
            continue
        try:
            given = decode(line)
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            continue
        if given.error_severity not in ("LOG", ""):
            continue
        found = server.read(
            _Message(
                line=number,
                text=given.message,
                detail=given.detail,
                session=given.session_id or str(given.pid or ""),
                vxid=given.vxid,
                time=given.timestamp,
                user=given.user,
                application=given.application_name,
            )
        )
        if found is not None:
            yield found


# -- the plain form ------------------------------------------------------------------------

_HEAD = regex(
    r"([^\t\n].{0,300}?(?<![\w.])|)(LOG|DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION|ERROR|WARNING"
    r"|FATAL|PANIC|NOTICE|INFO|DEBUG[1-5]?):\s\s?(.*)",
    0,
)
_WORDS = frozenset(
    {"LOG", "DETAIL", "HINT", "CONTEXT", "STATEMENT", "QUERY", "LOCATION", "ERROR", "WARNING",
     "FATAL", "PANIC", "NOTICE", "INFO"}
)  # fmt: skip
_BEFORE = frozenset((" ", ":", "]", ">", "|", ",", "\t", ")", "-"))
_PID = regex(r"\[(\d{1,9})(?:-\d+)?\]|\b(?:pid|process)[=: ]{1,2}(\d{1,9})", 2)
_SESSION = regex(r"(?<![\w.])([0-9a-f]{8}\.[0-9a-f]{1,8})(?![\w.])")
_VXID = regex(r"(?<![\w/.-])(\d{1,9}/\d{1,12})(?![\w/])")
_TIME = regex(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,6})?|(?<!\d)\d{10}\.\d{3}(?!\d)")
_USER = regex(r"\b(?:user|usr|u)=([^,\s\]]{1,63})|(?<![\w-])([\w-]{1,63})@[\w-]{1,63}(?![\w.])")
_APPLICATION = regex(r"\b(?:app|application|application_name|a)=([^,\]\t]{1,63}?)(?=[,\]\s]|$)")


def read_stderr(lines: Iterable[LogLine]) -> Iterator[LoggedStatement]:
    """``log_destination = 'stderr'``, whatever ``log_line_prefix`` is.

    Looked for in the prefix: the time, ``[pid]``, the session (``%c``), the virtual transaction,
    ``user=`` and ``app=``. Other tools may have put something before it (``db-1  | ``).
    """
    server = _Server()
    for message in _messages(lines):
        found = server.read(message)
        if found is not None:
            yield found


def _messages(lines: Iterable[LogLine]) -> Iterator[_Message]:
    parts: list[str] = []
    detail: list[str] | None = None
    prefix, number, size = "", 0, 0
    before = 0
    """How much another tool has put before each line."""

    def finish() -> _Message | None:
        if not parts:
            return None
        return _message(prefix, number, "\n".join(parts), "\n".join(detail or ()))

    for at, line in lines:
        head = _head(line)
        if head is None:
            size += len(line)
            if size < _LARGEST and parts:
                own = line[before:] if before and line[before : before + 1] == "\t" else line
                (parts if detail is None else detail).append(own.removeprefix("\t"))
            continue
        start, word, rest = head
        if word == "DETAIL" and parts:
            detail, size = [rest], size + len(line)
            continue
        if word in ("HINT", "CONTEXT", "STATEMENT", "QUERY", "LOCATION"):
            detail = []
            continue
        message = finish()
        if message is not None:
            yield message
        parts, detail, size = [], None, 0
        if word == "LOG":
            parts, prefix, number, size = [rest], start, at, len(line)
            bar = prefix.find("| ")
            before = bar + 2 if 0 < bar < 60 else 0
    message = finish()
    if message is not None:
        yield message


def _head(line: str) -> tuple[str, str, str] | None:
    """Prefix, severity and text of a message's first line."""
    if line.startswith("\t"):
        return None
    colon = line.find(":  ", 0, 320)
    if colon >= 0:
        start = len(line[:colon].rstrip(ascii_uppercase))
        word = line[start:colon]
        if word in _WORDS and (not start or line[start - 1] in _BEFORE):
            return line[:start], word, line[colon + 3 :]
    match = _HEAD.match(line)
    return (match[1], match[2], match[3]) if match else None


def _message(prefix: str, line: int, text: str, detail: str) -> _Message | None:
    if not text.startswith(("duration: ", "statement: ", "execute ")):
        return None
    prefix = prefix[:400]
    session, process = _SESSION.search(prefix), _PID.search(prefix)
    vxid, time = _VXID.search(prefix), _TIME.search(prefix)
    user, application = _USER.search(prefix), _APPLICATION.search(prefix)
    known = session[1] if session else ""
    if not known and process:
        known = process[1] or process[2]
    return _Message(
        line=line,
        text=text,
        detail=detail[:LIMIT],
        session=known,
        vxid=vxid[1] if vxid else "",
        time=time[0].replace(",", ".").replace("T", " ") if time else "",
        user=(user[1] or user[2]) if user else "",
        application=application[1] if application else "",
    )
