"""By which static imports a module comes into what a page loads at once.

The imports of what is loaded at once make a graph with the page's entries as its starts. One module
is *behind* another where every way to it leads through that one (it is dominated by it); an import
is the *only way* to what lies behind it when cutting it takes that out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.facts.web.weights import distances
from pytest_reconaudit.target import Target, once

__all__ = ["WaysIn", "ways_in"]

_STATIC = ("import", "export", "require")
_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".mts", ".vue", ".svelte")


class WaysIn:
    """What some entries load at once, and through what each module of it is reached."""

    def __init__(self, target: Target, starts: tuple[str, ...]) -> None:
        self.depth = distances(target, starts)
        """Module → imports from the nearest entry."""
        names = ["", *_ordered(target, self.depth, starts)]  # 0 stands before all entries
        self._names = names
        self._at = {name: index for index, name in enumerate(names)}
        self._before: list[list[int]] = [[] for _ in names]
        for start in dict.fromkeys(starts):
            self._before[self._at[start]].append(0)
        for index, name in enumerate(names[1:], 1):
            for path in dict.fromkeys(_named(target, name, self.depth)):
                self._before[self._at[path]].append(index)
        self._above = self._dominators()
        self._first, self._last = self._intervals()
        sizes = [len(target.text(one)) if one.endswith(_SCRIPTS) else 0 for one in names[1:]]
        self._sizes = [0, *sizes]
        for index in range(len(names) - 1, 0, -1):
            self._sizes[self._above[index]] += self._sizes[index]

    def __contains__(self, module: str) -> bool:
        return module in self.depth

    def is_behind(self, module: str, other: str) -> bool:
        """Whether every way to a module leads through another one (or it is that one)."""
        one, first = self._at[module], self._at[other]
        return self._first[first] <= self._first[one] <= self._last[first]

    def share(self, module: str) -> float:
        """Which part of all that is loaded at once lies behind a module."""
        return self._sizes[self._at[module]] / max(self._sizes[0], 1)

    def only_ways(self, users: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The imports (importer, imported) without each of which none of some modules would be
        loaded, the nearest first."""
        indexes = [self._at[one] for one in users]
        at = indexes[0] if indexes else 0
        for other in indexes[1:]:
            at = self._common(at, other)
        while at:
            name = self._names[at]
            before = [
                one
                for one in self._before[at]
                if not one or not self.is_behind(self._names[one], name)
            ]
            if len(before) == 1 and before[0]:
                yield self._names[before[0]], name
            at = self._above[at]

    def _common(self, one: int, other: int) -> int:
        """The nearest module through which every way to both leads."""
        while one != other:
            if one > other:
                one = self._above[one]
            else:
                other = self._above[other]
        return one

    def _dominators(self) -> list[int]:
        """The next module through which every way to each one leads: the iterative algorithm of
        Cooper, Harvey and Kennedy, which is done in a few rounds."""
        above = [-1] * len(self._names)
        above[0] = 0
        self._above = above
        changed = True
        while changed:
            changed = False
            for index in range(1, len(above)):
                found = -1
                for before in self._before[index]:
                    if above[before] >= 0:
                        found = before if found < 0 else self._common(found, before)
                if above[index] != found:
                    above[index] = found
                    changed = True
        return above

    def _intervals(self) -> tuple[list[int], list[int]]:
        """First and last number of what lies behind each module."""
        count = len(self._names)
        behind: list[list[int]] = [[] for _ in range(count)]
        for index in range(1, count):
            behind[self._above[index]].append(index)
        first, last = [0] * count, [0] * count
        number = 0
        pending = [(0, False)]
        while pending:
            at, done = pending.pop()
            if done:
                last[at] = number - 1
                continue
            first[at] = number
            number += 1
            pending.append((at, True))
            pending += [(one, False) for one in behind[at]]
        return first, last


def _named(target: Target, path: str, known: dict[str, int]) -> Iterator[str]:
    for link in links(target).get(path, ()):
        one = link.specifier
        if one.kind in _STATIC and not one.type_only and link.meant.path in known:
            yield link.meant.path


def _ordered(target: Target, known: dict[str, int], starts: tuple[str, ...]) -> list[str]:
    """The modules so that, loops apart, each one stands behind all that name it."""
    seen: set[str] = set()
    done: list[str] = []
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        pending = [(start, _named(target, start, known))]
        while pending:
            at, rest = pending[-1]
            following = next((one for one in rest if one not in seen), None)
            if following is None:
                done.append(at)
                pending.pop()
            else:
                seen.add(following)
                pending.append((following, _named(target, following, known)))
    return done[::-1]


def ways_in(target: Target, starts: tuple[str, ...]) -> WaysIn:
    """What some entries load at once."""
    known = _walked(target)
    if starts not in known:
        known[starts] = WaysIn(target, starts)
    return known[starts]


@once
def _walked(target: Target) -> dict[tuple[str, ...], WaysIn]:
    """Filled as starts are asked for: the splits of an application have the same."""
    return {}
