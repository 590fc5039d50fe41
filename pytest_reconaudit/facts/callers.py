"""Functions that no code of the programs names: what they do may never happen.

A search for names, no call graph. It errs towards "called": any other mention of the function's
name counts, and so does whatever a framework may call by itself (decorated functions, methods of
classes with a base, methods of a Rust trait while their type is named).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["body_of", "indentation", "openings", "uncalled", "without_tests"]

_ALIKE = {
    ".rs": (".rs",),
    **dict.fromkeys(
        (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts"),
        (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".vue", ".svelte", ".astro"),
    ),
    ".py": (".py",),
}
_FUNCTION = {
    ".rs": regex(r"\s*(?:pub(?:\([^)]{0,40}\))?\s+)?(?:(?:async|const|unsafe)\s+){0,3}fn\s+(\w+)"),
    ".py": regex(r"\s*(?:async\s+)?def\s+(\w+)"),
    "script": regex(
        r"\s*(?:(?:async\s+)?function\s*\*?\s*(\w+)\s*[(<]"
        r"|(?:const|let|var)\s+(\w+)\s*(?::[^=]{1,80})?=\s*(?:async\s+)?(?:\([^()]{0,200}\)|\w+)"
        r"\s*(?::[^=]{1,80})?=>"
        r"|(?:(?:public|private|protected|static|async|override)\s+){0,4}(\w+)\s*\([^()]{0,200}\)"
        r"\s*(?::[^={}]{1,80})?\{\s*$)"
    ),
}
_TYPE = {
    ".rs": regex(r"impl\b(?:<[^{}]{0,80}>)?\s+(?:[\w:<>, ]{1,80}\s+for\s+)?(?:\w+::)*(\w+)"),
    ".py": regex(r"class\s+(\w+)\s*(\(\s*\w[^)]*\))?"),
    "script": regex(
        r"(?:abstract\s+)?class\s+(\w++)(?:<[^{}]{0,80}>)?+"
        r"(?!\s+implements\s+(?:(?:On|Before)(?:Module|Application)\w+[\s,]*){1,5}\{)"
        r"(\s+(?:extends|implements)\b)?|(?:abstract\s+)?class\s+(\w+)"
    ),
}
_STATEMENTS = frozenset({"if", "for", "while", "switch", "catch", "function", "constructor"})
_STARTS = frozenset({"main", "constructor", "handler", "register", "setup"})
_BY_FRAMEWORK = regex(r"__|(?:on|before)(?:Module|Application)[A-Z]")
_EXPORTED = regex(r"export\s+default\b|module\.exports")
_INERT = regex(r"#\[(?:allow|inline|must_use|doc|cfg|expect|deprecated|tracing::instrument)\b")
_INJECTED = regex(r"@(?:Injectable|Service|singleton|injectable)\(")
"""A class that is made for who asks for it: its methods are called by name."""
_STAND_IN = "\ufdd0"
"""A character that no text may hold."""
_DEFINES = regex(
    rf"(?:^|\s)(?:"
    rf"(?:fn|def|function\s*\*?|struct|enum|class|interface|type|const|let|var)\s+{_STAND_IN}+"
    rf"|(?:use|import|from)\s[^;=()]{{0,200}}(?<![\w$]){_STAND_IN}+"
    rf"|impl\b[^;={{}}]{{0,200}}[\s:>]{_STAND_IN}+)(?![\w$])"
    rf"|^\s*(?:(?:public|private|protected|static|async|override)\s+){{0,4}}{_STAND_IN}+"
    r"\s*\([^()]{0,200}\)\s*(?::[^={}]{1,80})?\{\s*$"
    r"|^\s*(?://|#(?!\[)|\*|/\*|export\s*(?:type\s*)?[{*])"
)
"""A line that brings a name into being or only speaks of it; the stand-in is the name."""
_MOST_NAMES = 200
_MOST_LINES = 4000


def uncalled(target: Target, place: Place) -> str:
    """The name of the function around a line when no source but tests and itself mentions it.

    :returns: ``Type.method`` or the function's name; empty when it is called, may be, or the line
        is in no function.
    """
    suffix = place.path[place.path.rfind(".") :]
    if suffix not in _ALIKE or place.line is None or is_test_path(place.path):
        return ""
    lines = target.text(place.path).split("\n")
    found = _around(lines, place.line - 1, suffix)
    if found is None:
        return ""
    name, owner, trait, associated = found
    book = _names(target)
    if associated and not trait:
        called = book.mentioned(f"{owner}::{name}", suffix) or book.renamed(owner, suffix)
        own = without_tests("\n".join(lines))
        if called:
            return ""
        if f"Self::{name}" not in own:
            return f"{owner}.{name}"
    if not trait and not book.mentioned(name, suffix):
        return f"{owner}.{name}" if owner else name
    if owner and not book.mentioned(owner, suffix):
        return f"{owner}.{name}"
    return ""


def _around(lines: list[str], index: int, suffix: str) -> tuple[str, str, bool, bool] | None:
    """(function, type or empty, whether a trait asks for it, whether it is called on the type)
    around a line, by indentation.

    Nothing when there is none, or when something else than a call by name may run it.
    """
    if index >= len(lines):
        return None
    kind = suffix if suffix in _FUNCTION else "script"
    function, type_ = _FUNCTION[kind], _TYPE[kind]
    depth = indentation(lines[index])
    name, on_type = "", False
    for at in range(index, max(-1, index - _MOST_LINES), -1):
        line = lines[at]
        if not line.strip() or (at != index and indentation(line) >= depth):
            continue
        head = line.strip()
        if head.startswith(("//", "#", "*", ")", "}", "]")):
            continue
        depth = min(depth, indentation(line))
        if depth == 0 and _EXPORTED.match(head):
            return None
        match = function.match(line[:400])
        if match is not None:
            found = next(one for one in match.groups() if one)
            if found not in _STATEMENTS or found == "constructor":
                if found in _STARTS or _BY_FRAMEWORK.match(found) or _decorated(lines, at):
                    return None
                name = found  # the outermost one counts: what is inside runs with it
                given = "".join(lines[at : at + 3]).partition("(")[2].partition(",")[0]
                on_type = suffix == ".rs" and not re.search(r"\bself\b", given.partition(")")[0])
                continue
        bare = re.sub(r"^export\s+", "", head)[:400]
        match = type_.match(bare)
        if match is not None:
            if not name or _decorated(lines, at):
                return None
            if kind == "script" and match[3]:
                return name, match[3], False, False  # it hears when the module starts and ends
            if suffix == ".rs":
                return name, match[1], " for " in bare.partition("{")[0], on_type
            return None if match[2] else (name, match[1], False, False)
        if head.startswith(("mod tests", "trait ", "pub trait ")):
            return None
    return (name, "", False, False) if name else None


def indentation(line: str) -> int:
    """Blanks before a line's first word."""
    return len(line) - len(line.lstrip())


