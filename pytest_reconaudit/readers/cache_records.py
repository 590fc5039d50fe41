"""What a source file has to do with caches, as plain records (see ``scans.caches``)."""

from __future__ import annotations

from msgspec import Struct

__all__ = [
    "NO_TTL", "OWN_TTL", "UNKNOWN_TTL", "CacheOp", "CacheType", "Caches", "KeyHelper", "Store",
    "Warmer", "Wrapper",
]  # fmt: skip

NO_TTL = -1
"""The key is kept until somebody deletes it."""
UNKNOWN_TTL = -2
"""An expression that this file alone does not tell."""
OWN_TTL = -3
"""None is given: what is called decides."""


class CacheOp(Struct, frozen=True, array_like=True):
    """One call that reads, writes or deletes keys of a cache."""

    verb: str
    """``get``, ``set``, ``wrap`` (get or compute and set), ``delete``, ``pattern`` (deletes by
    pattern or prefix), ``scan`` (lists the keys of a pattern), ``all`` (deletes everything),
    ``touch`` (gives a key a time to live), ``other`` (counters, hashes, lists, sets), ``raw``
    (``KEYS``, ``FLUSHALL``, ``FLUSHDB``)."""
    method: str
    """As written; of a raw command its name in capitals."""
    store: str
    """``redis`` for a client of the server, ``service`` for anything else that is called a
    cache. What is done to a map of the process is left out."""
    receiver: str
    """Last word of what it is called on: ``cache_service`` of ``state.cache_service``."""
    key: str
    """The template; empty when the key is not told by this function."""
    parameter: str
    """The parameter of the function that is the whole key; empty when it is none."""
    ttl: int
    """Seconds; :data:`NO_TTL`, :data:`UNKNOWN_TTL` or :data:`OWN_TTL`."""
    ttl_text: str
    line: int
    function: str
    """Name of the named function around; empty outside of any."""
    owner: str
    function_line: int
    in_loop: int
    """Line of the loop whose every turn makes this call; 0 when none does or it is pipelined."""
    text: str
    """The call, blanks folded, at most 120 characters."""
    tagged: bool = False
    """It carries tags by which others invalidate it."""
    conditional: bool = False
    """``NX`` or ``XX``: a lock or a first writer."""
    identity: str = ""
    """Of a write: how its function narrows what it fetches to one user or tenant; see ``scope``."""
    identity_line: int = 0
    request_key: bool = False
    """The key holds the request's path and neither its query nor who asks."""
    stored: str = ""
    """Of a write: what is stored when it is no row: ``id`` (a mere id), ``outside`` (what another
    system has answered), ``sum`` (what was read before, and something added or taken away)."""
    in_branch: bool = False
    """Some turns of the loop go by without it: it stands under a condition, or after a
    ``continue``."""
    left_out: tuple[str, ...] = ()
    """Of a write: the parameters of its function that select what is kept, and that its key has
    not: ``page``, ``to``."""
    variants: tuple[str, ...] = ()
    """The keys that it stands for where what is put in is one of some literals."""


class KeyHelper(Struct, frozen=True, array_like=True):
    """A function that returns nothing but a key."""

    name: str
    owner: str
    modules: tuple[str, ...]
    template: str
    line: int


class Wrapper(Struct, frozen=True, array_like=True):
    """A function with a parameter for the time to live, and what it does without one."""

    name: str
    owner: str
    line: int
    has_default: bool
    """Called without a time to live, or with ``None``, it takes one of its own."""


class Store(Struct, frozen=True, array_like=True):
    """A map in the process that is used as a cache."""

    name: str
    kind: str
    """``HashMap``, ``Map``, ``dict`` …"""
    line: int
    inserts: tuple[int, ...]
    keys: tuple[str, ...]
    """Source of the key of each insert."""
    bound: str
    """What keeps it small; empty when nothing in the file does."""


class Warmer(Struct, frozen=True, array_like=True):
    """A function that by its name fills a cache in advance."""

    name: str
    owner: str
    line: int
    only_strings: bool
    """Its body does nothing but build strings."""


class CacheType(Struct, frozen=True, array_like=True):
    """A type that is a cache by its name, with its methods."""

    name: str
    line: int
    methods: tuple[tuple[str, int, bool, str], ...]
    """(name, line, public, trait)."""


class Caches(Struct, frozen=True, array_like=True):
    """What a file has to do with caches."""

    ops: tuple[CacheOp, ...] = ()
    helpers: tuple[KeyHelper, ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    """(name, string or whole number of seconds)."""
    wrappers: tuple[Wrapper, ...] = ()
    stores: tuple[Store, ...] = ()
    types: tuple[CacheType, ...] = ()
    warmers: tuple[Warmer, ...] = ()
    redis: bool = False
    """It names Redis at all."""
    jitter: bool = False
    """It spreads times to live, or lets one caller compute for all."""
    counted: bool = False
    """It counts hits or misses."""
