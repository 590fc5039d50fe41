"""How awaits that wait for one another are started together, in the words of the code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from pytest_reconaudit.facts.packages import npm_at, npm_package
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited
from pytest_reconaudit.target import Target

__all__ = ["of_loop", "of_row"]

_CUT = 80
"""Characters; what is longer was cut, and is told by its name."""
_DECLARES = regex(
    r"^\s*(const|let|var)\s+([\w$]+|\{[^{}]{1,60}\}|\[[^\[\]]{1,60}\])\s*(?::[^=]+)?=\s*"
)


def of_loop(target: Target, path: str) -> str:
    """Markdown on a loop that awaits per item; what a round does stays in its round."""
    how = ", with `p-limit`" if _has_limiter(target, path) else ""
    return (
        f"Let a few of the rounds run at a time{how}: fewer than what they ask has connections or"
        " answers at once. Make each round a function that gives what it makes of its element (a"
        " `try` stays inside of it, a `continue` becomes a `return`), start some by `Promise.all`,"
        " whose answers stand in the order of the elements, and put them together after that. What"
        " must not overtake the round before (it changes something that has an order) stays as it"
        " is. Where one request can answer for all elements, that is better still."
    )


def of_row(target: Target, path: str, row: Sequence[Awaited]) -> str:
    """Markdown on awaits in a row; what is declared by ``let`` may be given another value later."""
    lines = [target.line(path, one.line) for one in row]
    found = [match for line in lines if (match := _DECLARES.match(line)) is not None]
    calls = ", ".join(_with_cast(_call(one), line) for one, line in zip(row, lines, strict=True))
    if len(found) != len(row):
        after = f"await Promise.all([{calls}]);"
        return f"Start them together and wait once:\n\n```ts\n{after}\n```"
    before = "\n".join(
        f"{match[1]} {match[2]} = await {_call(one)}{_cast(line)};"
        for match, one, line in zip(found, row, lines, strict=True)
    )
    word = next((match[1] for match in found if match[1] != "const"), "const")
    names = ", ".join(match[2] for match in found)
    after = f"{word} [{names}] = await Promise.all([{calls}]);"
    return (
        f"Start them together and wait once:\n\n```ts\n// before\n{before}\n// after\n{after}\n```"
    )


_CAST = regex(r"(?<=\)) (as [^;=(){}]{1,80}?)\s*;?\s*$")
"""What an answer is taken for, where its declaration ends on its line."""


def _cast(line: str) -> str:
    found = _CAST.search(line)
    return f" {found[1]}" if found is not None and "=>" not in found[1] else ""


def _with_cast(call: str, line: str) -> str:
    """A call whose answer is taken for another type: so is its promise."""
    cast = _cast(line).removeprefix(" as ")
    return f"{call} as Promise<{cast}>" if cast else call


def _call(one: Awaited) -> str:
    if len(one.text) >= _CUT or "\n" in one.text or not one.text.endswith(")"):
        owner = (
            f"{one.receiver}." if one.receiver and re.fullmatch(r"[\w$.]+", one.receiver) else ""
        )
        return f"{owner}{one.name}(…)"
    return one.text


def _has_limiter(target: Target, path: str) -> bool:
    """Whether the package of a file, or the root of its workspace, asks for `p-limit` itself."""
    package = npm_at(target, posixpath.dirname(path))
    root = package.workspace_root if package is not None else None
    some = [package, npm_package(target, root) if root is not None else None]
    return any(
        name == "p-limit"
        for one in some
        if one is not None
        for _, name, _, _ in one.manifest.dependencies
    )
