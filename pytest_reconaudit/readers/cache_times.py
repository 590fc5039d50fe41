"""Times to live, as the clients of caches take them, in seconds."""

from __future__ import annotations

import re
from functools import cached_property

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_records import NO_TTL, OWN_TTL, UNKNOWN_TTL
from pytest_reconaudit.readers.cache_words import (
    LEADS,
    WORD,
    is_constant,
    string_value,
    whole_number,
)
from pytest_reconaudit.readers.code import Binding, Call, Code
from pytest_reconaudit.readers.scanning import SCRIPT

__all__ = ["TimeReader", "module_constant"]

_MADE_BY = regex(r"=>|\bfunction\b|\blambda\b|^\|")
_KEYWORD = regex(r"([a-z_]+)\s*=(?!=)\s*")
_SOME = regex(r"Some\s*\((.*)\)", re.DOTALL)
_DURATION = regex(
    r"\b(?:Duration|TimeDelta|chrono::Duration)::(?:from_)?(\w+)\s*\(\s*([^()]*)\s*\)"
)
_TIMEDELTA = regex(r"(?:datetime\.)?timedelta\s*\(([^()]*)\)(?:\.total_seconds\(\))?")
_TTL_FIELD = regex(
    r"['\"]?\b(EX|PX|ex|px|ttl|TTL|ttlMs|pttl|expiration|expire|expires?In|ttlSeconds|timeout)['\"]?\s*:\s*([^,}]+)"
)


_FOR = regex(r"([\w$]+)\s*(?::[^=;\n]{0,120})?=\s*(?:new\s+)?(?:\w+\.)*$")
_LAST_NAME = regex(r"([\w$]+)\s*[?!]?$")
_A_CACHE = regex(r"[cC]ache|CACHE|LRU|TTL|Ttl|Expir")
_TIMED = regex(r"TTL|Ttl|Expir|Timed")
_MAKER_WORD = regex(
    r"ttl|expir|time_?out|max_?age|life_?time|seconds|minutes|Duration", re.IGNORECASE
)
_MAKER_FIELD = regex(
    r"\b(ttl|TTL|ttlMs|maxAge|expiry|expires?In|ttlSeconds|stdTTL|ttl_seconds|timeout)\s*[:=]\s*([^,}=]+)"
)
_THOUSANDTHS = regex(
    r"(?<![a-z])(?:ms|millis|milliseconds)\b|_MS\b|[a-z]M[sS]\b|_?millis", re.IGNORECASE
)
_IN_MS = frozenset({"LRUCache", "LRU", "QuickLRU", "TTLCache"})
"""Packages of npm that count in milliseconds."""
_LONGEST = 600


