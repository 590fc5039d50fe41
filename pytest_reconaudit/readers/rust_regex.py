"""What Rust's ``regex`` crate surely refuses of a pattern.

Its engine promises linear time, so look-around and references to groups are syntax errors there,
whatever other engines take. Only what every version of the crate refuses is named; everything else
counts as right.
"""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["refusal"]

_VERBOSE = regex(r"\(\?[a-zA-Z]*x")
_COUNT = regex(r"\{\s*\d*\s*(?:,\s*\d*\s*)?\}")
_REFUSED = frozenset("GKXRhHkgeZQECNoOy")
"""Letters that other engines know after a backslash and that the crate refuses in all versions."""
_GROUPS = (
    ("?<=", "look-behind"),
    ("?<!", "look-behind"),
    ("?=", "look-ahead"),
    ("?!", "look-ahead"),
    ("?>", "an atomic group"),
    ("?(", "a conditional"),
    ("?#", "a comment group"),
    ("?P=", "a backreference"),
    ("?P>", "a recursion"),
    ("?&", "a recursion"),
)
_MOST = 20_000


def refusal(pattern: str, *, verbose: bool = False) -> str | None:
    """Why the crate refuses a pattern, for a sentence: ``look-ahead `(?=` ``.

    :param verbose: blanks and comments in the pattern mean nothing (``ignore_whitespace``).
    :returns: ``None`` when it may be right.
    """
    if len(pattern) > _MOST:
        return None
    if verbose or _VERBOSE.search(pattern):
        pattern = "\n".join(line.partition("#")[0] for line in pattern.split("\n"))
        whole = False
    else:
        whole = True
    depth = 0
    at, end = 0, len(pattern)
    operand = False
    while at < end:
        one = pattern[at]
        if one == "\\":
            if at + 1 == end:
                return "a lone `\\` at its end" if whole else None
            escaped = pattern[at + 1]
            if escaped.isascii() and escaped.isdigit():
                return f"a backreference `\\{escaped}`"
            if escaped in _REFUSED:
                what = "a backreference" if escaped in "kg" else "an escape that it does not know"
                return f"{what} `\\{escaped}`"
            at = _past_escape(pattern, at)
            operand = True
            continue
        if one == "[":
            after = _past_class(pattern, at)
            if after is None:
                return "a class `[` that is never closed" if whole else None
            at = after
            operand = True
            continue
        if one == "(":
            for mark, name in _GROUPS:
                if pattern.startswith(mark, at + 1):
                    return f"{name} `({mark}`"
            depth += 1
            operand = False
            if pattern.startswith("?", at + 1):
                flags = _flags(pattern, at + 2)
                if flags is not None and pattern[flags : flags + 1] == ")":
                    depth -= 1
                    at = flags
                elif flags is not None:
                    at = flags
        elif one == ")":
            depth -= 1
            if depth < 0:
                return "a `)` that closes nothing" if whole else None
            operand = True
        elif one == "|":
            operand = False
        elif one in "*+?":
            opens = one == "?" and pattern[at - 1 : at] == "("
            if not operand and whole and not opens:
                return f"a `{one}` that repeats nothing"
        elif one == "{" and whole:
            if not operand:
                return "a `{` that repeats nothing"
            counted = _COUNT.match(pattern, at)
            if counted is None:
                return "a `{` without a count"
            at = counted.end() - 1
        elif not (one.isspace() and not whole):
            operand = True
        at += 1
    return "a `(` that is never closed" if depth and whole else None


def _flags(pattern: str, at: int) -> int | None:
    """Where ``(?i-s`` ends: at its ``)`` or ``:``; ``None`` for names and what is not known."""
    start = at
    while at < len(pattern) and (pattern[at].isalpha() or pattern[at] == "-"):
        at += 1
    if at < len(pattern) and pattern[at] in "):":
        return at
    return start if at == start else None


def _past_escape(pattern: str, at: int) -> int:
    """The offset after an escape, ``\\p{Greek}`` and ``\\x{1F600}`` included."""
    if pattern[at + 1] in "pPxuUb" and pattern.startswith("{", at + 2):
        close = pattern.find("}", at + 2)
        if close >= 0:
            return close + 1
    return at + 2


def _past_class(pattern: str, at: int) -> int | None:
    """The offset after ``[…]``, nested classes included; ``None`` when nothing closes it."""
    depth = 0
    end = len(pattern)
    while at < end:
        one = pattern[at]
        if one == "\\":
            at += 2
            continue
        if one == "[":
            if depth and pattern.startswith("[:", at):
                close = pattern.find(":]", at + 2)
                if close >= 0 and pattern[at + 2 : close].lstrip("^").isalpha():
                    at = close + 2
                    continue
            depth += 1
            at += 1
            if pattern.startswith("^", at):
                at += 1
            if pattern.startswith("]", at):
                at += 1  # first in its class it means itself
            continue
        if one == "]":
            depth -= 1
            if not depth:
                return at + 1
        at += 1
    return None
