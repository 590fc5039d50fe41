"""Functions whose only wait lies behind a cache that has one answer for all rounds of a loop."""

from __future__ import annotations

from pytest_reconaudit.facts.code.functions import Ref, callees_at, function_at, outlined
from pytest_reconaudit.facts.web.named_functions import body_of, meant_by
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.awaits import Awaited
from pytest_reconaudit.target import Target

__all__ = ["is_memoised"]

_MEMO = regex(
    r"\b\w*(?:[cC]ache|[mM]emo|[lL]oader)\w*[!?]?\.(?:get|wrap|fetch|getOrSet|getOrCreate|remember"
    r"|load|once)(?:<[^<>()]{0,100}>)?\("
)
_AWAIT = regex(r"\bawait\b")
_AWAITED = regex(r"\bawait\s{1,9}(?:[\w$]{1,60}[?!]?\.){0,4}([\w$]{1,60})(?:<[^<>()]{0,100}>)?\(")
_GIVEN = regex(
    r"\b(?:const|let)\s+(?:\{([\w\s,:]{1,200})\}|([\w$]{1,60}))(?:\s*:[^=;\n]{1,80})?"
    r"(?:\s*=(?!=)|\s+of\b)([^;\n]{1,200})"
)
_WORD = regex(r"(?<![\w$.])[A-Za-z_$][\w$]*")
_STRING = regex(r"'[^'\n]{0,300}'|\"[^\"\n]{0,300}\"")
_FUNCTION = regex(r"=>|\bfunction\b")
_SIMPLE = regex(r"(?:this\.)?[\w$]{1,60}")
_PIECE = regex(r"\$\{([^{}]{0,200})\}")
_STEPS = 3
_LONGEST = 4_000


def is_memoised(target: Target, path: str, one: Awaited, item: str) -> bool:
    """Whether all rounds of a loop but the first find the answer in a cache: its key depends on
    nothing of the round."""
    caller = function_at(target, path, one.line)
    if caller is None:
        return False
    refs = meant_by(target, path, one)
    if len(refs) != 1 or refs[0] == caller:
        return False
    key = _key(target, refs[0], _STEPS)
    if key is None:
        return False
    start = one.whole.find(f"{one.name}(")
    given = _arguments(one.whole, start + len(one.name) + 1)[0] if start >= 0 else []
    names = {name for name, _ in outlined(target, caller).parameters}
    names -= set(_WORD.findall(item))
    return all(
        at < len(given)
        and _SIMPLE.fullmatch(given[at]) is not None
        and (given[at].startswith("this.") or given[at] in names)
        for at in key
    )


def _key(target: Target, ref: Ref, steps: int) -> frozenset[int] | None:
    """The parameters on which the key depends under which a function keeps all that it waits for;
    None when it waits for anything else."""
    function = outlined(target, ref)
    body = body_of(target, ref.path, function)
    names = [name for name, _ in function.parameters]
    memo = _MEMO.search(body)
    if memo is not None:
        given, end = _arguments(body, memo.end())
        makes = [one for one in given if _FUNCTION.search(one)]
        outside = len(_AWAIT.findall(body[: memo.start()])) + len(_AWAIT.findall(body[end:]))
        loads = ".load" in memo[0]
        if outside > 1 or (len(makes) != 1 and not loads):
            return None
        return _origins(body, names, [one for one in given if one not in makes])
    waits = list(_AWAITED.finditer(body))
    if not waits or len(waits) != len(_AWAIT.findall(body)) or steps == 0:
        return None
    found: set[int] = set()
    for wait in waits:
        line = function.line + body.count("\n", 0, wait.start())
        refs = callees_at(target, ref, wait[1], line)
        key = _key(target, refs[0], steps - 1) if len(refs) == 1 and refs[0] != ref else None
        given = _arguments(body, wait.end())[0]
        if key is None or any(at >= len(given) for at in key):
            return None
        origins = _origins(body, names, [given[at] for at in key])
        if origins is None:
            return None
        found |= origins
    return frozenset(found)


def _origins(body: str, names: list[str], texts: list[str]) -> frozenset[int] | None:
    """The parameters from which values are made; None where that is not known."""
    made: dict[str, str] = {}
    for match in _GIVEN.finditer(body):
        for name in _WORD.findall(match[1] or match[2]):
            made[name] = f"{made.get(name, '')} {match[3]}"
    found: set[int] = set()
    seen: set[str] = set()
    left = [word for text in texts for word in _words(text)]
    while left:
        word = left.pop()
        if word in seen or word == "this":
            continue
        seen.add(word)
        if word in names:
            found.add(names.index(word))
        elif word in made:
            left += _words(made[word])
        elif not word.isupper() and word not in ("await", "null", "undefined"):
            return None
    return frozenset(found)


def _words(text: str) -> list[str]:
    """The names of an expression, those in the pieces of a template too."""
    text = _STRING.sub("''", text)
    parts = text.split("`")
    plain = " ".join(parts[::2])
    pieces = [piece for part in parts[1::2] for piece in _PIECE.findall(part)]
    return [word for one in (plain, *pieces) for word in _WORD.findall(one)]


def _arguments(text: str, start: int) -> tuple[list[str], int]:
    """(arguments of a call, where it ends), from behind its bracket."""
    found, depth, begin = [], 0, start
    end = min(len(text), start + _LONGEST)
    for at in range(start, end):
        char = text[at]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                end = at
                break
        elif char == "," and not depth:
            found.append(text[begin:at].strip())
            begin = at + 1
    last = text[begin:end].strip()
    return ([*found, last] if last else found), end
