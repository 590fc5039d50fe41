"""Where Rust code starts work without a limit: tasks per element, channels, joins."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function
from pytest_reconaudit.readers.execution import rooted
from pytest_reconaudit.readers.scanning import scan

__all__ = ["FanOut", "FanOutSite", "fan_out"]


class FanOutSite(Struct, frozen=True, gc=False, array_like=True):
    kind: str
    """``task``: one per element of a collection. ``join``: all of a list at once. ``channel``: an
    unbounded one is made. ``stream``: one is made, filled in a loop and read as a stream. ``send``:
    something is sent into one."""
    words: str
    line: int
    column: int
    text: str
    function: int
    """Line of the name of the function around; 0 outside of any."""
    over: str
    """What is iterated over; of a send the sender."""
    first: int = 0
    """Of a join the lines of the calls that are made for each element: first and last."""
    last: int = 0
    seldom: bool = False
    """Of a send: it stands in a branch of its function and in no loop."""


class FanOut(Struct, frozen=True, array_like=True):
    sites: tuple[FanOutSite, ...]
    limited: bool
    """Some such work of the file has a limit."""


_WORDS = ("spawn", "join_all", "unbounded", "UnboundedSender")
_SPAWNING = frozenset({"tokio", "actix_rt", "actix_web", "async_std", "smol", "actix", "ntex"})
_JOINING = frozenset({"join_all", "try_join_all"})
_EACH = frozenset({"map", "for_each", "flat_map", "filter_map"})
_CHANNELS = {
    "unbounded_channel": frozenset({"tokio"}),
    "unbounded": frozenset(
        {"futures", "futures_channel", "futures_util", "async_channel", "flume", "kanal",
         "async_std"}
    ),
    "unbounded_async": frozenset({"kanal"}),
}  # fmt: skip
_LIMITING = regex(
    rb"\bSemaphore\b|\bacquire(?:_owned|_many)?\s*\(|\bpermits?\b|\bbuffer(?:ed|_unordered)\b"
    rb"|\bfor_each_concurrent\b|\bjoin_next\b|\bsemaphore\b|\bconcurrency\b|\bmax_concurrent\w*"
    rb"|\bRateLimiter\b|\brate_limit\w*|\blen\(\)\s*(?:>|<=?\s*(?:\d{2}|[A-Z]))|\bMAX_\w+|\bmax_\w+|\blimit\b"
)
_FEW = regex(
    r"\.(?:chunks\w*|take|windows|array_chunks)\s*\(|^\s*(?:&\s*)?(?:vec!\s*)?\["
    r"|^\s*(?:&\s*)?(?:\w+::)*[A-Z][A-Z0-9_]+\b(?:\.(?:iter|into_iter|copied|cloned|enumerate)\(\))*\s*$"
)
_RANGE = regex(r"\.\.")
_LENGTH = regex(r"\blen\s*\(\s*\)|\bcount\b|\btotal\b")
_FIXED = regex(
    r"\b(?:\w*config\w*|\w*settings?|\w*workers?|\w*threads?|\w*shards?|\w*partition\w*|\w*plugins?|\w*listeners?"
    r"|\w*replicas?|\w*backends?|\w*services?|\w*addrs?|\w*nodes?|\w*peers?|\w*signals?|\w*handles?"
    r"|\w*pools?|\w*conns?|\w*connections?|\w*clients?|\w*providers?|\w*endpoints?|\w*features?|\w*kinds?|variants|values\(\)|iter\(\)\s*::|args?)\b"
)
_CONFIGURED = regex(r"\b(?:\w+_)?(?:config|configuration|settings|cfg|args|opts)\s*(?:\(\)\s*)?\.")
"""What a list is taken out of that who runs the program has written."""
_LISTED = regex(r"^\s*(?:&\s*)?(?:vec!\s*)?\[(?!\s*\])")
_REMOTE = regex(
    r"\.await\b|\basync\b|\b(?:fetch|query|load|send_|request|find|save|insert|update|delete|get|post|call"
    r"|execute|download|upload|read_or_create|publish)\w*\s*\(|\.send\(\)"
)
_SENDER = regex(r"\b(\w+)\s*:\s*(?:Option<|Arc<)?(?:[\w:]*::)?UnboundedSender\s*<")
_ANSWERED = regex(rb"\boneshot\b")
_PATH = regex(r"[\w.]*?\w(?=\.(?:iter|into_iter|clone|drain)\b|$)")
_ENDS = regex(r"\blet\s*\(\s*\w+\s*,\s*(?:mut\s+)?(\w+)\s*\)\s*(?::[^=;]{1,60})?=\s*$")
"""The names of a channel's ends, before the call that makes it; the receiver's."""
_BOTH_ENDS = regex(
    r"\blet\s*\(\s*(?:mut\s+)?(\w+)\s*,\s*(?:mut\s+)?(\w+)\s*\)\s*(?::[^=;]{1,60})?=\s*$"
)
_DROPPED = regex(r"\blet\s*\(\s*_\s*,[^=;]{1,120}=\s*$")
_DRAINED = regex(r"\bself\.[\w.()]*\.drain\(")
"""What was let in one by one is let go."""
_ENDING = regex(
    r"(?:\w+_)?(?:shutdown|stop|close|cancel|terminate|disconnect|abort|teardown|cleanup|drop|join)"
    r"(?:_\w+)?$"
)
_OWN_FIELD = regex(
    r"(?:\(\s*)?self\s*\.\s*(\w+)\s*(?:\.\s*(?:iter|values|values_mut|iter_mut)\b|$)"
)
_COMMENT = regex(r"//[^\n]*")
_SAID_FEW = regex(
    r"\b(?:small|few|bounded|at most|no more than|handful|limited|never more|capped)\b"
    r"|\bconcurrently on purpose\b",
    re.IGNORECASE,
)
_ABOVE = 1_500
"""Bytes before a function in which its comments are looked for."""
_BEFORE = 500
"""Bytes before a call in which they are looked for."""
_HEAD = regex(r"\bwhile\s+let\b[^;{}]*$")
_BLANKS = regex(r"\s+")
_BLANK = regex(rb"\s+")


_OVER = 160
_STREAMED = 6_000
"""Bytes after a channel in which it is filled and given away."""
_NEAR = 8_000
"""Bytes before a loop in which its collection may be counted."""


def _fans_out(text: str, path: str) -> bool:
    return any(word in text for word in _WORDS)


@scan("rust", record=FanOut, wants=_fans_out)
def fan_out(code: Code) -> FanOut | None:
    """The unlimited work of one file."""
    found = list(_sites(code))
    sites = tuple(one for one in found if one is not None)
    return FanOut(sites, len(sites) < len(found)) if found else None


def _sites(code: Code) -> Iterator[FanOutSite | None]:
    """What has no limit, and ``None`` for what has one."""
    roots = rooted(code)
    senders: set[str] = set()
    if b"UnboundedSender" in code.source:
        senders.update(_SENDER.findall(code.source.decode("utf-8", "replace")))
    limited: dict[int, bool] = {}
    answered: dict[int, bool] = {}

    def is_limited(function: Function) -> bool:
        if function.index not in limited:
            limited[function.index] = _within(code, function, _LIMITING)
        return limited[function.index]

    for call in code.calls:
        if call.macro:
            continue
        kind = _kind(code, call, roots, senders)
        if not kind:
            continue
        function = code.function_at(call.scope)
        if function is None or function.is_test:
            continue
        over = ""
        made = (call.start, call.start)
        seldom = False
        if kind == "task":
            over = _collection(code, call, function)
            if not over:
                continue
            if (
                is_limited(function)
                or _is_few(code, over, call)
                or _ENDING.match(function.name)
                or _is_explained(code, call, function)
                or _DRAINED.search(over)
            ):
                yield None
                continue
        elif kind == "join":
            over, made = _joined(code, call, function)
            if (
                not over
                or is_limited(function)
                or _ENDING.match(function.name)
                or _is_explained(code, call, function)
            ):
                yield None
                continue
        elif kind == "channel":
            if _one_reply(code, call, function) or _is_dropped(code, call, function):
                continue
            if _is_streamed(code, call, function):
                kind = "stream"
        elif kind == "send":
            if function.index not in answered:
                answered[function.index] = _within(code, function, _ANSWERED)
            if answered[function.index] or _is_answered(code, call, function):
                continue  # the request waits for the answer: one message each at a time
            over = _BLANKS.sub("", code.text(call.receiver))[:60]
            seldom = _is_seldom(code, call)
        place = code.place(call.name_at)
        words = "::".join(code.resolved(call.path)) if call.path else f"{call.name}"
        yield FanOutSite(
            kind,
            words,
            place.line or 0,
            place.column or 0,
            _BLANKS.sub(" ", code.text(call.start, min(call.end, call.start + 120)))[:120],
            code.line(function.name_at),
            _BLANKS.sub(" ", over)[:_OVER],
            code.line(made[0]),
            code.line(made[1]),
            seldom,
        )


def _kind(code: Code, call: Call, roots: dict[int, Call], senders: set[str]) -> str:
    name = call.name
    if name in ("spawn", "spawn_local"):
        if call.awaited:
            return ""
        if call.path:
            path = code.resolved(call.path)
            return "task" if path[0] in _SPAWNING and "thread" not in path else ""
        receiver = code.text(call.receiver).strip()
        if receiver.isidentifier():
            binding = code.binding_of(receiver, call.start, call.scope)
            root = roots.get(binding.value[0]) if binding is not None else None
            if root is not None and "JoinSet" in root.path:
                return "task"
        return ""
    if name in _JOINING and call.path:
        return "join" if code.resolved(call.path)[0].startswith("futures") else ""
    if name in _CHANNELS and call.path:
        return "channel" if code.resolved(call.path)[0] in _CHANNELS[name] else ""
    if name in ("send", "unbounded_send") and not call.path and not call.awaited and senders:
        last = _BLANKS.sub("", code.text(call.receiver)).rpartition(".")[2]
        return "send" if last in senders else ""
    return ""


def _one_reply(code: Code, call: Call, function: Function) -> bool:
    """Whether the function that makes a channel itself takes one message from it: the sender goes
    along with a question, and the answer comes back."""
    made = _ENDS.search(code.text(max(function.body[0], call.start - 120), call.start))
    if made is None:
        return False
    taken = [
        one
        for one in code.calls_named(("recv", "recv_async"))
        if call.end < one.start < function.body[1] and code.text(one.receiver).strip() == made[1]
    ]
    return (
        len(taken) == 1
        and not any(
            scope.kind != "block"
            for scope in code.around(taken[0].scope)
            if scope.start > call.end  # a loop or a closure that begins after the channel is made
        )
        and not _HEAD.search(code.text(max(call.end, taken[0].start - 80), taken[0].start))
    )


def _is_answered(code: Code, call: Call, function: Function) -> bool:
    """Whether a function that sends once waits for a message afterwards: the answer."""
    if any(one.kind == "loop" for one in code.around(call.scope)):
        return False
    return any(
        one.awaited and call.end < one.start < function.body[1]
        for one in code.calls_named(("recv", "recv_async", "changed"))
    )


def _is_dropped(code: Code, call: Call, function: Function) -> bool:
    """Whether the sender of a channel is thrown away at once: nothing ever comes through it."""
    before = code.text(max(function.body[0], call.start - 160), call.start)
    return _DROPPED.search(before) is not None


def _is_streamed(code: Code, call: Call, function: Function) -> bool:
    """Whether a function gives away a channel's receiver as a stream, and fills the channel in a
    loop: what is slower to read than to make stays in memory."""
    made = _BOTH_ENDS.search(code.text(max(function.body[0], call.start - 160), call.start))
    if made is None:
        return False
    last = min(function.body[1], call.end + _STREAMED)
    after = code.text(call.end, last)
    if not re.search(rf"\bUnboundedReceiverStream::new\(\s*{made[2]}\s*\)", after):
        return False
    return any(
        one.name in ("send", "unbounded_send")
        and code.text(one.receiver).strip() == made[1]
        and any(scope.kind == "loop" and scope.start > call.end for scope in code.around(one.scope))
        for one in code.calls_in(call.end, last)
    )


def _is_seldom(code: Code, call: Call) -> bool:
    """Whether a call stands in a branch of its function, and is not made over and over."""
    nested = False
    for scope in code.around(call.scope):
        if scope.kind == "loop":
            return False
        if scope.kind in ("function", "closure", "async"):
            break
        nested = nested or scope.kind == "block"
    return nested


def _collection(code: Code, call: Call, function: Function) -> str:
    """Source of what a task is started for each element of; empty when it is not."""
    for scope in code.around(call.scope):
        if scope.kind == "function":
            return ""
        if scope.kind == "loop":
            return code.text(scope.head) if scope.label == "for" else ""
        if scope.kind == "async" or scope.is_async:
            return ""  # what a task starts in turn is that task's
        if scope.kind == "closure":
            given = code.calls[scope.call] if scope.call >= 0 else None
            if given is None or given.name not in _EACH or given.path:
                return ""
            text = code.text(given.receiver)
            return text if "iter" in text or "drain" in text or "keys" in text else ""
    return ""


def _within(code: Code, function: Function, pattern: re.Pattern[bytes]) -> bool:
    """Whether a function's body matches somewhere."""
    return pattern.search(code.source, *function.body) is not None


