"""Compiled regular expressions, remembered between runs as Python remembers compiled modules.

The audit has some hundred patterns; compiling them took a third of a whole run. The code that
``re`` makes of a pattern is kept in the user's cache, under a name that holds everything it
depends on (interpreter, version of the regex engine); a pattern that is not in there, or an
interpreter that lets nobody look, is compiled as always.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, AnyStr

__all__ = ["cache_file", "cache_folder", "regex", "save"]

_Key = tuple[str | bytes, int]


def _engine() -> Any:
    try:
        return import_module("_sre")
    except ImportError:
        return None


_ENGINE = _engine()


def cache_folder() -> Path:
    """Where this package keeps things of the user's between runs."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "pytest-reconaudit")


def cache_file() -> Path | None:
    """Where this interpreter's patterns are kept; ``None`` when it does not tell its version."""
    if not hasattr(_ENGINE, "MAGIC") or not hasattr(_ENGINE, "CODESIZE"):
        return None
    version = f"{sys.implementation.cache_tag}-{sys.hexversion:x}"
    name = f"patterns-{version}-{_ENGINE.MAGIC}-{_ENGINE.CODESIZE}.bin"
    return cache_folder() / name


def _load() -> dict[_Key, Any]:
    file = cache_file()
    if file is None:
        return {}
    try:
        if not file.is_file():  # a pipe in its place would keep every run waiting
            return {}
        table = marshal.loads(file.read_bytes())
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return table if isinstance(table, dict) else {}


_table = _load()
_new: dict[_Key, Any] = {}


def regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """``re.compile``, out of the cache where it is known. For patterns of modules alone.

    A pattern made of what the target holds must not end up in the cache: use ``re.compile``.
    """
    key = (source, int(flags))
    known = _table.get(key)
    if known is None:
        known = _code(source, int(flags))
        if known is None:
            return re.compile(source, flags)
        _table[key] = _new[key] = known
    try:
        found: re.Pattern[AnyStr] = _ENGINE.compile(source, *known)
    except (TypeError, ValueError, RuntimeError):  # the engine refuses code that is not sound
        return re.compile(source, flags)
    return found


def save(outside: Path) -> None:
    """Keep what was compiled in this process, unless that is inside ``outside`` (the target).

    What cannot be written is not kept: the next run compiles again.
    """
    file = cache_file()
    if not _new or file is None or file.absolute().is_relative_to(outside):
        return
    part = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(marshal.dumps({**_load(), **_new}))
        part.replace(file)
    except OSError:
        with suppress(OSError):
            part.unlink()
    _new.clear()


def _code(source: str | bytes, flags: int) -> tuple[Any, ...] | None:
    """What ``re`` hands to its engine for a pattern; ``None`` when it cannot be looked at.

    Raises ``re.error`` for a broken pattern, as ``re.compile`` does.
    """
    if cache_file() is None:
        return None
    try:
        compiler, parser = import_module("re._compiler"), import_module("re._parser")
        parsed = parser.parse(source, flags)
        code = [int(one) for one in compiler._code(parsed, flags)]
        state = parsed.state
        names: list[str | None] = [None] * state.groups
        for name, number in state.groupdict.items():
            names[number] = name
        index = dict(state.groupdict)
        return int(flags | state.flags), code, state.groups - 1, index, tuple(names)
    except (ImportError, AttributeError, TypeError):  # another interpreter's insides
        return None
