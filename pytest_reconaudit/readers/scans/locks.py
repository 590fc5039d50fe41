"""Lock guards in Rust: where one is taken, how long it lives, and what happens meanwhile.

A guard that ``let`` binds lives to the end of its block, or until ``drop`` or a move; one that a
variable is given later lives as long as the variable. One that is not bound is a temporary, and
lives to the end of the statement; in the head of ``if let``, ``while let``, ``match`` and ``for``
to the end of the whole expression. What closures and async blocks do is left out: it runs at
another time.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.scans.outline import OutlinedCall, folded, outlined_call
from pytest_reconaudit.readers.syntax import query

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["FileLocks", "Guard", "LockSite", "LockingFunction", "locks"]

_TAKES = regex(r"\.\s*(?:lock|read|write)\s*\(\s*\)")
_METHODS = ("lock", "read", "write")
_PLACE = regex(r"(?:self|[a-z_]\w*|[A-Z][A-Z0-9_]*|(?:[A-Za-z_]\w*::)+[A-Z][A-Z0-9_]*)(?:\.\w+)*$")
_PASSES = frozenset(
    {"unwrap", "expect", "unwrap_or_else", "map_err", "context", "with_context", "ok"}
)
_TAKEN_OUT = regex(r"\s*(?:Ok|Some)\s*\(\s*(?:mut\s+|ref\s+mut\s+|ref\s+)?([a-z_]\w*)\s*\)\s*$")
_NAME = regex(r"(?:mut\s+)?([A-Za-z_]\w*)\s*$")
_LEAVES = regex(r"\b(?:return|break|continue|panic|unreachable|bail|todo|exit)\b")
_SCOPES = frozenset({"closure_expression", "async_block", "function_item", "gen_block"})
_LOOKS = frozenset(
    {
        "println", "print", "eprintln", "eprint", "format", "write", "writeln", "panic", "info",
        "debug", "warn", "error", "trace", "assert", "assert_eq", "assert_ne", "matches", "json",
        "debug_assert", "debug_assert_eq", "dbg", "bail", "ensure", "event", "span",
    }
)  # fmt: skip
_MAX_CLIMB = 400
_MAX_EVENTS = 40
_MAX_LOCKS = 200
"""Locks in one function: beyond it nobody wrote it."""


class LockSite(Struct, frozen=True, array_like=True):
    """Where a function takes a lock itself."""

    receiver: str
    """What is locked, as written: ``self.stats``, ``CACHE``."""
    mode: str
    """``lock``, ``read`` or ``write``."""
    line: int
    awaited: bool
    unwrapped: bool
    """``.unwrap()``, ``.expect()``, ``?`` and the like follow: it may be poisoned."""


class Guard(Struct, frozen=True, array_like=True):
    """A guard that lives on while something else happens."""

    site: LockSite
    form: str
    """``let``, ``if let``, ``while let``, ``match``, ``for`` or ``statement``."""
    name: str
    """Of the variable; empty for a temporary."""
    is_async: bool
    """It is taken in an async function, block or closure."""
    relocks: tuple[tuple[LockSite, bool], ...]
    """Locks of the same place taken meanwhile; whether in the ``else`` of an ``if let``."""
    calls: tuple[tuple[OutlinedCall, bool], ...]
    """Calls meanwhile that may take the same lock: methods of what the lock belongs to; of a
    static all calls of functions. Whether in the ``else``."""
    awaits: tuple[int, ...]
    """Lines where something is awaited meanwhile (not what takes the guard itself)."""
    asked: tuple[tuple[str, int], ...]
    """(method, line) of awaited calls meanwhile."""
    awaited: tuple[tuple[str, int], ...] = ()
    """What each of ``awaits`` waits for: (name of a call, its line); the name is empty for another
    thing."""


class LockingFunction(Struct, frozen=True, array_like=True):
    index: int
    """Of ``Code.functions``, hence of the outline."""
    sites: tuple[LockSite, ...]
    guards: tuple[Guard, ...]


class FileLocks(Struct, frozen=True, array_like=True):
    functions: tuple[LockingFunction, ...]


def _locks(text: str, path: str) -> bool:
    return _TAKES.search(text) is not None


@scan("rust", record=FileLocks, wants=_locks)
def locks(code: Code) -> FileLocks | None:
    """The locks that functions of a file take."""
    by_function: dict[int, list[_Taken]] = {}
    for call in code.calls_named(_METHODS):
        if call.arguments or call.macro or call.path or call.receiver[1] <= call.receiver[0]:
            continue
        function = code.function_at(call.scope)
        if function is None or function.is_test:
            continue
        taken = _taken(code, call)
        if taken is not None:
            by_function.setdefault(function.index, []).append(taken)
    handed = _handed(code, by_function)
    functions = []
    for index in sorted({*by_function, *handed}):
        function = code.functions[index]
        found, given = by_function.get(index, []), handed.get(index, [])
        if len(found) > _MAX_LOCKS:
            continue
        own = [one for one in (*found, *given) if one.home == function.scope]
        guards = [
            guard
            for one in (*found, *given)
            if (guard := _guard(code, function, one, found)) is not None
        ]
        functions.append(LockingFunction(index, tuple(one.site for one in own), tuple(guards)))
    return FileLocks(tuple(functions)) if functions else None


def _handed(code: Code, taken: dict[int, list[_Taken]]) -> dict[int, list[_Taken]]:
    """The guards that functions get from methods of their own type, which take the lock and hand
    it over: ``fn seen(&self) -> MutexGuard<Seen> { self.seen.lock() }``."""
    helpers: dict[tuple[str, str], LockSite] = {}
    for index, sites in taken.items():
        function = code.functions[index]
        own = [one.site for one in sites if one.home == function.scope]
        if len(own) == 1 and own[0].receiver.startswith("self.") and "Guard" in function.returns:
            helpers[function.owner, function.name] = own[0]
    found: dict[int, list[_Taken]] = {}
    if not helpers:
        return found
    for call in code.calls_named(tuple({name for _, name in helpers})):
        if call.arguments or call.macro or code.text(call.receiver).strip() != "self":
            continue
        caller = code.function_at(call.scope)
        if caller is None or caller.is_test:
            continue
        site = helpers.get((caller.owner, call.name))
        one = _taken(code, call) if site is not None else None
        if site is not None and one is not None:
            at = replace(one.site, receiver=site.receiver, mode=site.mode)
            at = replace(at, awaited=at.awaited or (site.awaited and not caller.is_async))
            found.setdefault(caller.index, []).append(replace(one, site=at))
    return found


class _Taken(Struct, frozen=True, eq=False):
    """A lock that is taken, with its place in the tree."""

    site: LockSite
    call: Call
    tail: Node | None
    """The call with what only unpacks the guard: ``x.lock().unwrap()``; ``None`` in a macro."""
    home: int
    """Scope of the function, closure or async block that it is in."""
    is_async: bool


def _home(code: Code, scope: int) -> tuple[int, bool]:
    for one in code.around(scope):
        if one.kind in ("function", "closure", "async"):
            return one.index, one.is_async
    return 0, False


def _taken(code: Code, call: Call) -> _Taken | None:
    receiver = folded(code.source[call.receiver[0] : call.receiver[1]][:400], 100).lstrip("&*(")
    receiver = receiver.rstrip(")")
    if not _PLACE.match(receiver):
        return None
    node = code.node(call.start, call.end)
    home, is_async = _home(code, call.scope)
    line = code.line(call.name_at)
    if node is None or node.type != "call_expression" or node.start_byte != call.start:
        # In a macro, whose arguments are no nodes.
        after = code.source[call.end : call.end + 20].lstrip()
        unpacked = after.startswith((b".unwrap", b".expect", b"?"))
        site = LockSite(receiver, call.name, line, call.awaited, unpacked)
        return _Taken(site, call, None, home, is_async)
    awaited = unwrapped = False
    tail = node
    while (parent := tail.parent) is not None:
        kind = parent.type
        if kind == "await_expression":
            awaited = awaited or not unwrapped
            tail = parent
        elif kind in ("try_expression", "parenthesized_expression"):
            unwrapped = unwrapped or kind == "try_expression"
            tail = parent
        elif kind == "field_expression":
            field = parent.child_by_field_name("field")
            above = parent.parent
            if field is None or above is None or above.type != "call_expression":
                break
            word = code.source[field.start_byte : field.end_byte].decode("utf-8", "replace")
            function = above.child_by_field_name("function")
            if word not in _PASSES or function is None or function.id != parent.id:
                break
            unwrapped = True
            tail = above
        else:
            break
    site = LockSite(receiver, call.name, line, awaited, unwrapped)
    return _Taken(site, call, tail, home, is_async)


class _Life(Struct, frozen=True, eq=False):
    """How long a guard lives."""

    form: str
    start: int
    end: int
    name: str = ""
    otherwise: int = 0
    """Where the ``else`` begins that it lives on in before edition 2024; 0 when there is none."""
    within: Node | None = None


def _life(code: Code, taken: _Taken) -> _Life | None:
    """How long a guard lives; ``None`` when that is not understood."""
    if taken.tail is None:
        return None
    tail = node = taken.tail
    start, parent = tail.end_byte, tail.parent
    if parent is None:
        return None
    if parent.type == "let_declaration":
        pattern = parent.child_by_field_name("pattern")
        block = parent.parent
        if pattern is None or block is None or not _is(parent, "value", node):
            return None
        text = code.text(pattern.start_byte, pattern.end_byte)
        name = _NAME.match(text) or _TAKEN_OUT.match(text)
        if name is None or name[1] == "_":
            return None
        return _Life("let", parent.end_byte, block.end_byte, name[1], within=block)
    if parent.type == "assignment_expression" and _is(parent, "right", node):
        return _assigned(code, parent)
    if parent.type == "let_condition" and _is(parent, "value", node):
        pattern = parent.child_by_field_name("pattern")
        text = code.text(pattern.start_byte, pattern.end_byte) if pattern is not None else ""
        name = _TAKEN_OUT.match(text) or _NAME.match(text)
        around = _conditional(parent)
        body = _body(around) if around is not None else None
        if name is None or body is None or around is None:
            return None
        form = "while let" if around.type == "while_expression" else "if let"
        return _Life(form, start, body.end_byte, name[1], within=body)
    for _ in range(_MAX_CLIMB):
        parent = node.parent
        if parent is None or parent.type == "token_tree":
            return None
        kind = parent.type
        if kind == "reference_expression":
            above = parent.parent
            if above is not None and above.type == "let_declaration" and _only_derefs(parent, tail):
                block = above.parent
                if block is None:
                    return None
                return _Life("let", above.end_byte, block.end_byte, within=block)
        elif kind in ("let_declaration", "expression_statement", "block", "static_item"):
            return _Life("statement", start, node.end_byte)
        elif kind == "let_condition":
            around = _conditional(parent)
            body = _body(around) if around is not None else None
            if around is None or body is None:
                return None
            if around.type == "while_expression":
                return _Life("while let", start, body.end_byte)
            otherwise = around.child_by_field_name("alternative")
            if otherwise is None:
                return _Life("if let", start, body.end_byte)
            return _Life("if let", start, otherwise.end_byte, "", otherwise.start_byte)
        elif kind == "match_expression":
            if _is(parent, "value", node):
                if node.id == tail.id:
                    return None  # the guard itself is matched: bound in the arms
                return _Life("match", start, parent.end_byte)
            return None
        elif kind == "for_expression":
            if _is(parent, "value", node):
                return _Life("for", start, parent.end_byte)
            return None
        elif kind in ("if_expression", "while_expression", "match_arm", "match_pattern"):
            return _Life("statement", start, node.end_byte)
        elif kind == "binary_expression":
            operator = parent.child_by_field_name("operator")
            if operator is not None and operator.type in ("&&", "||"):
                return _Life("statement", start, node.end_byte)
        elif kind in _SCOPES:
            return _Life("statement", start, node.end_byte)
        node = parent
    return None


def _assigned(code: Code, assignment: Node) -> _Life | None:
    """The life of a guard that a variable is given which a ``let`` declared before: to the end of
    the block of that ``let``, wherever it is given. What a branch or a loop gives it is followed to
    the end of that one only: what comes after may run without it."""
    left = assignment.child_by_field_name("left")
    if left is None or left.type != "identifier":
        return None
    name = code.text(left.start_byte, left.end_byte)
    declares = re.compile(rf"let\s+(?:mut\s+)?{re.escape(name)}\s*[:;=]")
    node: Node | None = assignment
    block = None
    for _ in range(_MAX_CLIMB):
        if node is None or node.type not in (
            "assignment_expression",
            "expression_statement",
            "block",
        ):
            break
        if node.type == "block":
            block = node
            before = (one for one in node.named_children if one.end_byte <= assignment.start_byte)
            if any(
                one.type == "let_declaration"
                and declares.match(
                    code.text(one.start_byte, min(one.end_byte, one.start_byte + 100))
                )
                for one in before
            ):
                break
        node = node.parent
    if block is None:
        return None
    return _Life("let", assignment.end_byte, block.end_byte, name, within=block)


def _is(parent: Node, field: str, node: Node) -> bool:
    found = parent.child_by_field_name(field)
    return found is not None and found.id == node.id


def _only_derefs(reference: Node, tail: Node) -> bool:
    """``&*guard`` and ``&mut *guard``: the temporary lives as long as the variable."""
    node = reference.child_by_field_name("value")
    while node is not None and node.type == "unary_expression":
        node = node.named_child(0) if node.named_child_count else None
    return node is not None and node.id == tail.id


def _conditional(node: Node) -> Node | None:
    """The ``if`` or ``while`` that a ``let`` condition belongs to."""
    around = node.parent
    while around is not None and around.type in ("let_chain", "binary_expression"):
        around = around.parent
    return (
        around
        if around is not None and around.type in ("if_expression", "while_expression")
        else None
    )


def _body(node: Node) -> Node | None:
    return node.child_by_field_name("consequence") or node.child_by_field_name("body")


def _guard(code: Code, function: Function, taken: _Taken, all_taken: list[_Taken]) -> Guard | None:
    life = _life(code, taken)
    if life is None:
        return None
    released = list(_released(code, life)) if life.name else []

    def holds(at: int, scope: int) -> bool:
        if not life.start <= at < life.end or any(s <= at < e for s, e in released):
            return False
        return _home(code, scope)[0] == taken.home

    relocks = tuple(
        (other.site, bool(life.otherwise) and other.call.start >= life.otherwise)
        for other in all_taken
        if other.site.receiver == taken.site.receiver
        and other.call.index != taken.call.index
        and holds(other.call.name_at, other.call.scope)
        and not _rebound(code, taken, other.call.start)
    )
    calls: list[tuple[OutlinedCall, bool]] = []
    asked: list[tuple[str, int]] = []
    calls_from = bisect_left(code.calls, life.start, key=_start)
    for call in islice(code.calls, calls_from, None):
        if call.start >= life.end:
            break
        if call.macro or call.end > life.end or not holds(call.name_at, call.scope):
            continue
        late = bool(life.otherwise) and call.start >= life.otherwise
        if len(calls) < _MAX_EVENTS and _may_lock(code, call, taken.site.receiver):
            calls.append((outlined_call(code, call), late))
        if call.awaited and len(asked) < _MAX_EVENTS and life.form == "let":
            asked.append((call.name, code.line(call.name_at)))
    awaits: list[tuple[int, str, int]] = []
    if life.form == "let" and not taken.site.awaited:
        awaits = list(_awaits(code, life, released))
    if life.form == "statement" and not relocks and not calls:
        return None
    return Guard(
        taken.site, life.form, life.name, taken.is_async, relocks, tuple(calls),
        tuple(line for line, _, _ in awaits), tuple(asked),
        tuple((name, line) for _, name, line in awaits),
    )  # fmt: skip


def _start(call: Call) -> int:
    return call.start


def _may_lock(code: Code, call: Call, receiver: str) -> bool:
    """Whether a call is one of a method of what the lock belongs to."""
    if call.name in _METHODS and not call.arguments:
        return False
    begin, end = call.receiver
    if receiver[:1].isupper() or "::" in receiver:
        return bool(call.path) or code.source[begin:end] == b"self"
    if end <= begin or end - begin > 100:
        return False
    text = folded(code.source[begin:end], 100)
    return receiver.startswith(f"{text}.")


def _rebound(code: Code, taken: _Taken, at: int) -> bool:
    """Whether the first word of a place is declared anew before an offset."""
    first = taken.site.receiver.partition(".")[0]
    if first == "self":
        return False
    return any(one.name == first and taken.call.end <= one.start < at for one in code.bindings)


def _released(code: Code, life: _Life) -> Iterator[tuple[int, int]]:
    """The parts of a guard's life after it was dropped or moved."""
    body = code.source[life.start : life.end]
    name = re.escape(life.name.encode())
    pattern = re.compile(rb"(?<![\w.:&*'\"])" + name + rb"(?![\w.:\[!'\"]|\s*[-+*/]?=[^=])")
    for match in pattern.finditer(body):
        at = life.start + match.start()
        before = code.source[max(life.start, at - 60) : at].decode("utf-8", "replace").rstrip()
        if before.endswith(("&", "&mut", "*", "let", "let mut", "|", "fn", "ref")):
            continue
        node = code.tree.root.descendant_for_byte_range(at, at + len(life.name.encode()))
        if node is None or node.type != "identifier" or _printed(code, node):
            continue  # in a comment or text, or only looked at
        block, diverges = _block_of(code, node, life)
        yield (_given_from(node, at), block if diverges else life.end)
    for match in re.finditer(rb"(?<![\w.])" + name + rb"\s*=(?![=>])", body):
        at = life.start + match.start()
        node = code.tree.root.descendant_for_byte_range(at, at + len(life.name.encode()))
        given = node.parent if node is not None else None
        if given is not None and given.type == "assignment_expression":
            # The old guard goes when the variable has the new one.
            yield (given.end_byte, life.end)


