"""How a call of Python that keeps an event loop waiting is moved to a thread: in its own words.

Code is given where the very call is known, with what it is given; else words say where it stands
and what goes to the thread.
"""

from __future__ import annotations

from pytest_reconaudit.facts.asynchronous.python_files import moved_by_function
from pytest_reconaudit.facts.asynchronous.shared_redis import shared_redis
from pytest_reconaudit.facts.asynchronous.waits import Waiting
from pytest_reconaudit.facts.asynchronous.written_calls import (
    WrittenCall,
    call_named,
    written_call,
)
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    callers_of,
    function_at,
    handlers,
    outlined,
    source_of,
)
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.model import Place, lines_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import OutlinedCall, outline
from pytest_reconaudit.target import Target

__all__ = ["threaded"]

_AWAITS = regex(r"\bawait\b|\basync[ \t]+(?:with|for)\b")
_CALLEE = regex(r"[A-Za-z_][\w.]*$")
_LONGEST = 88
_RUNS_DEFS = frozenset({"fastapi", "starlette"})
"""Frameworks that run a handler that is not async on a thread."""
_AWAITING = {
    "anthropic.Anthropic": "anthropic.AsyncAnthropic",
    "openai.OpenAI": "openai.AsyncOpenAI",
    "openai.AzureOpenAI": "openai.AsyncAzureOpenAI",
    "groq.Groq": "groq.AsyncGroq",
}
"""Clients → those of the same library whose calls are awaited."""


def threaded(target: Target, path: str, one: Waiting) -> str:
    """Markdown on what to do about a function's blocking calls; empty where nothing is known that
    fits it."""
    kind = one.kinds[0]
    plain = _is_plain_handler(target, path, one)
    if kind == "database":
        return _of_database(one, plain)
    if one.callers and one.clause == "b":
        if kind == "redis" and one.alike:
            return _of_redis(target, path, one)
        return _at_caller(target, path, one)
    if kind == "redis":
        return _of_redis(target, path, one)
    if plain and not one.alike:
        return _PLAIN.format(name=one.name)
    if kind == "sleep":
        return _slept(target, path, one)
    maker = one.sites[0].message.partition(" ")[0]
    call = written_call(target, path, one.at.line or 1, one.at.column or 1)
    if kind == "http" and maker in _AWAITING:
        told = call[0] if call is not None else one.sites[0].message.rpartition(" … .")[2]
        return (
            f"Make the client by `{_AWAITING[maker]}`, which takes the same arguments as"
            f" `{maker}`, and await what it is asked: `await {told}(…)`."
        )
    own = sorted({site.place.line or 1 for site in one.sites if site.place.path == one.at.path})
    where = f"line {own[0]}" if len(own) == 1 else f"lines {own[0]} to {own[-1]}"
    if kind == "file":
        return moved_by_function(target, one)
    if kind == "connect":
        return (
            f"What is said by that connection waits as well: put all of it (from {where} on) into a"
            " function of its own that is not async, and run that by `await asyncio.to_thread(…)`."
        )
    if call is None:
        between = target.lines(path)[own[0] - 1 : own[-1]]
        if one.alike or any(_AWAITS.search(line) for line in between):
            places = lines_of(site.place for site in one.sites if site.place.path == one.at.path)
            return (
                f"Put each of these calls ({places}), with what it needs, into a function that is"
                " not async, and run that by `await asyncio.to_thread(…)`."
            )
        return (
            f"Put what it does there ({where}) into a function of its own that is not async, and"
            " run that by `await asyncio.to_thread(…)`."
        )
    if len(own) > 1 and not one.alike:
        rest = lines_of(site.place for site in one.sites[1:] if site.place.path == one.at.path)
        told = _code(_moved(*call))
        return f"Let a thread wait, and likewise for what it calls besides ({rest}):\n\n{told}"
    more = ", and likewise in the other functions" if one.alike else ""
    return f"Let a thread wait{more}:\n\n{_code(_moved(*call))}"


_PLAIN = (
    "`{name}` awaits nothing: write `def` in place of `async def`, and the framework runs it on a"
    " thread of its own."
)


def _of_redis(target: Target, path: str, one: Waiting) -> str:
    """The asynchronous client, and what changes with it."""
    if one.alike and (one.callers or one.files > 1):
        told = (
            "Take `redis.asyncio.Redis`, one for the application, whose calls are awaited, and make"
            " these functions and what calls them `async`."
        )
    else:
        told = "Take `redis.asyncio.Redis`, and await its calls."
    parts = [told]
    goes = next((note for note in one.sites if note.message.endswith("scan_iter")), None)
    if goes is not None and one.files == 1:
        parts.append(
            f"What `scan_iter` gives (line {goes.place.line}) is gone over by `async for` then:"
            " `[key async for key in ….scan_iter(…)]` in place of `list(…)`."
        )
    holder = one.sites[0].message.partition(".")[0]
    ref = function_at(target, path, one.at.line or 1)
    made = holder.isidentifier() and ref is not None and _makes(source_of(target, ref), holder)
    if made:
        parts.append(
            f"A client that is made for one call, as here, has to be closed: `await {holder}"
            ".aclose()`; one for the application need not."
        )
    known = shared_redis(target, path)
    call = written_call(target, path, one.at.line or 1, one.at.column or 1)
    if known is not None and (one.files > 1 or not made):
        parts.append(
            f"What stays synchronous shares the client of `{known.name}` ({known.place}), and is"
            " run by `await asyncio.to_thread(…)`."
        )
    elif known is not None and call is not None and not one.alike:
        parts.append(
            f"Or share the synchronous client of `{known.name}` ({known.place}), and let a thread"
            f" wait:\n\n{_code(_moved(*call))}"
        )
    return " ".join(parts)


