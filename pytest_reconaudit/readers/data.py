"""JSON, JSON with comments and TOML: the value, or where and why it cannot be read.

The standard library's parsers are exact and quick and carry a line in their errors; places of
single values are not needed. ``json5`` (pure Python, a hundred times slower) reads more than the
tools whose files these are accept: comments and trailing commas are blanked out instead, so that
lines and columns stay what they were.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = ["DataFile", "allows_comments", "read_json", "read_toml"]


class DataFile(Struct, frozen=True):
    """A parsed file: ``value`` is ``None`` when ``problems`` says why."""

    path: str
    value: Any
    problems: tuple[Problem, ...]

    @property
    def map(self) -> dict[str, Any]:
        """The value when it is an object or table, else an empty one."""
        return self.value if isinstance(self.value, dict) else {}


_WITH_COMMENTS = regex(
    r"(?:[\w.-]*[tj]sconfig.*|\.eslintrc.*|\.?devcontainer|\.babelrc.*|babel\.config|\.swcrc|tslint"
    r"|deno|biome|turbo|nx|project|angular|api-extractor|rush|\.hintrc|\.jshintrc|\.jscsrc"
    r"|\.markdownlint.*|\.cspell|cspell.*|appsettings.*|launchSettings|host|local\.settings"
    r"|settings|launch|tasks|extensions|keybindings|wrangler|\.oxlintrc|oxlintrc|knip"
    r"|typedoc|\.?renovate.*|\.prettierrc|\.stylelintrc|\.lintstagedrc|rollup.*|\.mocharc)"
    r"(?:\.jsonc?)?"
)
_STRING_OR_COMMENT = regex(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)')
_STRING_OR_COMMA = regex(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"?|,(?=\s*[}\]])')
_TOML_AT = regex(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)\s*$")
_NOT_BLANK = regex(r"[^\n]")


def allows_comments(path: str) -> bool:
    """Whether the program that reads this file accepts comments and trailing commas in JSON."""
    name = posixpath.basename(path)
    return (
        name.endswith((".jsonc", ".code-workspace"))
        or "/.vscode/" in f"/{path}"
        or "/tsconfig/" in f"/{path}"  # bases that others extend
        or _WITH_COMMENTS.fullmatch(name) is not None
    )


def read_json(text: str, path: str) -> DataFile:
    """JSON; with comments and trailing commas where the file's name says that they may stand.

    Never raises: see ``problems``.
    """
    try:
        return DataFile(path, json.loads(text), ())
    except (ValueError, RecursionError) as error:
        failure: Exception = error
    if allows_comments(path):
        try:
            return DataFile(path, json.loads(_plain(text)), ())
        except (ValueError, RecursionError) as error:
            failure = error
    if isinstance(failure, json.JSONDecodeError):
        return DataFile(path, None, (_problem(failure, text, path),))
    reason = "nested too deep" if isinstance(failure, RecursionError) else f"{failure}"
    return DataFile(path, None, (Problem(Place(path, 1, 1), reason),))


def _problem(error: json.JSONDecodeError, text: str, path: str) -> Problem:
    """The error in words and at the place that do not depend on Python's version."""
    offset = error.pos
    before = text[:offset].rstrip()
    if text[offset : offset + 2] in ("//", "/*"):
        reason = "a comment, and this file may hold none"
    elif error.msg.startswith("Illegal trailing comma"):
        reason = "a comma after the last entry"
    elif text[offset : offset + 1] in ("}", "]") and before.endswith(","):
        reason, offset = "a comma after the last entry", len(before) - 1
    else:
        reason = (error.msg[:1].lower() + error.msg[1:]).removesuffix(" at")
    line = text.count("\n", 0, offset) + 1
    return Problem(Place(path, line, offset - text.rfind("\n", 0, offset)), reason)


def _plain(text: str) -> str:
    """Comments and trailing commas turned into blanks of the same length."""

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        return found if found.startswith('"') else _NOT_BLANK.sub(" ", found)

    return _STRING_OR_COMMA.sub(blank, _STRING_OR_COMMENT.sub(blank, text))


def read_toml(text: str, path: str) -> DataFile:
    """TOML. Never raises: see ``problems``."""
    from pytest_reconaudit.readers import toml

    try:
        return DataFile(path, toml.loads(text), ())
    except toml.TOMLDecodeError as error:
        message = str(error)
        match = _TOML_AT.search(message)
        reason = message[: match.start()] if match else message
        if match is None:
            place = Place(path, 1, 1)
        elif match[1]:
            place = Place(path, int(match[1]), int(match[2]))
        else:
            place = Place(path, max(1, text.rstrip("\n").count("\n") + 1), 1)
        return DataFile(path, None, (Problem(place, reason[:1].lower() + reason[1:]),))
    except (ValueError, RecursionError) as error:
        return DataFile(path, None, (Problem(Place(path, 1, 1), f"not valid TOML: {error}"),))
