"""Keys of caches as templates: literals, format strings, constants, helpers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cache_records import KeyHelper
from pytest_reconaudit.readers.cache_times import TimeReader, module_constant
from pytest_reconaudit.readers.cache_words import (
    LEADS,
    TAILS,
    TOLD,
    WORD,
    arguments_in,
    as_hole,
    closing_brace,
    closing_bracket,
    either,
    is_constant,
    is_hollow,
    string_value,
    stripped,
    summands,
)
from pytest_reconaudit.readers.code import Binding, Call, Code, Function
from pytest_reconaudit.readers.scanning import SCRIPT

__all__ = ["KeyReader"]

_PATHS = regex(
    r"(?:req|request|ctx|context|uri|url)\w*\.(?:path|originalUrl|url|uri|get_full_path|build_absolute_uri|match_pattern|full_path|nextUrl)\b",
    re.I,
)
_FORMAT = regex(r"(?:std::|alloc::)?format!\s*[(\[{]")
_STRING_OF = regex(
    r"(?:String::from|str|String|Cow::from|Cow::Borrowed|Cow::Owned|make_key|redis::Key)\s*\("
)
_PERCENT = regex(r"([rbuf]?(?:\"[^\"\n]*\"|'[^'\n]*'))\s*%\s*[\w(]")
_PERCENT_HOLE = regex(r"%(?:\(\w+\))?[-#0-9.]*[sdrfixu]")
_DOT_FORMAT = regex(r"([rbu]?(?:\"[^\"\n]*\"|'[^'\n]*'))\s*\.\s*format\s*\(")
_FORMAT_HOLE = regex(r"\{([^{}:!]*)(?:[:!][^{}]*)?\}")
_MATCH = regex(r"(?i:\bmatch)['\"]?\s*[:=]\s*([^,}]+)")
_KEY_FORM = regex(r"[\w.-]+:(?:[\w.:-]*:)?(?:%s|%d|\{\w*\})(?:$|:)")
_CONSTANT_NAME = regex(
    r"KEY|PREFIX|CACHE|TTL|EXPIR|REDIS|NAMESPACE|SECONDS|TIMEOUT|DURATION|LIFETIME|AGE"
)


_SEPARATED = regex(r"([\"'][^\"'\n]{1,3}[\"'])\s*\.\s*join\s*\(\s*([\[(])")
_LISTED = regex(r"\]\s*\.\s*join\s*\(\s*([\"'`][^\"'`\n]{1,3}[\"'`])\s*\)$")


def _joined(text: str) -> tuple[str, list[str]] | None:
    """(separator, parts) of ``":".join(["visits", str(id)])`` and ``["visits", id].join(":")``."""
    match = _SEPARATED.match(text)
    if match is not None and text.endswith(")"):
        inside = text[match.end() : -1].rstrip().rstrip(",").rstrip()
        if inside[-1:] not in ("]", ")"):
            return None
        mark, inner = string_value(match[1]), inside[:-1]
    else:
        match = _LISTED.search(text)
        if match is None or not text.startswith("[") or closing_bracket(text) != match.start():
            return None
        mark, inner = string_value(match[1]), text[1 : match.start()]
    parts = [one.strip() for one in arguments_in(inner) if one.strip()]
    if not mark or not parts or any(one.startswith(("...", "*")) for one in parts):
        return None
    if any(re.search(r"\bfor\b", one) for one in parts):
        return None
    return mark, parts


_FIELD = regex(
    rb"^[ \t]+(?:(?:private|public|protected|static|readonly|declare)[ \t]+){0,4}"
    rb"#?([A-Z][A-Z0-9_]{2,60})"
    rb"[ \t]*+(?::[ \t]*\w++[ \t]*+)?=[ \t]*+[\"'`]([\w:./|-]{1,80})[\"'`][ \t]*+[;\r]?$",
    re.MULTILINE,
)
_LASTS = regex(r"(?i)ttl|expir|^ex$|^px$|duration|lifetime|max_?age|timeout")


_STEPS = 300
"""Expressions that one key may be made of: names that stand for names multiply."""
_LONGEST = 600


_MOST_VARIANTS = 8
_LONGEST_BODY = 4_000


class KeyReader:
    """Reads the keys of one file."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.script = code.language in SCRIPT
        self._left = _STEPS
        self._parameters: dict[int, set[str]] = {}
        self._chosen: dict[str, tuple[str, ...]] = {}

    def keys(
        self, arguments: list[tuple[int, int]], call: Call, function: Function | None
    ) -> Iterator[tuple[str, str]]:
        """(template, parameter that is the whole key) of each key that a call is given."""
        self._chosen = {}
        if not arguments:
            return
        spans = [arguments[0]]
        if call.name in ("del", "unlink", "delete") and len(arguments) > 1 and self.script:
            spans = arguments
        for span in spans:
            text = LEADS.sub("", self.code.text(span))
            if text.startswith(("[", "vec![")) and text.endswith("]"):
                inner = text[text.index("[") + 1 : -1]
                pieces = [one for one in arguments_in(inner) if one.strip()]
                for piece in pieces[:20]:
                    yield self._key(piece.strip().lstrip("*."), call, function)
                continue
            yield self._key(text, call, function)

    def variants(self, key: str) -> tuple[str, ...]:
        """What one of the last keys stands for, where a hole is filled by one of some literals."""
        found = [key]
        for hole, values in self._chosen.items():
            if hole in key:
                found = [one.replace(hole, value) for one in found for value in values]
            if len(found) > _MOST_VARIANTS:
                return ()
        return tuple(dict.fromkeys(found)) if found != [key] else ()

    def matched(
        self, arguments: list[tuple[int, int]], call: Call, function: Function | None
    ) -> Iterator[tuple[str, str]]:
        """The pattern that a scan is given: its argument, or ``match`` of its options."""
        for span in arguments[:2]:
            text = self.code.text(span)
            match = _MATCH.search(text)
            if match is not None:
                yield self._key(match[1].strip(), call, function)
                return
        if arguments and not self.code.text(arguments[0]).strip().startswith("{"):
            yield self._key(LEADS.sub("", self.code.text(arguments[0])), call, function)

    def _key(self, text: str, call: Call, function: Function | None) -> tuple[str, str]:
        bare = stripped(text)
        if (
            function is not None
            and WORD.fullmatch(bare)
            and bare in self._given(function)
            and self.code.binding_of(bare, call.start, call.scope) is None
        ):
            return "", bare
        self._left = _STEPS
        key = self._template(text, call.start, call.scope, 0)
        if key and is_hollow(key) and not TOLD.search(key):
            return "", ""
        return key, ""

    def _template(self, text: str, at: int, scope: int, depth: int) -> str:
        """The template of an expression; a hole alone when it is not known."""
        self._left -= 1
        if len(text) > 2 * _LONGEST or self._left < 0:
            return ""
        text = LEADS.sub("", text.strip())
        text = TAILS.sub("", text).strip()
        if not text or len(text) > _LONGEST:
            return ""
        while (
            text.startswith("(") and text.endswith(")") and closing_bracket(text) == len(text) - 1
        ):
            text = TAILS.sub("", text[1:-1].strip())
        match = _FORMAT.match(text)
        if match is not None:
            return self._formatted(text[match.end() : -1], at, scope, depth)
        match = _STRING_OF.match(text)
        if match is not None and text.endswith(")"):
            return self._template(text[match.end() : -1], at, scope, depth)
        value = string_value(text)
        if value is not None:
            if text[0] == "`":
                return self._substituted(value, at, scope, depth, "${")
            if text[:1] in "fF" or text[:2].lower() in ("rf", "fr"):
                return self._substituted(value, at, scope, depth, "{")
            return value.replace("{", "(").replace("}", ")")
        pieces = summands(text)
        if len(pieces) > 1:
            if not any(string_value(one) is not None or is_constant(one) for one in pieces):
                return ""
            return "".join(self._template(one, at, scope, depth) or as_hole(one) for one in pieces)
        joined = _joined(text)
        if joined is not None:
            mark, given = joined
            return mark.join(self._part(one, at, scope, depth) for one in given)
        match = _PERCENT.match(text)
        if match is not None and self.code.language == "python":
            literal = string_value(match[1])
            if literal is not None:
                return _PERCENT_HOLE.sub("{}", literal)
        match = _DOT_FORMAT.match(text)
        if match is not None and text.endswith(")") and self.code.language == "python":
            literal = string_value(match[1])
            if literal is not None:
                given = arguments_in(text[match.end() : -1])
                return self._placed(literal, given, at, scope, depth)
        if WORD.fullmatch(text):
            if depth < 4:
                binding = self.code.binding_of(text, at, scope) or module_constant(self.code, text)
                if binding is not None and binding.value[1] > binding.value[0]:
                    value_text = self.code.text(binding.value)
                    if not self._changes(text, binding):
                        inner = self._template(value_text, binding.start, binding.scope, depth + 1)
                        if inner and not is_hollow(inner):
                            return inner
                        if inner and TOLD.search(inner):
                            return inner
            return self._hole(text, at, scope)
        return self._hole(text, at, scope)

    def _hole(self, text: str, at: int, scope: int) -> str:
        """The hole of an expression; what it may be is remembered where only literals are."""
        hole = as_hole(text)
        values = either(text, self.code.language)
        bare = stripped(text)
        if not values and WORD.fullmatch(bare):
            values = self._given_one_of(bare, at, scope)
        if len(values) > 1:
            self._chosen[hole] = values
        return hole

    def _given_one_of(self, name: str, at: int, scope: int) -> tuple[str, ...]:
        """The literals of which a local name is given one, in an expression or by the branches of
        a statement; none where something else may be given."""
        code = self.code
        found: dict[str, None] = {}
        function = code.function_at(scope)
        first = function.body[0] if function is not None else 0
        near = code.bindings_before(name, at, first, _MOST_VARIANTS)
        if not near:
            return ()
        for one in near:
            if one.value[1] > one.value[0]:
                values = either(code.text(one.value), code.language)
                if not values:
                    return ()
                found.update(dict.fromkeys(values))
        between = code.text(near[0].end, min(at, near[0].end + _LONGEST_BODY))
        again = rf"(?<![\w.$]){re.escape(name)}\s*=(?![=>])\s*([^;\n]{{1,160}})"
        for match in re.finditer(again, between):
            values = either(match[1], code.language)
            if not values:
                return ()
            found.update(dict.fromkeys(values))
        return tuple(found)

    def _part(self, text: str, at: int, scope: int, depth: int) -> str:
        """One of the parts that a key is joined of."""
        value = string_value(text)
        if value is not None and text[:1] not in "fF`":
            return value.replace("{", "(").replace("}", ")")
        return self._filled(text, at, scope, depth)

    def _changes(self, name: str, binding: Binding) -> bool:
        """Whether a name is appended to after its declaration."""
        near = self.code.text(binding.end, min(binding.end + 1_200, len(self.code.source)))
        return bool(re.search(rf"\b{re.escape(name)}\s*(?:\+=|\.push_str\(|\.push\()", near))

    def _formatted(self, inside: str, at: int, scope: int, depth: int) -> str:
        given = arguments_in(inside)
        literal = string_value(given[0].strip()) if given else None
        if literal is None:
            return ""
        return self._placed(literal, given[1:], at, scope, depth)

    def _placed(self, literal: str, given: list[str], at: int, scope: int, depth: int) -> str:
        """A format string with its holes filled in."""
        named = {}
        plain = []
        for one in given:
            name, equals, value = one.partition("=")
            if equals and WORD.fullmatch(name.strip()) and not value.startswith("="):
                named[name.strip()] = value.strip()
            else:
                plain.append(one.strip())
        out, last, number = [], 0, 0
        text = literal.replace("{{", "\x01").replace("}}", "\x02")
        for match in _FORMAT_HOLE.finditer(text):
            out.append(text[last : match.start()])
            last = match.end()
            what = match[1]
            if not what:
                value = plain[number] if number < len(plain) else ""
                number += 1
            elif what.isdecimal() and len(what) < 4:
                value = plain[int(what)] if int(what) < len(plain) else ""
            else:
                value = named.get(what, what)
            out.append(self._filled(value, at, scope, depth))
        out.append(text[last:])
        return "".join(out).replace("\x01", "(").replace("\x02", ")")

    def _substituted(self, literal: str, at: int, scope: int, depth: int, mark: str) -> str:
        """A template literal or an f-string with its holes filled in."""
        out, position = [], 0
        while True:
            found = literal.find(mark, position)
            if found < 0:
                out.append(literal[position:])
                return "".join(out)
            if mark == "{" and literal[found : found + 2] == "{{":
                out.append(literal[position:found] + "(")
                position = found + 2
                continue
            out.append(literal[position:found])
            start = found + len(mark)
            end = closing_brace(literal, start)
            inner = literal[start:end]
            if mark == "{":
                inner = re.sub(r"(?:![rsa])?(?::[^:{}]*)?$", "", inner)
            out.append(self._filled(inner, at, scope, depth))
            position = end + 1

    def _filled(self, expression: str, at: int, scope: int, depth: int) -> str:
        """What stands for one hole: a constant's text, else the hole."""
        bare = stripped(expression)
        if WORD.fullmatch(bare) and is_constant(bare) and depth < 4:
            inner = self._template(bare, at, scope, depth + 1)
            if inner:
                return inner
        if WORD.fullmatch(bare) and depth < 3:
            binding = self.code.binding_of(bare, at, scope)
            if binding is not None and binding.value[1] > binding.value[0]:
                text = stripped(self.code.text(binding.value))
                if string_value(text) is not None and text[0] in "\"'":
                    if len(self._given_one_of(bare, at, scope)) > 1 and self._is_changed(
                        bare, binding, at
                    ):
                        return self._hole(bare, at, scope)
                    return string_value(text) or as_hole(bare)
                whole = self.code.text(binding.value)
                if len(whole) < 120 and _PATHS.search(whole):
                    return as_hole(whole)
        return self._hole(expression, at, scope)

    def _is_changed(self, name: str, binding: Binding, at: int) -> bool:
        """Whether a branch between a declaration and a place gives a name another value."""
        between = self.code.text(binding.end, min(at, binding.end + _LONGEST_BODY))
        return re.search(rf"(?<![\w.$]){re.escape(name)}\s*=(?![=>])", between) is not None

    def helpers(self) -> Iterator[KeyHelper]:
        code = self.code
        for function in code.functions:
            start, end = function.body
            if not 4 < end - start < 420 or function.is_test:
                continue
            quick = code.source[start:end]
            if quick.count(b"\n") > 12 or not any(mark in quick for mark in (b'"', b"'", b"`")):
                continue
            body = code.text(start, end).strip()
            if body.startswith("{") and body.endswith("}"):
                body = body[1:-1].strip()
            body = re.sub(
                r"^(?:\"\"\"(?:[^\"]|\"(?!\"\"))*\"\"\"|'[^'\n]*'\s*\n)", "", body
            ).strip()
            body = re.sub(r"^(?:\s*(?://|#)[^\n]*\n)+", "", body).strip()
            body = re.sub(r"^return\s+", "", body).rstrip(";").strip()
            if not body or body[-1] not in "\"'`)" or ";" in body or "\n\n" in body:
                continue
            if not (body[0] in "\"'`fF" or body.startswith("format!") or _joined(body) is not None):
                continue
            scope = function.scope
            self._left = _STEPS
            template = self._template(body, end, scope if scope >= 0 else 0, 0)
            if (
                not template
                or is_hollow(template)
                or " " in template
                or "<" in template
                or len(template) > 160
            ):
                continue
            if not re.search(r"[:/_.\-]", template) and "key" not in function.name.lower():
                continue
            yield KeyHelper(
                function.name,
                function.owner,
                function.modules,
                template,
                code.line(function.name_at),
            )

    def constants(self) -> Iterator[tuple[str, str]]:
        yield from self._fields()
        for one in self.code.bindings:
            if one.scope != 0 or not is_constant(one.name) or one.value[1] - one.value[0] > 120:
                continue
            text = self.code.text(one.value)
            value = string_value(text.strip())
            if not _CONSTANT_NAME.search(one.name) and not (value and _KEY_FORM.match(value)):
                continue
            if value is not None:
                if 0 < len(value) <= 80 and " " not in value:
                    yield one.name, value
                continue
            at = Call(-1, "", (), one.start, one.end, one.start, (0, 0), (), 0, False)
            seconds, _ = TimeReader(self.code).seconds(text, at)
            if seconds > 0:
                yield one.name, str(seconds)

    def _given(self, function: Function) -> set[str]:
        """The names of a function's parameters."""
        names = self._parameters.get(function.index)
        if names is None:
            names = {stripped(one.name) for one in function.parameters}
            # `set({ key, value })`: what it is given in one object is a parameter too.
            for one in function.parameters if self.script else ():
                if one.name.startswith("{"):
                    names.update(WORD.findall(one.name))
            self._parameters[function.index] = names
        return names

    def _fields(self) -> Iterator[tuple[str, str]]:
        """Constants of classes: ``private readonly PREFIX = "carts"``."""
        if self.code.language == "rust":
            return
        for match in _FIELD.finditer(self.code.source):
            if _CONSTANT_NAME.search(name := match[1].decode()):
                yield name, match[2].decode("utf-8", "replace")

    def of_object(
        self, span: tuple[int, int], call: Call, function: Function | None
    ) -> tuple[tuple[str, str], str] | None:
        """((template, parameter that is the whole key), what says for how long) of a write that is
        given one object: ``set({ key: `cart:${id}`, value, ttl: 60 })``."""
        text = self.code.text(span).strip()
        if not text.startswith("{") or not text.endswith("}") or len(text) > 2 * _LONGEST:
            return None
        named = {}
        for one in arguments_in(text[1:-1]):
            name, colon, value = one.partition(":")
            named[name.strip()] = value.strip() if colon else name.strip()
        key = named.get("key") or named.get("cacheKey")
        if not key:
            return None
        lasts = next((value for name, value in named.items() if _LASTS.search(name)), "")
        return self._key(key, call, function), lasts
