"""Makefiles: targets, their recipe lines as shell text, and variables with one plain value.

Only what a reader of recipes needs; conditionals are read through, both branches, and each recipe
line says which of them by ``ifdef`` it stands in. PyPI's make parsers are either GPL-licensed,
unmaintained, or run make itself.
"""

from __future__ import annotations

import re

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = ["MakeTarget", "Makefile", "RecipeLine", "read_makefile"]

_RULE = regex(r"(?P<targets>[^\s:=#][^:=#]*?)\s*::?(?!=)\s*(?P<rest>[^=]*)$")
_VARIABLE = regex(
    r"(?:export\s+|override\s+)*(?P<name>[\w.-]+)\s*(?P<op>[:?+!]{0,3}=)\s*(?P<value>.*)$"
)
_USE = regex(r"\$(?:\((?P<paren>[^()\s$]+)\)|\{(?P<brace>[^{}\s$]+)\})")
_CALL = regex(r"\$\((?!\()")
_Raw = tuple[int, str, tuple[tuple[str, bool], ...]]
"""A recipe line's number, text, and the conditionals around it."""
_MAX_DEPTH = 40
_MAX_VALUE = 2_000
_MAX_LINE = 10_000
"""Longer lines are no rules that a person wrote."""


class RecipeLine(Struct, frozen=True):
    """One logical line of a recipe: make starts one shell for it."""

    text: str
    """Shell text: ``$$`` is ``$``, known make variables are filled in, the others stay as
    ``${NAME}``. Continued lines keep their line breaks."""
    place: Place
    ignored: bool
    """``-command``: make goes on when it fails."""
    silent: bool
    branches: tuple[tuple[str, bool], ...] = ()
    """(variable, whether it must be set) of each ``ifdef``, ``ifndef`` and their ``else``."""


class MakeTarget(Struct, frozen=True):
    name: str
    place: Place
    prerequisites: tuple[str, ...]
    recipe: tuple[RecipeLine, ...]


class Makefile(Struct, frozen=True):
    path: str
    targets: tuple[MakeTarget, ...]
    variables: tuple[tuple[str, str], ...]
    """Variables that are set once, with their values expanded."""
    assigned: frozenset[str] = frozenset()
    """Every name that is given a value, however often and wherever."""
    one_shell: bool = False
    """``.ONESHELL:``: a whole recipe is one shell."""
    problems: tuple[Problem, ...] = ()

    def target(self, name: str) -> MakeTarget | None:
        return next((target for target in self.targets if target.name == name), None)


def read_makefile(text: str, path: str) -> Makefile:
    """Never raises on bad input. Text that is no rule and no variable is passed over."""
    lines = text.split("\n")
    values: dict[str, set[str]] = {}
    rules: list[tuple[list[str], int, list[str], list[_Raw]]] = []
    inside: list[tuple[str, bool] | None] = []
    index = 0
    open_rule = False
    while index < len(lines):
        number = index + 1
        line = lines[index]
        parts = [line]
        while parts[-1].endswith("\\") and index + 1 < len(lines):
            index += 1
            parts.append(lines[index])
        index += 1
        if line.startswith("\t"):
            if open_rule and line.strip():
                body = "\n".join(part.removeprefix("\t") for part in parts)
                rules[-1][3].append((number, body, tuple(one for one in inside if one)))
            continue
        whole = " ".join(part.removesuffix("\\").strip() for part in parts)
        plain = whole.split("#", 1)[0].rstrip() if whole.lstrip().startswith("#") else whole
        if not plain.strip() or len(plain) > _MAX_LINE:
            continue
        if (word := plain.split()[0]) in _CONDITIONALS:
            _branch(inside, word, plain)
        variable = _VARIABLE.match(plain.strip())
        if variable:
            name, op = variable["name"], variable["op"]
            value = _COMMENT.sub("", variable["value"]).strip()
            values.setdefault(name, set()).add(f"\0{value}" if op == "+=" else value)
            continue
        rule = _RULE.match(plain)
        if rule is None:
            open_rule = open_rule and plain.split()[0] in _DIRECTIVES
            continue
        prerequisites, _, inline = rule["rest"].partition(";")
        words = _COMMENT.sub("", prerequisites).split()
        first: list[_Raw] = [(number, inline.strip(), ())] if inline.strip() else []
        rules.append((rule["targets"].split(), number, [w for w in words if w != "|"], first))
        open_rule = True
    single = {name: next(iter(some)) for name, some in values.items() if len(some) == 1}
    single = {name: value for name, value in single.items() if "\0" not in value}
    known = _expanded(single)
    targets = tuple(
        MakeTarget(
            name,
            Place(path, number, 1),
            tuple(prerequisites),
            tuple(
                _recipe_line(raw, Place(path, at, 1), known, name, branches)
                for at, raw, branches in recipe
            ),
        )
        for names, number, prerequisites, recipe in rules
        for name in names
    )
    return Makefile(
        path,
        targets,
        tuple(sorted((n, v) for n, v in known.items() if "$" not in v)),
        frozenset(values),
        any(target.name == ".ONESHELL" for target in targets),
    )


