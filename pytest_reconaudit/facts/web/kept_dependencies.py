"""Dependencies that stay on purpose: by what overrides, patches, the history of releases and the
configurations of tools that look for unused packages say of them.
"""

from __future__ import annotations

import posixpath
import re
from itertools import islice

from pytest_reconaudit.facts.packages import NpmPackage
from pytest_reconaudit.facts.web.mentions import LONGEST_LINE, mentioned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.jsonc import read_jsonc
from pytest_reconaudit.target import Target, once

__all__ = ["has_configuration", "held_packages", "in_history", "set_aside"]


def has_configuration(target: Target, folder: str, name: str) -> bool:
    """Whether a file that is called after a tool stands beside package.json or at the root:
    ``biome.json``, ``.depcheckrc``, ``knip.config.ts``."""
    if name in _PLATFORMS:
        return False
    bare = name.rpartition("/")[2]
    stems = (bare, f".{bare}", f"{bare}.config", f".{bare}rc", f"{bare}file")
    return any(
        target.has(posixpath.join(place, f"{stem}{end}"))
        for place in dict.fromkeys((folder, ""))
        for stem in stems
        for end in _CONFIG_ENDS
        if end or stem.endswith("rc")
    )


_PLATFORMS = frozenset({"vercel", "firebase", "netlify", "now", "heroku"})
"""Where a file of that name is for whoever hosts the application, with or without the package."""
_CONFIG_ENDS = (
    "",
    ".json",
    ".jsonc",
    ".json5",
    ".yaml",
    ".yml",
    ".toml",
    ".js",
    ".cjs",
    ".mjs",
    ".ts",
)


def set_aside(target: Target, folder: str, name: str) -> bool:
    """Whether the configuration of a tool that looks for unused packages names one: it stays on
    purpose."""
    return any(
        target.has(path) and mentioned(target.text(path), name)
        for place in dict.fromkeys((folder, ""))
        for one in _SEEKERS
        for path in (posixpath.join(place, one),)
    )


_SEEKERS = (
    *(f"{dot}knip.{end}" for dot in ("", ".") for end in ("json", "jsonc")),
    *(f"knip.{middle}{end}" for middle in ("", "config.") for end in ("ts", "js")),
    *(f".depcheckrc{end}" for end in ("", ".json", ".yml", ".yaml")),
    ".unimportedrc.json",
)  # fmt: skip


def held_packages(target: Target, package: NpmPackage) -> frozenset[str]:
    """The packages that overrides, resolutions or patches name, or of which is said whether their
    scripts may run, in a package or the root of its workspace: somebody wants them as they are."""
    keys: list[str] = []
    for folder in dict.fromkeys((package.folder, _top(package))):
        path = posixpath.join(folder, "package.json")
        root = target.parse(read_jsonc, path).root if target.has(path) else None
        if isinstance(root, dict):
            pnpm = root.get("pnpm")
            places = [
                root.get("overrides"),
                root.get("resolutions"),
                root.get("patchedDependencies"),
                root.get("dependenciesMeta"),
                root.get("trustedDependencies"),
                *(pnpm.get(key) for key in _HELD_KEYS if isinstance(pnpm, dict)),
            ]
            keys += [
                str(key) for place in places if isinstance(place, dict | list) for key in place
            ]
        path = posixpath.join(folder, "pnpm-workspace.yaml")
        if target.has(path):
            for block in _HELD_BLOCK.findall(target.text(path)):
                keys += [key or item for key, item in _HELD_LINE.findall(block)]
    names = [_HELD_NAME.search(key.rpartition(">")[2].strip()) for key in keys]
    return frozenset(match[1] for match in names if match is not None)


def _top(package: NpmPackage) -> str:
    return package.folder if package.workspace_root is None else package.workspace_root


_HELD_BLOCK = regex(
    r"^(?:overrides|patchedDependencies|allowBuilds|dependenciesMeta|(?:only|never|ignored)"
    r"BuiltDependencies):[ \t]*\n((?:(?:[ \t]+|-[ \t])[^\n]*(?:\n|\Z)|\n)+)",
    re.MULTILINE,
)
_HELD_LINE = regex(
    r"^(?:[ \t]+['\"]?(?=[^-\s])([^\s'\"#][^\s'\":]*)['\"]?:|[ \t]*-[ \t]+['\"]?([^\s'\"#:]+))",
    re.MULTILINE,
)
_HELD_KEYS = (
    "overrides",
    "patchedDependencies",
    "allowBuilds",
    "onlyBuiltDependencies",
    "neverBuiltDependencies",
    "ignoredBuiltDependencies",
)
_HELD_NAME = regex(r"((?:@[\w.-]+/)?[\w.-]+)(?:@[^/]*)?$")


@once
def _histories(target: Target) -> tuple[str, ...]:
    """What the repository tells of its releases."""
    return tuple(target.text(path) for path in target.everything if _HISTORY.search(path))


def in_history(target: Target, name: str) -> bool:
    """Whether the history of releases names a package, other than for a new version of it: it was
    put in for a reason, which may be what another package requires without listing it."""
    if _DISTINCT.search(name) is None:
        return False
    for text in _histories(target):
        if name not in text:
            continue
        found = re.finditer(rf"(?<![\w@/-]){re.escape(name)}(?![\w/-])", text)
        for match in islice(found, 100):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end())
            line = text[start : end if end >= 0 else len(text)]
            if len(line) > LONGEST_LINE or _NEW_VERSION.search(line) is None:
                return True
    return False


_HISTORY = regex(
    r"(?:^|/)(?:changelog|change[-_]?log|changes|history|releases?|release[-_]?notes|news)"
    r"(?:[_-][\w-]{0,40}(?:\.[\dx]{1,9}){0,4})?(?:\.(?:md|mdx|markdown|txt|rst|adoc))?$",
    re.IGNORECASE,
)
_DISTINCT = regex(r"[-@\d]")
_NEW_VERSION = regex(
    r"\bbump|\bdeps\b|\bdeps-dev\b|\bupgrade[sd]?\b|\bupdate[sd]? (?:dependenc|npm|package)"
    r"|\bfrom v?\d+\.[\w.-]{1,30} to v?\d",
    re.IGNORECASE,
)
