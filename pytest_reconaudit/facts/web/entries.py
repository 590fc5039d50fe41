"""How much a browser loads before anything shows: sizes of build entries and their limits."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_reconaudit.facts.web.build import BuildEntry, Chunk, WebBuild, web_builds
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.readers.size_budgets import BUDGET_FILES, Budget, read_budgets
from pytest_reconaudit.target import Target, once

__all__ = ["EntrySize", "Excess", "entry_sizes", "kilobytes"]

SCRIPTS = 170_000
"""Bytes of scripts after gzip: about 130 ms of loading and as much of parsing on a phone."""
STYLES = 60_000
CHUNK = 250_000


class Excess(Struct, frozen=True):
    """A limit that is exceeded."""

    clause: str
    """``a`` scripts, ``b`` styles, ``c`` a single chunk, ``d`` a limit of the repository."""
    place: Place
    what: str
    """``the scripts of index.html``."""
    size: int
    limit: int
    packed: str
    """``gzip``, ``brotli`` or ``none``."""
    table: str
    """The largest files with their sizes."""
    related: tuple[Note, ...] = ()
    late: bool = False
    """Nothing loads it at once."""


class EntrySize(Struct, frozen=True, eq=False):
    """One page, or all routes of a Next.js application."""

    id: str
    place: Place
    excesses: tuple[Excess, ...]
    unmeasured: str = ""
    """Why a limit of the repository could not be compared."""


def kilobytes(size: int) -> str:
    """``81.5 kB``, 1 kB being 1,000 bytes."""
    return f"{size / 1000:.1f} kB" if size < 99_950 else f"{size / 1000:,.0f} kB"


@once
def entry_sizes(target: Target) -> tuple[EntrySize, ...]:
    """Every entry of every build, by id."""
    found = []
    for build in web_builds(target):
        budgets = tuple(_budgets(target, build))
        if build.tool == "next":
            found.append(_sized(build, build.entries, f"{build.folder}:routes", budgets))
        else:
            found += [
                _sized(build, (entry,), f"{build.folder}:{entry.name}", budgets, late=not index)
                for index, entry in enumerate(build.entries)
            ]
    return tuple(sorted(found, key=lambda one: one.id))


def _sized(
    build: WebBuild,
    entries: tuple[BuildEntry, ...],
    name: str,
    budgets: tuple[Budget, ...],
    *,
    late: bool = True,
) -> EntrySize:
    """The sizes of one entry; of one only what is loaded on demand is told with it, too."""
    excesses: list[Excess] = []
    unmeasured = ""
    own = False
    files = {chunk.file for entry in entries for chunk in (*entry.scripts, *entry.styles)}
    for budget in budgets:
        covered, excess, why = _held(build, entries, files, budget)
        own = own or covered
        unmeasured = unmeasured or why
        if excess is not None:
            excesses.append(excess)
    if not own:
        excesses += _over(build, entries, "a", "scripts", SCRIPTS)
        excesses += _over(build, entries, "b", "styles", STYLES)
        excesses += _large(build, entries, told=bool(excesses), late=late)
    return EntrySize(name, build.place, tuple(excesses), unmeasured)


def _over(
    build: WebBuild, entries: tuple[BuildEntry, ...], clause: str, kind: str, limit: int
) -> Iterator[Excess]:
    """The entries that load too much of one kind at once, as one excess."""
    over: list[tuple[int, str, tuple[Chunk, ...]]] = []
    for entry in entries:
        chunks = entry.scripts if kind == "scripts" else entry.styles
        size = sum(one.gzip for one in chunks)
        if size > limit:
            over.append((size, entry.name, chunks))
    if not over:
        return
    over.sort(key=lambda one: (-one[0], one[1]))
    size, name, chunks = over[0]
    what = f"the {kind} of {name}"
    if len(over) > 1:
        more = ", ".join(f"{other} ({kilobytes(much)})" for much, other, _ in over[1:5])
        what += f", the largest of {len(over)} routes (then {more}{' …' if len(over) > 5 else ''})"
    yield Excess(clause, build.place, what, size, limit, "gzip", _table(chunks))


def _large(
    build: WebBuild, entries: tuple[BuildEntry, ...], *, told: bool, late: bool
) -> Iterator[Excess]:
    """Single chunks over the limit: one that is loaded at once is told with its entry."""
    first = {one.file: one for entry in entries for one in entry.scripts}
    for later, chunks in ((False, first.values()), (True, build.others if late else ())):
        if not later and told:
            continue
        large = sorted((one for one in chunks if one.gzip > CHUNK), key=lambda one: -one.gzip)
        if large:
            what = f"the chunk {large[0].file}"
            if len(large) > 1:
                what += f", the largest of {len(large)}"
            yield Excess(
                "c", build.place, what, large[0].gzip, CHUNK, "gzip", _table(large), late=later
            )


def _table(chunks: Iterable[Chunk]) -> str:
    ordered = sorted(chunks, key=lambda one: (-one.gzip, one.file))
    shown = [f"{one.file} {kilobytes(one.gzip)}" for one in ordered[:5]]
    return ", ".join(shown) + (f", {len(ordered) - 5} more" if len(ordered) > 5 else "")


# -- limits of the repository ---------------------------------------------------------------


def _budgets(target: Target, build: WebBuild) -> Iterator[Budget]:
    folder = build.package.folder if build.package is not None else ""
    for base in dict.fromkeys((folder, "")):
        for name in BUDGET_FILES:
            path = posixpath.join(base, name)
            if target.has(path):
                yield from target.parse(read_budgets, path)


def _held(
    build: WebBuild, entries: tuple[BuildEntry, ...], files: set[str], budget: Budget
) -> tuple[bool, Excess | None, str]:
    """(whether the limit is about what these entries load, by what it is exceeded, why it could
    not be measured)."""
    output = build.output
    if budget.paths:
        named = _named(build, budget)
    else:
        named = sorted(files)
    mine = [one for one in named if one in files]
    if not mine:
        return False, None, ""
    sizes: list[tuple[int, str]] = []
    for file in named:
        if budget.packed == "none":
            size = output.files[file]
        elif budget.packed == "brotli":
            brotli = output.brotlied(file)
            if brotli is None:
                # Brotli is smaller than gzip: below the limit by gzip is below it by brotli.
                if sum(output.gzipped(one) for one in named) <= budget.limit:
                    return True, None, ""
                return True, None, f"{budget.place}: no brotli is installed to measure with"
            size = brotli
        else:
            size = output.gzipped(file)
        sizes.append((size, file))
    sizes.sort(key=lambda one: (-one[0], one[1]))
    table = ", ".join(f"{file} {kilobytes(size)}" for size, file in sizes[:5])
    total = sizes[0][0] if budget.each else sum(size for size, _ in sizes)
    if total <= budget.limit:
        return True, None, ""
    what = sizes[0][1] if budget.each else f"what {budget.tool} watches"
    if not budget.paths:
        what = f"all that {entries[0].name} loads at once"
    place = budget.place
    note = Note(build.place, "is built from here")
    return True, Excess("d", place, what, total, budget.limit, budget.packed, table, (note,)), ""


def _named(build: WebBuild, budget: Budget) -> list[str]:
    """The files of the build that a limit names."""
    home = posixpath.dirname(budget.place.path)
    inside = build.folder
    if home and inside.startswith(f"{home}/"):
        inside = inside[len(home) + 1 :]
    wanted: list[str] = []
    for pattern in budget.paths:
        unwanted = pattern.startswith("!")
        matches = re.compile(_pattern(posixpath.normpath(pattern.lstrip("!")))).fullmatch
        found = [
            file
            for file in build.output.files
            if matches(posixpath.join(inside, file)) or matches(file)
        ]
        if unwanted:
            wanted = [one for one in wanted if one not in found]
        else:
            wanted += [one for one in found if one not in wanted and not one.endswith(".map")]
    return sorted(wanted)


def _pattern(glob: str) -> str:
    out, at, open_ = [], 0, 0
    while at < len(glob):
        one = glob[at]
        if glob.startswith("**/", at):
            out.append("(?:.*/)?")
            at += 3
            continue
        if one == "*":
            out.append(".*" if glob.startswith("**", at) else "[^/]*")
            at += 2 if glob.startswith("**", at) else 1
            continue
        if one == "{" and "}" in glob[at:]:
            open_ += 1
            out.append("(?:")
        elif one == "}" and open_:
            open_ -= 1
            out.append(")")
        elif one == "," and open_:
            out.append("|")
        else:
            out.append("[^/]" if one == "?" else re.escape(one))
        at += 1
    return "".join(out) + ")" * open_
