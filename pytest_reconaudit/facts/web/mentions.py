"""Where the files of a package name another one, outside of the lists of dependencies."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable
from itertools import islice

from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.jsonc import read_jsonc
from pytest_reconaudit.target import Target

__all__ = [
    "CODE",
    "CONFIGURATION",
    "LONGEST_LINE",
    "Texts",
    "mentioned",
    "options_of",
    "runs_part_of",
    "scripts_text",
]


CONFIGURATION = regex(
    r"(?:^|/)(?:[\w.-]+[.-]config|webpack[\w.-]*|rollup[\w.-]*|vite[\w.-]*|jest[\w.-]*)\.[cm]?[jt]s$"
)
_SEPARATORS = ("[\\\\/]", "[/\\\\]", "[\\/\\\\]", "[\\\\\\/]", "\\/")
"""How a regular expression takes both separators of paths, or escapes one."""
LONGEST_LINE = 2_000
_SKIPPED = regex(
    r"(?:^|/)(?:CHANGELOG|HISTORY|LICENSE|NOTICE|CONTRIBUTING)[^/]*$|\.(?:md|rst|svg|map|snap|po|pot"
    r"|csv|lock|png|jpe?g|gif|webp|ico|woff2?|ttf|eot|otf|pdf|zip|gz|mp[34]|wasm|sql|patch|diff|txt)$"
    r"|(?:^|/)(?:package-lock|npm-shrinkwrap|renovate|\.renovaterc|dependabot)[^/]*$|pnpm-lock\.yaml$"
    r"|(?:^|/)(?:yarn\.lock|bun\.lockb?|package(?:\.\w+)?\.json|skott\.json|licenses?\.json)$|\.min\.\w+$"
    r"|(?:^|/)\.(?:git|yarn|pnp)/|node_modules/",
    re.IGNORECASE,
)
CODE = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts")
_QUOTES = (*CODE, ".mdx")
"""Files in which a name counts as used only in a string."""
_DEPENDENCY_KEYS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies",
                    "bundledDependencies", "bundleDependencies", "resolutions", "overrides",
                    "peerDependenciesMeta", "pnpm", "dependenciesMeta", "catalog", "catalogs",
                    "workspaces")  # fmt: skip
"""Where versions are told of what others list: ``workspaces`` holds the catalogs of Bun."""


def runs_part_of(scripts: str, name: str, names: frozenset[str]) -> bool:
    """Whether a script runs a program named like parts of a package: ``lit-localize`` of
    ``@lit/localize-tools``, ``openapi`` of ``openapi-typescript-codegen``."""
    words = re.split(r"[/-]", name.removeprefix("@"))
    if len(words) < _PARTS:
        return False
    parts = [one.split("-") for one in _PROGRAM.findall(scripts)]
    return any(len(one) > 1 and set(words).issuperset(one) for one in parts) or any(
        one == words[0] and one not in names and one not in _OF_THE_SYSTEM
        for one in _COMMAND.findall(scripts)
    )


def options_of(name: str) -> tuple[str, ...]:
    """What a configuration writes when it has a package loaded by a short name."""
    return tuple(
        name.removeprefix(prefix)
        for prefix in _SHORTENED
        if name.startswith(prefix) and len(name) > len(prefix)
    )


_SHORTENED = (
    "conventional-changelog-",
    "semantic-release-",
    "cz-",
    "remark-",
    "rehype-",
    "posthtml-",
)
"""Prefixes that a tool puts before the name that it is given."""
_PROGRAM = regex(r"(?<![\w@/.-])[a-z][\w]*(?:-\w+)+(?![\w/.-])")
_COMMAND = regex(r"(?:\"\s*:\s*\"|&&\s*|;\s*|\|\s*)([a-z]\w+)(?=\s)")
"""What a script of package.json starts with."""
_PARTS = 2
_OF_THE_SYSTEM = frozenset(
    {"node", "npm", "npx", "yarn", "pnpm", "bun", "bash", "sh", "git", "docker", "python", "make",
     "cd", "cp", "mv", "rm", "mkdir", "echo", "cat", "test", "export", "set", "exit", "sleep",
     "curl"}
)  # fmt: skip


def scripts_text(target: Target, package: NpmPackage) -> str:
    """Everything in package.json but the lists of dependencies; of a workspace's root that of its
    members too, and of a member that of its root."""
    found = []
    for one in npm_packages(target):
        if (
            one is package
            or one.workspace_root == package.folder
            or one.folder == package.workspace_root
        ):
            root = target.parse(read_jsonc, one.path).root
            if isinstance(root, dict):
                rest = {key: value for key, value in root.items() if key not in _DEPENDENCY_KEYS}
                found.append(json.dumps(rest, ensure_ascii=False))
    return "\n".join(found)


def mentioned(text: str, name: str) -> bool:
    if name not in text:
        return False
    return re.search(rf"(?<![\w@-]){re.escape(name)}(?![\w-])", text) is not None


class Texts:
    """The texts below a folder, in which names are looked for."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._known: dict[str, tuple[list[str], list[str]]] = {}
        self._outer: list[str] | None = None
        self._patterns: dict[str, list[str]] = {}

    def names(self, folder: str, name: str, bins: Iterable[str]) -> bool:
        """Whether any text below a folder names a package or runs one of its programs, or one that
        builds the repository does."""
        code, other = self._of(folder)
        return any(
            name in text and (_quoted(text, name) or _generated(text, name)) for text in code
        ) or any(
            mentioned(text, name)
            or any(_run(text, bin) or ("-" in bin and mentioned(text, bin)) for bin in bins)
            for text in (other if not folder else [*other, *self._outside()])
        )

    def quotes(self, folder: str, name: str) -> bool:
        """Whether code below a folder has a name in a string: ``target: 'name'``."""
        return any(name in text and _quoted(text, name) for text in self._of(folder)[0])

    def explains(self, folder: str, name: str) -> bool:
        """Whether a remark in the code says what a package is there for, though nothing loads it
        by name."""
        return any(name in text and _remarked(text, name) for text in self._of(folder)[0])

    def matches(self, folder: str, name: str) -> bool:
        """Whether a regular expression of a configuration names a package by its parts, as in
        ``/@acme[/](core|ui)/``."""
        scope, _, last = name.rpartition("/")
        return any(
            scope in line and mentioned(line, last)
            for line in self._patterns_of(folder)
            if last in line
        )

    def _patterns_of(self, folder: str) -> list[str]:
        known = self._patterns.get(folder)
        if known is None:
            known = self._patterns[folder] = [
                line
                for path in self._target.below(folder)
                if CONFIGURATION.search(path) and not _SKIPPED.search(path)
                for line in self._target.text(path).split("\n")
                if any(one in line for one in _SEPARATORS)
                and len(line) < LONGEST_LINE
                and not line.lstrip().startswith(("//", "*", "/*"))
            ]
        return known

    def _of(self, folder: str) -> tuple[list[str], list[str]]:
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = ([], [])
            for path in self._target.below(folder):
                if not _SKIPPED.search(path):
                    known[0 if path.endswith(_QUOTES) else 1].append(self._target.text(path))
        return known

    def _outside(self) -> list[str]:
        """Dockerfiles, workflows and scripts of the repository, wherever they lie."""
        if self._outer is None:
            self._outer = [
                self._target.text(path)
                for path in self._target.files
                if path.startswith(".github/")
                or posixpath.basename(path)
                .lower()
                .startswith(("dockerfile", "makefile", "justfile"))
                or path.endswith((".sh", ".dockerfile", "netlify.toml", "vercel.json"))
            ]
        return self._outer