_CONDITIONALS = frozenset({"ifeq", "ifneq", "ifdef", "ifndef", "else", "endif"})


def _branch(inside: list[tuple[str, bool] | None], word: str, line: str) -> None:
    """Keep the conditionals around a line; ``None`` is one that is not told by a name alone."""
    words = line.split()
    if word == "endif":
        del inside[-1:]
    elif word == "else":
        before = inside.pop() if inside else None
        # What `else ifdef` adds to the branch before it is not kept.
        inside.append((before[0], not before[1]) if before and len(words) == 1 else None)
    elif word in ("ifdef", "ifndef") and len(words) == 2 and "$" not in words[1]:
        inside.append((words[1], word == "ifdef"))
    else:
        inside.append(None)


_COMMENT = regex(r"(?:^|\s)#.*$")
_DIRECTIVES = frozenset(
    {"ifeq", "ifneq", "ifdef", "ifndef", "else", "endif", "include", "-include"}
)


def _recipe_line(
    raw: str,
    place: Place,
    known: dict[str, str],
    target: str,
    branches: tuple[tuple[str, bool], ...],
) -> RecipeLine:
    body = raw.lstrip(" \t")
    flags = body[: len(body) - len(body.lstrip("@-+ \t"))]
    start = len(raw) - len(body) + len(flags)
    text = _shell(raw[start:], known, target)
    column = start + 2 if not raw[:1].isspace() else start + 1
    at = Place(place.path, place.line, column)
    return RecipeLine(text, at, "-" in flags, "@" in flags, branches)


def _shell(text: str, known: dict[str, str], target: str) -> str:
    pieces = text.split("$$")
    return "$".join(_filled(piece.replace("$@", target), known) for piece in pieces)


def _expanded(values: dict[str, str]) -> dict[str, str]:
    """Every variable's value with the others put in; what contains itself is left out."""
    done: dict[str, str] = {}
    failed: set[str] = set()

    def value(name: str, active: tuple[str, ...]) -> None:
        if name in done or name in failed or name not in values:
            return
        if name in active or len(active) > _MAX_DEPTH:
            failed.add(name)
            return
        for match in _USE.finditer(values[name]):
            value(match["paren"] or match["brace"], (*active, name))
        text = _filled(values[name], done)
        if name not in failed and len(text) <= _MAX_VALUE:
            done[name] = text
        else:
            failed.add(name)

    for name in values:
        value(name, ())
    return done


def _filled(text: str, known: dict[str, str]) -> str:
    """A text with the known variables put in, once: their values are expanded already."""
    if "$" not in text:
        return text

    def put(match: re.Match[str]) -> str:
        name = match["paren"] or match["brace"]
        if name == "MAKE":
            return "make"
        if name in ("CURDIR", "PWD"):
            return "$PWD"
        value = known.get(name)
        return "${" + re.sub(r"\W", "_", name) + "}" if value is None else value

    filled = _USE.sub(put, text)
    # What is left is a function call of make's own; to a shell it is a value not known.
    return _CALL.sub("$(make-function ", filled) if "$(" in filled else filled
