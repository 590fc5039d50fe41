"""GitHub's ``if`` expressions: parsed, and evaluated as far as the values are known.

Three-valued: what depends on a value or function that is not modelled is :data:`UNKNOWN`, so a
caller can tell "never true" from "cannot say". Coercions are GitHub's: texts compare without
regard to case, different types compare as numbers, ``&&`` and ``||`` return an operand. No
maintained Python library parses this language; the reference implementations are in Go and C#.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from enum import Enum
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = [
    "UNKNOWN",
    "And",
    "Call",
    "Compare",
    "Literal",
    "Name",
    "Node",
    "Not",
    "Or",
    "Other",
    "Partial",
    "Value",
    "asks_count",
    "conjuncts",
    "evaluate",
    "literals",
    "names",
    "read_condition",
    "read_expression",
    "status_functions",
    "truth",
    "walk",
    "with_default",
]

MAX_LENGTH = 20_000
"""GitHub's own limit is 21,000 characters."""
MAX_DEPTH = 50
"""Nesting of parentheses, calls and indexes; GitHub's own limit."""

MAX_LINKS = 60
"""Chained comparisons (``a == b == c``) and accesses to computed values in one expression."""

STATUS_FUNCTIONS: Final = frozenset({"always", "cancelled", "failure", "success"})


class _Unknown(Enum):
    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown.UNKNOWN


class Partial(Struct, frozen=True):
    """Some text of which only the beginning is known, such as any branch's ``github.ref``.

    ``never`` holds texts (in lower case) that it is not.
    """

    prefix: str
    never: frozenset[str] = frozenset()


Value = bool | float | str | list[Any] | dict[str, Any] | Partial | _Unknown | None


class Literal(Struct, frozen=True):
    """A number, text, ``true``, ``false`` or ``null``."""

    value: bool | float | str | None


class Name(Struct, frozen=True):
    """A value of a context: ``github.event.action`` as a tuple in lower case."""

    path: tuple[str, ...]


class Call(Struct, frozen=True):
    """A function call; the name is in lower case."""

    function: str
    arguments: tuple[Node, ...]


class Not(Struct, frozen=True):
    operand: Node


class And(Struct, frozen=True):
    operands: tuple[Node, ...]


class Or(Struct, frozen=True):
    operands: tuple[Node, ...]


class Compare(Struct, frozen=True):
    operator: str
    left: Node
    right: Node


class Other(Struct, frozen=True):
    """Something that is never evaluated: a computed index, a ``.*`` filter."""

    parts: tuple[Node, ...]


Node = Literal | Name | Call | Not | And | Or | Compare | Other
Lookup = Callable[[tuple[str, ...]], Value]


# -- reading -------------------------------------------------------------------------------

_TOKEN = regex(
    r"""\s*(?:
        (?P<string>'(?:[^']|'')*')
      | (?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))
      | (?P<word>[A-Za-z_][A-Za-z0-9_-]*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\],.*])
      )""",
    re.VERBOSE,
)
_WORDS: dict[str, bool | float | None] = {
    "true": True,
    "false": False,
    "null": None,
    "nan": math.nan,
    "infinity": math.inf,
}


class _Unreadable(Exception):
    """The text is no expression; never leaves this module."""


def read_condition(text: str) -> Node | None:
    """The expression of an ``if:``, with or without ``${{ }}`` around it.

    ``None`` when it is none that is understood. Text beside the braces, which makes a condition
    a text and so always true, is not understood either.
    """
    text = text.strip()
    if "${{" not in text:
        return read_expression(text)
    if text.startswith("${{") and text.endswith("}}") and text.count("${{") == 1:
        return read_expression(text[3:-2])
    return None


