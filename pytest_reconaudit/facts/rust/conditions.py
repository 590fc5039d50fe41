"""Under which conditions a place in Rust code is reached, and whether two exclude each other.

A place stands in arms of the ``if`` and ``match`` around it, and after what returns early. Two
places exclude each other when they stand in two arms of one of these, or when their tests
contradict each other: ``x`` and ``!x``, ``a == B`` and ``a == C``, ``is_some()`` and ``is_none()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.syntax import SyntaxTree, read_syntax
from pytest_reconaudit.target import Target

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["Standing", "is_switched", "standing"]

_CFG = regex(rb"#!?\[\s*cfg")
_BLANKS = regex(r"\s+")
_CONSTANT = regex(r"\s*(?:\"[^\"]*\"|'[^']*'|-?\d[\w.]*|(?:\w+::)*[A-Z]\w*)")
_MATCHES = regex(r"matches!\((.{1,200}?),([^|]{1,200})\)")
_OPPOSITE = {"!=": "==", ">=": "<", ">": "<="}
_ASKS = {"is_some": "Some", "is_none": "None", "is_ok": "Ok", "is_err": "Err"}
_LEAVES = frozenset({"return_expression", "break_expression", "continue_expression"})
_MOST = 60


class _Test(Struct, frozen=True):
    """What must hold: ``subject`` is ``value``, or is not; a bare condition has no value, and one
    that is computed begins with ``=``."""

    subject: str
    value: str
    holds: bool

    def refutes(self, other: _Test) -> bool:
        if self.subject != other.subject:
            return False
        if self.value == other.value:
            return self.holds != other.holds
        told = all(one and not one.startswith("=") for one in (self.value, other.value))
        return told and self.holds and other.holds


class Standing(Struct, frozen=True):
    """The conditions of a place, or of a chain of them."""

    arms: tuple[tuple[str, int, int, str], ...] = ()
    """(file, the ``if`` or ``match``, the arm, the test as it is written), outer last."""
    tests: tuple[_Test, ...] = ()

    def excludes(self, other: Standing) -> bool:
        """Whether never both are reached."""
        taken = {(path, around): arm for path, around, arm, _ in self.arms}
        if any(taken.get((path, around), arm) != arm for path, around, arm, _ in other.arms):
            return True
        return any(one.refutes(two) for one in self.tests for two in other.tests)

    def beyond(self, other: Standing) -> str:
        """The test of an arm that the other place does not share; empty when it shares all."""
        shared = {arm[:3] for arm in other.arms}
        return next((arm[3] for arm in self.arms if arm[:3] not in shared), "")


def standing(target: Target, places: Iterable[Place]) -> Standing:
    """What holds where all of these places are reached: a registration and its mounts."""
    arms: list[tuple[str, int, int, str]] = []
    tests: list[_Test] = []
    for place in places:
        tree = target.parse(read_syntax, place.path)
        for around, arm, text, given in _around(tree, _at(tree, place)):
            if around:
                arms.append((place.path, around, arm, text))
            tests += given
    return Standing(tuple(arms[:_MOST]), tuple(tests[:_MOST]))


def is_switched(target: Target, place: Place) -> bool:
    """Whether a place, or the function around it, is there for some features only: ``#[cfg]``."""
    node = _at(target.parse(read_syntax, place.path), place)
    while node is not None:
        before = node.prev_named_sibling
        while before is not None and before.type in ("attribute_item", "line_comment"):
            if before.type == "attribute_item" and _CFG.match(before.text or b""):
                return True
            before = before.prev_named_sibling
        node = node.parent
    return False


def _at(tree: SyntaxTree, place: Place) -> Node | None:
    if place.line is None:
        return None
    point = (place.line - 1, max((place.column or 1) - 1, 0))
    return tree.root.named_descendant_for_point_range(point, point)


def _around(tree: SyntaxTree, node: Node | None) -> Iterator[tuple[int, int, str, list[_Test]]]:
    """(an ``if`` or ``match``, the arm of it, its test, what holds there) around a node, inner
    first; what returns early before it has no arm of its own (0)."""
    child = node
    while child is not None and child.parent is not None and child.type != "function_item":
        parent = child.parent
        if parent.type == "if_expression":
            test = parent.child_by_field_name("condition")
            if test is not None and test.id != child.id:
                holds = child.type != "else_clause"
                shown = _shown(tree, test)
                text = f"if {shown}" if holds else f"else of if {shown}"
                yield parent.id, child.id, text, list(_tests(tree, test, holds=holds))
        elif parent.type == "match_block" and child.type == "match_arm":
            pattern = child.child_by_field_name("pattern")
            value = parent.parent.child_by_field_name("value") if parent.parent else None
            if pattern is not None and value is not None:
                shown = _shown(tree, pattern)
                given = _matched(tree, value, shown) if " if " not in shown else None
                yield parent.id, child.id, f"match arm {shown}", [given] if given else []
        elif parent.type == "block":
            yield 0, 0, "", list(_passed(tree, child))
        child = parent


