"""What is kept of a file's database calls, and of the loops that repeat them."""

from __future__ import annotations

from msgspec import Struct

from pytest_reconaudit.readers.query_shape import Compared

__all__ = [
    "FileQueries",
    "LoopedCall",
    "ModelRelations",
    "Onward",
    "QueryCall",
    "QueryFunction",
    "QueryLoop",
    "RelationLoop",
]


class QueryLoop(Struct, frozen=True, gc=False, array_like=True):
    """Code that runs once per element of something that may have many."""

    line: int
    label: str
    """``for``, ``while``, ``comprehension`` or the adaptor's name: ``map``, ``forEach``."""
    over: str
    """Source of what is iterated over, blanks folded, at most 80 characters."""
    variable: str
    """The element's name or pattern."""
    origin: str
    """``rows``: of a query without a limit; ``page``: of one that has any limit; ``keys``: of one
    that asks for the rows of a list of keys; ``children``: of one that asks for those of one
    parent or of a span of time; ``batch``: of one that takes so many at a time; ``few``: at most
    ten, by a literal, or what one user has a handful of; empty: not known here."""
    concurrent: bool
    """All rounds run at once: ``Promise.all(xs.map(…))``, ``join_all``."""
    beside: bool = False
    """It runs in a task of its own, for which no request waits."""
    source: str = ""
    """The table whose rows it goes over, as far as it is known."""
    errand: str = ""
    """Another system for which every round waits too, as the call is written: a mail that is sent,
    a provider that is asked. Scripts alone."""
    excused: str = ""
    """Why it is no defect worth naming: ``comment`` (its author says that it goes one by one),
    ``few`` (what it goes over is few by its name), ``stops`` (it ends with the first that fits)."""
    given: str = ""
    """The function whose answer it goes over, by the name that it is called by: ``findAll`` of
    ``const orders = await this.orders.findAll()``; empty where that is not plain."""
    given_line: int = 0
    """Where it is called."""
    queued: str = ""
    """Of concurrent rounds what their statements have in common: ``connection`` (one transaction,
    on which they wait for each other), ``pipeline`` (one client of tokio-postgres, which sends them
    without waiting for answers)."""


class QueryCall(Struct, frozen=True, gc=False, array_like=True):
    """One call that goes to the database."""

    line: int
    """Where the method's name stands that sends the statement."""
    kind: str
    """See ``query_call.FoundQuery``."""
    library: str
    method: str
    table: str
    connection: str
    loops: tuple[int, ...]
    """The loops that repeat it, inner first: positions in :attr:`FileQueries.loops`. Loops of a
    known small number of rounds, over batches, of retries and of workers are left out."""
    many: bool
    limit: str
    columns: tuple[str, ...]
    bulk: bool
    keyed: bool
    """It asks for rows by a value that is known at run time only: those of one parent, one key; or
    for those of a span of time, or for one figure of each group."""
    listed: bool
    """It is given a list of values at once: ``eq_any``, ``= ANY($1)``, ``in: ids``."""
    conditional: bool
    """Its function sends it only under a condition."""
    word: str = ""
    """What the statement is called where its kind is too coarse: ``existence check``."""
    excused: str = ""
    """Why it is no defect worth naming: ``remembered`` (a cache is given what it brings); of one in
    a loop ``compared`` (sent for those elements alone that a comparison picks), ``caught`` (each
    element may fail by itself), ``own transaction`` (each element's work stands alone), ``own
    values`` (each row is given other values), ``found or made``, ``hooks`` (``save`` of a model
    does more)."""
    compared: tuple[Compared, ...] = ()
    """See ``query_call.FoundQuery``."""
    ordered: str = ""
    """See ``query_call.FoundQuery``."""
    same: bool = False
    """Of a read in loops: nothing that it names is another value in any round."""
    some: bool = False
    """Of one in loops: a condition or an arm of a match leaves some rounds without it."""
    names: tuple[str, ...] = ()
    """Of a Python function's read outside of loops: the variables that it is written with."""


class LoopedCall(Struct, frozen=True, gc=False, array_like=True):
    """Some other call in a loop; what it does is for the function that it means to say."""

    name: str
    line: int
    loops: tuple[int, ...]
    excused: str = ""
    """See :attr:`QueryCall.excused`; ``tried`` is what is ``caught`` of one that changes rows."""
    fixed: tuple[str, ...] = ()
    """The arguments that are the same value in every round, by position, those of an object by
    their names; ``*`` where all are and so is what it is called on."""
    some: bool = False
    """See :attr:`QueryCall.some`."""


class QueryFunction(Struct, frozen=True, gc=False, array_like=True):
    """What one named function asks of the database."""

    name: str
    """Empty for what stands outside of any function."""
    line: int
    is_test: bool
    queries: tuple[QueryCall, ...]
    looped: tuple[LoopedCall, ...]
    cached: bool
    """It looks into a cache first."""
    capped: bool
    """It bounds a number: ``min``, ``clamp``, a validated maximum."""
    errand: str = ""
    """Another system for which it waits, too: see ``QueryLoop.errand``."""
    task: bool = False
    """It is declared as work beside the requests: ``@shared_task``, ``@Cron``."""
    queued: bool = False
    """A plain call of it only puts it into a queue, as Huey's tasks do."""


class RelationLoop(Struct, frozen=True, gc=False, array_like=True):
    """A loop over a Django queryset and what of its rows is looked at."""

    function: str
    function_line: int
    line: int
    model: str
    """Of what is asked by a name of another row that name with a point: ``.lines``."""
    over: str
    loaded: tuple[str, ...]
    """Relations that the queryset loads along: ``select_related``, ``prefetch_related``."""
    reads: tuple[tuple[str, str, int], ...]
    """(name, what of it, line) of each ``row.name.what``, once; a call ends with ``(``, one without
    arguments with ``()``. Of ``row.name`` and ``row.name()`` what is empty and ``(``."""
    excused: str = ""
    """See :attr:`QueryLoop.excused`."""
    origin: str = "rows"
    """See :attr:`QueryLoop.origin`."""


class ModelRelations(Struct, frozen=True, gc=False, array_like=True):
    """The foreign keys of a Django model."""

    model: str
    names: tuple[str, ...]


class Onward(Struct, frozen=True, gc=False, array_like=True):
    """A function that asks nothing by itself, and what it waits for whatever it is given."""

    name: str
    line: int
    """See :attr:`QueryFunction.line`."""
    calls: tuple[tuple[str, int], ...]
    """(name, line) of the first calls that it makes under no condition and in no loop."""


class FileQueries(Struct, frozen=True, array_like=True):
    functions: tuple[QueryFunction, ...]
    loops: tuple[QueryLoop, ...]
    dialects: tuple[str, ...] = ()
    """``sqlite``: databases that its imports and types name as embedded; ``server``: others."""
    relation_loops: tuple[RelationLoop, ...] = ()
    models: tuple[ModelRelations, ...] = ()
    uncapped: tuple[int, ...] = ()
    """Lines of the names of functions that take a page size as the request says it:
    ``page.size.unwrap_or(20)`` without ``min`` or ``clamp``. Rust alone."""
    by_hand: bool = False
    """It is a program that somebody starts with arguments."""
    onward: tuple[Onward, ...] = ()
    """Of scripts and Rust."""
