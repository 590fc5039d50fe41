"""How awaits that wait for one another are started together, in the words of the code."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from pytest_reconaudit.facts.packages import npm_at, npm_package
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited, AwaitingLoop
from pytest_reconaudit.target import Target

__all__ = ["of_loop", "of_row"]

_CUT = 80
"""Characters; what is longer was cut, and is told by its name."""
_DECLARES = regex(
    r"^\s*(?:const|let|var)\s+([\w$]+|\{[^{}]{1,60}\}|\[[^\[\]]{1,60}\])\s*(?::[^=]+)?=\s*"
)
_TRY = "a `try` around what a\nround awaits moves with it into the function"


def of_loop(target: Target, path: str, loop: AwaitingLoop, one: Awaited) -> str:
    """Markdown on a loop that awaits per item."""
    call = _call(one)
    over = loop.over if re.fullmatch(r"[\w$.]+", loop.over) else f"[...{loop.over}]"
    item = loop.item or "item"
    before = f"for (const {item} of {loop.over}) await {call};"
    if _has_limiter(target, path):
        words = f"Let several rounds run at a time (here five, with `p-limit`); {_TRY}:"
        after = (
            "const limit = pLimit(5);\n"
            f"const found = await Promise.all("
            f"[...{loop.over}].map(({item}) => limit(() => {call})));"
        )
    else:
        words = f"Let several rounds run at a time (here five); {_TRY}:"
        after = (
            f"const all = {over if over.startswith('[') else f'[...{over}]'};\n"
            "for (let at = 0; at < all.length; at += 5) {\n"
            f"  await Promise.all(all.slice(at, at + 5).map(({item}) => {call}));\n"
            "}"
        )
    return f"{words}\n\n```ts\n// before\n{before}\n// after\n{after}\n```"


def of_row(target: Target, path: str, row: Sequence[Awaited]) -> str:
    """Markdown on awaits in a row."""
    found = [_DECLARES.match(target.line(path, one.line)) for one in row]
    names = [match[1] for match in found if match is not None]
    calls = ", ".join(_call(one) for one in row)
    if len(names) != len(row):
        after = f"await Promise.all([{calls}]);"
        return f"Start them together and wait once:\n\n```ts\n{after}\n```"
    before = "\n".join(
        f"const {name} = await {_call(one)};" for name, one in zip(names, row, strict=True)
    )
    after = f"const [{', '.join(names)}] = await Promise.all([{calls}]);"
    return (
        f"Start them together and wait once:\n\n```ts\n// before\n{before}\n// after\n{after}\n```"
    )


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
