"""What programs log of the statements they send: Diesel's and sqlx's debug output.

In text and JSON, as ``tracing`` and ``log`` write them. The request is the one that the line names
(``request_id=``, ``trace_id=``), in a span around it or among its fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.sql_log import LoggedStatement, LogLine
from pytest_reconaudit.readers.sql_text import SentText, sent_text

__all__ = ["read_program"]

_VERBS = (
    r"(?:SELECT|INSERT|UPDATE|DELETE|WITH|BEGIN|COMMIT|ROLLBACK|select|insert|update|delete|with)"
)
_COLOUR = regex(r"\x1b\[[\d;]{0,20}m")
_TEXT = r"\"((?:[^\"\\]|\\.)*+)\""
_SUMMARY = regex(rf"summary={_TEXT}")
_STATEMENT = regex(rf"db\.statement={_TEXT}")
_ROWS = regex(r"rows[_ ]returned[=: ]{1,2}(\d{1,18})")
_ELAPSED = regex(r"elapsed[=: ]{1,2}\"?(\d{1,9}(?:\.\d{1,9})?)(ns|µs|us|ms|s)")
_OLD_SQLX = regex(r"sqlx::query(?:\[\d+\])?\]?:?\s")
_VERB = regex(rf"\b{_VERBS}\b")
_DIESEL_LOGGER = regex(rf"Query executed in\s+(\d[\d.]{{0,12}}) ?(ms|s|µs)?\s?:?\s({_VERBS}\b.*)")
_REQUEST = regex(
    r"(?:[rR]eq(?:uest)?|REQUEST|[tT]race|TRACE|[cC]orrelation)[_-]?(?:id|Id|ID)\\?[\"']?\s?[=:]"
    r"\s?\\?[\"']?(?!null\b|[nN]one\b|-|undefined)([\w.:-]{1,64})"
)
_REQUEST_KEYS = frozenset(
    {"request_id", "requestid", "req_id", "reqid", "trace_id", "traceid", "x_request_id",
     "x-request-id", "correlation_id", "correlationid", "http.request_id", "otel.trace_id"}
)  # fmt: skip
_TIME = regex(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d(?:[.,]\d{1,9})?)")
_THREAD = regex(r"ThreadId\((\d{1,9})\)")
_UNIT = {"ns": 1e-6, "us": 1e-3, "µs": 1e-3, "ms": 1.0, "s": 1e3}
_SIGNS = ("db.statement", "-- binds: [", "Query executed in", "sqlx::query", "summary=")
_DEEP = 6


def read_program(lines: Iterable[LogLine]) -> Iterator[LoggedStatement]:
    """Each line that says that a statement was sent."""
    for number, line in lines:
        if not any(sign in line for sign in _SIGNS) or "FinishQuery" in line:
            continue
        line = _COLOUR.sub("", line[:65_536]) if "\x1b" in line else line[:65_536]
        stripped = line.lstrip()
        found = _of_json(number, stripped) if stripped.startswith("{") else None
        if found is None:
            found = _of_text(number, line)
        if found is not None:
            yield found


def _of_text(number: int, line: str) -> LoggedStatement | None:
    request = _REQUEST.search(line)
    thread = _THREAD.search(line)
    context = {
        "request": request[1] if request else "",
        "session": thread[1] if thread else "",
    }
    summary = _SUMMARY.search(line)
    if summary is not None:
        statement = _STATEMENT.search(line)
        text = _unescaped(statement[1]) if statement and statement[1] else _unescaped(summary[1])
        return _made(number, text, None, line, line, context)
    if (at := line.find("-- binds: [")) > 0 and (verb := _VERB.search(line, 0, at)) is not None:
        text = _unescaped(line[verb.start() : at])
        return _made(number, text, hash((text, line[at:])), "", line[: verb.start()], context)
    if (logger := _DIESEL_LOGGER.search(line)) is not None:
        made = _made(number, logger[3], None, line, "", context)
        milliseconds = _float(logger[1]) * _UNIT.get(logger[2] or "ms", 1.0)
        return msgspec.structs.replace(made, duration=milliseconds) if made else None
    end = line.find("; rows")
    if end > 0 and (old := _OLD_SQLX.search(line, 0, end)) is not None:
        measures = line[end:]
        return _made(number, line[old.end() : end], None, measures, line[: old.start()], context)
    return None


def _of_json(number: int, line: str) -> LoggedStatement | None:
    try:
        given = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return None
    if not isinstance(given, dict):
        return None
    flat: dict[str, object] = {}
    level: list[object] = [given]
    for _ in range(_DEEP):
        deeper: list[object] = []
        for one in level:
            if isinstance(one, dict):
                for key, value in one.items():
                    if isinstance(value, (dict, list)):
                        deeper.append(value)
                    else:
                        flat.setdefault(str(key), value)
            elif isinstance(one, list):
                deeper += one[:100]
        level = deeper
    request = next(
        (str(value)[:64] for key, value in flat.items()
         if key.lower() in _REQUEST_KEYS and isinstance(value, (str, int)) and str(value)),
        "",
    )  # fmt: skip
    if not request and (match := _REQUEST.search(line)):
        request = match[1]
    context = {"request": request, "session": str(flat.get("threadId", ""))[:40]}
    text = flat.get("db.statement") or flat.get("summary")
    time = str(flat.get("timestamp", flat.get("time", flat.get("ts", ""))))
    if isinstance(text, str) and text:
        rows, elapsed = flat.get("rows_returned"), flat.get("elapsed_secs")
        made = _made(number, text, None, "", time, context)
        if made is None:
            return None
        duration = elapsed * 1e3 if isinstance(elapsed, (int, float)) else None
        if duration is None and isinstance(flat.get("elapsed"), str):
            duration = _elapsed(f"elapsed={flat['elapsed']}")
        return msgspec.structs.replace(
            made, duration=duration, rows=float(rows) if isinstance(rows, int) else None
        )
    message = flat.get("message", flat.get("msg"))
    if not isinstance(message, str):
        return None
    inner = _of_text(number, message if "sqlx::query" in message or flat.get("target") is None
                     else f"{flat['target']}: {message}")  # fmt: skip
    if inner is None:
        return None
    clock = _clock(time)
    return msgspec.structs.replace(
        inner,
        request=inner.request or request,
        session=inner.session or context["session"],
        time=clock if clock is not None else inner.time,
    )


def _made(
    number: int, text: str, binds: int | None, measures: str, head: str, context: dict[str, str]
) -> LoggedStatement | None:
    sent: SentText = sent_text(text)
    if not sent.shape:
        return None
    rows = _ROWS.search(measures)
    return LoggedStatement(
        line=number,
        shape=sent.shape,
        binds=binds if binds is not None or "?" in sent.shape else hash(text),
        request=sent.request or context["request"],
        site=sent.site,
        session=context["session"],
        time=_clock(head),
        rows=float(rows[1]) if rows else None,
        duration=_elapsed(measures),
    )


def _elapsed(text: str) -> float | None:
    match = _ELAPSED.search(text)
    return _float(match[1]) * _UNIT[match[2]] if match else None


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _clock(text: str) -> float | None:
    from datetime import date

    match = _TIME.search(text[:400])
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3])).toordinal()
    except ValueError:
        return None
    seconds = float(match[6].replace(",", "."))
    return day * 86_400.0 + int(match[4]) * 3_600 + int(match[5]) * 60 + seconds


def _unescaped(text: str) -> str:
    """What Rust's ``{:?}`` wrote, read."""
    if "\\" not in text:
        return text
    return text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"').replace("\\\\", "\\")