def openings(lines: Sequence[str], line: int, most: int) -> Iterator[tuple[int, str]]:
    """The lines that open the blocks around a line, by their indents, inner first, with their
    numbers.

    :param line: counted from one.
    :param most: how far up is looked.
    """
    depth = indentation(lines[line - 1])
    for number in range(line - 1, max(0, line - most), -1):
        text = lines[number - 1]
        if text.strip() and (indent := indentation(text)) < depth:
            depth = indent
            yield number, text


_MOST_BODY = 80


def body_of(lines: list[str], line: int, most: int = _MOST_BODY) -> tuple[int, int]:
    """(first, last) line of the body of a loop, a class or another block, by its indents.

    :param line: of what opens it, counted from one.
    :param most: lines that are looked at.
    """
    indent = indentation(lines[line - 1]) if line <= len(lines) else 0
    last = min(line + most, len(lines))
    end = next(
        (
            number
            for number in range(line, last)
            if lines[number].strip()
            and indentation(lines[number]) <= indent
            and lines[number].lstrip()[0] not in ")]}#"
        ),
        last,
    )
    return line + 1, end


def _decorated(lines: list[str], at: int) -> bool:
    """Whether an attribute or decorator above hands the function to a framework."""
    while at > 0:
        at -= 1
        head = lines[at].strip()
        if head.startswith("@") and not _INJECTED.match(head):
            return True
        if head.startswith("#[") and not _INERT.match(head):
            return True
        if not head.startswith(("//", "/*", "*", "#", "@")):
            return False
    return False


