"""What functions of Python do with files on an event loop: what costs most, and what can move.

Only what awaits nothing can go to a thread as a whole: a block that awaits in between keeps its
place, and its calls on the file go one by one.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, structs

from pytest_reconaudit.facts.asynchronous.waits import LITTLE, Waiting
from pytest_reconaudit.facts.asynchronous.written_calls import written_call
from pytest_reconaudit.facts.callers import body_of, indentation
from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target

__all__ = ["dearness", "heaviest_first", "in_loop", "moved_by_function"]

_WHOLE = ("shutil.copytree", "shutil.copyfileobj", "shutil.rmtree")
_STAYS = regex(r"\bawait\b|\basync[ \t]+(?:with|for)\b|\byield\b|\breturn\b|\bsession\b|_session\b")
"""What awaits, leaves the function, or asks by a session, which is one thread's alone."""
_LOOP = regex(r"\s*(?:for|while)\b")
_BLOCK = regex(r"\s*(?:for|while|with)\b")
_AROUND = regex(r"\s*(?:if|elif|else|try|except|finally)\b")
_FAILED = regex(r"\s*(?:except|finally)\b")
_OPENED = regex(r"\bas\s+(\w+)\s*(?:[:,)]|$)")
_CONTENT = regex(r"\b(\w+)\.(write|writelines|read|readlines|readline)\(")
_LONGEST = 400
_BELOW = 3
_UP = 300
"""Lines of a function that are looked at above a call, and of a block."""


def dearness(target: Target, note: Note) -> int:
    """0 where a call copies or removes a tree, or reads or writes in a loop; 2 where it reads or
    writes one small document, or clears up after a failure; else 1."""
    place = note.place
    lines = target.lines(place.path)
    at = (place.line or 1) - 1
    words = note.message
    heads = _heads(lines, at)
    if words in _WHOLE or words.endswith(".extractall"):
        failed = words == "shutil.rmtree" and any(_FAILED.match(lines[one]) for one in heads)
        return 2 if failed else 0
    if words not in ("open", "io.open"):
        return 0 if any(_LOOP.match(lines[one]) for one in heads) else 1
    if LITTLE.search("\n".join(lines[at : at + _BELOW])) is not None:
        return 2
    name = _handle(lines, at)
    looped = False
    for line in lines[at + 1 : _end(lines, at)]:
        looped = looped or _LOOP.match(line) is not None
        if looped and name and any(one[1] == name for one in _CONTENT.finditer(line[:_LONGEST])):
            return 0
    return 1


def in_loop(target: Target, place: Place) -> bool:
    """Whether a line of a function stands in a loop."""
    lines = target.lines(place.path)
    return any(_LOOP.match(lines[one]) for one in _heads(lines, (place.line or 1) - 1))


def heaviest_first(target: Target, one: Waiting, texts: Mapping[Place, str]) -> Waiting:
    """A function that works on files, told at the call that costs most.

    :param texts: place of a call → its source.
    """
    if one.kinds != ("file",) or len(one.sites) < 2:
        return one
    ranked = sorted(one.sites, key=lambda note: dearness(target, note))
    first = ranked[0]
    if first.place == one.at:
        return one
    rest = [note for note in one.sites if note != first]
    return structs.replace(
        one, at=first.place, sites=(first, *rest), evidence=texts.get(first.place, one.evidence)
    )


class _Moves(Struct):
    """What moves to a thread of one function."""

    name: str
    calls: dict[str, list[int]]
    """Calls as they are written then, with their lines."""
    pieces: list[tuple[int, int]]
    """Lines that go there as one."""


_MOST_FUNCTIONS = 3
_MOST_MOVES = 3


def moved_by_function(target: Target, one: Waiting) -> str:
    """Markdown on what goes to a thread, function by function."""
    moves: dict[int, _Moves] = {}
    order = sorted(one.sites, key=lambda note: dearness(target, note))
    lead = _function_line(target, one.at)
    for note in sorted(order, key=lambda note: _function_line(target, note.place) != lead):
        if note.place.path != one.at.path:
            continue
        line = _function_line(target, note.place)
        if line not in moves:
            moves[line] = _Moves(_name_of(target, note.place), {}, [])
        _move(target, note, moves[line])
    told = list(moves.values())
    if len(told) == 1:
        (only,) = told
        if not only.calls and len(only.pieces) == 1:
            return (
                f"Put what it does with the file ({_range(*only.pieces[0])}) into a function of its"
                " own that is not async, and run that by `await asyncio.to_thread(…)`."
            )
        if not only.pieces and len(only.calls) == 1:
            code = next(iter(only.calls))
            return f"Let a thread wait:\n\n```python\n{code}\n```"
        return f"Let a thread wait, what costs most first: {_said(only)}."
    rows = [f"- `{each.name}`: {_said(each)}" for each in told[:_MOST_FUNCTIONS]]
    if len(told) > _MOST_FUNCTIONS:
        names = ", ".join(f"`{each.name}`" for each in told[_MOST_FUNCTIONS:])
        rows.append(f"- likewise {names}")
    return "Let a thread wait, in each function for itself:\n\n" + "\n".join(rows)


