"""Rust code that holds a whole upload, file or export in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function
from pytest_reconaudit.readers.scanning import scan

__all__ = ["HeldPayload", "HeldPayloads", "held_payloads"]


class HeldPayload(Struct, frozen=True, gc=False, array_like=True):
    """One function with something large in memory."""

    kind: str
    """``chunks`` (parts of an upload are put together), ``field`` (axum's ``field.bytes()``),
    ``body`` (the request's body as ``Bytes``), ``file`` (a file is read to be the answer),
    ``export`` (rows are written into a buffer that is the answer)."""
    function: str
    owner: str
    line: int
    """Where it happens."""
    at: int
    """Where the function's name stands."""
    use_line: int
    """Where it becomes the answer; 0 for uploads."""
    written: str
    bounded: bool
    """The function looks at the size, or a limit is given."""
    answers: bool
    """It returns an HTTP answer itself."""


class HeldPayloads(Struct, frozen=True, array_like=True):
    held: tuple[HeldPayload, ...]
    limits: tuple[tuple[int, int, str], ...]
    """(line, bytes, as written) of limits on request bodies that are raised; -1 bytes: none."""
    limiter: int
    """The line of a middleware that bounds all bodies; 0 without one."""


_MARKS = (
    "Multipart", "Bytes", "fs::read", "read_to_end", "from_writer", "DefaultBodyLimit",
    "PayloadConfig", "max_content_length", "ContentLengthLimit", "BodyLimit", "MultipartFormConfig",
)  # fmt: skip
_BUFFER = regex(
    r"^(?:(?:\w+::)*(?:BytesMut|Vec)(?:::<[^<>]*>)?::(?:new|with_capacity)\s*\(|vec!\s*\[\s*\])"
)
_FILLS = ("extend_from_slice", "extend", "put", "put_slice", "append", "write_all")
_READS = ("next", "try_next", "chunk", "next_chunk")
_BOUNDED = regex(
    r"\.len\(\)[^;{}]{0,80}>|>\s*=?\s*(?:self\.)?\w*(?:max|limit)\w*|\bMAX_\w+|_(?:limit|max)\b"
    r"|\bmax_\w*(?:size|len|bytes)\w*|\blimit\b|too.?large|PayloadTooLarge|PAYLOAD_TOO_LARGE",
    re.IGNORECASE,
)
_ANSWER = regex(r"HttpResponse|\bResponse\b|IntoResponse|Responder|ResponseResult")
_BODY = regex(r"^(?:(?:\w+::)*web::|axum::body::|bytes::|hyper::body::)?Bytes$")
_FILE_NAME = regex(
    r"(?:^|_)(?:uploads?|files?|imports?|archives?|images?|attachments?|avatars?|blobs?|publish"
    r"|documents?|media|put_object)(?:_|$)"
)
_EXPORT_NAME = regex(r"export|download|csv|report|dump")
_LIMIT = regex(
    r"DefaultBodyLimit::(?:(?P<off>disable)\(|max\((?P<axum>[^()]{1,60})\))"
    r"|PayloadConfig::(?:new|default\(\)\.limit)\((?P<actix>[^()]{1,60})\)"
)
_PARSED = regex(r"\b(?:from_slice|from_utf8|from_reader|from_bytes|decode|parse)\b")
_GIVEN = regex(r"\.body\(|into_response|Body::from|Bytes::from")
_LIMITER = regex(
    rb"max_content_length|ContentLengthLimit\w*|RequestBodyLimit\w*|MultipartFormConfig|TempFileConfig"
)
_NO_FILE = regex(
    r"\bstd(?:out|err|in)\b|\bChild\w*|\b(?:Tcp|Unix)Stream\b|\bCursor\b|\b(?:Gz|Zlib|Brotli|Zst\w*)"
    r"(?:En|De)coder\b|\breqwest\b|\bresponse\b"
)
"""What is read to its end beside files."""
_PRODUCT = regex(r"^[\d_]+(?:_?usize|_?u64)?(?:\s*\*\s*[\d_]+(?:_?usize|_?u64)?)*$")


def _wants(text: str, path: str) -> bool:
    return any(mark in text for mark in _MARKS)


@scan("rust", record=HeldPayloads, wants=_wants)
def held_payloads(code: Code) -> HeldPayloads | None:
    """What a file holds in memory as a whole; ``None`` when nothing."""
    held: list[HeldPayload] = []
    for function in code.functions:
        if not function.is_test and function.body[1] > function.body[0]:
            held += _of(code, function)
    limits = tuple(_limits(code))
    limiter = _LIMITER.search(code.source)
    line = code.line(limiter.start()) if limiter is not None else 0
    return HeldPayloads(tuple(held), limits, line) if held or limits or line else None


def _limits(code: Code) -> Iterator[tuple[int, int, str]]:
    text = code.source.decode("utf-8", "replace")
    if "DefaultBodyLimit" not in text and "PayloadConfig" not in text:
        return
    for match in _LIMIT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        given = (match["axum"] or match["actix"] or "").strip()
        if match["off"]:
            yield line, -1, match[0]
        elif _PRODUCT.match(given):
            total = 1
            for part in given.split("*"):
                total *= int(re.sub(r"\D", "", part.replace("u64", "").replace("_", ""))[:15] or 0)
            yield line, total, match[0]
        else:
            yield line, -1, match[0]


def _of(code: Code, function: Function) -> Iterator[HeldPayload]:
    types = " ".join(one.type for one in function.parameters)
    answers = bool(_ANSWER.search(function.returns))
    if "Multipart" in types or "Field" in types:
        yield from _chunks(code, function, answers)
    if _FILE_NAME.search(function.name) and any(
        _BODY.match(one.type.strip()) for one in function.parameters
    ):
        body = next(one for one in function.parameters if _BODY.match(one.type.strip()))
        if _PARSED.search(code.text(function.body)):
            return  # a message, however large it may be
        yield _held(
            code, function, "body", function.name_at, 0, f"{body.name}: {body.type}", answers
        )
    if answers:
        yield from _files(code, function)
        yield from _exports(code, function)


def _held(
    code: Code, function: Function, kind: str, at: int, use: int, written: str, answers: bool
) -> HeldPayload:
    return HeldPayload(
        kind=kind,
        function=function.name,
        owner=function.owner,
        line=code.line(at),
        at=code.line(function.name_at),
        use_line=code.line(use) if use else 0,
        written=" ".join(written.split())[:120],
        bounded=bool(_BOUNDED.search(code.text(function.body))),
        answers=answers,
    )


def _chunks(code: Code, function: Function, answers: bool) -> Iterator[HeldPayload]:
    calls = [
        call
        for call in code.calls_named((*_FILLS, *_READS, "bytes"))
        if function.body[0] <= call.start < function.body[1]
    ]
    if any(call.name in _READS for call in calls):
        for call in calls:
            if call.name not in _FILLS or not call.arguments:
                continue
            name = code.text(call.receiver).strip()
            loops = [one for one in code.around(call.scope) if one.kind == "loop"]
            binding = code.binding_of(name, call.start, call.scope) if loops else None
            if binding is None or not _BUFFER.match(code.text(binding.value)):
                continue
            yield _held(
                code, function, "chunks", call.start, 0, code.text(call.start, call.end), answers
            )
            return
    for call in calls:
        if call.name == "bytes" and call.awaited and not call.arguments and not call.path:
            yield _held(
                code, function, "field", call.start, 0, code.text(call.start, call.end), answers
            )
            return


def _files(code: Code, function: Function) -> Iterator[HeldPayload]:
    """A file that is read and then given as the answer's body."""
    for call in code.calls_named(("read", "read_to_end")):
        if not function.body[0] <= call.start < function.body[1]:
            continue
        if call.name == "read":
            path = code.resolved(call.path)
            if path[-2:] != ("fs", "read") or _is_own_copy(code, function, call):
                continue
            owner = next(
                (one for one in code.bindings if one.value[0] <= call.start < one.value[1]
                 and one.start >= function.body[0]),
                None,
            )  # fmt: skip
            name = owner.name if owner is not None and owner.name.isidentifier() else ""
            if not name:
                # `match fs::read(path) { Ok(data) => … }`
                close = code.text(call.end, min(call.end + 200, function.body[1]))
                match = re.search(r"Ok\(\s*(\w+)\s*\)\s*=>", close)
                name = match[1] if match else ""
        else:
            match = re.search(r"&mut\s+(\w+)", code.text(call.start, call.end)[-60:])
            name = match[1] if match and not _of_no_file(code, function, call) else ""
        use = _answered(code, function, name, call) if name else 0
        if use:
            yield _held(
                code, function, "file", call.start, use, code.text(call.start, call.end), True
            )
            return


def _is_own_copy(code: Code, function: Function, read: Call) -> bool:
    """Whether a file is one that the same function writes as a whole: it held all of it then."""
    path = _path_of(code, read)
    return bool(path) and any(
        function.body[0] <= one.start < function.body[1]
        and one.path[-2:-1] == ("fs",)
        and len(one.arguments) > 1
        and _path_of(code, one) == path
        for one in code.calls_named(("write",))
    )


def _path_of(code: Code, call: Call) -> str:
    """The variable that names the file that a call is about; empty for anything else."""
    text = code.text(*call.arguments[0]) if call.arguments else ""
    name = text.strip().lstrip("&").removesuffix(".clone()").removesuffix(".as_path()")
    return name if name.isidentifier() else ""


def _of_no_file(code: Code, function: Function, call: Call) -> bool:
    """Whether what is read to its end surely is no file: a program's output, a connection."""
    name = code.text(call.receiver).strip().partition(".")[0]
    binding = code.binding_of(name, call.start, call.scope)
    if binding is None:
        return False
    made = code.text(binding.value[0], min(binding.value[1], binding.value[0] + 400))
    return _NO_FILE.search(f"{binding.type}\n{made}") is not None


def _answered(code: Code, function: Function, name: str, read: Call) -> int:
    """Where a value that is read becomes the body of an answer; 0 when it does not."""
    held = code.binding_of(name, read.start, read.scope) if read.name == "read_to_end" else None
    for call in code.calls_named(("body", "from", "into_response", "new")):
        if not read.end <= call.start < function.body[1]:
            continue
        if held is not None and code.binding_of(name, call.start, call.scope) != held:
            continue  # another buffer of that name
        given = code.text(call.receiver) if call.name == "into_response" else " ".join(
            code.text(one) for one in call.arguments
        )  # fmt: skip
        if call.name in ("from", "new") and call.path[-2:-1] not in (
            ("Body",),
            ("Bytes",),
            ("Full",),
        ):
            continue
        if len(given) < 400 and re.search(rf"(?<![\w.]){re.escape(name)}(?!\s*\.len|\w)", given):
            return call.start
    return 0


def _exports(code: Code, function: Function) -> Iterator[HeldPayload]:
    """Rows that are written into a buffer which is then the answer."""
    if not _EXPORT_NAME.search(function.name):
        return
    for call in code.calls_named(("from_writer",)):
        if not function.body[0] <= call.start < function.body[1] or not call.arguments:
            continue
        buffer = code.text(call.arguments[0]).strip()
        if not _BUFFER.match(buffer) and not buffer.startswith(("&mut", "Cursor", "Vec", "vec!")):
            continue
        text = code.text(call.end, function.body[1])
        answer = _GIVEN.search(text)
        if answer is not None:
            at = call.end + len(text[: answer.start()].encode())
            yield _held(
                code, function, "export", call.start, at, code.text(call.start, call.end), True
            )
            return
