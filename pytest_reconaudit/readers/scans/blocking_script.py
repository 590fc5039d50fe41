"""Calls in TypeScript and JavaScript that keep Node's event loop waiting: ``…Sync`` functions."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function
from pytest_reconaudit.readers.execution import ASYNC, SYNC
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.scans.blocking import (
    BlockingCall,
    BlockingFile,
    grouped,
)

__all__ = ["blocking_script"]

_MODULES = {
    "fs": "file",
    "fs-extra": "file",
    "graceful-fs": "file",
    "child_process": "process",
    "bcrypt": "hash",
    "bcryptjs": "hash",
    "@node-rs/bcrypt": "hash",
    "crypto": "hash",
    "zlib": "compress",
}
_NAMES = {
    "file": frozenset(
        {"readFileSync", "writeFileSync", "appendFileSync", "copyFileSync", "readdirSync",
         "mkdirSync", "unlinkSync", "rmSync", "rmdirSync"}
    ),
    "process": frozenset({"execSync", "execFileSync", "spawnSync"}),
    "hash": frozenset({"hashSync", "compareSync", "genSaltSync", "pbkdf2Sync", "scryptSync"}),
    "compress": frozenset(
        {"gzipSync", "gunzipSync", "deflateSync", "inflateSync", "brotliCompressSync",
         "brotliDecompressSync"}
    ),
}  # fmt: skip
_REGISTERING = frozenset({"get", "post", "put", "patch", "delete", "all", "use", "options", "head"})
_ROUTE = regex(r"^['\"`]/")
_BLANKS = regex(r"\s+")


def _may_block(text: str, path: str) -> bool:
    return "Sync(" in text


@scan(*SCRIPT, record=BlockingFile, wants=_may_block)
def blocking_script(code: Code) -> BlockingFile | None:
    """The blocking calls of one file: of functions with ``sync`` as their context, since who calls
    them decides; of closures that are given to a route as ``async``, by the route's line."""
    found: dict[int, list[BlockingCall]] = {}
    for call in code.calls:
        if not call.name.endswith("Sync") or not call.path:
            continue
        kind = _kind(code, call)
        if not kind:
            continue
        function = code.function_at(call.scope)
        if function is not None and function.is_test:
            continue
        handler = _route(code, call)
        if handler is None and function is None:
            continue
        place = code.place(call.name_at)
        words = f"{'.'.join(call.path)}"
        found.setdefault(function.index if function is not None else -1, []).append(
            BlockingCall(
                kind,
                words,
                place.line or 0,
                place.column or 0,
                _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120))),
                ASYNC if handler is not None else SYNC,
                (handler,) if handler is not None else (),
            )
        )
    return grouped(code, found, _is_main, 0, 0)


def _is_main(function: Function) -> bool:
    return function.name in ("main", "bootstrap") and not function.owner


def _kind(code: Code, call: Call) -> str:
    known = code.imported(call.path[0])
    module = ""
    if known is not None:
        module = known.path[0]
    else:
        binding = code.binding_of(call.path[0], call.start, call.scope)
        text = code.text(binding.value) if binding is not None else ""
        match = _REQUIRED.match(text)
        module = match[1] if match is not None else ""
    kind = _MODULES.get(module.removeprefix("node:"), "")
    return kind if kind and call.name in _NAMES[kind] else ""


_REQUIRED = regex(r"^require\(\s*['\"]([\w:@./-]+)['\"]\s*\)")


def _route(code: Code, call: Call) -> str | None:
    """``GET /path`` when the call stands in a closure that a route is given."""
    for scope in code.around(call.scope):
        if scope.kind == "function":
            return None
        if scope.kind == "closure" and scope.call >= 0:
            given = code.calls[scope.call]
            if given.name in _REGISTERING and given.arguments and len(given.arguments) > 1:
                first = code.text(given.arguments[0])
                if _ROUTE.match(first):
                    return f"{given.name.upper()} {first[1:-1]}"
            return None
    return None