def _quoted(text: str, name: str) -> bool:
    """Whether a script has a name in a string, outside of remarks."""
    before = r"['\"`!]|node_modules/|//(?:unpkg\.com|esm\.sh|[\w.]*jsdelivr\.net/npm)/"
    found = re.finditer(rf"(?:{before}){re.escape(name)}(?=['\"`/!?@]|:(?!//))", text)
    for match in islice(found, 100):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].lstrip()
        if not line.startswith(("//", "*", "/*")):
            return True
        # A type in a remark (``@type {import('name')}``) is an import to whoever checks types.
        if line.endswith("import(") and "{" in line and not line.startswith("//"):
            return True
    return False


def _remarked(text: str, name: str) -> bool:
    found = re.finditer(rf"(?<![\w@/.-]){re.escape(name)}(?![\w/.-])", text)
    for match in islice(found, 20):
        start = text.rfind("\n", 0, match.start()) + 1
        if not text[start : match.start()].lstrip().startswith(("//", "*", "/*")):
            continue
        end = text.find("\n", match.end())
        line = text[start : end if end >= 0 else len(text)]
        if _TELLS_WHY.search(line) and not _COMMENTED_OUT.search(line):
            return True
    return False


_TELLS_WHY = regex(r"\b(?:dependenc|peer|install|require[sd]|needed|needs|bundle|package\.json)")
_COMMENTED_OUT = regex(r"\bfrom\s+['\"]|\b(?:import|require)\s*\(|^\s*(?://|\*)\s*import\s")


def _generated(text: str, name: str) -> bool:
    """Whether the head of a file says that a package wrote it: then somebody runs it by hand."""
    head = text[:_HEAD]
    return name in head and (
        re.search(
            rf"generated (?:by|with|using|from) [`'\"]?{re.escape(name)}(?![\w-])", head, re.I
        )
        is not None
    )


_HEAD = 600


def _run(text: str, program: str) -> bool:
    """Whether a text runs a program through npx and its like."""
    if program not in text:
        return False
    runner = r"(?:npx|bunx|pnpm|yarn|npm exec|dlx|\.bin/)[^\n]{0,60}?"
    pattern = rf"{runner}(?<![\w@-]){re.escape(program)}(?![\w-])"
    return re.search(pattern, text) is not None
