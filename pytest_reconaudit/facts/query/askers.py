"""Functions that go to the database, and the calls that surely get to one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    function_at,
    meant,
    meant_outside,
    outlined,
    served_outside,
)
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.query.embedded import is_embedded
from pytest_reconaudit.facts.query.tables import WRITES
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.query_rust import LIBRARY_METHODS, names_connection
from pytest_reconaudit.readers.scans.outline import OutlinedCall, outline
from pytest_reconaudit.readers.scans.queries import (
    LoopedCall,
    Onward,
    QueryCall,
    QueryFunction,
    queries,
)
from pytest_reconaudit.target import Target, once, passing

__all__ = [
    "Asker",
    "Askers",
    "asker_meant",
    "asker_of",
    "asking_functions",
    "asking_names",
    "changes_rows",
    "goes_to_database",
    "sent_each_time",
]


class Asker(Struct, frozen=True):
    """A function that goes to the database by itself, and its file."""

    path: str
    function: QueryFunction
    further: bool = False
    """More than one call lies between it and the loop."""
    more: tuple[Asker, ...] = ()
    """Others that the same call surely gets to."""
    by: tuple[str, int] = ("", 0)
    """The call (name, line) by which the function that the loop calls gets to it."""


def changes_rows(target: Target, ref: Ref, depth: int = 3) -> bool:
    """Whether a function, or one that it surely calls, changes rows of the database."""
    asking = asking_functions(target)
    seen, level = {ref}, [ref]
    for _ in range(depth + 1):
        for one in level:
            own = asking.get((one.path, outlined(target, one).line))
            if own is not None and any(query.kind in WRITES for query in own.function.queries):
                return True
        called = (refs for one in level for _, refs in callees(target, one))
        level = list(dict.fromkeys(one for refs in called for one in refs or () if one not in seen))
        seen.update(level)
    return False


Askers = Mapping[tuple[str, int], Asker]


class _LazyAskers(Askers):
    """Functions by their number in their file; the records are decoded when asked for."""

    def __init__(self, target: Target, numbers: dict[tuple[str, int], int]) -> None:
        self._records = scanned(target, queries)
        self._numbers = numbers

    def __getitem__(self, key: tuple[str, int]) -> Asker:
        number = self._numbers[key]
        return Asker(key[0], self._records[key[0]].functions[number])

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


@passing
def asking_functions(target: Target) -> Askers:
    """(path, line of the name) → every function that goes to the database by itself."""
    numbers = {
        (path, function.line): number
        for path, one in scanned(target, queries).items()
        if not is_test_path(path)
        for number, function in enumerate(one.functions)
        if function.name and not function.is_test and goes_to_database(function)
        if not is_embedded(target, path)
    }
    return _LazyAskers(target, numbers)


@once
def asking_names(target: Target) -> frozenset[str]:
    """The names of functions that go to the database, or do no more than call one that does."""
    asking = frozenset(one.function.name for one in asking_functions(target).values())
    found = asking | frozenset(
        function.name
        for path, one in scanned(target, outline).items()
        if not is_test_path(path)
        for function in one.functions
        if function.end_line - function.line <= _THIN
        if any(call.name in asking for call in function.calls[:_FIRST_CALLS])
    )
    for _ in range(_HOPS):
        found |= {
            one.name
            for one in _onwards(target).values()
            if any(name in found for name, _ in one.calls)
        }
    return found


@passing
def _onwards(target: Target) -> Mapping[tuple[str, int], Onward]:
    """(path, line of the name) → what a function waits for that asks nothing by itself."""
    return {
        (path, one.line): one
        for path, file in scanned(target, queries).items()
        if file.onward and not is_test_path(path)
        for one in file.onward
    }


_HOPS = 2
"""Functions between a loop and the one that goes to the database, beyond the first."""


def _further(target: Target, ref: Ref, asking: Askers, hops: int = _HOPS) -> Asker | None:
    """The function that surely goes to the database whenever one runs that only calls it."""
    own = _onwards(target).get((ref.path, outlined(target, ref).line))
    if own is None or outlined(target, ref).is_test:
        return None
    names = asking_names(target)
    every: list[Asker] = []
    for name, line in own.calls:
        if name not in names:
            continue
        for call, refs in callees(target, ref):
            if call.name != name or call.line != line or not refs or len(refs) > 1:
                continue
            there = refs[0]
            if there == ref:
                continue
            found = asking.get((there.path, outlined(target, there).line))
            if found is None and hops > 1:
                found = _further(target, there, asking, hops - 1)
            if found is not None and _costs(found.function) and not found.function.queued:
                every.append(replace(found, further=True, more=(), by=(name, line)))
    return replace(every[0], more=tuple(every[1:])) if every else None


_THIN = 14
"""Lines of a function that hands a call on: what a service does for a repository."""
_FIRST_CALLS = 2
_BRANCHES = regex(r"\b(?:if|elif|match|switch|for|while|except|catch)\b|\?\?|&&|\|\||[cC]ache")


def _handed_on(target: Target, ref: Ref, asking: Askers) -> Asker | None:
    """The function that goes to the database, which a short one calls first of all, whatever it
    is given."""
    function = outlined(target, ref)
    if function.end_line - function.line > _THIN or function.is_test:
        return None
    for call, refs in callees(target, ref)[:_FIRST_CALLS]:
        if not refs or len(refs) > 1 or refs[0] == ref:
            continue
        found = asking.get((refs[0].path, outlined(target, refs[0]).line))
        if found is not None:
            lines = target.lines(ref.path)[function.line - 1 : call.line]
            if _BRANCHES.search("\n".join(lines)):
                return None
            by = (call.name, call.line)
            rest = _further(target, ref, asking)
            others = (rest, *rest.more) if rest is not None else ()
            return replace(found, by=by, more=tuple([one for one in others if one.by != by]))
    return None


def goes_to_database(function: QueryFunction) -> bool:
    return not function.is_test and any(one.kind != "other" for one in function.queries)


def asker_meant(target: Target, path: str, call: LoopedCall, asking: Askers) -> Asker | None:
    """The function that a call in a loop surely means, when it sends a statement each time."""
    caller = function_at(target, path, call.line)
    if caller is not None:
        calls = outlined(target, caller).calls
    elif served_outside(target, path, call.line):
        calls = scanned(target, outline)[path].loose
    else:
        return None
    words = next((one for one in calls if one.name == call.name and one.line == call.line), None)
    if words is None:
        return None
    if caller is None:
        refs: tuple[Ref, ...] | None = meant_outside(target, path, words) or _of_made(
            target, path, words
        )
    else:
        refs = meant(target, caller, words)
        if refs is None and path.endswith(".rs"):
            refs = _handed_connection(target, path, words)
    if not refs or caller in refs:
        return None
    if len(refs) > 1:
        # What stands in for a database in tests and on a developer's machine says nothing.
        refs = tuple([ref for ref in refs if not _stands_in(target, ref)]) or refs
    found = [asker_of(target, ref, asking) for ref in refs]
    return found[0] if all(one is not None for one in found) else None


def asker_of(target: Target, ref: Ref, asking: Askers) -> Asker | None:
    """The function that sends a statement each time that another runs: itself, or one that it
    surely calls."""
    found = (
        asking.get((ref.path, outlined(target, ref).line))
        or _handed_on(target, ref, asking)
        or _further(target, ref, asking)
    )
    if found is None or not _costs(found.function) or found.function.queued:
        return None
    return found


def _handed_connection(target: Target, path: str, call: OutlinedCall) -> tuple[Ref, ...]:
    """The method that a call means which hands a connection to something of unknown type (an
    element of a tuple, what a closure is given): the only one of its name in the repository, if it
    takes as many values and a connection among them."""
    found = _rust_methods(target).get(call.name, ())
    if not call.receiver or len(found) != 1 or call.name in LIBRARY_METHODS:
        return ()
    there = outlined(target, found[0])
    takes = [kind for name, kind in there.parameters if name not in ("self", "&self", "&mut self")]
    if len(takes) != call.arguments or not any(map(_TAKES_CONNECTION.search, takes)):
        return ()
    lines = target.lines(path)[call.line - 1 : call.line + _CALL_LINES]
    text = "\n".join(line[:_LONGEST_LINE] for line in lines)
    given = re.search(rf"\.\s*{re.escape(call.name)}\s*\(([^;{{}}]{{0,300}})", text)
    if given is None:
        return ()
    return found if any(map(names_connection, _WORDS.findall(given[1]))) else ()


_CALL_LINES = 6
_WORDS = regex(r"[\w.]+")
_TAKES_CONNECTION = regex(
    r"\b(?:\w*Connection\w*|\w*Conn|\w*Pool\w*|\w*Executor|\w*Transaction\w*|\w*Tx|DbContext"
    r"|\w*Database\w*|\w*Db)\b"
)


@once
def _rust_methods(target: Target) -> dict[str, tuple[Ref, ...]]:
    """Name → the methods of Rust that are called so, of those that go to the database."""
    found: dict[str, list[Ref]] = {}
    names = asking_names(target)
    for path, one in scanned(target, outline).items():
        if not path.endswith(".rs") or is_test_path(path):
            continue
        for index, function in enumerate(one.functions):
            if function.owner and function.name in names and not function.is_test:
                found.setdefault(function.name, []).append(Ref(path, index))
    return {name: tuple(refs) for name, refs in found.items()}


def _of_made(target: Target, path: str, call: OutlinedCall) -> tuple[Ref, ...]:
    """The method that a call outside of any function means, on what was made right before:
    ``const budgets = new BudgetRepository(db)``."""
    if not call.receiver.isidentifier() or path.endswith((".py", ".rs")):
        return ()
    lines = target.lines(path)[max(call.line - _MADE_ABOVE, 0) : call.line]
    made = re.compile(rf"\bconst\s+{call.receiver}\s*=\s*new\s+(\w+)\s*\(")
    found = [match[1] for line in lines if (match := made.search(line[:_LONGEST_LINE])) is not None]
    return _methods(target).get((found[-1], call.name), ()) if found else ()


def _stands_in(target: Target, ref: Ref) -> bool:
    """Whether a method is one of a stand-in for a database, by the names of its type and file."""
    words = _WORD_ENDS.sub("_", f"{ref.path}/{outlined(target, ref).owner}").lower()
    return _STAND_IN.search(words) is not None


_WORD_ENDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_STAND_IN = regex(
    r"(?:^|[/_.])(?:in_?mem(?:ory)?|memory|mocks?|mocked|fakes?|stubs?|dummy|noop|no_op)(?=[/_.]|$)"
)
_MADE_ABOVE = 120


@once
def _methods(target: Target) -> dict[tuple[str, str], tuple[Ref, ...]]:
    """(class, method) → the one method of a script that goes to the database."""
    found: dict[tuple[str, str], list[Ref]] = {}
    names = asking_names(target)
    for path, one in scanned(target, outline).items():
        if path.endswith((".py", ".rs")) or is_test_path(path):
            continue
        for index, function in enumerate(one.functions):
            if function.owner and function.name in names:
                found.setdefault((function.owner, function.name), []).append(Ref(path, index))
    return {key: tuple(refs) for key, refs in found.items() if len(refs) == 1}


def _costs(function: QueryFunction) -> bool:
    """Whether each call surely is a round trip of its own: not a batch, not answered by a cache,
    not under a condition."""
    return not function.cached and any(map(sent_each_time, function.queries))


def sent_each_time(one: QueryCall) -> bool:
    return one.kind != "other" and not (
        one.bulk or one.listed or one.conditional or one.excused in ("only row", "remembered")
    )


_LONGEST_LINE = 200