def _given_from(node: Node, at: int) -> int:
    """Where a guard leaves this function: with the call that it is given to, which may take the
    lock again once it has let go of it."""
    around = node.parent
    call = around.parent if around is not None and around.type == "arguments" else None
    return call.start_byte if call is not None and call.type == "call_expression" else at


def _printed(code: Code, node: Node) -> bool:
    """Whether a name stands in a macro that only looks at it: ``println!``, ``info!``."""
    around = node.parent
    while around is not None and around.type == "token_tree":
        around = around.parent
    if around is None or around.type != "macro_invocation":
        return False
    name = around.child_by_field_name("macro")
    word = code.text(name.start_byte, name.end_byte).rpartition("::")[2] if name else ""
    return word in _LOOKS


def _block_of(code: Code, node: Node, life: _Life) -> tuple[int, bool]:
    """(end of the innermost block around a node, whether what follows in it leaves for good)."""
    around = node.parent
    for _ in range(_MAX_CLIMB):
        if around is None or around.type == "block":
            break
        around = around.parent
    if around is None or around.start_byte <= life.start or around.end_byte >= life.end:
        return life.end, False
    rest = code.text(node.start_byte, around.end_byte)
    return around.end_byte, bool(_LEAVES.search(rest))


def _awaits(
    code: Code, life: _Life, released: list[tuple[int, int]]
) -> Iterator[tuple[int, str, int]]:
    """(line, name and line of the call that is awaited) of the awaits in a guard's life."""
    within = life.within
    if within is None:
        return
    for node in code.tree.captures(query("rust", "(await_expression) @await"), within).get(
        "await", ()
    ):
        at = node.end_byte - 1
        if not life.start <= at < life.end or any(s <= at < e for s, e in released):
            continue
        around = node.parent
        for _ in range(_MAX_CLIMB):
            if around is None or around.id == within.id or around.type in _SCOPES:
                break
            around = around.parent
        if around is not None and around.id == within.id:
            yield (code.line(at), *_called(code, node))


def _called(code: Code, awaiting: Node) -> tuple[str, int]:
    """(name, line) of the call that is awaited; no name where another thing is."""
    call = awaiting.named_child(0)
    callee = call.child_by_field_name("function") if call is not None else None
    if callee is not None and callee.type == "generic_function":
        callee = callee.child_by_field_name("function")
    if callee is None:
        return "", 0
    name = callee.child_by_field_name("field") or callee.child_by_field_name("name") or callee
    return code.text(name.start_byte, name.end_byte), code.line(name.start_byte)