def _makes(source: str, name: str) -> bool:
    """Whether a function's source gives a name a client that is made there."""
    return any(found[1] == name for found in _MADE.finditer(source[:_MOST_SOURCE]))


_MADE = regex(r"\b(\w+)\s*=\s*(?:\w+\.){0,3}(?:from_url|StrictRedis|Redis)\(")
_MOST_SOURCE = 20_000


def _of_database(one: Waiting, plain: bool) -> str:
    if one.alike:
        return (
            "Handlers that await nothing: write `def` in place of `async def`, and FastAPI runs"
            " them on threads. For the others take the asynchronous driver and session"
            " (`AsyncSession`), or put all that a request does with the session into one function"
            " that is not async, and run that by `await asyncio.to_thread(…)`."
        )
    if plain:
        return _PLAIN.format(name=one.name)
    return (
        "Take the asynchronous driver and session (`AsyncSession`), or put all that it does with"
        " the session, commits included, into one function that is not async, and run that by"
        " `await asyncio.to_thread(…)`."
    )


def _at_caller(target: Target, path: str, one: Waiting) -> str:
    """What async code calls is run on a thread there."""
    at = one.callers[0].place
    call = _call_at(target, at, path, one.name.rpartition(".")[2])
    more = ""
    if rest := [str(note.place) for note in one.callers[1:]]:
        more = f", and likewise at {', '.join(rest[:_NAMED])}"
        more += f" and {len(rest) - _NAMED} more places" if len(rest) > _NAMED else ""
    if one.others or one.alike:
        more = ", and likewise at the other places"
    if call is None:
        return f"Let a thread wait where async code calls it ({at}){more}: `asyncio.to_thread`."
    return f"Let a thread wait where async code calls it ({at}){more}:\n\n{_code(_moved(*call))}"


def _call_at(target: Target, at: Place, path: str, name: str) -> WrittenCall | None:
    """The call at a line that leads to a function, straight or through others."""
    ref = function_at(target, at.path, at.line or 1)
    if ref is None:
        return None
    found = [
        (call, refs)
        for call, refs in callees(target, ref)
        if call.line == at.line and not call.awaited and refs
    ]
    straight = [one for one in found if one[0].name == name] or [
        one for one in found if any(_leads(target, each, path, name) for each in one[1] or ())
    ]
    if len(straight) != 1:
        return None
    return _source_of(target, at.path, straight[0][0])


def _leads(target: Target, ref: Ref, path: str, name: str) -> bool:
    """Whether a function calls another one, straight or through one more."""
    for _, refs in callees(target, ref)[:_MOST_CALLS]:
        for one in refs or ():
            if _is(target, one, path, name) or any(
                _is(target, each, path, name)
                for _, below in callees(target, one)[:_MOST_CALLS]
                for each in below or ()
            ):
                return True
    return False


_NAMED = 4
"""Places of async code that are named."""
_MOST_CALLS = 200
"""Calls of a function that are followed."""


def _is(target: Target, ref: Ref, path: str, name: str) -> bool:
    return ref.path == path and outlined(target, ref).name == name


def _source_of(target: Target, path: str, call: OutlinedCall) -> WrittenCall | None:
    """A call as its lines say, unless it is asked of more than a name."""
    callee = ".".join(call.path) if call.path else call.name
    if call.receiver and not call.path:
        callee = f"{call.receiver}.{call.name}"
    if _CALLEE.match(callee) is None or "…" in callee:
        return None
    return call_named(target, path, call.line, call.name)


def _moved(callee: str, given: list[str]) -> str:
    whole = f"await asyncio.to_thread({', '.join([callee, *given])})"
    plain = all("#" not in one and "***" not in one for one in given)
    if len(whole) <= _LONGEST and plain:
        return whole
    return f"await asyncio.to_thread({callee}, …)  # given what the call is given now"


def _slept(target: Target, path: str, one: Waiting) -> str:
    call = written_call(target, path, one.at.line or 1, one.at.column or 1)
    seconds = call[1][0] if call is not None and len(call[1]) == 1 else "…"
    return f"Wait without the thread:\n\n{_code(f'await asyncio.sleep({seconds})')}"


def _is_plain_handler(target: Target, path: str, one: Waiting) -> bool:
    """Whether a function is an async handler of FastAPI or Starlette that awaits nothing."""
    ref = function_at(target, path, one.at.line or 1)
    file = scanned(target, outline).get(path)
    if ref is None or file is None or ref not in handlers(target):
        return False
    if not any(where and where[0] in _RUNS_DEFS for _, where in file.imports):
        return False
    function = outlined(target, ref)
    lines = target.lines(path)[function.line : function.end_line]
    return (
        function.is_async
        and not callers_of(target, ref)  # which would await it
        and not any(_AWAITS.search(line) for line in lines)
        and not any(line.lstrip().startswith("async def ") for line in lines)
    )


def _code(code: str) -> str:
    return f"```python\n{code}\n```"