class _Names:
    """Which names the sources mention other than where they are defined; each looked for once."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._known: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._renamed: dict[str, bool] = {}
        self._paths: dict[tuple[str, ...], list[str]] = {}

    def mentioned(self, name: str, suffix: str) -> bool:
        wanted = (name, _ALIKE[suffix])
        known = self._known.get(wanted)
        if known is None:
            # Past some number of names a guess is as good: the search must not grow with them.
            known = len(self._known) >= _MOST_NAMES or self._search(name, suffix)
            self._known[wanted] = known
        return known

    def renamed(self, name: str, suffix: str) -> bool:
        """Whether some source gives a Rust type another name."""
        known = self._renamed.get(name)
        if known is None:
            word = re.escape(name)
            # Two patterns that begin with letters: they are found fastest.
            renames = re.compile(rf"{word}(?<=\b{word})\s+as\s+\w")
            means = re.compile(rf"type(?<=\btype)\s+\w+\s*=[^;\n]{{0,200}}\b{word}\b")
            known = len(self._renamed) >= _MOST_NAMES or any(
                name in text and (renames.search(text) or means.search(text)) is not None
                for path in self._target.files
                if path.endswith(_ALIKE[suffix]) and (text := self._target.text(path))
            )
            self._renamed[name] = known
        return known

    def _search(self, name: str, suffix: str) -> bool:
        for path in self._sources(suffix):
            text = self._target.text(path)
            if name not in text:
                continue
            if suffix == ".rs":
                text = without_tests(text)
            at = text.find(name)
            while at >= 0:
                end = at + len(name)
                if not _is_part(text[at - 1 : at]) and not _is_part(text[end : end + 1]):
                    start = text.rfind("\n", 0, at) + 1
                    line = text[start : end + 300].partition("\n")[0][:600]
                    if not _DEFINES.search(_with_stand_in(line, name)):
                        return True
                at = text.find(name, end)
        return False

    def _sources(self, suffix: str) -> list[str]:
        alike = _ALIKE[suffix]
        known = self._paths.get(alike)
        if known is None:
            known = self._paths[alike] = [
                path
                for path in self._target.files
                if path.endswith(alike) and not is_test_path(path)
            ]
        return known


_TEST_MODULE = regex(
    r"#\[cfg\((?:(?:all|any)\()?test\b[^\]\n]{0,200}\]\s*(?:#\[[^\]\n]{0,200}\]\s*)*+"
    r"(?:pub(?:\([^)\n]{0,40}\))?\s+)?mod\s+\w+\s*\{"
)


def without_tests(text: str) -> str:
    """A Rust source up to its module of tests; a single function or import of them ends nothing."""
    found = _TEST_MODULE.search(text) if "#[cfg(" in text else None
    return text[: found.start()] if found is not None else text


def _is_part(character: str) -> bool:
    """Whether a name goes on with it."""
    return character.isalnum() or character in ("_", "$")


def _with_stand_in(line: str, name: str) -> str:
    """A line with the name, where it stands as a whole, made into one that no source has.

    So one pattern does for all names; making one for each takes longer than all the searches.
    """
    parts = line.split(name)
    out = parts[0]
    for index, part in enumerate(parts[1:], 1):
        whole = not _is_part(parts[index - 1][-1:] or (name[-1] if index > 1 else "")) and not (
            _is_part(part[:1] or (name[0] if index < len(parts) - 1 else ""))
        )
        out += (_STAND_IN * len(name) if whole else name) + part
    return out


@once
def _names(target: Target) -> _Names:
    return _Names(target)
