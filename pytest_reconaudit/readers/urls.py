"""The URLs in a command line: what ``curl``, ``wget``, ``nc`` … are asked to reach.

A URL in a shell text is more than :mod:`urllib.parse` takes: quotes around parts of it, a scheme
left out (``localhost:8080/health``), variables with defaults (``${PORT:-8080}``), credentials.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = ["LOOPBACK", "LocalUrl", "local_url", "urls_in"]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "::1", "[::1]", "[::]", "ip6-localhost"})
"""Hosts that mean the container itself."""

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "grpc": 50051}
_VARIABLE = regex(
    r"\$\{(?P<braced>[A-Za-z_]\w*)(?:(?P<how>:?[-=?+])(?P<default>[^{}$]{0,100}))?\}"
    r"|\$(?P<bare>[A-Za-z_]\w*)"
)
_HOST = r"(?:\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,250}[A-Za-z0-9_])?)"
_REST = r"(?P<rest>[/?#][^\s'\"`<>|;&)\\\]},]{0,500}(?:&[\w.%~-]+=[^\s'\"`<>|;&)\\]{0,200}){0,20})?"
_WITH_SCHEME = regex(
    rf"(?<![\w.+-])(?P<scheme>https?|wss?|grpc)://(?:[^\s/@'\"$]{{1,100}}@)?(?P<host>{_HOST})"
    rf"(?::(?P<port>[^\s/?#'\"`|;&)\\,\]}}]{{1,40}}))?{_REST}",
    re.IGNORECASE,
)
_WITHOUT_SCHEME = regex(
    rf"(?<![\w./:@=+$~-])(?P<host>{_HOST}):(?P<port>\d{{1,5}})(?![\w.:]){_REST}"
)
_BARE_LOCAL = regex(
    rf"(?<![\w./:@=+$~-])(?P<host>localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?P<port>){_REST}(?=$|\s)"
)
_COMPUTED_PORT = regex(
    r"""(?P<before>://(?:\[[\da-fA-F:.]{2,45}\]|[A-Za-z0-9_.-]{1,253}):)(?:
        \$?\{[^{}\n]{0,200}\} | \$\([^()\n]{0,200}\) | `[^`\n]{1,200}` | %[sd]
      | ['"]\$\{?\w{1,100}\}?['"]
      | ['"`]\s{0,9}\+\s{0,9}
        (?:[\w.\[\]]{0,100}\([^()\n]{0,200}\)|[\w.\[\]]{1,100})
        \s{0,9}\+\s{0,9}['"`]
    )""",
    re.VERBOSE,
)
"""``:${process.env.PORT||80}``, ``:'+port+'``, ``:{port}``, ``:%s``, ``:$(cat port)``."""
_LITERALS_JOINED = regex(r"""(?<=[\w/])(['"])\s{0,9}\+\s{0,9}\1(?=[/?\w])""")
_GOES_ON = regex(r"""['"`](?:\s{0,9}(?:\+|%\s|\.concat\b)|[$\w/])""")
"""What continues a text whose quotes have closed."""
_FETCHERS = frozenset({"curl", "wget", "http", "https", "xh", "httpie", "wget2", "curlie"})
_DEV_TCP = regex(r"/dev/tcp/(?P<host>[\w.$\{}:-]{1,100})/(?P<port>\d{1,5})(?!\d)")
_OTHERS = frozenset({"nc", "ncat", "netcat", "nmap"})
_BREAK = regex(r"[|;&\n]|\bthen\b|\bdo\b")
_WORDS = regex(r"'[^']*'|\"[^\"]*\"|[^\s'\"]+")
_MAX_TEXT = 20_000


class LocalUrl(Struct, frozen=True):
    """One address that a command asks for."""

    scheme: str
    """``http``, ``https`` …; ``tcp`` when only a connection is made."""
    host: str
    """Lower case, without brackets."""
    port: int | None
    """The scheme's own when none is written; ``None`` when a variable hides it."""
    path: str
    """Begins with ``/``, without query and fragment; empty for ``tcp``. A variable stays as it is
    written."""
    text: str
    """As it stands in the command."""
    offset: int
    """Where it begins in the text."""

    @property
    def local(self) -> bool:
        """Whether it is the caller itself that is asked."""
        return self.host in LOOPBACK or self.host == "::"

    @property
    def known(self) -> bool:
        """Whether host and path hold no variable."""
        return "$" not in self.path and "$" not in self.host and "{" not in self.path


def local_url(
    command: str | Sequence[str], variables: Mapping[str, str] | None = None
) -> list[tuple[str, str, int | None, str]]:
    """The addresses on the caller's own host in a command, as (scheme, host, port, path).

    :param command: a shell text, or the words of an exec form.
    :param variables: values for ``$NAME``; a default (``${PORT:-8080}``) is used without one.
    """
    found = urls_in(command, variables)
    return [(one.scheme, one.host, one.port, one.path) for one in found if one.local]


def urls_in(
    command: str | Sequence[str], variables: Mapping[str, str] | None = None
) -> tuple[LocalUrl, ...]:
    """Every address in a command, in order; without a scheme only ``host:port/path`` is one."""
    text = command if isinstance(command, str) else " ".join(command)
    text = text[:_MAX_TEXT]
    filled = _expanded(text, variables or {})
    if "://" in filled:
        filled = _COMPUTED_PORT.sub(r"\g<before>$PORT", _LITERALS_JOINED.sub("", filled))
    found: dict[int, LocalUrl] = {}
    spans: list[tuple[int, int]] = []
    for match in _WITH_SCHEME.finditer(filled):
        scheme = match["scheme"].lower()
        port = _port(match["port"], _DEFAULT_PORTS.get(scheme))
        found[match.start()] = _made(match, scheme, port)
        spans.append(match.span())
    for start, end, fetches in _commands(filled):
        if fetches == "http":
            for pattern in (_WITHOUT_SCHEME, _BARE_LOCAL):
                for match in pattern.finditer(filled, start, end):
                    if not _inside(match.start(), spans) and not _is_option(filled, match):
                        port = _port(match["port"], 80)
                        found[match.start()] = _made(match, "http", port)
                        spans.append(match.span())
        elif fetches == "tcp":
            one = _connection(filled, start, end)
            if one is not None:
                found[one.offset] = one
    for match in _DEV_TCP.finditer(filled):
        host = match["host"].lower()
        found[match.start()] = LocalUrl(
            "tcp", host, _port(match["port"], None), "", match[0], match.start()
        )
    return tuple(found[offset] for offset in sorted(found))


def _made(match: re.Match[str], scheme: str, port: int | None) -> LocalUrl:
    rest = re.split(r"[?#]", match["rest"] or "", maxsplit=1)[0]
    written = match["port"] or ""
    if written[:1].isdigit() and "$" in written:
        port, rest = _port(written.partition("$")[0], None), f"/${written.partition('$')[2]}{rest}"
    elif _GOES_ON.match(match.string, match.end()):
        # What follows may be the rest of the port as well as more of the path.
        port, rest = (port if rest or written else None), f"{rest or '/'}$"
    return LocalUrl(
        scheme=scheme,
        host=match["host"].lower().strip("[]"),
        port=port,
        path=rest or "/",
        text=match[0],
        offset=match.start(),
    )


def _port(written: str | None, default: int | None) -> int | None:
    if not written:
        return default
    return int(written) if written.isascii() and written.isdigit() and len(written) < 6 else None


def _inside(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


_VALUE_OPTIONS = regex(
    r"(?:^|\s)(?:-H|--header|-x|--proxy|-d|--data(?:-\w+)?|-o|--output|-O|-u|--user|-A|-e"
    r"|--resolve|--connect-to|-w|--write-out|--user-agent|-b|--cookie)(?:\s+|=)['\"]?(?:[Hh]ost:\s*)?$"
)


def _is_option(text: str, match: re.Match[str]) -> bool:
    """Whether what looks like an address is the value of an option (``-H 'Host: a:80'``)."""
    return _VALUE_OPTIONS.search(text, max(0, match.start() - 60), match.start()) is not None


def _commands(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, ``http`` or ``tcp``) of each simple command that opens a connection."""
    start = 0
    for at in [*(match.start() for match in _BREAK.finditer(text)), len(text)]:
        for word in _WORDS.finditer(text, start, at):
            name = word[0].strip("'\"([{!").rpartition("/")[2]
            if name in _FETCHERS:
                yield word.end(), at, "http"
                break
            if name in _OTHERS:
                yield word.end(), at, "tcp"
                break
        start = at + 1


def _connection(text: str, start: int, end: int) -> LocalUrl | None:
    """``nc -z localhost 8080``."""
    words = [
        (word[0].strip("'\""), word.start())
        for word in _WORDS.finditer(text, start, end)
        if not word[0].startswith("-")
    ]
    for (host, at), (port, _) in pairwise(words):
        if port.isascii() and port.isdigit() and len(port) < 6 and not host.isdigit():
            shown = f"{host} {port}"
            return LocalUrl("tcp", host.lower().strip("[]"), int(port), "", shown, at)
    return None


def _expanded(text: str, variables: Mapping[str, str]) -> str:
    """The text with the variables that are known, or have a default, filled in."""
    if "$" not in text:
        return text

    def filled(match: re.Match[str]) -> str:
        name = match["braced"] or match["bare"]
        how, default = match["how"] or "", match["default"] or ""
        value = variables.get(name)
        if how.endswith("+"):
            return default if value else ""
        if value is not None and (value or not how.startswith(":")):
            return value
        return default if how.endswith(("-", "=")) else match[0]

    return _VARIABLE.sub(filled, text)
