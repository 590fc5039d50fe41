"""Awaits that wait for one another: loops that await per item, and awaits in a row.

Only what the text of one file says is gathered here: what is awaited and what speaks for order (a
value of an earlier round, a way out of the loop, a pause, a remark). Which operations may run side
by side is judged by ``facts/web/awaits.py``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code, Scope
from pytest_reconaudit.readers.scanning import SCRIPT, scan

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["AwaitRun", "Awaited", "AwaitingFunction", "AwaitingLoop", "FileAwaits", "awaits"]


class Awaited(Struct, frozen=True, array_like=True):
    """An operation that is waited for."""

    name: str
    """The last word of what is called; of ``f(x).then(…)`` that of ``f``."""
    receiver: str
    """What it is called on, blanks folded, at most 60 characters."""
    line: int
    text: str
    """The call, at most 80 characters."""
    whole: str
    """The call, blanks folded, at most 400 characters: equal ones repeat each other."""
    by_item: bool = False
    """In a loop: what it does depends on the item of the round."""
    needs: int = -1
    """In a row: index of the latest operation before it whose value it uses."""
    caught: bool = False
    """In a loop: its failure is caught within the round, so the other rounds go on."""


class AwaitingLoop(Struct, frozen=True, array_like=True):
    """A loop with awaits of its own, those in inner loops and functions left out."""

    line: int
    over: str
    """What it goes over, at most 80 characters; empty for a loop with a condition alone."""
    item: str
    """The name (or pattern) of the item."""
    awaited: tuple[Awaited, ...]
    ordered: str
    """Why the rounds must follow each other; empty when nothing says so."""
    gathers: str = ""
    """What a round changes and reads again when it has waited for all: what comes of the rounds is
    put together one after the other."""
    end: int = 0
    """Its last line."""


class AwaitRun(Struct, frozen=True, array_like=True):
    """Declarations that follow each other directly, each of an awaited value."""

    awaited: tuple[Awaited, ...]
    ordered: str


class AwaitingFunction(Struct, frozen=True, array_like=True):
    name: str
    """``load``, ``Store.load``; empty for code outside of any function."""
    line: int
    loops: tuple[AwaitingLoop, ...]
    runs: tuple[AwaitRun, ...]
    fans: tuple[AwaitingLoop, ...] = ()
    """What is begun for all elements of a collection at once: ``ids.map((id) => load(id))``."""


class FileAwaits(Struct, frozen=True, array_like=True):
    functions: tuple[AwaitingFunction, ...]
    together: int
    """How many awaits of ``Promise.all`` and its like the file has."""


_LOOPED = regex(r"\bfor\b[^;]{0,4000}\bawait\b", re.DOTALL)
_COMMENT = regex(rb"//[^\n]*|/\*.*?\*/", re.DOTALL)
_REMARK = regex(
    rb"(?i)sequen|serial|at a time|one by[ -]|in (?:this )?(?:order|turn)|order (?:matters|is)"
    rb"|no-await-in-loop|noAwaitInLoop|rate.?limit|throttl|in parallel|parallel|concurren|deadlock"
    rb"|race condition|(?:avoid|not) (?:over|flood|hammer|spam)|must (?:be|run|wait|happen"
    rb"|come|go|pass|succeed|finish|complete)\b"
    rb"|(?:wait|only) (?:for|until|after|once|when)|before (?:the )?next|deliberate|on purpose"
)
_PAUSE = regex(
    r"(?i)^(?:sleep|delay|wait(?:for\w*)?|pause|setTimeout|setTimeoutAsync|backoff|throttle\w*"
    r"|rateLimit\w*|acquire\w*|lock|nextTick|tick|\$?nextTick|flush|schedule|removeTokens|timeout"
    r"|consume|requestAnimationFrame|yieldToMain|yieldTo\w*|debounce\w*)$"
)
_WRITES_ON = regex(r"(?:insert|append)\w*(?:Cursor|Caret|Text|Content|Node)\w*$")
"""What puts the answer of one round after that of the last."""
_EACH = frozenset({"map", "forEach", "flatMap"})
_GIVES_VALUE = _EACH | {
    "filter", "find", "findIndex", "some", "every", "reduce", "sort", "then", "catch", "finally",
    "from", "Promise",
}  # fmt: skip
"""Calls that answer with a value, not with the function which they are given."""
_ASKS = regex(
    r"(?:get|fetch|load|request|query|search|retrieve|read|count|check)(?:[A-Z_]|$)|axios|ky$|ofetch"
)
_BODIES = frozenset({"closure", "function", "loop"})
_NEAR = 40
"""Bytes before a call in which it is awaited or returned."""
_TOGETHER = frozenset({"all", "allSettled", "any", "race"})
_CHANGES = frozenset(
    {"push", "add", "set", "append", "unshift", "delete", "splice", "clear", "concat", "insert"}
)
_TAKES = frozenset({"pop", "shift", "next", "dequeue", "poll", "take"})
_BLOCKING = regex(r"(?i)transaction|^tx$|^\$tx|withlock|mutex|runExclusive|sequential|serial")
_CHAINED = frozenset({"then", "catch", "finally", "unwrap", "json", "text", "blob", "toPromise"})
_WORD = regex(r"[A-Za-z_$][\w$]*")
_CAST = regex(rb"\s*!?(?:\s*\b(?:as|satisfies)\b.*)?", re.DOTALL)
"""What may follow an awaited call that still is its value alone."""
_COUNTED = regex(
    r"\(\s*(?:let|var)\s+([\w$]+)\s*=\s*0\s*(?:,[^;]*)?;\s*\1\s*<\s*([\w$.?!]+)\.(?:length|size)\s*;"
    r"\s*(?:\1\s*\+\+|\+\+\s*\1|\1\s*\+=\s*1)\s*\)"
)
_CONTROL = {
    "break_statement": "break",
    "return_statement": "leave",
    "throw_statement": "leave",
    "yield_expression": "yield",
    "identifier": "name",
    "shorthand_property_identifier": "name",
}
_ASSIGNS = {
    "assignment_expression": "left",
    "augmented_assignment_expression": "left",
    "update_expression": "argument",
}
_MAX_CALLS = 60
_DEEP = 12
_LONG = 30_000
"""Bytes of a loop whose rounds do too much to be told apart."""


def _waits(text: str, path: str) -> bool:
    return "await " in text and (
        "Promise.all" in text or text.count("await ") > 1 or bool(_LOOPED.search(text))
    )


@scan(*SCRIPT, record=FileAwaits, wants=_waits)
def awaits(code: Code) -> FileAwaits | None:
    """What one file waits for one after another."""
    return _Reading(code).result()


class _Reading:
    def __init__(self, code: Code) -> None:
        self.code = code

    def result(self) -> FileAwaits | None:
        code = self.code
        together = 0
        by_loop: dict[int, list[Call]] = {}
        for call in code.calls:
            if not call.awaited:
                continue
            if call.name in _TOGETHER and call.path[:1] in (("Promise",), ("Bluebird",)):
                together += 1
            for scope in code.around(call.scope):
                if scope.kind == "loop":
                    if self._is_shallow(scope):
                        by_loop.setdefault(scope.index, []).extend(self._waited(call))
                    break
                if scope.kind in ("function", "closure"):
                    break
        loops: dict[tuple[str, int], list[AwaitingLoop]] = {}
        for index, calls in sorted(by_loop.items()):
            scope = code.scopes[index]
            where = self._function(index)
            if where is not None and (loop := self._loop(scope, calls[:_MAX_CALLS])) is not None:
                loops.setdefault(where, []).append(loop)
        runs: dict[tuple[str, int], list[AwaitRun]] = {}
        for found in self._rows():
            where = self._function(found[0][0].scope)
            if where is not None:
                runs.setdefault(where, []).append(self._run(found))
        fans: dict[tuple[str, int], list[AwaitingLoop]] = {}
        for fan in self._fans():
            where = self._function(fan[0].index)
            if where is not None:
                fans.setdefault(where, []).append(fan[1])
        if not (together or loops or runs or fans):
            return None
        functions = [
            AwaitingFunction(
                name,
                line,
                tuple(loops.get((name, line), ())),
                tuple(runs.get((name, line), ())),
                tuple(fans.get((name, line), ())),
            )
            for name, line in sorted({*loops, *runs, *fans}, key=_line)
        ]
        return FileAwaits(tuple(functions), together)

    def _waited(self, call: Call) -> list[Call]:
        """The operations that are waited for: of ``Promise.all([f(), g()])`` both."""
        if not self._is_written_out(call):
            return [call]
        parts: list[Call] = []
        for one in sorted(self.code.calls_in(*call.arguments[0]), key=lambda one: -one.end):
            if not any(part.start <= one.start and one.end <= part.end for part in parts):
                parts.append(one)
            if len(parts) > _MAX_CALLS:
                break
        return sorted(parts, key=lambda one: one.start)

    def _is_written_out(self, call: Call) -> bool:
        """Whether a call waits for a list that is written out: a fixed number of operations."""
        if call.name not in _TOGETHER or len(call.arguments) != 1:
            return False
        text = self.code.text(*call.arguments[0])
        return text.startswith("[") and "..." not in text and "=>" not in text

    def _is_shallow(self, scope: Scope) -> bool:
        """Whether so few loops lie around one that a person may have written it."""
        loops = (one for one in self.code.around(scope.index) if one.kind == "loop")
        return next(islice(loops, _DEEP, None), None) is None

    # -- where ---------------------------------------------------------------------------------

    def _function(self, scope: int) -> tuple[str, int] | None:
        """Name and line of the function around; ``None`` for test code."""
        code = self.code
        function = code.function_at(scope)
        if function is not None and function.is_test:
            return None
        named = function.scope if function is not None else 0
        for one in code.around(scope):
            if one.index == named:
                break
            if one.kind == "closure" and one.call >= 0:
                call = code.calls[one.call]
                if call.name in ("it", "test", "describe", "beforeEach", "beforeAll", "afterEach"):
                    return None
                binding = self._given.get((call.start, call.end))
                if (
                    binding is not None
                    and call.name not in _GIVES_VALUE
                    and _WORD.fullmatch(binding.name)
                ):
                    return binding.name, code.line(binding.start)
        if function is None:
            return "", 0
        name = f"{function.owner}.{function.name}" if function.owner else function.name
        return name, code.line(function.name_at)

    @cached_property
    def _given(self) -> dict[tuple[int, int], Binding]:
        """Range of a value → the declaration that it is given to."""
        return {one.value: one for one in self.code.bindings}

    @cached_property
    def _ending(self) -> dict[int, Call]:
        """Offset → the longest call that ends there."""
        ends: dict[int, Call] = {}
        for call in self.code.calls:
            ends.setdefault(call.end, call)
        return ends

    def _operation(self, call: Call) -> Call:
        """The call that does the work: ``f`` of ``f(x).then(…)``."""
        for _ in range(8):
            if call.name not in _CHAINED:
                break
            inner = self._ending.get(call.receiver[1])
            if inner is None or inner.start < call.receiver[0]:
                break
            call = inner
        return call

    def _awaited(
        self, call: Call, *, by_item: bool = False, needs: int = -1, caught: bool = False
    ) -> Awaited:
        code = self.code
        done = self._operation(call)
        receiver = " ".join(
            code.text(done.receiver[0], min(done.receiver[1], done.start + 200)).split()
        )
        text = " ".join(code.text(call.start, min(call.end, call.start + 400)).split())
        return Awaited(
            done.name, receiver[:60], code.line(call.start), text[:80], text, by_item, needs, caught
        )

    # -- loops ---------------------------------------------------------------------------------

    def _loop(self, scope: Scope, calls: list[Call]) -> AwaitingLoop | None:
        code = self.code
        body = code.node(scope.start, scope.end)
        node = body
        while node is not None and not node.type.endswith("_statement"):
            node = node.parent
        while node is not None and (
            node.type
            not in ("for_in_statement", "for_statement", "while_statement", "do_statement")
            or node.start_byte >= scope.start
        ):
            node = node.parent
        if node is None or body is None:
            return None
        line = code.line(node.start_byte)
        over, item, ordered = self._header(node, scope)
        gathers = ""
        if over and not ordered:
            found = _control(body)
            waited = max((call.end for call in calls), default=scope.end)
            ordered = self._order(node, scope, found) or self._carried(scope, item, found, waited)
            gathers = ordered or self._carried(scope, item, found, scope.end)
        items = self._items(scope, item)
        awaited = []
        for call in calls:
            words = set(_WORD.findall(code.text(call.start, call.end)))
            caught = self._is_caught(call, scope)
            awaited.append(self._awaited(call, by_item=bool(words & items), caught=caught))
        end = code.line(node.end_byte)
        return AwaitingLoop(line, over[:80], item[:60], tuple(awaited), ordered, gathers, end)

    def _fans(self) -> Iterator[tuple[Scope, AwaitingLoop]]:
        """(scope, what it begins) of each closure that is called for every element at once."""
        code = self.code
        for scope in code.scopes:
            if scope.kind != "closure" or scope.call < 0:
                continue
            call = code.calls[scope.call]
            if call.name not in _EACH or len(call.arguments) != 1 or not self._is_shallow(scope):
                continue
            item = code.text(scope.head).strip("() \n")
            if not item or call.receiver[0] == call.receiver[1]:
                continue
            begun = [one for one in self._begun(scope) if self._asks(one)]
            if not begun:
                continue
            items = self._items(scope, item.partition(",")[0])
            awaited = []
            for one in begun[:_MAX_CALLS]:
                words = set(_WORD.findall(code.text(one.start, one.end)))
                awaited.append(self._awaited(one, by_item=bool(words & items)))
            over = " ".join(
                code.text(call.receiver[0], min(call.receiver[1], call.receiver[0] + 200)).split()
            )
            yield (
                scope,
                AwaitingLoop(code.line(call.name_at), over[:80], item[:60], tuple(awaited), ""),
            )

    def _asks(self, call: Call) -> bool:
        """Whether a call may ask a server for something; ``map.get(id)`` names no address."""
        call = self._operation(call)
        if _ASKS.match(call.name) is None:
            return False
        return call.name != "get" or any(
            self.code.text(start, min(start + 1, end)) in ("'", '"', "`")
            for start, end in call.arguments[:1]
        )

    def _begun(self, scope: Scope) -> Iterator[Call]:
        """The operations that a closure waits for, or answers with, in it itself."""
        code = self.code
        found: dict[int, Call] = {}
        for call in code.calls_in(scope.start, scope.end):
            around = next((one for one in code.around(call.scope) if one.kind in _BODIES), None)
            if around is None or around.index != scope.index:
                continue
            before = code.source[max(call.start - _NEAR, 0) : call.start].rstrip()
            if call.awaited or before.endswith((b"=>", b"return")):
                longest = found.get(call.start, call)
                found[call.start] = call if call.end >= longest.end else longest
        for call in found.values():
            yield from self._waited(call)

    def _is_caught(self, call: Call, scope: Scope) -> bool:
        """Whether a round of a loop catches what one of its operations throws."""
        if call.name == "catch":
            return True
        node = self.code.node(call.start, call.end)
        while node is not None and node.start_byte >= scope.start:
            if node.type == "try_statement" and node.child_by_field_name("handler") is not None:
                body = node.child_by_field_name("body")
                if body is not None and body.start_byte <= call.start < body.end_byte:
                    return True
            node = node.parent
        return False

    def _header(self, node: Node, scope: Scope) -> tuple[str, str, str]:
        """What a loop goes over, its item, and why it is no loop over a collection."""
        code = self.code
        if node.type == "for_in_statement":
            left = node.child_by_field_name("left")
            head = code.text(node.start_byte, left.start_byte if left is not None else scope.start)
            over = " ".join(code.text(scope.head).split())
            item = code.text(left.start_byte, left.end_byte) if left is not None else ""
            return over, item, "for await" if "await" in head else ""
        if node.type == "for_statement":
            text = code.text(node.start_byte, scope.start)
            if match := _COUNTED.search(text):
                return match[2], match[1], ""
        return "", "", "a condition decides"

    def _items(self, scope: Scope, item: str) -> set[str]:
        """The names that stand for the item of a round."""
        code = self.code
        names = set(_WORD.findall(item))
        for binding in self._declared_in(scope):
            if names & set(_WORD.findall(code.text(binding.value))):
                names.update(_WORD.findall(binding.name))
        return names

    def _declared_in(self, scope: Scope) -> list[Binding]:
        starts = self._declared_at
        return list(
            self.code.bindings[bisect_left(starts, scope.start) : bisect_left(starts, scope.end)]
        )

    @cached_property
    def _declared_at(self) -> list[int]:
        return [one.start for one in self.code.bindings]

    @cached_property
    def _scopes(self) -> tuple[list[int], list[Scope]]:
        """Every scope by where it begins."""
        scopes = sorted(self.code.scopes, key=lambda one: one.start)
        return [one.start for one in scopes], scopes

    def _order(self, node: Node, scope: Scope, found: dict[str, list[Node]]) -> str:
        """Why the rounds of a loop over a collection must follow each other."""
        code = self.code
        if scope.end - scope.start > _LONG:
            return "its body is long"
        before = code.source.rfind(b"\n", 0, node.start_byte)
        for _ in range(2):
            before = code.source.rfind(b"\n", 0, max(before, 0))
        near = code.source[max(before, 0) : scope.end]
        if any(_REMARK.search(one) for one in _COMMENT.findall(near)):
            return "a remark says so"
        if reason := self._held(scope.index):
            return reason
        if _answers_failure(node):
            return "it makes up for a failure"
        for call in code.calls_in(scope.start, scope.end):
            if _PAUSE.match(call.name):
                return f"{call.name}() sets the pace"
            if call.name in _TOGETHER and call.path[:1] == ("Promise",):
                if self._is_written_out(call):
                    continue
                return "its rounds are batches"
            if call.path in (("performance", "now"), ("console", "time")):
                return "each round is timed"
            if _WRITES_ON.match(call.name) and len(call.path) == 1:
                return f"{call.name}() puts one after the other"
        starts, scopes = self._scopes
        inner = [
            one
            for one in scopes[bisect_left(starts, scope.start) : bisect_left(starts, scope.end)]
            if one.end <= scope.end and one.index != scope.index
        ]
        for way in found.get("leave", ()):
            if not _within(way, inner, ("closure", "function")):
                return f"a {way.type.partition('_')[0]} ends it early"
        for way in found.get("break", ()):
            if not _within(way, inner, ("closure", "function", "loop")) and not _within(
                way, inner, (), "match"
            ):
                return "a break ends it early"
        return "it yields" if found.get("yield") else ""

    def _held(self, scope: int) -> str:
        """Why everything around must be in order: a transaction, a lock."""
        code = self.code
        for one in code.around(scope):
            if one.kind == "closure" and one.call >= 0:
                name = code.calls[one.call].name
                if _BLOCKING.search(name):
                    return f"inside of {name}()"
        return ""

    def _carried(self, scope: Scope, item: str, found: dict[str, list[Node]], waited: int) -> str:
        """Whether a round uses what an earlier one has changed.

        :param waited: where the last of what a round waits for ends; what it does behind that with
            the answers can be done when all of them are there.
        """
        code = self.code
        own = {word for binding in self._declared_in(scope) for word in _WORD.findall(binding.name)}
        own.update(_WORD.findall(item))
        changed: dict[str, set[int]] = {}
        for node in found.get("assigned", ()):
            root = node
            while root.type in ("member_expression", "subscript_expression", "non_null_expression"):
                inner = root.child_by_field_name("object") or root.named_child(0)
                if inner is None:
                    break
                root = inner
            text = code.text(root.start_byte, root.end_byte)
            if root.type == "this":
                whole = " ".join(code.text(node.start_byte, node.end_byte).split())
                body = code.text(scope.start, scope.end)
                if body.count(whole) > 1 and whole in code.text(scope.start, waited):
                    return f"{whole} is carried over"
            elif root.type == "identifier" and text not in own:
                changed.setdefault(text, set()).add(root.start_byte)
        for call in code.calls_in(scope.start, scope.end):
            if call.name in _TAKES and call.path[:-1] and call.path[0] not in own:
                return f"{call.path[0]}.{call.name}() takes from what is left"
            if call.name in _CHANGES and len(call.path) == 2 and call.path[0] not in own:
                changed.setdefault(call.path[0], set()).add(call.receiver[0])
        for node in found.get("name", ()):
            if node.start_byte >= waited:
                continue
            places = changed.get(code.text(node.start_byte, node.end_byte))
            if places is not None and node.start_byte not in places:
                return f"{code.text(node.start_byte, node.end_byte)} is carried over"
        return ""

    # -- rows ----------------------------------------------------------------------------------

    def _rows(self) -> Iterator[list[tuple[Binding, Call]]]:
        """Declarations of awaited values that follow each other with nothing between."""
        code = self.code
        values: dict[int, Call] = {}
        for one in code.calls:
            if one.awaited and one.end >= values.get(one.start, one).end:
                values[one.start] = one
        row: list[tuple[Binding, Call]] = []
        for binding in code.bindings:
            text = code.text(binding.value[0], min(binding.value[1], binding.value[0] + 12))
            call = None
            if text.startswith("await"):
                at = binding.value[0] + 5
                while code.source[at : at + 1].isspace():
                    at += 1
                call = values.get(at)
                if call is not None and not _CAST.fullmatch(
                    code.source, call.end, binding.value[1]
                ):
                    call = None
            if row and not (call is not None and self._follows(row[-1][0], binding)):
                if binding.scope != row[-1][0].scope and binding.start < row[-1][0].end:
                    continue  # within the last one
                if len(row) > 1:
                    yield row
                row = []
            if call is not None:
                row.append((binding, call))
        if len(row) > 1:
            yield row

    def _follows(self, one: Binding, other: Binding) -> bool:
        between = self.code.source[one.end : other.start]
        return one.scope == other.scope and not _COMMENT.sub(b"", between).strip(b"; \t\r\n")

    def _run(self, row: list[tuple[Binding, Call]]) -> AwaitRun:
        code = self.code
        bound: dict[str, int] = {}
        awaited = []
        for index, (binding, call) in enumerate(row):
            words = _WORD.findall(code.text(call.start, call.end))
            needs = max((bound[word] for word in words if word in bound), default=-1)
            awaited.append(self._awaited(call, needs=needs))
            for word in _WORD.findall(binding.name):
                bound[word] = index
        start, end = row[0][0].start, row[-1][0].end
        before = code.source.rfind(b"\n", 0, start)
        before = code.source.rfind(b"\n", 0, max(before, 0))
        near = code.source[max(before, 0) : end]
        ordered = self._held(row[0][0].scope)
        if not ordered and any(_REMARK.search(one) for one in _COMMENT.findall(near)):
            ordered = "a remark says so"
        return AwaitRun(tuple(awaited), ordered)


def _control(body: Node) -> dict[str, list[Node]]:
    """What leaves a loop, what it assigns and the names in it, in source order: for the few loops
    there are a query would take longer to compile."""
    found: dict[str, list[Node]] = {}
    pending = [body]
    while pending:
        node = pending.pop()
        kind = node.type
        if kind in _CONTROL:
            found.setdefault(_CONTROL[kind], []).append(node)
        elif kind in _ASSIGNS:
            given = node.child_by_field_name(_ASSIGNS[kind])
            if given is not None:
                found.setdefault("assigned", []).append(given)
        pending += reversed(node.named_children)
    return found


def _answers_failure(node: Node) -> bool:
    """Whether a loop runs in a ``catch``: one by one, after all at once has failed."""
    at = node.parent
    while at is not None and at.type not in _FUNCTIONS:
        if at.type == "catch_clause":
            return True
        at = at.parent
    return False


_FUNCTIONS = frozenset(
    {"arrow_function", "function_expression", "function_declaration", "method_definition",
     "generator_function_declaration", "generator_function", "program"}
)  # fmt: skip


def _within(node: Node, scopes: list[Scope], kinds: tuple[str, ...], label: str = "-") -> bool:
    at = node.start_byte
    return any(
        one.start <= at < one.end and (one.kind in kinds or one.label == label) for one in scopes
    )


def _line(one: tuple[str, int]) -> tuple[int, str]:
    return one[1], one[0]
