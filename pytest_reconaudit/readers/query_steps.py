"""Queries that a Python function puts together step by step: ``query = query.filter(…)``."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Code

__all__ = ["whole_query"]

_STEP = regex(
    r"[(\s]*(?:list\(\s*)?(?:(?:\w+\.){0,3}(?:execute|scalars|paginate)\(\s*)?"
    r"([a-z_]\w*)\s*(?=\.|$|[,)])"
)
"""The variable that an expression goes on from: ``query.order_by(…)``, ``db.scalars(stmt)``."""
_NOT_STEPS = frozenset({"db", "session", "self", "current_user", "cls", "request"})
_MOST_STEPS = 3
_MOST_QUERY = 3_000


def whole_query(code: Code, text: str, at: int, scope: int) -> tuple[str, str]:
    """An expression with what its function has put before it, step by step: what ``query`` is in
    ``query.order_by(Order.id).all()``; and the same without the steps under a condition, which are
    those of some requests alone.

    :param at: the offset at which it is evaluated.
    """
    function = code.function_at(scope)
    found = sure = text
    visible = {one.index for one in code.around(scope)}
    for _ in range(_MOST_STEPS):
        step = _STEP.match(text)
        if step is None or step[1] in _NOT_STEPS or function is None:
            break
        near = code.bindings_before(step[1], at, function.start, _MOST_STATEMENTS)
        own = [one for one in near if code.function_at(one.scope) is function]
        bases = [index for index, one in enumerate(own) if not _is_step(code, one, step[1])]
        plain = [index for index in bases if own[index].scope in visible]
        if not bases:
            break
        base = (plain or bases)[-1]
        texts = [code.text(*one.value)[:_MOST_QUERY].strip() for one in own]
        always = [
            text
            for one, text in zip(own[base + 1 :], texts[base + 1 :], strict=True)
            if one.scope in visible
        ]
        text, at, scope = texts[base], own[base].start, own[base].scope
        found = "\n".join((*texts[base:], found))
        sure = "\n".join((text, *always, sure))
    return found, sure


_MOST_STATEMENTS = 12


def _is_step(code: Code, binding: Binding, name: str) -> bool:
    """``query = query.filter(…)``, ``query = narrowed(query, user)``."""
    text = code.text(*binding.value)[:100].lstrip("( \n")
    if text.startswith((f"{name}.", f"{name} ", f"{name}\n")):
        return True
    handed = _HANDED_ON.match(text)
    return handed is not None and handed[2] == name and not _CUTS.search(handed[1])


_HANDED_ON = regex(r"((?:\w+\.){0,4}[a-z_]\w*)\(\s*(\w+)\s*[,)]")
_CUTS = regex(r"pag(?:e|inat)|limit|slice|execute|scalars|list|len|count|first|fetch", 2)
"""What gives something else than a query, or a part of its rows."""
