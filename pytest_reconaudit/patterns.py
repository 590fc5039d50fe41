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
from pathlib import Path
from typing import Any

__all__ = ["cache_file", "regex", "save"]

_Key = tuple[str, int]
_table: dict[_Key, Any] | None = None
_new: dict[_Key, Any] = {}


def regex(source: str, flags: int = 0) -> re.Pattern[str]:
    """``re.compile``, out of the cache where it is known."""
    global _table  # noqa: PLW0603 - one table per process, read with the first pattern
    if _table is None:
        _table = _load()
    key = (source, int(flags))
    known = _table.get(key) or _new.get(key)
    if known is None:
        known = _code(source, int(flags))
        if known is None:
            return re.compile(source, flags)
        _new[key] = known
    final, code, groups, index, names = known
    import _sre

    found: re.Pattern[str] = _sre.compile(source, final, code, groups, index, names)
    return found


def cache_file() -> Path | None:
    """Where this interpreter's patterns are kept; ``None`` when it does not tell its version."""
    try:
        import _sre

        tag = f"{sys.implementation.cache_tag}-{sys.hexversion:x}-{_sre.MAGIC}-{_sre.CODESIZE}"
    except (ImportError, AttributeError):
        return None
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base, "pytest-reconaudit", f"patterns-{tag}.bin")


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
        part.unlink(missing_ok=True)


def _load() -> dict[_Key, Any]:
    file = cache_file()
    if file is None:
        return {}
    try:
        table = marshal.loads(file.read_bytes())
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return table if isinstance(table, dict) else {}


def _code(source: str, flags: int) -> tuple[int, list[int], int, dict[str, int], Any] | None:
    """What ``re`` hands to its engine for a pattern; ``None`` when it cannot be looked at."""
    try:
        from re import _compiler, _parser  # type: ignore[attr-defined]

        parsed = _parser.parse(source, flags)
        code = _compiler._code(parsed, flags)
        state = parsed.state
        names: list[str | None] = [None] * state.groups
        for name, number in state.groupdict.items():
            names[number] = name
        final = int(flags | state.flags)
        return final, [int(one) for one in code], state.groups - 1, dict(state.groupdict), tuple(names)
    except re.error:
        raise
    except Exception:  # another interpreter's insides: compile it the public way
        return None