def read_expression(text: str) -> Node | None:
    """One expression without braces; ``None`` when it cannot be parsed."""
    if not text.strip() or len(text) > MAX_LENGTH:
        return None
    try:
        tokens = list(_tokens(text))
        parser = _Parser(tokens)
        node = parser.expression()
        return node if parser.done else None
    except _Unreadable:
        return None


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None:
            raise _Unreadable
        kind = match.lastgroup or ""
        yield kind, match[kind]
        at = match.end()


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.links = 0

    @property
    def done(self) -> bool:
        return self.at == len(self.tokens)

    def peek(self, *signs: str) -> bool:
        if self.done:
            return False
        kind, text = self.tokens[self.at]
        return kind == "sign" and text in signs

    def take(self, *signs: str) -> str:
        if not self.peek(*signs):
            return ""
        self.at += 1
        return self.tokens[self.at - 1][1]

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise _Unreadable

    def link(self) -> None:
        """Count a link of a left-nested chain: the tree gets one level deeper by each."""
        self.links += 1
        if self.links > MAX_LINKS:
            raise _Unreadable

    def expression(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Unreadable
        operands = [self.conjunction()]
        while self.take("||"):
            operands.append(self.conjunction())
        self.depth -= 1
        return operands[0] if len(operands) == 1 else Or(tuple(operands))

    def conjunction(self) -> Node:
        operands = [self.comparison()]
        while self.take("&&"):
            operands.append(self.comparison())
        return operands[0] if len(operands) == 1 else And(tuple(operands))

    def comparison(self) -> Node:
        left = self.unary()
        while operator := self.take("==", "!=", "<", "<=", ">", ">="):
            if isinstance(left, Compare):
                self.link()
            left = Compare(operator, left, self.unary())
        return left

    def unary(self) -> Node:
        count = 0
        while self.take("!"):
            count += 1
        node = self.postfix()
        if count == 0:
            return node
        return Not(node) if count % 2 else Not(Not(node))

    def postfix(self) -> Node:
        node = self.primary()
        while sign := self.take(".", "["):
            if not isinstance(node, Name):
                self.link()
            if sign == ".":
                node = self.member(node)
            elif self.take("*"):
                self.need("]")
                node = Other((node,))
            else:
                index = self.expression()
                self.need("]")
                node = _indexed(node, index)
        return node

    def member(self, node: Node) -> Node:
        if self.take("*"):
            return Other((node,))
        if self.done:
            raise _Unreadable
        kind, text = self.tokens[self.at]
        if kind != "word":
            raise _Unreadable
        self.at += 1
        return _indexed(node, Literal(text))

    def primary(self) -> Node:
        if self.take("("):
            node = self.expression()
            self.need(")")
            return node
        if self.done:
            raise _Unreadable
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "string":
            return Literal(text[1:-1].replace("''", "'"))
        if kind == "number":
            return Literal(_number(text))
        if kind != "word":
            raise _Unreadable
        if self.take("("):
            return Call(text.lower(), self.arguments())
        lower = text.lower()
        return Literal(_WORDS[lower]) if lower in _WORDS else Name((lower,))

    def arguments(self) -> tuple[Node, ...]:
        if self.take(")"):
            return ()
        found = [self.expression()]
        while self.take(","):
            found.append(self.expression())
        self.need(")")
        return tuple(found)


def _indexed(node: Node, index: Node) -> Node:
    if isinstance(node, Name) and isinstance(index, Literal) and isinstance(index.value, str):
        return Name((*node.path, index.value.lower()))
    return Other((node, index))


# -- looking at a tree ---------------------------------------------------------------------


def _children(node: Node) -> tuple[Node, ...]:
    match node:
        case Call(arguments=children) | And(operands=children) | Or(operands=children):
            return children
        case Not(operand=operand):
            return (operand,)
        case Compare(left=left, right=right):
            return (left, right)
        case Other(parts=parts):
            return parts
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(_children(current))


def literals(node: Node) -> frozenset[str]:
    """Every text in an expression, those in a literal ``fromJSON('[...]')`` included."""
    found = set()
    for part in walk(node):
        if isinstance(part, Literal) and isinstance(part.value, str):
            found.add(part.value)
        elif isinstance(part, Call) and part.function == "fromjson":
            value = evaluate(part, lambda _: UNKNOWN)
            if isinstance(value, list):
                found.update(item for item in value if isinstance(item, str))
    return frozenset(found)


def names(node: Node) -> frozenset[tuple[str, ...]]:
    """Every context value that an expression reads."""
    return frozenset(part.path for part in walk(node) if isinstance(part, Name))


def with_default(node: Node) -> frozenset[tuple[str, ...]]:
    """The dotted names for which, where they are empty, a text or number stands behind ``||``."""
    found: set[tuple[str, ...]] = set()
    for one in walk(node):
        if isinstance(one, Or):
            for left, right in pairwise(one.operands):
                if isinstance(left, Name) and isinstance(right, Literal) and right.value:
                    found.add(left.path)
    return frozenset(found)


def status_functions(node: Node) -> frozenset[str]:
    """Which of ``always cancelled failure success`` it calls."""
    return frozenset(
        part.function
        for part in walk(node)
        if isinstance(part, Call) and part.function in STATUS_FUNCTIONS
    )


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The parts that must all hold."""
    if isinstance(node, And):
        return tuple(part for operand in node.operands for part in conjuncts(operand))
    return (node,)


# -- evaluating ----------------------------------------------------------------------------


def evaluate(node: Node, lookup: Lookup) -> Value:
    """The value of an expression; ``lookup`` gives the context values, :data:`UNKNOWN` too."""
    match node:
        case Literal(value=value):
            return value
        case Name(path=path):
            return lookup(path)
        case Not(operand=operand):
            known = truth(evaluate(operand, lookup))
            return UNKNOWN if known is None else not known
        case And(operands=operands):
            return _all(operands, lookup)
        case Or(operands=operands):
            return _any(operands, lookup)
        case Compare(operator=operator, left=left, right=right):
            return _compare(operator, evaluate(left, lookup), evaluate(right, lookup))
        case Call(function=function, arguments=arguments):
            if asks_count(node):
                return False
            return _call(function, [evaluate(one, lookup) for one in arguments])
        case _:
            return UNKNOWN


_COUNTS = frozenset({"changed_files", "additions", "deletions", "commits", "comments"})
"""What is a number in the payload of a pull request, although it may read like a list."""


def asks_count(node: Node) -> bool:
    """Whether it looks for a text in a count: ``contains(….changed_files, 'Dockerfile')``."""
    if not isinstance(node, Call) or node.function != "contains" or len(node.arguments) != 2:
        return False
    where, what = node.arguments
    return (
        isinstance(where, Name)
        and where.path[:3] == ("github", "event", "pull_request")
        and len(where.path) == 4
        and where.path[3] in _COUNTS
        and isinstance(what, Literal)
        and isinstance(what.value, str)
        and any(not char.isdigit() for char in what.value)
    )


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; ``None`` when that is not known."""
    if value is UNKNOWN:
        return None
    if isinstance(value, Partial):
        return True if value.prefix else None
    if isinstance(value, (list, dict)):
        return True
    return bool(value) and value == value  # NaN is false


def _all(operands: tuple[Node, ...], lookup: Lookup) -> Value:
    sure = True
    value: Value = True
    for operand in operands:
        value = evaluate(operand, lookup)
        known = truth(value)
        if known is False:
            return value if sure else False
        sure = sure and known is True
    return value if sure else UNKNOWN


def _any(operands: tuple[Node, ...], lookup: Lookup) -> Value:
    sure = True
    value: Value = False
    for operand in operands:
        value = evaluate(operand, lookup)
        known = truth(value)
        if known is True:
            return value if sure else True
        sure = sure and known is False
    return value if sure else UNKNOWN


def _compare(operator: str, left: Value, right: Value) -> Value:
    if operator in ("==", "!="):
        same = _equal(left, right)
        if same is None:
            return UNKNOWN
        return same if operator == "==" else not same
    if isinstance(left, (Partial, _Unknown)) or isinstance(right, (Partial, _Unknown)):
        return UNKNOWN
    a: Any
    b: Any
    if isinstance(left, str) and isinstance(right, str):
        a, b = left.upper(), right.upper()
    else:
        a, b = _numeric(left), _numeric(right)
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator])


