"""The pages that people come to first, and routes that only development has.

Somebody who opens an application sees what its root shows or sends him to, and after a sign-in what
the login page goes on with. Those pages are needed at once: loading them on demand costs a round
trip more.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.facts.web.page_modules import SCRIPTS, is_aside, package_around
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["after_login", "is_of_development", "sent_to"]

_SENDS = regex(
    r"<(?:Navigate|Redirect)\b[^<>]{0,200}?\bto=\{?\s*['\"`]([^'\"`\n]{1,100})['\"`]"
    r"|\bredirect(?:To)?\s*:\s*(?:\{\s*path\s*:\s*)?['\"`]([^'\"`\n]{1,100})['\"`]"
    r"|\b(?:navigate|(?:router|history|nav)\s*\.\s*(?:push|replace|navigate)|redirect|next|goto"
    r"|navigateTo|setLocation)\s*\(\s*(?:\{\s*(?:path|to|pathname)\s*:\s*)?"
    r"['\"`](/[^'\"`\n]{0,100})['\"`]"
    r"|\blocation(?:\.href)?\s*(?:=(?!=)|\.\s*(?:assign|replace)\s*\()\s*['\"`](/[^'\"`\n]{0,100})['\"`]"
)
"""Where code sends people: by an element, by a route or by a call."""
_REDIRECTS = regex(
    r"<(?:Navigate|Redirect)\b[^<>]{0,200}?\bto=\{?\s*['\"]([^'\"\n]{1,100})['\"]"
    r"|\bredirect(?:To)?\s*:\s*['\"]([^'\"\n]{1,100})['\"]"
    r"|\b(?:return|throw)\s+redirect\(\s*(?:\{\s*to\s*:\s*)?['\"]([^'\"\n]{1,100})['\"]"
    r"|\b(?:useEffect|useLayoutEffect|onMounted|onMount)\(\s*(?:async\s*)?\(\)\s*=>[^{}]{0,40}\{?"
    r"[^{};]{0,200}\b(?:navigate|(?:router|history)\s*\.\s*(?:push|replace)|goto)\(\s*"
    r"['\"]([^'\"\n]{1,100})['\"]"
)
"""Where code sends whoever comes to it, asked or not."""
_SIGNS_IN = regex(
    r"(?:^|[^a-z])(?:log-?in|sign-?(?:in|on))(?![a-z])|(?:Log-?[Ii]n|Sign-?(?:In|On)|[Aa]uth)(?![a-z])"
)
"""Names of modules that let people in: ``LoginForm``, ``use-sign-in``, ``useAuth``."""
_DEVELOPS = (
    r"(?<!!)\bimport\.meta\.env\.DEV\b|!\s?import\.meta\.env\.PROD\b|(?<![\w!])__DEV__\b"
    r"|\b(?:process\.env\.NODE_ENV|import\.meta\.env\.(?:MODE|NODE_ENV))\s*"
    r"(?:!==?\s*['\"]production['\"]|===?\s*['\"]development['\"])"
)
_ASKS = regex(rf"(?:{_DEVELOPS})[^;\n]{{0,80}}(?:&&|\?)|\bif\s*\([^;\n]{{0,80}}(?:{_DEVELOPS})")
_NAMED = regex(rf"\bconst\s+(\w+)(?:\s*:\s*boolean)?\s*=\s*(?:Boolean\()?(?:{_DEVELOPS})")
_CALLED_SO = regex(
    r"(?i)\b_{0,2}is_?dev(?:el(?:opment)?)?(?:_?(?:mode|env))?_{0,2}\b|\bdev_?mode\b"
)
"""Names that say themselves that it is development, wherever they come from."""
_HIGHEST = 60
"""Lines above a route among which what is around it is looked for."""


def sent_to(text: str) -> set[str]:
    """Where a router, or what it shows, sends whoever comes to it, without slashes around."""
    return {
        next(filter(None, match.groups()), "").strip("/*") for match in _REDIRECTS.finditer(text)
    }


def _led_to(text: str) -> Iterator[str]:
    """Where a module sends people in whatever way, without slashes around."""
    for match in _SENDS.finditer(text):
        place = next(filter(None, match.groups()), "")
        yield place.partition("?")[0].partition("#")[0].strip("/*")


def after_login(target: Target, path: str) -> frozenset[str]:
    """The paths to which the modules of an application that let people in send them."""
    package = package_around(target, path)
    folder = package.folder if package is not None else ""
    return _after_login(target).get(folder, frozenset())


@once
def _after_login(target: Target) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for path in links(target):
        stem = posixpath.basename(path).partition(".")[0]
        if not path.endswith(SCRIPTS) or _SIGNS_IN.search(stem) is None or is_aside(target, path):
            continue
        package = package_around(target, path)
        folder = package.folder if package is not None else ""
        found.setdefault(folder, set()).update(_led_to(target.text(path)))
    return {folder: frozenset(paths - {""}) for folder, paths in found.items()}


def is_of_development(target: Target, path: str, line: int) -> bool:
    """Whether a route is there in development alone: what stands around it, by its indentation,
    asks for that."""
    text = target.text(path)
    if not any(word in text for word in ("DEV", "NODE_ENV", "MODE", "PROD", "Dev", "dev")):
        return False
    names = {match[1] for match in _NAMED.finditer(text)}
    names.update(match[0] for match in _CALLED_SO.finditer(text))
    lines = target.lines(path)
    depth: int | None = None
    for number in range(line, max(0, line - _HIGHEST), -1):
        one = lines[number - 1]
        if not one.strip():
            continue
        indent = len(one) - len(one.lstrip())
        if depth is not None and indent >= depth:
            continue
        depth = indent
        if _ASKS.search(one) is not None or any(_asks_by(name, one) for name in sorted(names)):
            return True
    return False


def _asks_by(name: str, line: str) -> bool:
    """Whether a line asks for a name that says whether it is development: ``dev && (``."""
    before, found, after = line.partition(name)
    if not found or before[-1:].isalnum() or before[-1:] in ("_", ".", "!") or after[:1].isalnum():
        return False
    return after.lstrip().startswith(("&&", "?")) or before.rstrip().endswith("if (")