def _passed(tree: SyntaxTree, child: Node) -> Iterator[_Test]:
    """What holds after the statements before one in its block: ``if x { return … }``."""
    before = child.prev_named_sibling
    steps = 0
    while before is not None and steps < _MOST:
        inner = before
        if inner.type == "expression_statement" and inner.named_children:
            inner = inner.named_children[0]
        if inner.type == "if_expression" and inner.child_by_field_name("alternative") is None:
            test = inner.child_by_field_name("condition")
            body = inner.child_by_field_name("consequence")
            if test is not None and body is not None and _leaves(body):
                yield from _tests(tree, test, holds=False)
        before = before.prev_named_sibling
        steps += 1


def _leaves(body: Node) -> bool:
    last = body.named_children[-1] if body.named_children else None
    if last is not None and last.type == "expression_statement" and last.named_children:
        last = last.named_children[0]
    return last is not None and last.type in _LEAVES


def _shown(tree: SyntaxTree, node: Node) -> str:
    return _BLANKS.sub(" ", tree.text(node))[:120].strip()


def _plain(tree: SyntaxTree, node: Node) -> str:
    """An expression without what does not change whether a test of it holds."""
    text = _BLANKS.sub("", tree.text(node))[:300].strip("&*")
    for end in (".as_ref()", ".as_deref()", ".as_mut()", ".clone()"):
        text = text.removesuffix(end)
    return text


def _tests(tree: SyntaxTree, node: Node, *, holds: bool, depth: int = 0) -> Iterator[_Test]:
    """What follows from a condition that holds, or that does not."""
    kind = node.type
    if depth > _MOST:
        return
    if kind in ("parenthesized_expression", "let_chain"):
        parts = [one for one in node.named_children if "comment" not in one.type]
        if len(parts) == 1 or holds:
            for one in parts:
                yield from _tests(tree, one, holds=holds, depth=depth + 1)
        return
    if kind == "unary_expression" and tree.text(node).startswith("!") and node.named_children:
        yield from _tests(tree, node.named_children[-1], holds=not holds, depth=depth + 1)
        return
    if kind == "binary_expression":
        sign = node.child_by_field_name("operator")
        sides = [node.child_by_field_name(side) for side in ("left", "right")]
        how = tree.text(sign) if sign is not None else ""
        left, right = sides
        if left is None or right is None:
            return
        if how in ("&&", "||"):
            if holds == (how == "&&"):
                yield from _tests(tree, left, holds=holds, depth=depth + 1)
                yield from _tests(tree, right, holds=holds, depth=depth + 1)
            return
        if how in _OPPOSITE:
            how, holds = _OPPOSITE[how], not holds
        a, b = _plain(tree, left), _plain(tree, right)
        if how != "==":
            yield _Test(f"{a}{how}{b}", "", holds)
        elif _CONSTANT.fullmatch(a):
            yield _Test(b, a, holds)
        else:
            yield _Test(a, b if _CONSTANT.fullmatch(b) else f"={b}", holds)
        return
    if kind == "let_condition":
        pattern, value = (node.child_by_field_name(one) for one in ("pattern", "value"))
        if pattern is not None and value is not None:
            found = _matched(tree, value, _shown(tree, pattern))
            if found is not None:
                yield _Test(found.subject, found.value, holds)
        return
    text = _plain(tree, node)
    macro = _MATCHES.fullmatch(text)
    if macro is not None and (head := _CONSTANT.match(macro[2])) is not None:
        yield _Test(macro[1].strip("&*"), head[0].rpartition("::")[2], holds)
        return
    subject, _, asked = text.rpartition(".")
    if asked.endswith("()") and asked[:-2] in _ASKS:
        yield _Test(subject, _ASKS[asked[:-2]], holds)
    elif text:
        yield _Test(text, "", holds)


def _matched(tree: SyntaxTree, value: Node, pattern: str) -> _Test | None:
    """That a value has the shape of a pattern, as far as its outermost name tells."""
    head = _CONSTANT.match(pattern)
    if head is None or "|" in pattern:
        return None
    return _Test(_plain(tree, value), head[0].strip().rpartition("::")[2], True)