def _is_few(code: Code, over: str, call: Call) -> bool:
    """Whether a collection is short by what is seen of it."""
    if _FEW.search(over) or _FIXED.search(over.lower()):
        return True
    if any(
        one.kind == "loop" and one.label == "for" and _FEW.search(code.text(one.head))
        for one in code.around(call.scope)
    ):
        return True
    function = code.function_at(call.scope)
    if _is_of_parts(code, over):
        return True
    words = _PATH.match(_BLANKS.sub("", over).lstrip("&"))
    if words is not None and function is not None:
        held = words[0].encode()
        near = max(function.body[0], call.start - _NEAR)
        if held + b".len()" in _BLANK.sub(b"", code.source[near : call.start]):
            return True  # it was counted before
    if _RANGE.search(over):
        return not _LENGTH.search(over)
    name = over.strip().lstrip("&").partition(".")[0].strip()
    return _is_listed(code, name, call)


def _is_of_parts(code: Code, over: str) -> bool:
    """Whether it is a field that holds parts of the program, put in when it starts:
    ``Vec<Box<dyn Source>>``."""
    field = _OWN_FIELD.match(over.strip().lstrip("&"))
    if field is None:
        return False
    declared = re.compile(
        rb"\b" + field[1].encode() + rb"\s*:\s*(?:\w+\s*<\s*){0,3}"
        rb"(?:Vec|SmallVec|\w*Map|\w*Set)\s*<[^;{}=\n]{0,120}\bdyn\b"
    )
    return declared.search(code.source) is not None


