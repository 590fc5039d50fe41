"""Schemas of GraphQL that are written as text: which type's field answers with which type."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.graph_records import ROOT, GraphAnswer

__all__ = ["is_narrow", "read_graph_schema", "schema_answers"]

_TYPE = regex(r"\b(?:type|interface)\s+(\w++)[^{}\"]{0,300}\{([^{}]{1,40000})\}")
_FIELD = regex(r"(?<![\w$@:])(\w++)(?:\s*+(\([^()]{0,2000}\)))?\s*+:\s*+(\[?)\s*+\[?(\w++)")
_REMARK = regex(r"\"\"\"(?:[^\"]|\"(?!\"\")){0,4000}\"\"\"|#[^\n]*|\"[^\"\n]*\"|\$\{[^{}]*\}")
_BY = regex(
    r"(?:By|Of)_?(?!Filter|Page|Cursor)[A-Z]|^(?:my|own|mine|viewer|user|current)(?:[A-Z_]|$)"
    r"|_by_|_of_"
)
_KEY = regex(
    r"(?!(?:tenant|site|org|organi[sz]ation|company|workspace|account|shop|store)_?(?i:id)\b)"
    r"(?:\w+(?:Id|ID|_id)|ids?)\b"
)
_DEMANDED = regex(r"\b(\w++)\s*+:\s*+\[?\w++!?\]?!")
_LINE_END = regex(r"\n")
_MOST = 2_000
_FOREIGN = 250_000
"""Characters of a schema that nobody writes: another system's, or one that is printed of others."""
_WORDS = frozenset({"String", "Int", "Float", "Boolean", "ID"})


def is_narrow(name: str, keys: Iterator[str] | tuple[str, ...] = ()) -> bool:
    """Whether a list's field asks for those of one parent or of the user who asks.

    :param keys: the names of what it has to be given.
    """
    return _BY.search(name) is not None or any(_KEY.match(one) for one in keys)


def schema_answers(text: str, first: int = 1) -> Iterator[GraphAnswer]:
    """The fields of the types that a schema's text declares.

    :param first: the line on which the text begins.
    """
    # What is said of a field takes the same room, so that lines stay what they are.
    plain = _REMARK.sub(lambda match: "\n" * match[0].count("\n"), text)
    ends = [match.start() for match in _LINE_END.finditer(plain)]
    for declared in islice(_TYPE.finditer(plain), _MOST):
        for field in _FIELD.finditer(declared[2]):
            if field[4] in _WORDS:
                continue
            at = declared.start(2) + field.start(1)
            keys = tuple(_DEMANDED.findall(field[2] or ""))
            yield GraphAnswer(
                ROOT if declared[1] in (ROOT, "RootQuery") else declared[1],
                field[1],
                field[4],
                bool(field[3]),
                first + bisect_left(ends, at),
                narrow=is_narrow(field[1], keys),
                by_name=True,
            )


def read_graph_schema(text: str, path: str) -> tuple[GraphAnswer, ...]:
    """The fields of a file that is a schema. Never raises."""
    del path
    if len(text) > _FOREIGN:
        return ()
    return tuple(islice(schema_answers(text), _MOST))
