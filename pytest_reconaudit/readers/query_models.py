"""What one plain query of SQLAlchemy or Django on one model filters and sorts by.

Names are those of the model's attributes, not yet the database's. A query with a join, an
alternative, a condition on a relation or one that is put together elsewhere has no shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments
from pytest_reconaudit.readers.query_shape import Compared

__all__ = ["ModelShape", "alchemy_shape", "django_shape"]

_MOST = 3_000
"""Characters of a query that are looked at."""


class ModelShape(Struct, frozen=True, gc=False):
    compared: tuple[Compared, ...]
    ordered: str
    """The attribute by which it sorts the rows of which it brings the first ones."""


class _Unplain(Exception):
    """The query is not plain."""


_NO_ALCHEMY = regex(
    r"\b(?:join|outerjoin|or_|not_|union\w*|subquery|exists|text|aliased|select_from|group_by|having"
    r"|distinct|cte|with_entities|from_statement|literal_column|func|any|has|over|filter_by\(\s*\*)\b"
    r"|\(\s*\*|[(,]\s*\*\*?\w|[|~]"
)
_NO_DJANGO = regex(
    r"\b(?:Q|exclude|union|extra|raw|annotate|distinct|values|aggregate|Exists|Subquery|F|OuterRef)\("
    r"|\(\s*\*|,\s*\*\*?\w|[|~]"
)
_WHERE = regex(r"\.\s*(where|filter|filter_by)\s*\(")
_ORDER_BY = regex(r"\.\s*order_by\s*\(")
_EQUATION = regex(r"(?:\w+\.)*([A-Z]\w*)\.(\w+)\s*==\s*(.+)", re.DOTALL)
_LIST = regex(r"(?:\w+\.)*([A-Z]\w*)\.(\w+)\.in_\(")
_ABOVE = regex(r"(?:\w+\.)*([A-Z]\w*)\.(\w+)\s*>=?\s*[^=]")
_MENTIONED = regex(r"(?:\w+\.)*([A-Z]\w*)\.([a-z_]\w*)")
_SORT = regex(
    r"(?:(?:\w+\.)?(?:desc|asc)\(\s*)?(?:\w+\.)*([A-Z]\w*)\.([a-z_]\w*)(?:\s*\.\s*(?:desc|asc)\(\))?\s*\)?"
)
_CONSTANT = regex(
    r"(?:True|False|None|[\"'\d]|(?:\w+\.)*[A-Z]\w*\.[A-Z][A-Z0-9_]*(?:\.\w+)?\s*$|[A-Z][A-Z0-9_]+\s*$)"
)
_KEYWORD = regex(r"([a-z_]\w*)\s*=(?!=)\s*(.+)", re.DOTALL)
_FIRST = regex(
    r"\.\s*(?:first|one_or_none|scalar_one_or_none|latest|earliest)\s*\(|\.\s*limit\s*\("
)
_SLICE = regex(r"\[\s*\w*\s*:\s*[^\]\s]")
_DJANGO_HOW = {"in": "list", "gte": "range", "gt": "range", "exact": "value", "date": "other"}
_DJANGO_OTHERS = frozenset(
    {"lt", "lte", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith",
     "iendswith", "isnull", "regex", "iregex", "range", "year", "month"}
)  # fmt: skip


def alchemy_shape(text: str) -> ModelShape | None:
    """Of ``select(User).where(User.email == email)`` and ``session.query(User).filter_by(…)``;
    ``None`` when it is not plain. Never raises."""
    if len(text) > _MOST or _NO_ALCHEMY.search(text):
        return None
    try:
        compared: list[Compared] = []
        models: set[str] = set()
        for given in _WHERE.finditer(text):
            for part in _parts(text, given.end()):
                if given[1] == "filter_by":
                    compared.append(_keyword(part))
                else:
                    model, one = _condition(part)
                    models.add(model)
                    compared.append(one)
        ordered = ""
        if _FIRST.search(text) and (match := _ORDER_BY.search(text)):
            found = _SORT.fullmatch(next(iter(_parts(text, match.end())), ""))
            if found is not None:
                models.add(found[1])
                ordered = found[2]
    except (_Unplain, Unclosed):
        return None
    return ModelShape(tuple(dict.fromkeys(compared)), ordered) if len(models) < 2 else None


def django_shape(text: str) -> ModelShape | None:
    """Of ``Order.objects.filter(number=number).order_by("-placed_at")[:20]``; ``None`` when it is
    not plain. Never raises."""
    if len(text) > _MOST or _NO_DJANGO.search(text):
        return None
    try:
        compared = [
            _lookup(part)
            for match in re.finditer(r"\.\s*(?:filter|a?get)\s*\(", text)
            for part in _parts(text, match.end())
        ]
        ordered = ""
        if (_FIRST.search(text) or _SLICE.search(text)) and (match := _ORDER_BY.search(text)):
            found = re.fullmatch(
                r"[\"']-?([a-z_]+)[\"']", next(iter(_parts(text, match.end())), "")
            )
            ordered = found[1] if found is not None and "__" not in found[1] else ""
    except (_Unplain, Unclosed):
        return None
    return ModelShape(tuple(compared), ordered)


def _parts(text: str, at: int) -> Iterator[str]:
    """The arguments of a call whose parenthesis ends at a place."""
    return filter(None, arguments(text, at))


def _condition(part: str) -> tuple[str, Compared]:
    for pattern, how in ((_EQUATION, "value"), (_LIST, "list"), (_ABOVE, "range")):
        if match := pattern.match(part):
            if how == "value":
                how = _how(match[3])
            return match[1], Compared("", match[2], how)
    if match := _MENTIONED.match(part):
        return match[1], Compared("", match[2], "other")
    raise _Unplain


def _keyword(part: str) -> Compared:
    match = _KEYWORD.fullmatch(part)
    if match is None:
        raise _Unplain
    return Compared("", match[1], _how(match[2]))


def _lookup(part: str) -> Compared:
    match = _KEYWORD.fullmatch(part)
    if match is None:
        raise _Unplain
    name, _, lookup = match[1].partition("__")
    if not lookup:
        return Compared("", name, _how(match[2]))
    if lookup in _DJANGO_HOW:
        return Compared("", name, _DJANGO_HOW[lookup])
    if lookup in _DJANGO_OTHERS:
        return Compared("", name, "other")
    raise _Unplain  # of another model


def _how(value: str) -> str:
    value = value.strip()
    if _CONSTANT.match(value):
        return "text"
    if re.match(r"(?:\w+\.)*[A-Z]\w*\.[a-z_]\w*$", value):
        raise _Unplain  # another model's column
    return "value"