def _equal(left: Value, right: Value) -> bool | None:
    if left is UNKNOWN or right is UNKNOWN:
        return None
    if isinstance(left, Partial) or isinstance(right, Partial):
        return _equal_partial(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left.upper() == right.upper()
    if isinstance(left, (list, dict)) or isinstance(right, (list, dict)):
        return False
    if type(left) is type(right):
        return left == right
    return _numeric(left) == _numeric(right)


def _equal_partial(left: Value, right: Value) -> bool | None:
    if isinstance(right, Partial):
        left, right = right, left
    assert isinstance(left, Partial)
    if isinstance(right, Partial):
        one, other = left.prefix.lower(), right.prefix.lower()
        return None if one.startswith(other) or other.startswith(one) else False
    if not isinstance(right, str):
        # A ref is never a number; null and false equal the empty text only.
        return False if left.prefix else None
    text = right.lower()
    return False if text in left.never or not text.startswith(left.prefix.lower()) else None


def _numeric(value: Value) -> float:
    if value is None:
        return 0.0
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, str):
        return _number(value.strip()) if value.strip() else 0.0
    return math.nan


def _number(text: str) -> float:
    try:
        lower = text.lower().lstrip("+-")
        if lower.startswith(("0x", "0o")):
            sign = -1.0 if text.startswith("-") else 1.0
            return sign * float(int(lower, 16 if lower.startswith("0x") else 8))
        return float(text) if re.fullmatch(r"[-+.\deE]+", text) else math.nan
    except (ValueError, OverflowError):
        return math.nan


