"""Which folder each command of a script runs in, following ``cd``, as far as the text tells.

Folders and resolved paths are relative to the repository, ``""`` is its root, ``None`` is "not
known from the text, or outside the repository".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.shell import Block, Script, ShellCommand, unwrapped

__all__ = ["Trace", "join", "trace"]

_ROOT = "\0"
"""Stands for the repository's root inside a text while it is being expanded."""
_MAX_EXPANSIONS = 40
_MAX_CALLS = 400
_MAX_COMMAND = 400

_VARIABLE = regex(
    r"\$\{\{\s*github\.(workspace)\s*\}\}|\$(\w+)|\$\{(\w+)(?:\[[0@*]\])?\}"
    r"|\$\{(\w+)(?:\[0\])?:?[-=]([^{}]*)\}|\$\{(\w+)(?:\[0\])?%/\*\}|\$\{(\w+):\?[^{}]*\}"
)
_ALTERNATIVES = {"else": ("if", "elif"), "elif": ("if", "elif"), "case": ("case",)}
"""A block → the kinds of block beside it that did not run when it does."""
_SELF = frozenset({"0", "BASH_SOURCE"})
_WORKSPACE = frozenset({"GITHUB_WORKSPACE", "CI_PROJECT_DIR", "workspace"})
_CD_PWD = regex(
    r"(?:builtin\s+)?cd\s+(?:-[PL]\s+)?(?:--\s+)?(?P<to>.+?)\s*"
    r"(?:>\s*/dev/null)?\s*(?:2>&1|2>\s*/dev/null|&>\s*/dev/null)?\s*(?:&&|;)\s*pwd(?:\s+-[PL])?",
    re.DOTALL,
)
_DIRNAME = regex(r"dirname\s+(?:--\s+)?(?P<of>.+)", re.DOTALL)
_REALPATH = regex(
    r"(?:readlink\s+-[fe]+|greadlink\s+-f|realpath(?:\s+-[es]+)?)\s+(?P<of>.+)", re.DOTALL
)
_TOPLEVEL = regex(
    r"git\s+rev-parse\s+--show-toplevel(?:\s+2>\s*/dev/null)?(?:\s*\|\|.*)?", re.DOTALL
)
_PWD = regex(r"pwd(?:\s+-[PL])?")


def join(folder: str | None, path: str) -> str | None:
    """``path`` seen from ``folder``; ``None`` when absolute, dynamic or out of the repository."""
    if folder is None or not path or path[0] in "/~\\" or "$" in path or "`" in path:
        return None
    return _clean(f"{folder}/{path}" if folder else path)


def _clean(path: str) -> str | None:
    clean = posixpath.normpath(path.lstrip("/")) if path.strip("/") else ""
    if clean == ".." or clean.startswith("../"):
        return None
    return "" if clean == "." else clean


class Trace(Struct, frozen=True):
    """The folders of a script's commands.

    ``folders[i]`` belongs to ``script.commands[i]``: the folder in which it starts.
    """

    script: Script
    folders: tuple[str | None, ...]
    variables: Mapping[str, str]
    """Variables with one value in the whole script, expanded as far as possible."""
    own_path: str
    base: str | None

    def resolve(self, word: str, folder: str | None) -> str | None:
        """A path word, expanded and seen from ``folder``."""
        return _located(self.expand(word, folder), folder)

    def expand(self, word: str, folder: str | None = None) -> str:
        """A word with the known variables put in; the unknown ones stay.

        A path that begins at the repository's root begins with a NUL character.
        """
        return _Expander(self.variables, self.own_path, self.base).expand(word, folder)


