"""Functions that a composable or hook hands out, and that nobody takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["is_taken_by_nobody"]

_CODE = (
    ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".astro",
    ".html", ".mdx",
)  # fmt: skip
_DECLARED = regex(r"(?:\b(?:const|let|var)\s+|\bfunction\s*\*?\s*)$")
_RETURNED = regex(r"\breturn\s*\(?\s*\{[^{}]*$")
_ENDS = regex(r"\s*(?:[,}]|//)")
_BEFORE = 4_000
"""Characters of a returned object that are looked at."""


def is_taken_by_nobody(target: Target, path: str, name: str) -> bool:
    """Whether a function is only a member of what its file's composable returns
    (`return { load, loadAll }`), and nothing but tests and remarks names it anywhere else."""
    if not re.fullmatch(r"[\w$]{3,80}", name):
        return False  # a method, or too short a name to be told from others
    text = target.text(path)
    declared = returned = 0
    for at in _named(text, name):
        before = text[max(at - _BEFORE, 0) : at]
        if _DECLARED.search(before[-40:]) is not None:
            declared += 1
        elif _RETURNED.search(before) is not None and _ENDS.match(text, at + len(name)):
            returned += 1
        else:
            return False
    if declared != 1 or not returned:
        return False
    return not any(
        one.endswith(_CODE)
        and one != path
        and not is_test_path(one)
        and name in (other := target.text(one))
        and next(_named(other, name), None) is not None
        for one in target.everything
    )


def _named(text: str, name: str) -> Iterator[int]:
    """Where a name stands in code, remarks at the end of a line or over whole lines left out."""
    for match in re.finditer(rf"(?<![\w$]){re.escape(name)}(?![\w$])", text):
        start = text.rfind("\n", 0, match.start()) + 1
        line = text[max(start, match.start() - 400) : match.start()]
        bare = line.replace("://", "")
        if "//" not in bare and not bare.lstrip().startswith(("*", "/*", "<!--")):
            yield match.start()
