"""Whether `?` hands on the error of a thread: what tokio's `JoinError` converts into."""

from __future__ import annotations

from pytest_reconaudit.facts.code.expressions import split_arguments
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import outline
from pytest_reconaudit.target import Target, once

__all__ = ["converts"]

_ANY = frozenset({"anyhow", "eyre", "color_eyre"})
"""Crates whose error takes every other."""
_RESULT = regex(r"(?:->\s*)?((?:\w+::)*\w+)\s*(?:<(.*)>)?\s*$")
_BOXED = regex(r"Box\s*<\s*dyn\s+(?:\w+::)*Error\b")
_IMPL = regex(
    r"\bimpl\s*(?:<\s*(\w+)[^{};]{0,120}?>)?\s*(?:\w+::)*From<\s*([\w:]+)\s*>\s*for\s+(?:\w+::)*(\w+)"
)
_FROM = regex(r"#\[from\]\s*(?:\w+\s*:\s*)?(?:\w+::)*(JoinError|BlockingError)\b")
_HOLDER = regex(r"\b(?:enum|struct)\s+(\w+)")
_STEPS = 3


def converts(target: Target, path: str, returns: str, error: str = "JoinError") -> bool:
    """Whether it is known that an error of a thread becomes the one that a function returns.

    :param returns: its type, as written.
    :param error: ``JoinError`` of tokio, ``BlockingError`` of actix.
    """
    for _ in range(_STEPS):
        found = _RESULT.match(returns.strip())
        if found is None:
            return False
        words = found[1].split("::")
        given = split_arguments(found[2] or "")
        home = _home(target, path, words)
        if len(given) < 2 or words[-1] != "Result":
            if home in _ANY or (home == "actix_web" and error == "BlockingError"):
                return words[-1] == "Result"
            alias = _alias(target, words[-1]) if words[-1] != "Result" or not home else None
            if alias is None:
                return False
            path, returns = alias
            continue
        return _takes(target, path, given[1], error)
    return False


def _takes(target: Target, path: str, kind: str, error: str) -> bool:
    if _BOXED.match(kind) is not None:
        return True
    words = kind.partition("<")[0].strip().split("::")
    home = _home(target, path, words)
    if home in _ANY:
        return words[-1] in ("Error", "Report")
    if error == "JoinError" and words[-1] == error:
        return True
    if error == "JoinError" and words[-1] == "Error" and "io" in (*words, home.rpartition("::")[2]):
        return True
    if home == "actix_web" and words[-1] == "Error":
        return error == "BlockingError"
    return (words[-1], error) in _own(target)


def _home(target: Target, path: str, words: list[str]) -> str:
    """The crate, or the module, that a name of a file comes from; empty when that is the file."""
    file = scanned(target, outline).get(path)
    known = file.imported(words[0]) if file is not None else ()
    if len(words) > 1 and not known:
        return words[0] if words[0] in (*_ANY, "actix_web") else "::".join(words[:-1])
    if not known:
        return ""
    return known[0] if known[0] in (*_ANY, "actix_web") else "::".join(known[:-1])


def _alias(target: Target, name: str) -> tuple[str, str] | None:
    """Where a type of the repository stands that is short for another, and for which."""
    return _aliases(target).get(name)


@once
def _aliases(target: Target) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for path, file in scanned(target, outline).items():
        if not path.endswith(".rs"):
            continue
        for one in file.types:
            if one.kind == "alias" and one.bases and "Result" in one.bases[0]:
                found.setdefault(one.name, (path, one.bases[0]))
    return found


_WORDS = ("JoinError", "BlockingError", "Into<", "From<E>", "From<T>")


@once
def _own(target: Target) -> frozenset[tuple[str, str]]:
    """(type of the repository, error of a thread that converts into it)."""
    found: set[tuple[str, str]] = set()
    for path in scanned(target, outline):
        if not path.endswith(".rs"):
            continue
        text = target.text(path)
        if not any(word in text for word in _WORDS):
            continue
        for one in _IMPL.finditer(text):
            name = one[2].rpartition("::")[2]
            if one[1] and name == one[1]:
                found.update((one[3], error) for error in ("JoinError", "BlockingError"))
            elif name in ("JoinError", "BlockingError"):
                found.add((one[3], name))
        holders = [(one.start(), one[1]) for one in _HOLDER.finditer(text)]
        for one in _FROM.finditer(text):
            above = [name for at, name in holders if at < one.start()]
            if above:
                found.add((above[-1], one[1]))
    return frozenset(found)
