"""Rows that a serializer of Django REST framework writes one by one.

``OrderSerializer(data=rows, many=True)`` calls the ``create()`` of its class for each row when it
is saved: an INSERT each, unless its ``Meta`` names a ``list_serializer_class`` that writes them at
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.facts.callers import body_of
from pytest_reconaudit.facts.code.functions import Ref, function_at, outlined, source_of
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.query.answers import request_of, runs_for_staff
from pytest_reconaudit.facts.query.model_classes import (
    KnownClass,
    KnownClasses,
    known_classes,
    meta_of,
    model_of,
)
from pytest_reconaudit.facts.query.python_fixes import fenced
from pytest_reconaudit.model import Place, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments_and_end
from pytest_reconaudit.target import Target

__all__ = ["SerializedWrite", "serialized_writes"]

_MADE = regex(r"(?m)^[ \t]+(\w+)[ \t]*=[ \t]*(?:\w+\.)?(\w+Serializer)\(")
_NAMED = regex(r"(\w+)\s*=(?!=)\s*(.+)", re.DOTALL)
_LIMITED = regex(r"\blen\([\w.]{1,60}\)\s*>=?\s*[\w.]|\bmax_length\s*=|\[\s*:\s*[\w.]{1,40}\s*\]")
"""A function that asks how many there are, or takes the first of them."""


class SerializedWrite(Struct, frozen=True):
    """A list of rows that is saved by a serializer."""

    function: str
    serializer: str
    model: str
    given: str
    """What it is given, as written."""
    at: Place
    """Where it is saved."""
    made: Place
    defined: Place
    request: str
    """The request that waits for it, in words; empty where none is known."""
    severity: Severity

    @property
    def told(self) -> str:
        runs = f"; runs for {self.request}" if self.request else ""
        return (
            f"{self.function} makes an INSERT of {self.model} per element of `{self.given}`:"
            f" `{self.serializer}(many=True)` saves row by row{runs}"
        )

    @property
    def places(self) -> tuple[tuple[Place, str], ...]:
        return (
            (self.made, "the serializer is made here"),
            (self.defined, f"{self.serializer} names no `list_serializer_class`"),
        )

    @property
    def cost(self) -> str:
        return "Each row that is sent is a round trip of its own while the caller waits."

    @property
    def evidence(self) -> str:
        return f"{self.serializer}(data={self.given}, many=True)"

    @property
    def key(self) -> str:
        return f"{self.function} {self.serializer}"

    @property
    def remedy(self) -> str:
        """A list serializer that writes them at once."""
        name = f"{self.serializer.removesuffix('Serializer')}ListSerializer"
        code = (
            f"class {name}(serializers.ListSerializer):\n"
            "    def create(self, validated_data):\n"
            f"        rows = [{self.model}(**each) for each in validated_data]\n"
            f"        return {self.model}.objects.bulk_create(rows)"
        )
        return (
            fenced(
                f"Write all of them with one statement: name a list serializer in the `Meta` of"
                f" {self.serializer} (`list_serializer_class = {name}`); neither signals nor a"
                f" `save()` or `create()` of their own run then:",
                code,
            )
            + "\n\nSay how many a request may send."
        )


def serialized_writes(target: Target) -> Iterator[tuple[str, SerializedWrite]]:
    """(path, write) of every list of rows that a serializer saves one by one, tests left out."""
    for path in target.files:
        if not path.endswith(".py") or is_test_path(path):
            continue
        text = target.text(path)
        if "many=True" not in text or "Serializer(" not in text or ".save(" not in text:
            continue
        for one in _written(target, known_classes(target), path, text):
            yield path, one


def _written(
    target: Target, known: KnownClasses, path: str, text: str
) -> Iterator[SerializedWrite]:
    for match in islice(_MADE.finditer(text), _MOST):
        try:
            given, end = arguments_and_end(text, match.end())
        except Unclosed:
            continue
        named = {one[1]: one[2].strip() for each in given if (one := _NAMED.match(each))}
        if named.get("many") != "True" or "data" not in named or len(named) < len(given):
            continue  # with an instance it changes rows, which it cannot for many
        line = text.count("\n", 0, match.start()) + 1
        ref = function_at(target, path, line)
        serializer = known.find(match[2], path)
        if ref is None or serializer is None:
            continue
        model = model_of(known, serializer)
        if model is None or meta_of(known, serializer, "list_serializer_class") is not None:
            continue
        inside, _ = known.lineage(serializer)
        if any("many_init" in one.own.defines for one in inside):
            continue
        maker = next((one for one in inside if "create" in one.own.defines), None)
        if maker is not None and not _makes_rows(target, maker):
            continue
        saved = _saved(target, ref, text, match[1], end)
        if not saved:
            continue
        function = outlined(target, ref)
        request = request_of(target, path, saved)
        data = " ".join(named["data"].split())
        yield SerializedWrite(
            f"{function.owner}.{function.name}" if function.owner else function.name,
            match[2],
            model.own.name,
            data if len(data) <= _LONGEST else "data",
            Place(path, saved, 1),
            Place(path, line, 1),
            Place(serializer.path, serializer.own.line, 1),
            request or "",
            _weight(target, path, ref, saved, request),
        )


_CREATE = regex(r"[ \t]*def[ \t]+create[ \t]*\(")
_WRITES = regex(r"super\(\)|\.(?:create|save|bulk_create|get_or_create|update_or_create)\(")


def _makes_rows(target: Target, serializer: KnownClass) -> bool:
    """Whether the ``create`` of a serializer itself writes anything, or hands on to another."""
    lines = target.lines(serializer.path)
    for number in range(serializer.own.line, len(lines)):
        if _CREATE.match(lines[number]) is not None:
            first, last = body_of(lines, number + 1)
            return _WRITES.search("\n".join(lines[first - 1 : last])) is not None
        if lines[number][:1].isalpha():
            break
    return True


_LONGEST = 60
_MOST = 200
"""Serializers of a file that are looked at."""


def _saved(target: Target, ref: Ref, text: str, name: str, at: int) -> int:
    """The line on which a serializer is saved in its function; 0 where it is not."""
    last = outlined(target, ref).end_line
    again = re.compile(rf"(?<![\w.]){re.escape(name)}\s*(?:\.save\(|=(?!=))")
    found = again.search(text, at)
    if found is None or found[0].rstrip().endswith("="):
        return 0
    line = text.count("\n", 0, found.start()) + 1
    return line if line <= last else 0


def _weight(target: Target, path: str, ref: Ref, line: int, request: str | None) -> Severity:
    """Medium where a request waits for as many as it sends."""
    if request is None or runs_for_staff(target, path, line):
        return Severity.INFO
    return Severity.LOW if _LIMITED.search(source_of(target, ref)) else Severity.MEDIUM