def _is_explained(code: Code, call: Call, function: Function) -> bool:
    """Whether a comment on a function, or before a call in it, says that there are few of them."""
    comments = []
    above = code.text(max(0, function.start - _ABOVE), function.start)
    for line in reversed(above.rstrip(" \t").rstrip("\n").split("\n")):
        bare = line.strip()
        if not bare.startswith(("//", "#[")):
            break
        comments.append(bare)
    near = code.text(max(function.body[0], call.start - _BEFORE), call.end)
    comments += [match[0] for match in _COMMENT.finditer(near)]
    return any(_SAID_FEW.search(one) for one in comments)


def _is_listed(code: Code, name: str, call: Call) -> bool:
    """Whether a variable was made as a list of its elements."""
    binding = code.binding_of(name, call.start, call.scope)
    if binding is None:
        return False
    value = code.text(binding.value)
    if _CONFIGURED.search(value.lower()):
        return True
    return bool(_LISTED.match(value)) or bool(_FEW.search(value))


_NOTHING = ("", (0, 0))


def _joined(code: Code, call: Call, function: Function) -> tuple[str, tuple[int, int]]:
    """Source of the list that is waited for at once, and where the calls are made; empty when it is
    short, or not of calls."""
    if not call.arguments:
        return _NOTHING
    given = code.text(call.arguments[0]).strip()
    if given.isidentifier():
        if _is_listed(code, given, call):
            return _NOTHING
        binding = code.binding_of(given, call.start, call.scope)
        if binding is None:
            return _NOTHING
        value = code.text(binding.value)
        if _has_elements(value):
            return _calling(code, value, call), binding.value
        return _pushed(code, given, binding.start, call)
    return (_calling(code, given, call), call.arguments[0]) if _has_elements(given) else _NOTHING


