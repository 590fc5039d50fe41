"""Views of Django that no live table of URLs names: their routes are commented out, the module of
URLs that has them is included nowhere, no router registers them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["is_unrouted"]

_ROOT = regex(
    r"\b\w{0,40}(?:URLCONF|urlconf)\w{0,40}\s{0,40}(?::[^=\n]{0,60})?="
    r"\s*[\"']([A-Za-z_][\w.]*)[\"']"
)
_TABLE = regex(r"(?m)^[ \t]*urlpatterns\b")
_REGISTERS = regex(r"(?m)^[ \t]*urlpatterns\b|\.register\(|\bre_path\(|\bpath\(|\burl\(")
_NOT_CODE = regex(
    r"(\"\"\"[\s\S]*?(?:\"\"\"|\Z)|'''[\s\S]*?(?:'''|\Z))"
    r"|(\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?)|#[^\n]*"
)
"""Of what is not closed nothing is looked at twice."""
_DOTTED = regex(r"[\"']((?:[A-Za-z_]\w*\.)+[A-Za-z_]\w*)[\"']")
_WORD = regex(r"[A-Za-z_]\w*")
_DYNAMIC = regex(
    r"\binclude\(\s*(?:f[\"']|[^()\n,\"']{1,80}(?:\+|%)|[\"'][^\"'\n]{0,80}[\"']\s*(?:\+|%|\.format))"
    r"|\bimport_module\(|\bimport_string\(|\bautodiscover|\bgetmembers\(|\bgetattr\(|\bglobals\("
    r"|\bvars\(|\blistdir\(|\bglob\("
)
"""How a table of URLs takes in what it does not name."""
_BY_SETTINGS = ("HOSTCONF", "import_module(f", "autodiscover_modules(")
_FOUND_OTHERWISE = regex(
    r"register|rout|receiver|hook|expos|subscri|handler|endpoint|add_|\.(?:get|post|put|patch|delete)\("
)
"""A decorator by which something else than a table of URLs may find a view."""
_MOST_STARS = 6


def is_unrouted(
    target: Target, path: str, name: str, decorators: Iterable[str] = (), *, line: int = 0
) -> bool:
    """Whether no request gets to a view of Django, a function or a class, as nothing that the
    project's live tables of URLs take in names it, and no other code does.

    :param line: of a class, above which its decorators stand.
    """
    if not name or is_test_path(path) or not _live(target):
        return False
    if _words(target, path).get(name, 0) > 1 or name in _named_by_path(target):
        return False
    if any(name in _words(target, one) for one in _importers(target).get(path, ())):
        return False
    # ``views.admin.email_preview`` of a package whose module the table does not import.
    if (posixpath.basename(path).removesuffix(".py"), name) in _chains(target):
        return False
    above = list(decorators)
    if line:
        for text in reversed(target.lines(path)[max(line - 1 - _MOST_ABOVE, 0) : line - 1]):
            if text[:1] not in ("@", " ", ")", "]"):
                break
            above.append(text)
    return not any(map(_FOUND_OTHERWISE.search, above))


@once
def _chains(target: Target) -> frozenset[tuple[str, str]]:
    """Each two names that follow each other in what live tables of URLs name by a longer path."""
    return frozenset(
        pair
        for path in _live(target)
        for chain in _LONG_CHAIN.findall(_bare(target.text(path)))
        for pair in pairwise(chain.split(".")[1:])
    )


_LONG_CHAIN = regex(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){2,}")
_MOST_ABOVE = 12
_ATTRIBUTES = regex(r"(?m)^[ \t]*import[ \t]+((?:\w+\.)+\w+)")


@once
def _live(target: Target) -> frozenset[str]:
    """The modules that tables of URLs are taken from, the settings' own first of all; empty where
    not all of them can be told."""
    roots: list[str] = []
    texts = {
        path: target.text(path)
        for path in target.files
        if path.endswith(".py") and not is_test_path(path)
    }
    if not any("urlpatterns" in text for text in texts.values()):
        return frozenset()
    modules = _modules(target)
    for text in texts.values():
        if any(mark in text for mark in _BY_SETTINGS) and "url" in text.lower():
            return frozenset()
        if "URLCONF" in text or "urlconf" in text:
            for dotted in _ROOT.findall(_bare(text)):
                found = modules.get(dotted, ())
                if not found:
                    return frozenset()
                roots += found
    live: set[str] = set()
    while roots:
        path = roots.pop()
        if path in live:
            continue
        live.add(path)
        text = _bare(texts.get(path, ""))
        if _DYNAMIC.search(text):
            return frozenset()
        named = [one for dotted in _DOTTED.findall(text) for one in modules.get(dotted, ())]
        for one in (*named, *_imported(target, path)):
            if one not in live and _REGISTERS.search(texts.get(one, "")):
                roots.append(one)
    return frozenset(live)


def _bare(text: str) -> str:
    """A module's text without comments and longer texts."""
    return _NOT_CODE.sub(lambda one: one[2] or "", text)


