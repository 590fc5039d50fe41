"""Go, by pattern: no grammar of it is a dependency, and its servers are started by few calls.

Values are followed only through literals, constants of the same file and ``os.Getenv`` with an
``if x == "" { x = "8080" }`` behind it. All else has no value.
"""

from __future__ import annotations

import re

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.binds import ServerBind, SourceBinds, Text, Variable, split_address

__all__ = ["go_binds", "may_listen"]

_BIND = regex(
    r"(?<![\w.])(?:(?P<http>http\.ListenAndServe(?:TLS)?)|(?P<net>net\.Listen)|"
    r"(?P<run>(?:r|router|engine|app|e|server|srv|gin|api|g)\.(?:Run|Start|Listen))"
    r"|(?P<field>Addr)(?=\s*:))(?P<open>\s*[(:]\s*)(?P<args>[^\n]{0,160})"
)
_MAY = ("ListenAndServe", "net.Listen(", ".Run(", ".Start(", ".Listen(", "http.Server{")
_STRING = regex(r'"((?:[^"\\\n]|\\.)*)"')
_NETWORK = regex(r'\s*"(?:tcp[46]?)"\s*,\s*')


def may_listen(text: str) -> bool:
    """Whether a file may start a server."""
    return any(word in text for word in _MAY)


def go_binds(text: str, path: str) -> SourceBinds:
    """Every server start of a Go file."""
    found = []
    plain = re.sub(r"(?m)^\s*//[^\n]*", lambda m: " " * len(m[0]), text)
    for match in _BIND.finditer(plain):
        if match["field"] and "http.Server{" not in plain:
            continue
        if bool(match["field"]) == ("(" in match["open"]):
            continue
        arguments = match["args"]
        at = match.start("args")
        if match["net"]:
            network = _NETWORK.match(arguments)
            if network is None:
                continue
            at += network.end()
            arguments = arguments[network.end() :]
        if match["run"] and not re.match(r'\s*(?:"[^"]*:\d|":"\s*\+|fmt\.Sprintf\(":)', arguments):
            continue
        value = _value(_first_argument(arguments), plain)
        host, port = split_address(value)
        line = plain.count("\n", 0, at) + 1
        column = at - (plain.rfind("\n", 0, at) + 1) + 1
        written = text[match.start() : match.end()].strip()
        found.append(ServerBind(Place(path, line, column), written[:120], host, port, "Go server"))
    return SourceBinds(path, tuple(found))


def _first_argument(text: str) -> str:
    depth, quoted = 0, False
    for index, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                return text[:index].strip()
        elif char == "," and depth == 0:
            return text[:index].strip()
    return text.strip()


def _value(text: str, source: str, depth: int = 0) -> Text | None:
    text = text.strip()
    if depth > 5 or not text:
        return None
    if string := _STRING.fullmatch(text):
        return (string[1],)
    if text.isdigit():
        return (text,)
    if "+" in text:
        out: list[str | Variable] = []
        for part in text.split("+"):
            piece = _value(part, source, depth + 1)
            if piece is None:
                return None
            out.extend(piece)
        merged: list[str | Variable] = []
        for one in out:
            if isinstance(one, str) and merged and isinstance(merged[-1], str):
                merged[-1] += one
            else:
                merged.append(one)
        return tuple(merged)
    if call := re.fullmatch(r'fmt\.Sprintf\(\s*"([^"%]*)%[sdv]"\s*,\s*([\w.()"]+)\s*\)', text):
        inner = _value(call[2], source, depth + 1)
        return (call[1], *inner) if inner is not None else None
    if env := re.fullmatch(r'os\.Getenv\(\s*"(\w+)"\s*\)', text):
        return (Variable(key=env[1]),)
    if re.fullmatch(r"[A-Za-z_]\w*", text):
        return _variable(text, source, depth)
    return None


def _variable(name: str, source: str, depth: int) -> Text | None:
    given = re.findall(rf"(?m)\b{name}\s*(?::=|=(?!=))\s*([^\n;{{]{{1,160}})", source)
    values = [_value(re.sub(r"\s*//.*", "", one), source, depth + 1) for one in given]
    if len(values) == 1:
        return values[0]
    if len(values) == 2:
        # port := os.Getenv("PORT"); if port == "" { port = "8080" }, or the other way round.
        keys = [v for v in values if v and len(v) == 1 and isinstance(v[0], Variable)]
        plain = [v for v in values if v and all(isinstance(piece, str) for piece in v)]
        if len(keys) == 1 and len(plain) == 1 and isinstance(keys[0][0], Variable):
            return (Variable(key=keys[0][0].key, default=plain[0]),)
    return None
