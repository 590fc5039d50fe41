"""Short expressions of source code: strings, brackets, what is wrapped around a value.

Written by hand, since the texts are a few words long and the same forms occur in Rust, scripts and
Python; whatever is not understood gives nothing, and nobody concludes anything from it.
"""

from __future__ import annotations

import re

from pytest_reconaudit.patterns import regex

__all__ = [
    "LAST_WORD", "LEADS", "TAILS", "TOLD", "WORD", "arguments_in", "as_hole", "closing_brace",
    "closing_bracket", "either", "is_constant", "is_hollow", "pieces_at", "shortened",
    "string_value", "stripped", "summands", "whole_number",
]  # fmt: skip

TAILS = regex(
    r"(?:\s*\.\s*(?:await|as_ref|as_mut|clone|get_ref|unwrap|deref|deref_mut|borrow|inner"
    r"|as_deref|as_str|to_string|to_owned|into|as_bytes|toString|trim|lower|encode"
    r"|get_inner|into_inner|asBytes|to_lowercase|toLowerCase)\b(?:\s*\(\s*(?:\"[^\"]*\")?\s*\))?|\s*\?|\s*!)+$"
)
LEADS = regex(r"^(?:\s*(?:&|\*|mut\b|await\b|new\b|\(\s*(?=await\b)))+\s*")
WORD = regex(r"[A-Za-z_$]\w*")
LAST_WORD = regex(r"([A-Za-z_$][\w$]*)(?:\s*\(\s*\)|\s*\[[^\[\]]{0,40}\]|\s*\))?\s*$")
_STRING = regex(
    r"(?:[rbuRBU]{0,2})(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`)", re.DOTALL
)
_F_STRING = regex(r"(?:[fF][rR]?|[rR][fF])(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')", re.DOTALL)
_RAW = regex(r"r(#*)\"(.*)\"\1", re.DOTALL)
TOLD = regex(
    r"\{(?:[\w.:]*\w\(|[A-Z][A-Z0-9_]{2,}\}|(?:\w+(?:\.|::))+[A-Z][A-Z0-9_]+\}|(?:\w+\.)*[A-Z][A-Z0-9_]{2,}\s*%)"
)
_CONSTANT = regex(r"[A-Z][A-Z0-9_]+")
_ARITHMETIC = regex(r"[\d_]+(?:\s*\*\s*[\d_]+){0,5}")


_LONGEST = 1_000
"""Characters of an expression that is a name or a key at all."""


def stripped(text: str) -> str:
    """An expression without references, clones and awaits."""
    if len(text) > _LONGEST:
        return text
    text = TAILS.sub("", LEADS.sub("", text.strip())).strip()
    return text.lstrip(".*")


def string_value(text: str) -> str | None:
    """The value of an expression that is one string literal."""
    text = text.strip()
    match = _STRING.fullmatch(text) or _F_STRING.fullmatch(text)
    if match is not None:
        inner = match[1][1:-1]
        return inner if "\n" not in inner else None
    match = _RAW.fullmatch(text)
    return match[2] if match is not None and "\n" not in match[2] else None


_LITERAL = r"(\"[^\"\\\n]{0,80}\"|'[^'\\\n]{0,80}'|`[^`\\\n$]{0,80}`)"
_OF_PYTHON = regex(rf"\s*{_LITERAL}\s+if\s+([^\n]{{1,200}}?)\s+else\s+")
_OF_SCRIPT = regex(rf"(?:[^?]|\?[.?]){{1,200}}?\?\s*{_LITERAL}\s*:")
_BLOCK = regex(r"\{([^{}]*)\}")
_MOST = 8


def either(text: str, language: str) -> tuple[str, ...]:
    """The values of an expression that is a string literal, or one of some by a condition."""
    text = text.strip()[:_LONGEST]
    while text.startswith("(") and text.endswith(")") and closing_bracket(text) == len(text) - 1:
        text = text[1:-1].strip()
    if language == "rust":
        given = _of_branches(text)
    else:
        pattern = _OF_PYTHON if language == "python" else _OF_SCRIPT
        given = []
        while len(given) < _MOST and (match := pattern.match(text)) is not None:
            given.append(match[1])
            text = text[match.end() :]
        given.append(text)
    values = [_plain(one) for one in given]
    return tuple([one for one in values if one is not None]) if None not in values else ()


def _of_branches(text: str) -> list[str]:
    """What the branches of ``if`` and ``match`` of Rust give, as written."""
    if text.startswith("if ") and "else" in text:
        return _BLOCK.findall(text)[:_MOST]
    if text.startswith("match ") and text.endswith("}"):
        arms = arguments_in(text[text.find("{") + 1 : -1])
        return [one.rpartition("=>")[2] for one in arms][:_MOST]
    return [text]


def _plain(text: str) -> str | None:
    """The value of a literal that nothing is put into."""
    text = stripped(text.rstrip().rstrip(";"))
    if text[:1] not in ("'", '"', "`"):
        return None
    value = string_value(text)
    return None if value is None or "{" in value else value


def is_constant(text: str) -> bool:
    return _CONSTANT.fullmatch(text.strip()) is not None


def as_hole(text: str) -> str:
    inner = " ".join(text.split()).replace("{", "(").replace("}", ")")
    return "{" + inner[:60] + "}"


def is_hollow(template: str) -> bool:
    """Whether a template holds nothing but holes."""
    return not re.search(r"[A-Za-z0-9]", re.sub(r"\{[^{}]*\}", "", template))


def shortened(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


def whole_number(text: str) -> int | None:
    """``60 * 60``, ``3_600``."""
    text = text.strip()
    if not _ARITHMETIC.fullmatch(text):
        return None
    product = 1
    for part in text.split("*"):
        digits = part.strip().replace("_", "")
        if not digits or len(digits) > 12:
            return None
        product *= int(digits)
    return product


def closing_bracket(text: str) -> int:
    """Where the bracket that opens a text closes."""
    depth, quote = 0, ""
    skip = False
    for index, char in enumerate(text):
        if skip:
            skip = False
        elif quote:
            if char == "\\":
                skip = True
            elif char == quote:
                quote = ""
        elif char in '"`':
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth == 0:
                return index
    return -1


def closing_brace(text: str, start: int) -> int:
    depth = 0
    for index in range(start, len(text)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            if depth == 0:
                return index
            depth -= 1
    return len(text)


def pieces_at(text: str, mark: str) -> list[str]:
    """Text split at a character outside of brackets and strings."""
    out, depth, quote, last = [], 0, "", 0
    paired = text.count("'") % 2 == 0
    skip = False
    for index, char in enumerate(text):
        if skip:
            skip = False
        elif quote:
            if char == "\\":
                skip = True
            elif char == quote:
                quote = ""
        elif char in '"`' or (char == "'" and paired):
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == mark and depth == 0:
            out.append(text[last:index])
            last = index + 1
    out.append(text[last:])
    return out


def arguments_in(text: str) -> list[str]:
    pieces = pieces_at(text, ",")
    return pieces if pieces[-1].strip() else pieces[:-1]


def summands(text: str) -> list[str]:
    if "+" not in text or "++" in text:
        return [text]
    return [one.strip() for one in pieces_at(text, "+")]