def _call(function: str, arguments: list[Value]) -> Value:
    if function == "always" and not arguments:
        return True
    if function == "fromjson" and len(arguments) == 1:
        return _from_json(arguments[0])
    if function == "contains" and len(arguments) == 2 and isinstance(arguments[0], list):
        verdicts = [_equal(item, arguments[1]) for item in arguments[0]]
        return True if True in verdicts else UNKNOWN if None in verdicts else False
    if function in ("startswith", "endswith", "contains") and len(arguments) == 2:
        where, what = arguments[0], _text(arguments[1])
        if what is None:
            return UNKNOWN
        if isinstance(where, Partial):
            return _search_partial(function, where, what)
        text = _text(where)
        if text is None:
            return UNKNOWN
        if function == "startswith":
            return text.startswith(what)
        return text.endswith(what) if function == "endswith" else what in text
    if function == "format" and arguments:
        return _format(arguments)
    return UNKNOWN


def _search_partial(function: str, where: Partial, what: str) -> Value:
    prefix = where.prefix.lower()
    if not what or (what in prefix and function == "contains"):
        return True
    if function != "startswith":
        return UNKNOWN
    if prefix.startswith(what):
        return True
    return UNKNOWN if what.startswith(prefix) else False


def _text(value: Value) -> str | None:
    """A value as text in lower case; ``None`` when it is not known or no scalar."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, (int, float)):
        return f"{value:g}".lower()
    return None


def _format(arguments: list[Value]) -> Value:
    if not all(isinstance(value, str) for value in arguments):
        return UNKNOWN
    template, *values = [f"{value}" for value in arguments]
    if "{{" in template or "}}" in template:
        return UNKNOWN
    return re.sub(
        r"\{(\d{1,3})\}",
        lambda match: values[int(match[1])] if int(match[1]) < len(values) else match[0],
        template,
    )[:MAX_LENGTH]


def _from_json(value: Value) -> Value:
    if not isinstance(value, str):
        return UNKNOWN
    try:
        parsed: Any = json.loads(value)
    except (ValueError, RecursionError):
        return UNKNOWN
    if isinstance(parsed, int) and not isinstance(parsed, bool):
        return UNKNOWN if abs(parsed) > 2**53 else float(parsed)
    known: Value = parsed
    return known