def trace(
    script: Script,
    start: str | None,
    own_path: str = "",
    variables: Mapping[str, str] | None = None,
    base: str | None = "",
) -> Trace:
    """Follow ``cd`` through a script that starts in ``start``.

    :param own_path: the script's own path when ``$0`` names it, else empty.
    :param variables: values known from outside (a workflow's ``env``).
    :param base: where ``$GITHUB_WORKSPACE`` is, seen from the repository's root.
    """
    known = _settled(script, variables or {})
    walker = _Walker(script, known, own_path, base)
    end = walker.run("", start, 0)
    for function in script.functions:
        if function.name not in walker.called:
            walker.run(function.name, end, 0)
    return Trace(script, tuple(walker.folders), known, own_path, base)


def _settled(script: Script, given: Mapping[str, str]) -> dict[str, str]:
    """Variables that have one value only, wherever the script looks."""
    values: dict[str, set[str]] = {name: {value} for name, value in given.items()}
    for one in script.assignments:
        mine = values.setdefault(one.name, set())
        if one.name in given and not mine - {given[one.name]}:
            mine.clear()
        mine.add(one.value)
    for command in script.commands:
        if command.name == "read" or (command.name == "printf" and "-v" in command.words):
            for word in command.words[1:]:
                values.setdefault(word, set()).add("$")
        for block in command.blocks:
            if block.kind == "for" and block.test:
                values.setdefault(block.test.split()[0], set()).add("$")
    return {name: next(iter(some)) for name, some in values.items() if len(some) == 1}


class _Expander:
    def __init__(self, variables: Mapping[str, str], own_path: str, base: str | None) -> None:
        self.variables = variables
        self.own = f"{_ROOT}/{own_path}" if own_path else ""
        self.base = None if base is None else f"{_ROOT}/{base}"
        self.left = _MAX_EXPANSIONS

    def expand(self, text: str, folder: str | None) -> str:
        if "$" not in text and "`" not in text:
            return text
        self.left -= 1
        if self.left < 0:
            return text
        text = self._substitutions(text, folder)
        return _VARIABLE.sub(lambda match: self._variable(match, folder), text)

    def _variable(self, match: re.Match[str], folder: str | None) -> str:
        workspace, plain, braced, defaulted, default, parent, asked = match.groups()
        name = workspace or plain or braced or defaulted or parent or asked or ""
        if name in _SELF:
            value = self.own
        elif name in _WORKSPACE:
            value = self.base or ""
        elif name == "PWD":
            value = "" if folder is None else f"{_ROOT}/{folder}"
        else:
            value = self.variables.get(name, "")
            known = name in self.variables
            if f"${name}" in value or f"${{{name}" in value:
                # DIR=${DIR:-default}: the default is what a plain run gets.
                again = re.fullmatch(rf"\$\{{{name}:?[-=]([^{{}}]*)\}}", value)
                value = again[1] if again else ""
                known = known and bool(again)
            if not known and defaulted:
                value = default or ""
            value = self.expand(value, folder)
        if not value:
            return match[0]
        return posixpath.dirname(value) if parent else value

    def _substitutions(self, text: str, folder: str | None) -> str:
        out, at = [], 0
        while True:
            start = text.find("$(", at)
            if start < 0 or text.startswith("$((", start):
                break
            depth, end = 1, start + 2
            while end < len(text) and depth:
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
            if depth:
                break
            value = self._output(text[start + 2 : end - 1].strip(), folder)
            out += [text[at:start], text[start:end] if value is None else value]
            at = end
        out.append(text[at:])
        return "".join(out)

    def _output(self, command: str, folder: str | None) -> str | None:
        """What a command prints, for the few by which scripts find folders."""
        if len(command) > _MAX_COMMAND:
            return None
        here = None if folder is None else f"{_ROOT}/{folder}"
        if _PWD.fullmatch(command):
            return here
        if _TOPLEVEL.fullmatch(command):
            return f"{_ROOT}/"
        for pattern, group in ((_CD_PWD, "to"), (_REALPATH, "of"), (_DIRNAME, "of")):
            match = pattern.fullmatch(command)
            if match is None:
                continue
            word = match[group].strip()
            if len(word) > 1 and word[0] == word[-1] == '"':
                word = word[1:-1]
            inner = _located(self.expand(word, folder), folder)
            if inner is None:
                return None
            if pattern is _DIRNAME:
                inner = posixpath.dirname(inner)
            return f"{_ROOT}/{inner}"
        return None


