"""On what a piece of Rust code runs: an async task, a thread that may wait, or it cannot be told.

The nearest enclosing context decides: an async function, block or closure runs on the runtime's
workers; a closure that is given to ``spawn_blocking`` and its like runs elsewhere; a closure given
to an adaptor (``map``, ``transaction``) runs where the adaptor is called.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.readers.code import Call, Code

__all__ = [
    "ASYNC",
    "ELSEWHERE",
    "LEAVING",
    "SYNC",
    "UNKNOWN",
    "Execution",
    "Executions",
    "leaves",
    "rooted",
]

ASYNC = "async"
SYNC = "sync"
ELSEWHERE = "elsewhere"
UNKNOWN = "unknown"

LEAVING = frozenset(
    {"spawn_blocking", "block_in_place", "block", "spawn", "interact", "unblock", "run_blocking",
     "blocking", "spawn_compute", "spawn_fifo", "asyncify", "spawn_pinned", "run_pending_tasks",
     "call_once", "get_or_init", "get_or_try_init", "set_interval", "install", "run_in_thread",
     "spawn_scoped", "spawn_with_handle_blocking", "block_with", "conduit_compat", "run",
     "spawn_handler", "defer", "on_thread_start", "bench_function", "sync"}
)  # fmt: skip
"""What runs a closure on another thread, or once. ``block`` is actix-web's ``web::block``; ``run``
that of Rocket's pools; a closure that is no future given to any ``spawn`` starts a thread."""
_BLOCKING = ("spawn_blocking", "block_in_place")
_ONCE = frozenset({"Lazy", "LazyLock", "LazyCell", "OnceCell", "HttpServer"})
_INHERITING = frozenset(
    {"map", "and_then", "or_else", "unwrap_or_else", "map_err", "for_each", "filter",
     "filter_map", "flat_map", "any", "all", "find", "find_map", "fold", "try_fold",
     "try_for_each", "then_some", "ok_or_else", "map_or", "map_or_else", "is_some_and",
     "is_ok_and", "inspect", "inspect_err", "retain", "sort_by", "sort_by_key",
     "sort_by_cached_key", "sort_unstable_by", "position", "max_by_key", "min_by_key",
     "take_while", "skip_while", "map_while", "partition", "group_by", "or_insert_with",
     "or_default", "get_or_insert_with", "unwrap_or_default", "with", "zip", "transaction",
     "test_transaction", "immediate_transaction", "exclusive_transaction", "then",
     "build_transaction", "begin_test_transaction", "scan", "dedup_by_key", "chunks", "tap",
     "catch_unwind", "in_scope", "fold_with", "sum", "product", "replace_with", "entry",
     "update", "from_fn", "repeat_with", "successors", "try_transaction"}
)  # fmt: skip
"""What calls a closure there and then."""
_BLOCK_ON = frozenset({"block_on", "block_on_all"})
_PLAIN_MACROS = frozenset(
    {"vec", "json", "format", "println", "print", "eprintln", "eprint", "write", "writeln",
     "info", "debug", "warn", "error", "trace", "log", "assert", "assert_eq", "assert_ne",
     "matches", "bail", "ensure", "anyhow", "panic", "dbg", "select", "join", "try_join",
     "select_biased", "hashmap", "params", "html", "event", "span", "info_span", "debug_span",
     "debug_assert", "unreachable", "try_stream", "stream", "row", "cmd", "concat",
     "format_args", "bson", "doc", "context", "eyre", "smallvec", "try", "args", "labels", "map",
     "error_span", "warn_span", "todo"}
)  # fmt: skip
"""Macros that run their arguments there and then; what any other one does is not known."""


class Execution(Struct, frozen=True):
    kind: str
    """``async``: on an async worker. ``sync``: in a function that is not async, so on whatever
    calls it. ``elsewhere``: where waiting does no harm, or at start-up. ``unknown``: in a closure
    whose fate is not known."""
    handed: tuple[str, ...] = ()
    """Functions that closures around it are given to, inner first, whose doing this file does not
    tell; the kind is right if each of them calls its closure there and then."""


def leaves(call: Call) -> bool:
    """Whether a call runs the closure that it is given on another thread, or once; also by a
    wrapper that says so by its name, ``spawn_blocking_traced``."""
    return (
        call.name in LEAVING
        or any(word in call.name for word in _BLOCKING)
        or (call.name == "new" and any(w in _ONCE for w in call.path[:-1]))
    )


class Executions:
    """What runs each part of one file."""

    def __init__(self, code: Code) -> None:
        self._code = code
        self._macros = [
            call.arguments[0]
            for call in code.calls
            if call.macro and call.arguments and call.name not in _PLAIN_MACROS
        ]

    def of(self, scope: int, at: int) -> Execution:
        """What runs the code that stands at an offset, whose innermost scope is given."""
        code = self._code
        handed: list[str] = []
        inner = at
        for one in code.around(scope):
            if self._macros and self._in_macro(one.start, inner, at):
                return Execution(UNKNOWN)
            inner = one.start
            if one.kind == "function":
                function = code.functions[one.function]
                return Execution(ASYNC if function.is_async else SYNC, tuple(handed))
            if one.is_async or one.kind == "async":
                if one.call >= 0 and code.calls[one.call].name in _BLOCK_ON:
                    continue  # runs on the thread that waits for it
                return Execution(ASYNC, tuple(handed))
            if one.kind == "closure":
                given = code.calls[one.call] if one.call >= 0 else None
                if given is None:
                    return Execution(UNKNOWN)
                if leaves(given) or given.macro:
                    return Execution(ELSEWHERE)
                if given.name not in _INHERITING:
                    handed.append(given.name)
        return Execution(ELSEWHERE)

    def _in_macro(self, scope_start: int, inner: int, at: int) -> bool:
        """Whether a macro of unknown doing stands between a scope's start and what is in it."""
        return any(scope_start < first <= inner and at < last for first, last in self._macros)


def rooted(code: Code) -> dict[int, Call]:
    """Offset → the call by path that a chain of calls beginning there has at its root."""
    return {call.start: call for call in code.calls if call.path and not call.macro}