@once
def _modules(target: Target) -> Mapping[str, tuple[str, ...]]:
    """Dotted name → the modules that it may mean, from whatever folder they are imported."""
    found: dict[str, list[str]] = {}
    for path in target.files:
        if not path.endswith(".py") or is_test_path(path):
            continue
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        for at in range(max(len(parts) - _MOST_PARTS, 0), len(parts)):
            found.setdefault(".".join(parts[at:]), []).append(path)
    return {name: tuple(paths) for name, paths in found.items()}


_MOST_PARTS = 8


@once
def _imports(target: Target) -> Mapping[str, tuple[tuple[str, bool], ...]]:
    """Module → (module of the repository that it imports, whether all of its names)."""
    modules = _modules(target)
    found: dict[str, tuple[tuple[str, bool], ...]] = {}
    for path, one in scanned(target, outline).items():
        if path.endswith(".py") and not is_test_path(path):
            own: dict[tuple[str, bool], None] = {}
            for _, used in one.imports:
                own.update(dict.fromkeys(_meant(target, modules, path, used)))
            found[path] = tuple(own)
    return found


def _meant(
    target: Target, modules: Mapping[str, tuple[str, ...]], path: str, used: tuple[str, ...]
) -> Iterator[tuple[str, bool]]:
    words = list(used)
    every = words[-1:] == ["*"]
    words = words[:-1] if every else words
    dots = 0
    while words[:1] == ["."]:
        words.pop(0)
        dots += 1
    if not dots:
        if len(words) == 1 and f"import {words[0]}." in target.text(path):
            # ``import shop.views``: what stands behind the package is not told by its import.
            for dotted in _ATTRIBUTES.findall(target.text(path)):
                if dotted.startswith(f"{words[0]}."):
                    for one in modules.get(dotted, ()):
                        yield one, every
        for end in (len(words), len(words) - 1):
            for one in modules.get(".".join(words[:end]), ()) if end else ():
                yield one, every
        return
    folder = path
    for _ in range(dots):
        folder = posixpath.dirname(folder)
    for end in (len(words), len(words) - 1):
        if end < 0:
            continue
        base = "/".join(one for one in (folder, *words[:end]) if one)
        for one in (f"{base}.py", f"{base}/__init__.py"):
            if target.has(one) and one != path:
                yield one, every


def _imported(target: Target, path: str) -> Iterator[str]:
    for one, _ in _imports(target).get(path, ()):
        yield one


@once
def _importers(target: Target) -> Mapping[str, frozenset[str]]:
    """Module → the modules that can name what it defines, straight or by one that hands all of its
    names on; tables of URLs that nothing takes in are left out."""
    live = _live(target)
    direct: dict[str, set[str]] = {}
    whole: dict[str, set[str]] = {}
    for path, imports in _imports(target).items():
        for one, every in imports:
            direct.setdefault(one, set()).add(path)
            if every:
                whole.setdefault(one, set()).add(path)
    found: dict[str, frozenset[str]] = {}
    for path, by in direct.items():
        known, queue = set(by), list(whole.get(path, ()))
        for _ in range(_MOST_STARS):
            queue = [one for hub in queue for one in direct.get(hub, ()) if one not in known]
            known.update(queue)
        found[path] = frozenset(
            one for one in known if one in live or not _TABLE.search(target.text(one))
        )
    return found


@once
def _known_words(target: Target) -> dict[str, Mapping[str, int]]:
    """Filled as modules are asked for."""
    return {}


def _words(target: Target, path: str) -> Mapping[str, int]:
    """How often each name stands in a module's code, comments and texts left out."""
    known = _known_words(target)
    if path not in known:
        counts: dict[str, int] = {}
        for word in _WORD.findall(_NOT_CODE.sub("", target.text(path))):
            counts[word] = counts.get(word, 0) + 1
        known[path] = counts
    return known[path]


@once
def _named_by_path(target: Target) -> frozenset[str]:
    """The last words of all dotted names that stand in quotes: ``"shop.views.page_not_found"``."""
    return frozenset(
        dotted.rpartition(".")[2]
        for path in target.files
        if path.endswith(".py") and not is_test_path(path)
        for dotted in _DOTTED.findall(target.text(path))
    )
