"""Shell arithmetic over known numbers: what counters and their tests come to."""

from __future__ import annotations

import re
from collections.abc import MutableMapping

from pytest_reconaudit.patterns import regex

__all__ = ["arithmetic"]

_TOKEN = regex(
    r"\s*(\d+|\$?\{?[A-Za-z_]\w*\}?|\+\+|--|[-+*/%]=|<=|>=|==|!=|&&|\|\||[-+*/%<>=!(),?:])"
)
_LIMIT = 40
_LEVELS = ({"||"}, {"&&"}, {"==", "!="}, {"<", ">", "<=", ">="}, {"+", "-"}, {"*", "/", "%"})


def arithmetic(text: str, values: MutableMapping[str, str | None]) -> int | None:
    """The value of an expression, its assignments carried out; ``None`` when it cannot be told.

    A variable that is missing from ``values``, or ``None`` in it, may hold anything: a script's
    surroundings may set it.
    """
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(tokens) >= _LIMIT:
            _forget(text, values)
            return None
        tokens.append(match[1])
        at = match.end()
    reading = _Reading(tokens, values)
    value = reading.assignment()
    if reading.at < len(tokens) or reading.failed:
        _forget(text, values)
        return None
    return value


def _forget(text: str, values: MutableMapping[str, str | None]) -> None:
    """What an expression that is not understood may have assigned is unknown from here on."""
    for name in re.findall(r"[A-Za-z_]\w*", text):
        if re.search(rf"{name}\s*(?:\+\+|--|[-+*/%&|^<>]*=(?!=))|(?:\+\+|--)\s*{name}", text):
            values[name] = None


class _Reading:
    def __init__(self, tokens: list[str], values: MutableMapping[str, str | None]) -> None:
        self.tokens, self.values = tokens, values
        self.at = 0
        self.failed = False
        self.depth = 0

    def _peek(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self.at += 1
        return token

    def assignment(self) -> int | None:
        name = self._peek()
        operator = self._peek(1)
        if re.fullmatch(r"[A-Za-z_]\w*", name) and operator in ("=", "+=", "-=", "*="):
            self.at += 2
            value = self.level(0)
            before = self._value(name)
            if operator != "=" and value is not None:
                if before is None:
                    value = None
                else:
                    value = {"+=": before + value, "-=": before - value, "*=": before * value}[
                        operator
                    ]
            self.values[name] = None if value is None else str(value)
            return value
        return self.level(0)

    def level(self, number: int) -> int | None:
        self.depth += 1
        if self.depth > 200:
            self.failed = True
            return None
        if number == len(_LEVELS):
            value = self.atom()
            self.depth -= 1
            return value
        left = self.level(number + 1)
        while self._peek() in _LEVELS[number] and not self.failed:
            operator = self._take()
            right = self.level(number + 1)
            left = _joined(operator, left, right)
        self.depth -= 1
        return left

    def atom(self) -> int | None:
        token = self._take()
        if token == "(":
            value = self.level(0)
            if self._take() != ")":
                self.failed = True
            return value
        if token in ("-", "+"):
            value = self.atom()
            return None if value is None else (-value if token == "-" else value)
        if token == "!":
            value = self.atom()
            return None if value is None else int(not value)
        if token in ("++", "--"):
            return self._stepped(self._take(), token, after=False)
        if token.isdigit():
            return int(token) if len(token) < 16 else None
        name = token.strip("${}")
        if re.fullmatch(r"[A-Za-z_]\w*", name):
            if self._peek() in ("++", "--"):
                return self._stepped(name, self._take(), after=True)
            return self._value(name)
        self.failed = True
        return None

    def _stepped(self, name: str, operator: str, *, after: bool) -> int | None:
        before = self._value(name)
        if before is None:
            self.values[name] = None
            return None
        now = before + (1 if operator == "++" else -1)
        self.values[name] = str(now)
        return before if after else now

    def _value(self, name: str) -> int | None:
        known = self.values.get(name)
        if known is None:
            return None
        known = known.strip() or "0"
        return int(known) if re.fullmatch(r"-?\d{1,15}", known) else None


def _joined(operator: str, left: int | None, right: int | None) -> int | None:
    if left is None or right is None:
        return None
    if operator in ("/", "%"):
        if right == 0:
            return None
        quotient = abs(left) // abs(right)
        if (left < 0) != (right < 0):
            quotient = -quotient
        return quotient if operator == "/" else left - quotient * right
    results = {
        "+": left + right,
        "-": left - right,
        "*": left * right,
        "<": int(left < right),
        ">": int(left > right),
        "<=": int(left <= right),
        ">=": int(left >= right),
        "==": int(left == right),
        "!=": int(left != right),
        "&&": int(bool(left and right)),
        "||": int(bool(left or right)),
    }
    value = results[operator]
    return value if abs(value) < 10**15 else None
