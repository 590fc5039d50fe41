"""JSON with comments and trailing commas, as tsconfig.json and its relatives are written.

No library: PyPI's JSON5 parsers are pure Python and take 0.3 s for what :mod:`json` reads in a
millisecond once comments and stray commas are blanked out, which is all that these files add.
"""

from __future__ import annotations

import json
from typing import Any

from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = ["JsonText", "plain_json", "read_jsonc"]

_TOKEN = regex(
    r'"(?:[^"\\\n]|\\.)*+"?|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))|(?P<comma>,)(?=\s*[}\]])', 16
)
"""16 is ``re.DOTALL``: a comment may span lines."""


class JsonText(Struct, frozen=True, eq=False):
    """What a file holds; ``root`` is ``None`` when it cannot be read."""

    path: str
    root: Any
    problems: tuple[Problem, ...] = ()

    def map(self, *keys: str) -> dict[str, Any]:
        """The object below some keys; empty when there is none."""
        value = self.root
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value if isinstance(value, dict) else {}


def plain_json(text: str) -> str:
    """The text as plain JSON, every character kept at its place."""
    for _ in range(2):  # a comma may be the last but for a comment
        text = _TOKEN.sub(_blank, text)
    return text


def _blank(match: Any) -> str:
    whole: str = match[0]
    if match["comma"]:
        return " "
    if match["comment"]:
        return "".join("\n" if one == "\n" else " " for one in whole)
    return whole


def read_jsonc(text: str, path: str) -> JsonText:
    """Never raises on bad input: see ``problems``."""
    try:
        return JsonText(path, json.loads(text))
    except RecursionError:
        return JsonText(path, None, (Problem(Place(path, 1, 1), "nested too deep"),))
    except ValueError:
        pass
    try:
        return JsonText(path, json.loads(plain_json(text)))
    except RecursionError:
        return JsonText(path, None, (Problem(Place(path, 1, 1), "nested too deep"),))
    except json.JSONDecodeError as error:
        place = Place(path, error.lineno, error.colno)
        return JsonText(path, None, (Problem(place, f"not valid JSON: {error.msg}"),))
    except ValueError as error:  # a number with thousands of digits
        return JsonText(path, None, (Problem(Place(path, 1, 1), f"not valid JSON: {error}"),))