def _located(text: str, folder: str | None) -> str | None:
    """An expanded word as a path of the repository."""
    if text.startswith(_ROOT):
        rest = text[1:]
        if "$" in rest or "`" in rest or _ROOT in rest:
            return None
        return _clean(rest)
    return join(folder, text)


class _Walker:
    def __init__(
        self, script: Script, variables: Mapping[str, str], own_path: str, base: str | None
    ) -> None:
        self.script, self.variables, self.own, self.base = script, variables, own_path, base
        self.bodies: dict[str, list[int]] = {"": []}
        for function in script.functions:
            self.bodies[function.name] = []
        for index, command in enumerate(script.commands):
            self.bodies.setdefault(command.function, []).append(index)
        self.folders: list[str | None] = [None] * len(script.commands)
        self.seen = [False] * len(script.commands)
        self.called: set[str] = set()
        self.calls = 0
        self.memo: dict[tuple[str, str | None], str | None] = {}

    def run(self, name: str, start: str | None, depth: int) -> str | None:
        """Walk one function's body (``""``: the script itself); the folder it ends in."""
        self.called.add(name)
        key = (name, start)
        if key in self.memo:
            return self.memo[key]
        self.calls += 1
        if depth > 20 or self.calls > _MAX_CALLS:
            return None
        self.memo[key] = start
        folder, previous = start, start
        pushed: list[str | None] = []
        stack: list[tuple[Block, str | None]] = []
        for index in self.bodies.get(name, ()):
            command = self.script.commands[index]
            folder = self._enter(stack, command.blocks, folder)
            if self.seen[index] and self.folders[index] != folder:
                self.folders[index] = None
            else:
                self.folders[index] = folder
            self.seen[index] = True
            words = command.words
            if not words:
                continue
            first = words[0]
            if first in ("cd", "pushd") or (first == "builtin" and words[1:2] == ("cd",)):
                if first == "pushd":
                    pushed.append(folder)
                target = previous if words[-1] == "-" else self._cd(command, folder)
                if command.conditions and command.conditions[-1].startswith("! cd "):
                    continue
                previous, folder = folder, target
            elif first == "popd":
                folder = pushed.pop() if pushed else None
            elif first in self.bodies and first:
                folder = self.run(first, folder, depth + 1)
        folder = self._enter(stack, (), folder)
        self.memo[key] = folder
        return folder

    def _cd(self, command: ShellCommand, folder: str | None) -> str | None:
        words = [word for word in unwrapped(command.words)[1:] if word not in ("--", "-P", "-L")]
        if len(words) != 1:
            return None
        guard = command.conditions[-1] if command.conditions else ""
        branched = any(block.branches for block in command.blocks)
        if guard.startswith(("[", "test ")) and not branched:
            return None
        expander = _Expander(self.variables, self.own, self.base)
        return _located(expander.expand(words[0], folder), folder)

    @staticmethod
    def _enter(
        stack: list[tuple[Block, str | None]], blocks: tuple[Block, ...], folder: str | None
    ) -> str | None:
        """Leave the blocks that ended, enter those that begin; the folder in effect then."""
        shared = 0
        while shared < min(len(stack), len(blocks)) and stack[shared][0] == blocks[shared]:
            shared += 1
        before, left = folder, ""
        while len(stack) > shared:
            block, saved = stack.pop()
            before, left = saved, block.kind
            if block.forks or folder == saved:
                folder = saved
            else:
                folder = None if block.branches else folder
        for position in range(shared, len(blocks)):
            block = blocks[position]
            if position == shared and left in _ALTERNATIVES.get(block.kind, ()):
                stack.append((block, folder if folder == before else None))
                folder = before
            else:
                stack.append((block, folder))
        return folder
