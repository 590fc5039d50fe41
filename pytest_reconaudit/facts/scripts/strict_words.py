"""What is said of scripts that go on after a failed command."""

from __future__ import annotations

from pytest_reconaudit.facts.scripts.strictness import ScriptStrictness
from pytest_reconaudit.model import Place, lines_of

__all__ = ["careless_places", "careless_sentence"]

_SHOWN = 4


def careless_sentence(first: ScriptStrictness) -> str:
    """The message for a script and those that it speaks for."""
    count = len(first.careless)
    lines = lines_of(one.place for one in first.careless)
    here = f"{count} command{'s' if count > 1 else ''} may fail and the script goes on ({lines})"
    if not first.alike:
        return f"no `set -e`: {here}"
    folders = {one.file.path.rpartition("/")[0] for one in (first, *first.alike)}
    whole = f"in {len(folders)} folders" if len(folders) > 1 else "in this folder"
    names = [one.file.path if len(folders) > 1 else one.file.path.rpartition("/")[2]
             for one in first.alike]  # fmt: skip
    shown = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
    return f"no `set -e` in {len(names) + 1} scripts {whole}: here {here}; so it is in {shown}"


def careless_places(first: ScriptStrictness) -> list[tuple[Place, str]]:
    """Its own commands, then the scripts that it speaks for."""
    return [
        *((one.place, one.text[:80]) for one in first.careless),
        *(
            (one.start, f"no `set -e` either ({lines_of(c.place for c in one.careless)})")
            for one in first.alike
        ),
    ]
