"""Which HTTP statuses a predicate of a k6 ``check`` lets pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_reconaudit.readers.syntax import SyntaxTree

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["SAMPLE", "accepted_statuses"]

SAMPLE = (200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 409, 422, 429, 500, 502, 503)
"""The statuses that a predicate is tried with."""
_COMPARE = {
    "===": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!==": lambda a, b: a != b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_DEPTH = 30


def accepted_statuses(tree: SyntaxTree, predicate: Node) -> set[int] | None:
    """Those of :data:`SAMPLE` for which it holds as far as the status goes; ``None`` when the
    predicate does not speak of the status, or in a way that is not understood.

    Other conditions (a body, a duration) are left aside.
    """
    body = predicate.child_by_field_name("body")
    if body is None:
        return None
    if body.type == "statement_block":
        inner = [one for one in body.named_children if one.type != "comment"]
        if len(inner) != 1 or inner[0].type != "return_statement":
            return None
        body = inner[0].named_children[0] if inner[0].named_children else None
    if body is None or ".status" not in tree.text(body):
        return None
    results = {status: _holds(tree, body, status, 0) for status in SAMPLE}
    if all(result is None for result in results.values()):
        return None
    return {status for status, result in results.items() if result}


def _holds(tree: SyntaxTree, node: Node, status: int, depth: int) -> bool | None:
    """Whether a condition holds for a status; ``None`` when it is about something else."""
    if depth > _DEPTH:
        return None
    kind = node.type
    if kind == "parenthesized_expression" and node.named_children:
        return _holds(tree, node.named_children[0], status, depth + 1)
    if kind == "unary_expression":
        inner = node.child_by_field_name("argument")
        operator = node.child_by_field_name("operator")
        if inner is not None and operator is not None and tree.text(operator) == "!":
            value = _holds(tree, inner, status, depth + 1)
            return None if value is None else not value
        return None
    if kind == "call_expression":
        return _listed(tree, node, status)
    if kind != "binary_expression":
        return None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node.child_by_field_name("operator")
    if left is None or right is None or operator is None:
        return None
    sign = tree.text(operator)
    if sign in ("&&", "||"):
        known = [
            value
            for one in (left, right)
            if (value := _holds(tree, one, status, depth + 1)) is not None
        ]
        if not known:
            return None
        return all(known) if sign == "&&" else any(known)
    if sign not in _COMPARE:
        return None
    if right.type == "member_expression" and left.type == "number":
        left, right, sign = right, left, _MIRRORED.get(sign, sign)
    if left.type != "member_expression" or right.type != "number":
        return None
    name = left.child_by_field_name("property")
    number = tree.text(right)
    if name is None or tree.text(name) != "status" or not number.isdigit():
        return None
    return bool(_COMPARE[sign](status, int(number[:6])))


def _listed(tree: SyntaxTree, node: Node, status: int) -> bool | None:
    """``[200, 201].includes(r.status)``."""
    function = node.child_by_field_name("function")
    given = node.child_by_field_name("arguments")
    if function is None or function.type != "member_expression" or given is None:
        return None
    listed, name = function.child_by_field_name("object"), function.child_by_field_name("property")
    if listed is None or listed.type != "array" or name is None:
        return None
    if tree.text(name) != "includes" or not tree.text(given).rstrip(")").endswith(".status"):
        return None
    return any(tree.text(one) == str(status) for one in listed.named_children)
