"""What the configuration of a bundler says about names of modules: its aliases, its root.

The files are programs. Only what they write down literally is read: an alias whose folder is
computed in a way that is not one of the usual spellings is known by name alone.
"""

from __future__ import annotations

import posixpath
import re
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["Alias", "BundlerConfig", "read_bundler_config", "without_comments"]

_COMMENTS = regex(
    r"(?P<text>\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?|`(?:[^`\\]|\\.)*+`?)"
    r"|/\*.*?(?:\*/|\Z)|(?<![:\w\\/])//[^\n]*",
    re.DOTALL,
)
_ALIAS = regex(r"\b(?:alias|aliases|moduleNameMapper|fallback)['\"]?\s*[:=]\s*[{\[]")
_ENTRY = regex(
    r"\s*(?:(['\"])(?P<quoted>[^'\"\n]{1,80})\1|(?P<bare>[\w$]+))\s*:(?P<value>.{1,600})", re.DOTALL
)
_FIND = regex(
    r"\bfind\s*:\s*(?:(['\"])(?P<text>[^'\"\n]{1,80})\1|/\^?(?P<pattern>[^\n]{1,60}?)/\w*)"
    r"\s*,\s*replacement\s*:(?P<value>[^\n}]*(?:\n[^\n}]*){0,3})"
)
_TEXT = regex(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`\n]*)`")
_KNOWN = regex(
    r"\b(?:path|resolve|join|url|URL|new|fileURLToPath|__dirname|dirname|import\.meta\.(?:url|dirname)"
    r"|process\.cwd|node|r|resolvePath|pathResolve|pathname|require|normalizePath|const|as|root"
    r"|rootDir)\b"
)
_ROOT = regex(r"^[ \t]*root\s*:\s*([^,\n]{1,120})", re.MULTILINE)
_MAX_BLOCK = 6_000
_MAX_LISTS = 20


class Alias(Struct, frozen=True):
    name: str
    """``@``, ``@/``, ``~components``."""
    folder: str | None
    """What it stands for, relative to the folder of the configuration; ``None`` when computed."""


class BundlerConfig(Struct, frozen=True):
    aliases: tuple[Alias, ...]
    root: str | None
    """``root:`` as written, relative; empty without one, ``None`` when it is computed."""
    tsconfig_paths: bool
    """A plugin takes the aliases of tsconfig.json."""


def without_comments(text: str) -> str:
    """A script without its comments; its strings are left alone."""
    return _COMMENTS.sub(lambda match: match["text"] or " ", text)


def read_bundler_config(text: str, path: str) -> BundlerConfig:
    """Read ``vite.config.ts`` and the like. Never raises; what is not literal is unknown."""
    plain = without_comments(text)
    aliases: dict[str, str | None] = {}
    for match in islice(_ALIAS.finditer(plain), _MAX_LISTS):
        block = _block(plain, match.end() - 1)
        found = list(_FIND.finditer(block))
        for entry in found:
            name = entry["text"] or (entry["pattern"] or "").replace("\\", "").rstrip("$")
            aliases.setdefault(name, _folder(entry["value"]))
        parts = _parts(block[1:]) if not found else ()
        for entry in filter(None, map(_ENTRY.match, parts)):
            name = entry["quoted"] or entry["bare"]
            aliases.setdefault(name, _folder(entry["value"]))
    written = _ROOT.search(plain)
    root = _folder(written[1]) if written is not None else ""
    return BundlerConfig(
        tuple(Alias(name, folder) for name, folder in aliases.items() if name),
        root,
        "tsconfig" in plain.lower() and "paths" in plain.lower(),
    )


def _block(text: str, start: int) -> str:
    depth = 0
    for at in range(start, min(len(text), start + _MAX_BLOCK)):
        if text[at] in "{[(":
            depth += 1
        elif text[at] in "}])":
            depth -= 1
            if depth == 0:
                return text[start:at]
    return text[start : start + _MAX_BLOCK]


def _parts(block: str) -> list[str]:
    """What the commas of a block part, those inside of brackets and strings left alone."""
    found, depth, start, quote = [], 0, 0, ""
    for at, one in enumerate(block):
        if quote:
            quote = "" if one == quote and block[at - 1] != "\\" else quote
        elif one in "'\"`":
            quote = one
        elif one in "{[(":
            depth += 1
        elif one in "}])":
            depth -= 1
        elif one == "," and not depth:
            found.append(block[start:at])
            start = at + 1
    return [*found, block[start:]]


def _folder(value: str) -> str | None:
    """The folder that an expression means: ``path.resolve(__dirname, './src')`` → ``src``."""
    texts = [next(filter(None, match.groups()), "") for match in _TEXT.finditer(value)]
    texts = [one for one in texts if not one.startswith(("file:", "node:")) or "/" in one]
    rest = _KNOWN.sub("", _TEXT.sub("", value))
    if re.search(r"[A-Za-z_]", rest):
        return None
    parts = [
        one.replace("${__dirname}", ".").replace("<rootDir>", ".").removesuffix("/$1")
        for one in texts
    ]
    if any("$" in part for part in parts) or (not parts and "__dirname" not in value):
        return None
    joined = posixpath.normpath(posixpath.join(".", *(part.lstrip("/") or "." for part in parts)))
    return "" if joined == "." else joined