def _said(moves: _Moves) -> str:
    calls = [f"`{code}` ({_lines(each)})" for code, each in moves.calls.items()][:_MOST_MOVES]
    parts = [", ".join(calls)] if calls else []
    if moves.pieces:
        ranges = [_range(*piece) for piece in moves.pieces[:_MOST_MOVES]]
        if len(ranges) > 1:
            parts.append(
                f"{', '.join(ranges[:-1])} and {ranges[-1]} each in a function of its own that is"
                " not async, run by `await asyncio.to_thread(…)`"
            )
        else:
            parts.append(
                f"{ranges[0]} in a function of its own that is not async, run by"
                " `await asyncio.to_thread(…)`"
            )
    if max(len(moves.calls), len(moves.pieces)) > _MOST_MOVES:
        parts.append("the rest likewise")
    return "; ".join(parts)


def _lines(each: list[int]) -> str:
    """``lines 3 and 9``, of so many as are told."""
    if len(each) == 1:
        return f"line {each[0]}"
    told = ", ".join(map(str, each[: _MOST_MOVES + 1]))
    return f"lines {told}{' …' * (len(each) > _MOST_MOVES + 1)}"


def _range(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _move(target: Target, note: Note, moves: _Moves) -> None:
    lines = target.lines(note.place.path)
    line = note.place.line or 1
    if any(first <= line <= last for first, last in moves.pieces):
        return
    whole = _await_free(lines, line - 1)
    if whole is not None:
        moves.pieces = [one for one in moves.pieces if not whole[0] <= one[0] <= whole[1]]
        moves.pieces.append(whole)
        return
    opens = note.message in ("open", "io.open")
    name = _handle(lines, line - 1) if opens else ""
    if name:
        for at in range(line, _end(lines, line - 1)):
            for found in _CONTENT.finditer(lines[at][:_LONGEST]):
                if found[1] != name:
                    continue
                call = written_call(target, note.place.path, at + 1, found.start() + 1)
                given = [f"{name}.{found[2]}", *(call[1] if call is not None else ["…"])]
                code = f"await asyncio.to_thread({', '.join(given)})"
                if len(code) > _LONGEST // 4 or "#" in code:
                    code = f"await asyncio.to_thread({given[0]}, …)"
                moves.calls.setdefault(code, []).append(at + 1)
        return
    call = written_call(target, note.place.path, line, note.place.column or 1)
    if call is not None and not opens and call[0] == note.message:
        code = f"await asyncio.to_thread({', '.join([call[0], *call[1]])})"
        if len(code) > _LONGEST // 4 or "#" in code:
            code = f"await asyncio.to_thread({call[0]}, …)"
        moves.calls.setdefault(code, []).append(line)
        return
    moves.pieces.append((line, line))


def _await_free(lines: list[str], at: int) -> tuple[int, int] | None:
    """The lines of the outermost loop or `with` around a call that awaits nothing, and from which
    nothing returns; ``None`` where there is none."""
    found = None
    heads = [at, *_heads(lines, at)] if _BLOCK.match(lines[at]) else _heads(lines, at)
    for head in heads:
        if _AROUND.match(lines[head]):
            continue
        end = _end(lines, head)
        text = "\n".join(lines[head:end])
        if _BLOCK.match(lines[head]) is None or _STAYS.search(text):
            break
        found = (head + 1, end)
    return found


def _heads(lines: list[str], at: int) -> list[int]:
    """The lines that open the blocks around a line, inside of its function, the innermost first."""
    if at >= len(lines):
        return []
    found = []
    depth = indentation(lines[at])
    for above in range(at - 1, max(-1, at - _UP), -1):
        line = lines[above]
        bare = line.strip()
        if not bare or bare.startswith(("#", ")", "]", "}")) or indentation(line) >= depth:
            continue
        if bare.startswith(("def ", "async def ", "class ", "@")):
            break
        depth = indentation(line)
        found.append(above)
    return found


def _end(lines: list[str], head: int) -> int:
    """How many lines of a file there are up to the end of the block that a line opens."""
    _, end = body_of(lines, head + 1, _UP)
    while end > head + 1 and not lines[end - 1].strip():
        end -= 1
    return end


def _handle(lines: list[str], at: int) -> str:
    """What a file that a `with` opens is called."""
    line = lines[at][:_LONGEST]
    names = _OPENED.findall(line) if line.lstrip().startswith("with ") else []
    if not names:
        return ""
    before = line[: line.find("open(")]
    count = len(_OPENED.findall(before))
    return str(names[min(count, len(names) - 1)])


def _function_line(target: Target, place: Place) -> int:
    ref = function_at(target, place.path, place.line or 1)
    return outlined(target, ref).line if ref is not None else 0


def _name_of(target: Target, place: Place) -> str:
    ref = function_at(target, place.path, place.line or 1)
    return outlined(target, ref).name if ref is not None else ""
