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
    r"^\s*(const|let|var)\s+([\w$]+|\{[^{}]{1,60}\}|\[[^\[\]]{1,60}\])\s*(?::[^=]+)?=\s*"
)
_TRY = "a `try` around what a\nround awaits moves with it into the function"


def of_loop(target: Target, path: str, loop: AwaitingLoop, one: Awaited) -> str:
    """Markdown on a loop that awaits per item; what a round does with the answer is kept."""
    call = _call(one)
    item = loop.item or "item"
    head = f"for (const {item} of {loop.over})"
    kind, name = _use(target, path, one)
    limited = _has_limiter(target, path)
    how = "here five, with `p-limit`" if limited else "here five"
    words = f"Let several rounds run at a time ({how})"
    taken = f"[...{loop.over}]"
    listed = "all.slice(at, at + 5)"
    start = f"const all = {taken};\nfor (let at = 0; at < all.length; at += 5) {{\n"
    if kind == "named" and not limited:
        listed = "some"
        start += "  const some = all.slice(at, at + 5);\n"
    together = f"Promise.all({listed}.map(({item}) => {call}))"
    if limited:
        start = "const limit = pLimit(5);\n"
        together = f"Promise.all({taken}.map(({item}) => limit(() => {call})))"
    inner, end = ("", "") if limited else ("  ", "\n}")
    if not kind and not _does_more(target, path, loop, one):
        before = f"{head} await {call};"
        after = f"const found = await {together};" if limited else f"  await {together};"
        return _told(f"{words}; {_TRY}", before, start + after + end)
    if one.caught or len(loop.awaited) > 1 or _does_more(target, path, loop, one):
        return _whole_round(words, loop, call, kind, name, limited=limited)
    if kind == "pushed":
        before = f"{head} {name}.push(await {call});"
        return _told(words, before, f"{start}{inner}{name}.push(...(await {together}));{end}")
    if kind == "named":
        before = f"{head} {{\n  const {name} = await {call};\n  …\n}}"
        goes = "all" if limited else "some"
        start += f"const all = {taken};\n" * limited
        together = together.replace(taken, goes, 1) if limited else together
        after = (
            f"const found = await {together};\n"
            f"for (const [index, {name}] of found.entries()) {{\n"
            f"  const {item} = {goes}[index];\n  …\n}}"
        )
        after = after if limited else "\n".join(f"  {line}" for line in after.split("\n"))
        return _told(words, before, start + after + end)
    before = f"{head} {{\n  … await {call} …\n}}"
    after = (
        f"{inner}const found = await {together};\n"
        f"{inner}// what a round does with its answer, for each of `found`: they come in order"
    )
    return _told(words, before, start + after + end)


def _does_more(target: Target, path: str, loop: AwaitingLoop, one: Awaited) -> bool:
    """Whether a round does something before it waits, such as to pass over its item, or behind a
    call whose value it does not use."""
    lines = target.lines(path)
    above = [text.strip() for text in lines[loop.line : one.line - 1]]
    if any(text and not text.startswith(("//", "*", "/*")) for text in above):
        return True
    if _use(target, path, one)[0] or not lines[one.line - 1].rstrip().endswith((";", ")")):
        return False
    below = next((text.strip() for text in lines[one.line :] if text.strip()), "}")
    return one.line > loop.line and not below.startswith("}")


def _whole_round(
    words: str, loop: AwaitingLoop, call: str, kind: str, name: str, *, limited: bool
) -> str:
    """Markdown on a loop whose rounds become functions as they are: they do more than wait once."""
    item = loop.item or "item"
    uses = {"pushed": f"{name}.push(await {call});", "named": f"const {name} = await {call};"}
    body = uses.get(kind, f"… await {call} …")
    more = "" if kind == "pushed" else "\n  …"
    before = f"for (const {item} of {loop.over}) {{\n  {body}{more}\n}}"
    listed = f"[...{loop.over}]" if limited else "all.slice(at, at + 5)"
    opens, ends = ("limit(async () => {", "})));") if limited else ("{", "}));")
    function = f"({item}) => {opens}" if limited else f"async ({item}) => {opens}"
    after = f"await Promise.all({listed}.map({function}\n  {body}{more}\n{ends}"
    start = "const limit = pLimit(5);\n"
    if not limited:
        start = f"const all = [...{loop.over}];\nfor (let at = 0; at < all.length; at += 5) {{\n"
        after = "\n".join(f"  {line}" for line in after.split("\n")) + "\n}"
    words += "; what a round does stays together, its `try` too, a `continue` becomes a `return`,"
    words += " and what it adds to a list comes in the order in which the rounds end"
    return _told(words, before, start + after)


def _told(words: str, before: str, after: str) -> str:
    return f"{words}:\n\n```ts\n// before\n{before}\n// after\n{after}\n```"


_PUSHED = regex(r"(?:^|[{;)])\s*([\w$.]{1,60})\.push\(\s*$")
_NAMED = regex(r"(?:^|[{;])\s*(?:const|let)\s+([\w$]+|\{[^{}]{1,60}\}|\[[^\[\]]{1,60}\])\s*=\s*$")
_UNUSED = regex(r"(?:^|[{;)]|\belse)\s*$")
_GOES_ON = regex(r"[=(,?:[&|]\s*$|\breturn\s*$")


def _use(target: Target, path: str, one: Awaited) -> tuple[str, str]:
    """What a round does with what it awaits: nothing, ``pushed`` onto a list or ``named`` (with the
    list or the name), or ``other``."""
    line = target.line(path, one.line)
    start, found, rest = line.partition("await ")
    if not found:
        return "other", ""
    pushed, named = _PUSHED.search(start), _NAMED.search(start)
    ended = not rest.rstrip().endswith("(")
    if (
        pushed is not None
        and ended
        and rest.count("await ") == 0
        and rest.rstrip(" ;}").endswith("))")
    ):
        return "pushed", pushed[1]
    if named is not None and (not ended or _is_whole(rest, one)):
        return "named", named[1]
    if _UNUSED.search(start) is not None and not (
        not start.strip() and _GOES_ON.search(target.line(path, one.line - 1)) is not None
    ):
        return "", ""
    return "other", ""


def _is_whole(rest: str, one: Awaited) -> bool:
    """Whether nothing is taken of an answer before it gets its name."""
    return " ".join(rest.split()).removeprefix(one.text).strip(" ;") in ("", "}")


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