def _calling(code: Code, chain: str, call: Call) -> str:
    """What an iterator chain is over, when it makes a call to the outside of each element."""
    over = _source_of(chain)
    made = _BLANKS.sub("", chain)[len(over) :]
    if "spawn" in made or not _REMOTE.search(made.replace(")await", ") await")):
        return ""
    return "" if _is_few(code, over, call) else over


def _has_elements(text: str) -> bool:
    return any(f".{name}(" in text for name in _EACH)


def _source_of(text: str) -> str:
    """What an iterator chain begins with, without blanks: up to the first adaptor."""
    bare = _BLANKS.sub("", text)
    depth = 0
    for match in _STEP.finditer(bare):
        if match[1] and not depth:
            return bare[: match.start()]
        depth += 1 if match[0][-1] in "([" else -1
    return bare


_STEP = regex(r"\.(map|for_each|flat_map|filter_map)\(|[(\[)\]]")


def _pushed(code: Code, name: str, after: int, join: Call) -> tuple[str, tuple[int, int]]:
    """What is iterated over where futures are pushed to a list in a loop, and where."""
    for push in code.calls_named(("push",)):
        if push.start >= join.start:
            break
        if push.path or push.start <= after:
            continue
        if code.text(push.receiver).strip() != name or not push.arguments:
            continue
        value = code.text(push.arguments[0])
        if "spawn" in value or not _REMOTE.search(value):
            return _NOTHING
        if _only_waits(code, push.arguments[0]):
            return _NOTHING
        for scope in code.around(push.scope):
            if scope.kind == "loop":
                over = code.text(scope.head) if scope.label == "for" else ""
                few = not over or _is_few(code, over, push)
                return _NOTHING if few else (over, (push.start, push.end))
            if scope.kind in ("function", "closure", "async"):
                return _NOTHING
    return _NOTHING


def _only_waits(code: Code, span: tuple[int, int]) -> bool:
    """Whether an async block waits for what runs already and begins nothing:
    ``async move { timeout(LONG, receipt).await }``."""
    if not _ASYNC.match(code.text(span)):
        return False
    awaited = [one for one in code.calls if one.awaited and span[0] < one.start < span[1]]
    return bool(awaited) and all(
        one.name in ("timeout", "timeout_at")
        and one.arguments
        and code.text(one.arguments[-1]).strip().isidentifier()
        for one in awaited
    )


_ASYNC = regex(r"\s*(?:Box::pin\(\s*)?async\b")