class TimeReader:
    """Reads the times to live in one file."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.script = code.language in SCRIPT

    def ttl(
        self,
        method: str,
        store: str,
        arguments: list[tuple[int, int]],
        call: Call,
        *,
        wraps: bool = False,
    ) -> tuple[int, str]:
        """(seconds, the expression) of the time to live that a write is given.

        :param wraps: it is given a function that makes the value, before or behind the time.
        """
        texts = [self.code.text(one) for one in arguments]
        lowered = method.lower().replace("_", "")
        if lowered in ("mset", "setmany", "setmultiple", "msetnx"):
            return UNKNOWN_TTL, ""
        if lowered in ("setex", "psetex"):
            if len(texts) < 3:
                return UNKNOWN_TTL, ""
            # The redis crate puts the seconds last; the command and its other clients second.
            second = self.code.language == "rust" and call.name != "cmd"
            seconds, text = self.seconds(texts[2] if second else texts[1], call)
            if seconds > 0 and lowered == "psetex":
                seconds //= 1000
            return seconds, text
        if lowered == "rememberforever":
            return NO_TTL, ""
        rest = texts[2:]
        if wraps and len(texts) == 3 and self._is_plain(texts[1], call):
            rest = texts[1:2]
        elif len(texts) > 2 and lowered.startswith("remember") and _MADE_BY.search(texts[-1]):
            rest = texts[1:-1]  # key, time to live, what makes the value
        if self.code.language == "rust" and call.name == "cmd":
            return self._given(rest, call) if rest else (NO_TTL, "")
        if self.code.language == "python":
            for one in texts[1:]:
                match = _KEYWORD.match(one)
                if match is not None:
                    if match[1] in (
                        "ex",
                        "px",
                        "exat",
                        "pxat",
                        "timeout",
                        "ttl",
                        "expire",
                        "expires",
                        "expiry",
                        "time",
                        "expiration",
                    ):
                        seconds, text = self.seconds(one[match.end() :], call)
                        if match[1].startswith("px") and seconds > 0:
                            seconds //= 1000
                        return (UNKNOWN_TTL, text) if match[1].endswith("at") else (seconds, text)
                    if match[1] in ("keepttl",):
                        return UNKNOWN_TTL, ""
                elif one.startswith("**"):
                    return UNKNOWN_TTL, ""
            positional = [one for one in rest if not _KEYWORD.match(one)]
            if positional:
                return self.seconds(positional[0], call)
            return (NO_TTL if store == "redis" else OWN_TTL), ""
        if not rest:
            return (NO_TTL if store == "redis" else OWN_TTL), ""
        return self._given(rest, call)

    def _is_plain(self, text: str, call: Call) -> bool:
        """Whether an argument is a number of seconds, and no function or value to keep."""
        return _MADE_BY.search(text) is None and self.seconds(text, call)[0] > 0

    def of_maker(self, call: Call) -> tuple[int, str] | None:
        """The time to live that the cache that a call is made on was given when it was made:
        ``const counts = new TtlCache(TTL_MS, …)``, ``this.counts = new LRUCache({ ttl: 60_000 })``,
        ``counts = TTLCache(maxsize=100, ttl=60)``; nothing where that is not told."""
        name = _LAST_NAME.search(self.code.text(call.receiver)[-80:])
        return self._made.get(name[1]) if name is not None else None

    @cached_property
    def _made(self) -> dict[str, tuple[int, str] | None]:
        """Name → the time to live of the cache that is made for it; nothing where several are."""
        found: dict[str, tuple[int, str] | None] = {}
        for maker in self.code.calls:
            if not maker.name[:1].isupper() or _A_CACHE.search(maker.name) is None:
                continue
            match = _FOR.search(self.code.text(max(maker.start - 160, 0), maker.start))
            if match is not None:
                found[match[1]] = None if match[1] in found else self._of(maker)
        return found

    def _of(self, maker: Call) -> tuple[int, str] | None:
        for index, argument in enumerate(maker.arguments[:4]):
            text = self.code.text(argument)[:_LONGEST]
            field = _MAKER_FIELD.search(text)
            timed = _MAKER_WORD.search(text) is not None or (
                index == 0 and text[:1] != "{" and _TIMED.search(maker.name) is not None
            )
            if field is None and not timed:
                continue
            word, value = (field[1], field[2]) if field is not None else ("", text)
            thousandths = (self.script and maker.name in _IN_MS) or (
                _THOUSANDTHS.search(f"{word} {value}") is not None
            )
            seconds, shown = self.seconds(value, maker, told=thousandths)
            if seconds <= 0:
                continue
            return (max(seconds // 1000, 1) if thousandths else seconds), shown
        return None

    def _given(self, rest: list[str], call: Call) -> tuple[int, str]:
        """Of what follows key and value: ``'EX', 60``, ``{ EX: 60 }``, ``Some(ttl)``, ``60``."""
        for index, one in enumerate(rest):
            word = (string_value(one) or "").upper()
            if word in ("EX", "PX", "EXAT", "PXAT", "KEEPTTL"):
                if word in ("KEEPTTL", "EXAT", "PXAT") or index + 1 >= len(rest):
                    return UNKNOWN_TTL, ""
                seconds, text = self.seconds(rest[index + 1], call, told=True)
                return (seconds // 1000 if word == "PX" and seconds > 0 else seconds), text
            if one.lstrip().startswith("{"):
                match = _TTL_FIELD.search(one)
                if match is None:
                    return (UNKNOWN_TTL if "..." in one else NO_TTL), ""
                told = match[1].lower() in ("ex", "px", "pttl", "ttlms", "ttlseconds")
                seconds, text = self.seconds(match[2], call, told=told)
                if match[1].lower() in ("px", "ttlms", "pttl") and seconds > 0:
                    seconds //= 1000
                return seconds, text
        words = [(string_value(one) or "").upper() for one in rest]
        if words and all(word in ("NX", "XX", "GET") for word in words):
            return NO_TTL, ""
        for one in reversed(rest):
            seconds, text = self.seconds(one, call)
            if seconds != UNKNOWN_TTL or re.search(
                r"ttl|expir|timeout|second|duration", text, re.I
            ):
                return seconds, text
        return UNKNOWN_TTL, ""

    def seconds(
        self, text: str, call: Call, depth: int = 0, *, told: bool = False
    ) -> tuple[int, str]:
        """(seconds, the expression) of a time to live.

        :param told: whether its unit is known; else a large number is taken for milliseconds.
        """
        if len(text) > _LONGEST:
            return UNKNOWN_TTL, text[:60]
        text = LEADS.sub("", " ".join(text.split())).strip().rstrip(",")
        shown = text[:60]
        if text in ("None", "undefined", "null", "Option::None", "-1"):
            return NO_TTL, shown
        match = _SOME.fullmatch(text)
        if match is not None:
            text = match[1]
        match = _DURATION.search(text)
        if match is not None:
            number = whole_number(match[2])
            if number is None:
                inner = self.seconds(match[2], call, depth + 1)[0]
                number = inner if inner >= 0 else None
            if number is None:
                return UNKNOWN_TTL, shown
            scale = {
                "milli": 0.001,
                "sec": 1,
                "min": 60,
                "hour": 3600,
                "day": 86400,
                "week": 604800,
            }
            unit = next((by for word, by in scale.items() if word in match[1]), 1)
            return int(number * unit), shown
        match = _TIMEDELTA.fullmatch(text)
        if match is not None:
            total = 0
            for unit, value in re.findall(r"(\w+)\s*=\s*([\d_*\s]+)", match[1]):
                number = whole_number(value)
                by = {
                    "days": 86400,
                    "hours": 3600,
                    "minutes": 60,
                    "seconds": 1,
                    "weeks": 604800,
                }.get(unit)
                if number is None or by is None:
                    return UNKNOWN_TTL, shown
                total += number * by
            return (total or UNKNOWN_TTL), shown
        bare = re.sub(
            r"\s+as\s+\w+$|\.as_secs\(\)|(?:_?[ui](?:8|16|32|64|size))$", "", text
        ).strip()
        number = whole_number(bare)
        if number is not None:
            if self.script and number >= 100_000 and not told:
                number //= 1000
            return (
                number if number > 0 else NO_TTL if self.code.language != "python" else 0
            ), shown
        word = re.sub(r"^(?:self|this|Self)(?:\.|::)", "", bare)
        if WORD.fullmatch(word) and depth < 3:
            binding = self.code.binding_of(word, call.start, call.scope) or module_constant(
                self.code, word
            )
            if binding is None and bare != word:
                binding = next(iter(self.code.bindings_named(word)), None)
            if binding is not None and binding.value[1] > binding.value[0]:
                value = self.code.text(binding.value)
                return self.seconds(value, call, depth + 1, told=told)[0], shown
        return UNKNOWN_TTL, shown


def module_constant(code: Code, name: str) -> Binding | None:
    """The declaration of a constant at the top of a file, when there is one only."""
    if not is_constant(name):
        return None
    found = [one for one in code.bindings_named(name) if one.scope == 0]
    return found[0] if len(found) == 1 else None
