"""Cargo.lock: which crate was resolved to which version, and what each of them needs.

``tomllib`` takes a fifth of a second for a lock file of a thousand crates; cargo writes the file
by itself and always in the same form, so one pattern does.
"""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["LockGraph", "read_cargo_lock"]

_BLOCK = regex(
    r'\[\[package\]\]\nname = "([^"\n]+)"\nversion = "([^"\n]+)"((?:\n(?!\[)[^\n]*)*)',
)
_NEEDS = regex(r"\ndependencies = \[([^\]]*)\]")
_NEED = regex(r'"([^"\n ]+)(?: ([^"\n ]+))?[^"\n]*"')


class LockGraph(Struct, frozen=True, eq=False):
    """Crates are named ``name version``."""

    needs: dict[str, tuple[str, ...]]
    versions: dict[str, tuple[str, ...]]
    """Name → the crates of that name."""
    foreign: frozenset[str] = frozenset()
    """Those from a registry or another repository, whatever packages here have their name."""

    def nodes(self, name: str) -> tuple[str, ...]:
        return self.versions.get(name, ())

    def below(self, start: str, barred: frozenset[str] = frozenset()) -> set[str]:
        """Every crate that one needs, itself included, without going through those barred."""
        seen: set[str] = set()
        todo = [start]
        while todo:
            one = todo.pop()
            if one not in seen and one not in barred:
                seen.add(one)
                todo.extend(self.needs.get(one, ()))
        return seen


def read_cargo_lock(text: str, path: str) -> LockGraph:
    """Never raises on bad input; what has another form is left out."""
    raw: dict[str, list[tuple[str, str]]] = {}
    versions: dict[str, list[str]] = {}
    foreign = set()
    for match in _BLOCK.finditer(text):
        node = f"{match[1]} {match[2]}"
        versions.setdefault(match[1], []).append(node)
        listed = _NEEDS.search(match[3])
        if "\nsource = " in match[3]:
            foreign.add(node)
        raw[node] = [] if listed is None else _NEED.findall(listed[1])
    needs = {}
    for node, named in raw.items():
        found = [
            other
            for name, version in named
            for other in ([f"{name} {version}"] if version else versions.get(name, ())[:1])
        ]
        needs[node] = tuple(found)
    by_name = {name: tuple(nodes) for name, nodes in versions.items()}
    return LockGraph(needs, by_name, frozenset(foreign))
