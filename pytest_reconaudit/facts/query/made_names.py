"""The names of a round, or of a function, that hold what some names do."""

from __future__ import annotations

from collections.abc import Collection

from pytest_reconaudit.patterns import regex

__all__ = ["WORD", "names_of_round", "words_in"]

_MOST_LINES = 200
_LONGEST = 12_000
_LONGEST_VALUE = 600
WORD = regex(r"(?<![\w.$])[A-Za-z_$][\w$]*")
_NO_NAMES = frozenset({"mut", "ref", "_", "const", "let", "var", "Some", "Ok", "Err", "None",
                       "self", "this", "cls", "true", "false", "await", "in", "of"})  # fmt: skip
_MADE = {
    "rs": regex(r"\b(?:let|for)\s+(?P<name>[^=;{}]{1,160}?)\s*(?:=(?![=>])|\bin\b)\s*"),
    "py": regex(
        r"(?m)^[ \t]*(?:(?P<name>[A-Za-z_]\w*(?:[ \t]*,[ \t]*\w+)*)[ \t]*(?::[^=\n]{1,80})?=(?!=)"
        r"|(?:async[ \t]+)?for[ \t]+(?P<each>[^\n:]{1,80}?)[ \t]+in\b)[ \t]*"
    ),
    "script": regex(
        r"\b(?:const|let|var)\s+(?P<name>\{[^{}]{1,160}\}|\[[^\[\]]{1,160}\]|[\w$]+)\s*(?::[^=;\n]{1,120})?"
        r"(?:=(?![=>])|\bof\b)\s*"
    ),
}


def words_in(pattern: str) -> frozenset[str]:
    """The names that a pattern gives."""
    return frozenset(WORD.findall(pattern)) - _NO_NAMES


def _language(path: str) -> str:
    suffix = path.rpartition(".")[2]
    return suffix if suffix in ("rs", "py") else "script"


def names_of_round(
    lines: list[str], path: str, first: int, last: int, names: Collection[str]
) -> frozenset[str]:
    """The names between two lines that hold what some names do, or what is made of it.

    :param first: the line of the loop, or of the function, counted from one.
    """
    found = set(names)
    text = "\n".join(lines[first - 1 : min(last, first + _MOST_LINES)])[:_LONGEST]
    language = _language(path)
    depth, before = 0, 0
    for match in _MADE[language].finditer(text):
        if language == "py":
            # In brackets a name before `=` is one of the function that is called.
            between = text[before : match.start()]
            depth += sum(map(between.count, "([{")) - sum(map(between.count, ")]}"))
            before = match.start()
            if depth > 0:
                continue
        parts = match.groupdict()
        pattern = parts["name"] or parts.get("each") or ""
        value = _value(text, match.end(), language)
        if not found.isdisjoint(WORD.findall(value)):
            # The type behind a colon is no name of Rust's.
            pattern = pattern.partition(":")[0] if language == "rs" else pattern
            found |= {one for one in words_in(pattern) if not one[:1].isupper()}
    return frozenset(found)


def _value(text: str, at: int, language: str) -> str:
    """What a name is given, from a place on."""
    depth = 0
    for place in range(at, min(len(text), at + _LONGEST_VALUE)):
        mark = text[place]
        if mark == "{" and language == "rs" and not depth:
            return text[at:place]
        depth += (mark in "([{") - (mark in ")]}")
        if depth < 0 or (mark == ";" and depth == 0):
            return text[at:place]
        if mark == "\n" and not depth:
            rest = text[place : place + 80].lstrip()
            if language == "py" or (language == "script" and not rest.startswith((".", "?"))):
                return text[at:place]
            if language == "rs" and rest.startswith("&&"):
                return text[at:place]
    return text[at : at + _LONGEST_VALUE]
