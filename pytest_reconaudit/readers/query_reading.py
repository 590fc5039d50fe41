"""What the readings of a file's database calls share: the source around a call or a loop."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cached_property

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Scope
from pytest_reconaudit.readers.query_call import FoundQuery
from pytest_reconaudit.readers.query_mongo import mongo_queries
from pytest_reconaudit.readers.query_python import python_queries
from pytest_reconaudit.readers.query_records import QueryLoop
from pytest_reconaudit.readers.query_rust import rust_queries
from pytest_reconaudit.readers.query_script import script_queries

__all__ = [
    "FUNCTION_ADAPTORS",
    "WORD",
    "QueryReading",
    "loop_pattern",
    "names_in",
]

FUNCTION_ADAPTORS = frozenset({"pMap", "pEach", "mapSeries", "eachSeries", "mapLimit", "eachLimit",
                                "asyncForEach", "forEachAsync", "mapAsync", "each",
                                "pMapSeries", "process"})  # fmt: skip
_SERIAL = regex(r"each|process|\w*Series")
_PROMISES = regex(r"(?i:^(?:\w*bluebird\w*|async)$)|^Promise$")
"""A library whose adaptors are given what they go over."""
_LONG_NAME = 60
_TOGETHER = frozenset({"all", "allSettled", "join_all", "try_join_all", "buffer_unordered",
                       "buffered",
                       "try_buffer_unordered", "for_each_concurrent", "try_for_each_concurrent",
                       "gather", "pMap", "mapLimit", "eachLimit"})  # fmt: skip
_TAKE = regex(
    r"\.take\(\s*(\d+)\s*\)|\.slice\(\s*0\s*,\s*(\d+)\s*\)|\[\s*:\s*(\d+)\s*\]|\bislice\([^()]*,\s*(\d+)\s*\)"
)
WORD = regex(r"[A-Za-z_]\w*")
_COMMENT = {
    "rust": regex(r"^\s*//.*|//\s.*"),
    "script": regex(r"^\s*(?://|\*|/\*).*|//\s.*"),
    "python": regex(r"^\s*#.*|\s#\s.*"),
}
_IF_WORD = regex(r"\bif\b")
_FOR = regex(r"\bfor\b")
_LINES_BEFORE = 6
_NO_NAMES = frozenset(
    {"mut", "ref", "const", "let", "var", "async", "await", "Some", "Ok", "_", "move"}
)


def _rust_queries(code: Code) -> Iterable[FoundQuery]:
    return (*rust_queries(code), *mongo_queries(code))


def names_in(variable: str) -> set[str]:
    return {word for word in WORD.findall(variable) if word not in _NO_NAMES}


def loop_pattern(text: str) -> str:
    """The pattern between ``for`` and ``in``."""
    text = text.strip().removeprefix("await").strip().lstrip("(").strip()
    for end in (" in", " of", "\nin"):
        text = text.removesuffix(end).rstrip()
    for start in ("const ", "let ", "var "):
        text = text.removeprefix(start)
    return text.strip()


_FINDERS: dict[str, Callable[[Code], Iterable[FoundQuery]]] = {
    "rust": _rust_queries,
    "python": python_queries,
    "script": script_queries,
}


class QueryReading:
    """A file, its database calls and what may be asked about the source around them."""

    def __init__(self, code: Code) -> None:
        self.code = code
        language = code.language
        self.language = language if language in ("rust", "python") else "script"
        self.found = sorted(_FINDERS[self.language](code), key=lambda one: one.call.start)
        self.found_at = [one.call.start for one in self.found]
        self.loops: list[QueryLoop] = []
        self.loop_of: dict[int, int] = {}
        """Scope → position in ``loops``; -1 for one that repeats nothing worth a finding."""
        self._again: dict[int, set[str] | None] = {}
        self.remembers: dict[int, bool] = {}
        self.flushes: dict[int, bool] = {}
        self.idle: dict[int, bool] = {}
        """Scope of a match → some arm of it goes on without a query."""
        self.starts = [call.start for call in code.calls]

    def _asked(self, branch: Scope) -> str:
        """The condition of a branch, with its ``if``."""
        head = self.code.text(max(branch.start - 300, 0), branch.start)
        starts = [match.start() for match in _IF_WORD.finditer(head)]
        return head[starts[-1] :] if starts else ""

    def _nearest(self, scope: int) -> Scope | None:
        for one in self.code.around(scope):
            if one.kind == "loop" or (
                one.kind == "closure" and self.loop_of.get(one.index, -1) >= 0
            ):
                return one
            if one.kind == "function":
                return None
        return None

    def _made_in(self, loop: Scope) -> set[str]:
        """The names that are another value in each round."""
        names = {
            one.name
            for one in self.code.bindings
            if loop.start <= one.start < loop.end and one.name not in _NO_NAMES
        }
        if loop.kind == "closure":
            return names | names_in(self.code.text(loop.head))
        line_at = self.code.source.rfind(b"for", 0, loop.head[0] or loop.start)
        if line_at >= 0 and loop.head[0] - line_at < 300:
            names |= names_in(loop_pattern(self.code.text(line_at + 3, loop.head[0])))
        return names

    def _comments(self, start: int, end: int) -> str:
        """The comments of a range and of the lines before it."""
        source = self.code.source
        for _ in range(_LINES_BEFORE):
            start = source.rfind(b"\n", 0, max(start - 1, 0))
            if start < 0:
                start = 0
                break
        pattern = _COMMENT[self.language]
        text = self.code.text(start, min(end, start + 3_000))
        return "\n".join(match[0] for line in text.splitlines() for match in pattern.finditer(line))

    def _body(self, scope: Scope) -> str:
        return self.code.text(scope.start, scope.end)

    def _one_transaction(self, call: Call) -> bool:
        """Whether what an adaptor makes is handed to the database as one batch:
        ``prisma.$transaction(rows.map(…))``."""
        if self.language != "script":
            return False
        ranges, given = self._batches
        if not (ranges or given):
            return False
        if any(start <= call.start and call.end <= end for start, end in ranges):
            return True
        return any(one.name in given for one in self.code.bindings_around(call.start, call.end))

    @cached_property
    def _batches(self) -> tuple[list[tuple[int, int]], set[str]]:
        """Ranges that are sent as one batch, and the names that stand in one."""
        ranges, given = [], set()
        for other in self.code.calls_named(("$transaction", "batch")):
            for start, end in other.arguments[:1]:
                if not self.code.source.startswith((b"async", b"("), start):
                    ranges.append((start, end))
                given.update(WORD.findall(self.code.text(start, min(end, start + 200))))
        return ranges, given

    @cached_property
    def _queried(self) -> set[int]:
        return {one.call.index for one in self.found}

    def _failed(self, inner: int, outer: Scope) -> bool:
        for one in self.code.around(inner):
            if one.index == outer.index:
                return False
            if one.label in ("catch", "finally"):
                return True
        return False

    def _few(self, text: str) -> bool:
        match = _TAKE.search(text)
        if match is None or _FOR.search(text[: match.start()]) is not None:
            return False
        return int(next(word for word in match.groups() if word)[:9]) <= 10

    def _query_within(self, start: int, end: int) -> FoundQuery | None:
        for index in range(bisect_left(self.found_at, start), len(self.found)):
            one = self.found[index]
            if one.call.start >= end:
                break
            if one.kind in ("select", "insert", "update"):
                return one
        return None

    def _together(self, scope: Scope, label: str) -> bool:
        code = self.code
        if self.language == "script" and scope.kind == "closure" and scope.is_async:
            if _SERIAL.fullmatch(label):
                return False
            if scope.call >= 0 and self._bounded(code.calls[scope.call]):
                return False
            return label in ("map", "forEach", "flatMap", *FUNCTION_ADAPTORS)
        start = code.calls[scope.call].start if scope.call >= 0 else scope.start
        last = bisect_left(self.starts, start + 1)
        for call in code.calls[max(last - 60, 0) : last]:
            if call.name in _TOGETHER and call.end >= scope.end:
                return not self._bounded(call)
        return False

    def _is_promises(self, call: Call) -> bool:
        start, end = call.receiver
        return (
            end - start <= _LONG_NAME and _PROMISES.search(self.code.text(start, end)) is not None
        )

    def _bounded(self, call: Call) -> bool:
        """Whether a call runs only so many rounds at once: ``pMap(x, work, {concurrency: 5})``."""
        return (call.name in FUNCTION_ADAPTORS or self._is_promises(call)) and (
            "Limit" in call.name
            or any("concurrency" in self.code.text(one) for one in call.arguments[2:3])
        )

    def _is_view(self) -> bool:
        """A component's file: what it calls in loops runs in a browser."""
        return self.language == "script" and self.code.path.endswith((".tsx", ".jsx"))
