"""Who asks for which port: every place that names a host and a port to reach something.

Proxies, env files, compose and Kubernetes environments, workflows, scripts, load scripts and dev
server proxies. What is written as a variable without a value is no ask. Declarations
(``containerPort``, ``EXPOSE``, ``ports:``) are claims about the service itself and not here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.applications import applications, is_test_path
from pytest_reconaudit.facts.compose.stacks import Stack
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.invocations import Invocation, makefiles, shell_scripts
from pytest_reconaudit.facts.network.programs import program_of_dockerfile
from pytest_reconaudit.facts.network.services import answering
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.interpolation import expand_compose
from pytest_reconaudit.readers.nginx import Directive, looks_like_nginx, read_nginx
from pytest_reconaudit.readers.shell import ShellCommand, read_shell
from pytest_reconaudit.target import Target, once

__all__ = [
    "DATABASE_SCHEMES",
    "Address",
    "Ask",
    "addresses",
    "dev_proxy_asks",
    "is_local",
    "label_of",
    "load_script_asks",
    "named_parts",
    "nginx_asks",
    "script_asks",
]

_SCHEME_PORTS = {
    "http": 80, "ws": 80, "https": 443, "wss": 443, "postgres": 5432, "postgresql": 5432,
    "redis": 6379, "rediss": 6379, "valkey": 6379, "mysql": 3306, "mariadb": 3306, "mongodb": 27017,
    "amqp": 5672, "amqps": 5671, "nats": 4222,
}  # fmt: skip
DATABASE_SCHEMES = frozenset(_SCHEME_PORTS) - {"http", "https", "ws", "wss"}
"""Of what people run on their machine on a port of their own choice."""
_ADDRESS = regex(
    r"(?<![a-z0-9])(?P<scheme>[a-z][a-z0-9]{1,20}(?:\+[a-z0-9]{1,20})?)://(?:[^\s/@'\"`]{0,200}@)?"
    r"(?P<host>\[[\da-f:]{2,39}\]|[A-Za-z0-9][A-Za-z0-9_.-]{0,200})(?::(?P<port>\d{2,5}))?"
    r"(?=[/?#\s'\"`,;)<>\]}\\|&]|$)"
)
_PAIR = regex(r"(?P<host>[A-Za-z][A-Za-z0-9_.-]{0,200}|127\.0\.0\.1):(?P<port>\d{2,5})")
_LOCAL = frozenset({"localhost", "127.0.0.1", "0.0.0.0", "[::1]"})


class Address(Struct, frozen=True):
    """A host and a port in a text."""

    host: str
    port: int
    offset: int
    scheme: str = ""
    implied: bool = False
    """The port is the scheme's."""


class Ask(Struct, frozen=True):
    """One place that wants to reach a port of a host."""

    place: Place
    host: str
    port: int
    written: str
    kind: str
    """``nginx``, ``script``, ``printed``, ``load script``, ``dev proxy``."""
    label: str = ""
    """The key or the words that say whom it means."""
    implied: bool = False
    stacks: tuple[Stack, ...] | None = None
    """The compose networks that it is asked in; ``None``: any."""
    used: bool = True
    """Something runs the file that it stands in."""


def addresses(text: str, *, bare: bool = False) -> Iterator[Address]:
    """The addresses in a text, URLs always, ``host:port`` alone when ``bare``."""
    if "://" in text:
        for match in _ADDRESS.finditer(text):
            scheme = match["scheme"].partition("+")[0]
            port = int(match["port"]) if match["port"] else _SCHEME_PORTS.get(scheme)
            if port is not None and 0 < port < 65536:
                yield Address(
                    match["host"].lower(), port, match.start(), scheme, match["port"] is None
                )
    elif bare:
        pair = _PAIR.fullmatch(text.strip())
        if pair is not None and 0 < int(pair["port"]) < 65536:
            yield Address(pair["host"].lower(), int(pair["port"]), 0)


def is_local(host: str) -> bool:
    """Whether a host is the machine itself."""
    return host in _LOCAL


# -- names of keys -------------------------------------------------------------------------

_PUBLIC = regex(r"^(?:VITE|NEXT_PUBLIC|REACT_APP|NUXT_PUBLIC|EXPO_PUBLIC|PUBLIC|GATSBY)_")
_TAIL = regex(
    r"_?(?:(?:BASE|INTERNAL|EXTERNAL|PUBLIC|HTTP|SERVICE|SERVER|SVC|DEFAULT)_)*"
    r"(?:URL|URI|ADDR|ADDRESS|ENDPOINT|HOST|HOSTNAME|ORIGIN|PORT|BASE|UPSTREAM|TARGET)$"
)
_SOCKET = frozenset({"ws", "socket", "websocket", "graphql", "rest", "wss"})


def label_of(key: str) -> str:
    """``backend`` of ``VITE_BACKEND_URL``; empty when the name says nothing."""
    name = _PUBLIC.sub("", key)
    label = _TAIL.sub("", name).strip("_").lower()
    return "" if label == name.lower() else label


def named_parts(label: str) -> Iterator[str]:
    """The names that a label may stand for, the likeliest first."""
    if not label:
        return
    yield label
    yield label.replace("_", "-")
    if label.startswith("api_") or label.endswith("_api") or label in _SOCKET:
        yield "api"
    yield f"{label.replace('_', '-')}-service"
    yield label.replace("_", "")


# -- proxies -------------------------------------------------------------------------------

_PASSES = frozenset({"proxy_pass", "grpc_pass", "uwsgi_pass", "fastcgi_pass", "scgi_pass"})
_FASTCGI = 9000


@once
def nginx_files(target: Target) -> tuple[str, ...]:
    """Every nginx configuration, by path."""
    return tuple(
        path
        for path in target.files
        if path.endswith((".conf", ".template", ".nginx", ".vhost"))
        and looks_like_nginx(path, target.text(path))
    )


@once
def _config_users(target: Target) -> dict[str, list[Stack | None]]:
    """Configuration → the stacks whose services read it; ``None``: an image that no stack runs."""
    found: dict[str, list[Stack | None]] = {}
    for one in answering(target):
        for path in one.program.configs if one.program is not None else ():
            found.setdefault(path, []).append(one.stack)
    for dockerfile in dockerfiles(target):
        program = program_of_dockerfile(target, dockerfile)
        for path in program.configs if program is not None else ():
            found.setdefault(path, []).append(None)
    return found


@once
def nginx_asks(target: Target) -> tuple[Ask, ...]:
    """Where nginx hands requests on: ``proxy_pass``, upstream servers, ``set`` with an address."""
    files = {path: target.parse(read_nginx, path) for path in nginx_files(target)}
    upstreams = {
        one.args[0].text.lower()
        for file in files.values()
        for one, _ in file.all()
        if one.name == "upstream" and one.args
    }
    found: list[Ask] = []
    for path, file in files.items():
        users = _config_users(target).get(path, [])
        own = tuple(dict.fromkeys(user for user in users if user is not None))
        for directive, inside in file.all():
            text, bare = _passed_on(directive, inside)
            if not text or "$" in text or "{" in text:
                continue
            for address in addresses(text, bare=bare):
                # A server within an upstream is a host, also where the upstream has its name.
                if is_local(address.host) or (inside != "upstream" and address.host in upstreams):
                    continue
                found.append(
                    Ask(
                        place=directive.args[0].place,
                        host=address.host,
                        port=address.port,
                        written=directive.text(),
                        kind="nginx",
                        implied=address.implied,
                        stacks=own or None,
                        used=bool(users),
                    )
                )
    return tuple(found)


def _passed_on(directive: Directive, inside: str) -> tuple[str, bool]:
    """(the address of a directive, whether it may lack a scheme)."""
    if not directive.args:
        return "", False
    text = directive.args[0].text
    if directive.name in _PASSES:
        return text, directive.name != "proxy_pass"
    if directive.name == "server" and inside == "upstream" and directive.block is None:
        if "unix:" in text:
            return "", False
        return (text if ":" in text else f"{text}:80"), True
    if directive.name == "set" and len(directive.args) == 2:
        return (directive.args[1].text if "://" in directive.args[1].text else ""), False
    return "", False


# -- scripts -------------------------------------------------------------------------------

_ASKING = frozenset(
    {"curl", "wget", "http", "https", "wait-on", "nc", "ncat", "netcat", "ab", "wrk", "hey", "k6",
     "newman", "lighthouse", "lhci", "siege", "vegeta", "oha", "bombardier", "grpcurl", "websocat",
     "wait-for-it.sh", "wait-for-it", "dockerize", "artillery", "autocannon", "xh"}
)  # fmt: skip
_SPEAKING = regex(
    r"echo|printf|cat|print\w*|log\w*|info|warn\w*|success|error|note|say|msg|message|status|header"
    r"|open|xdg-open|start|sensible-browser|die|fail|tee|ok|step|title"
)
_RUNNERS = frozenset({"npx", "bunx", "pnpx", "yarn", "pnpm"})
_COLORS = regex(r"\$\{?[A-Za-z_]\w*\}?|\\(?:033|e|x1b)\[[\d;]*m")


def asking_program(words: tuple[str, ...]) -> str:
    """The program that asks, runners taken off; empty when the command asks nobody."""
    names = [word.rpartition("/")[2] for word in words[:4] if not word.startswith("-")]
    for name in names[:2] if names[:1] and names[0] in _RUNNERS else names[:1]:
        if name.partition("@")[0] in _ASKING:
            return name
    return ""


def command_asks(
    command: ShellCommand, words: tuple[str, ...], expand: dict[str, str]
) -> Iterator[Ask]:
    """What one command asks for or tells people to ask for."""
    text = command.text
    if "://" not in text and "wait" not in text and "nc" not in text:
        return
    name = words[0].rpartition("/")[2] if words else ""
    asking = asking_program(words)
    if not asking and not _SPEAKING.fullmatch(name):
        return
    filled = _filled(text, expand)
    for address in addresses(filled):
        if address.implied or address.scheme in DATABASE_SCHEMES:
            continue
        line = filled.count("\n", 0, address.offset)
        place = command.place
        start = filled.rfind("\n", 0, address.offset) + 1
        label = ""
        if not asking:
            label = _COLORS.sub(" ", filled[start : address.offset])
        yield Ask(
            place=place.at((place.line or 1) + line, place.column if not line else 1),
            host=address.host,
            port=address.port,
            written=filled[start:].partition("\n")[0].strip(),
            kind="script" if asking else "printed",
            label=" ".join(re.findall(r"[A-Za-z][\w-]*", label)[-4:]),
        )
    if asking in ("wait-on", "nc", "ncat", "netcat", "wait-for-it.sh", "wait-for-it"):
        yield from _waited(command, words, asking)


_TCP = regex(r"(?:tcp:)?(?:(localhost|127\.0\.0\.1|[a-z][\w.-]*):)?(\d{2,5})")


def _waited(command: ShellCommand, words: tuple[str, ...], asking: str) -> Iterator[Ask]:
    """``wait-on tcp:3000``, ``nc -z localhost 5432``."""
    plain = [word for word in words[1:] if not word.startswith("-")]
    if asking in ("nc", "ncat", "netcat"):
        if len(plain) >= 2 and plain[-1].isdigit() and is_local(plain[-2]) and "-l" not in words:
            yield Ask(command.place, plain[-2], int(plain[-1]), command.text, "script")
        return
    for word in plain:
        match = _TCP.fullmatch(word)
        if match and (match[1] or word.startswith("tcp:")):
            host = match[1] or "localhost"
            yield Ask(command.place, host, int(match[2]), command.text, "script")


def _filled(text: str, known: dict[str, str]) -> str:
    """The text with ``$X`` and ``${X:-default}`` put in where they can be told."""
    if "$" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        value = expand_compose(match[0], known)
        # Line breaks must stay where they are.
        return match[0] if value is None or "\n" in value else value

    return re.sub(r"\$\{\w+(?::?-[^{}\n]*)?\}|\$\w+", one, text)


@once
def script_asks(target: Target) -> tuple[Ask, ...]:
    """What shell scripts and Makefiles ask for, print and hand on in variables."""
    found: list[Ask] = []
    for script in shell_scripts(target):
        if is_test_path(script.path) and "/fixtures/" in script.path:
            continue
        if "://" not in target.text(script.path) and "wait" not in target.text(script.path):
            continue
        known = dict(script.trace.variables)
        for command in script.script.commands:
            found += command_asks(command, command.words, known)
            if command.heredoc is not None and not command.heredoc.target:
                found += _told(command.heredoc.text, command.heredoc.place, known)
        for assignment in script.script.assignments:
            for address in addresses(_filled(assignment.value, known)):
                if address.scheme in DATABASE_SCHEMES:
                    continue
                if not address.implied and label_of(assignment.name):
                    found.append(
                        Ask(assignment.place, address.host, address.port,
                            f"{assignment.name}={assignment.value}", "variable",
                            label=assignment.name)
                    )  # fmt: skip
    for makefile in makefiles(target):
        if "://" not in target.text(makefile.path):
            continue
        for rule in makefile.targets:
            for line in rule.recipe:
                if "://" not in line.text:
                    continue
                place = line.place
                parsed = read_shell(line.text, place.path, place.line or 1, place.column or 1)
                for command in parsed.commands:
                    found += command_asks(command, command.words, {})
    seen: dict[tuple[Place, str, int], Ask] = {}
    for one in found:
        seen.setdefault((one.place, one.host, one.port), one)
    return tuple(seen.values())


def _told(text: str, place: Place, known: dict[str, str]) -> Iterator[Ask]:
    for number, line in enumerate(_filled(text, known).split("\n")):
        for address in addresses(line):
            if not address.implied:
                label = " ".join(re.findall(r"[A-Za-z][\w-]*", line[: address.offset])[-4:])
                yield Ask(place.at((place.line or 1) + number, 1), address.host, address.port,
                          line.strip(), "printed", label=label)  # fmt: skip


def workflow_command_asks(one: Invocation) -> Iterator[Ask]:
    """What a step's command asks for."""
    known = dict(one.trace.variables)
    yield from command_asks(one.command, one.words, known)


# -- load scripts and dev servers ----------------------------------------------------------

_K6 = regex(r"""from\s+['"]k6(?:/[\w/-]+)?['"]|require\(['"]k6|__ENV\.""")
_LOCAL_URL = regex(
    r"""['"`](?P<url>(?:https?|wss?)://(?:localhost|127\.0\.0\.1):(?P<port>\d{2,5}))(?=[/'"`?])"""
)
_TARGET = regex(
    r"""(?m)^[ \t]+target:[ \t]*['"]?(?P<url>https?://(?P<host>[\w.-]+):(?P<port>\d{2,5}))"""
)


@once
def load_script_asks(target: Target) -> tuple[Ask, ...]:
    """Addresses in k6 scripts and Artillery configurations."""
    found = []
    for path in target.files:
        if path.endswith((".js", ".ts", ".mjs")):
            text = target.text(path)
            if "k6" not in text or "http" not in text or not _K6.search(text):
                continue
            for match in _LOCAL_URL.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                start = text.rfind("\n", 0, match.start()) + 1
                written = text[start:].partition("\n")[0].strip()
                if written.startswith(("//", "*", "/*")):
                    continue
                found.append(
                    Ask(Place(path, line, match.start() - start + 2), "localhost",
                        int(match["port"]), written, "load script", label=written)
                )  # fmt: skip
        elif path.endswith((".yml", ".yaml")) and "phases:" in (text := target.text(path)):
            if "scenarios:" not in text or "target:" not in text:
                continue
            for match in _TARGET.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(
                    Ask(Place(path, line, 1), match["host"].lower(), int(match["port"]),
                        match[0].strip(), "load script")
                )  # fmt: skip
    return tuple(found)


_PROXY_BLOCK = regex(r"\bproxy\s*:\s*\{")
_ANY_URL = regex(
    r"""['"`](?P<url>(?:https?|wss?)://(?P<host>[\w.-]+):(?P<port>\d{2,5}))(?=[/'"`?])"""
)


@once
def dev_proxy_asks(target: Target) -> tuple[Ask, ...]:
    """Where the dev servers of Vite hand requests on."""
    found = []
    for application in applications(target):
        bundler = application.bundler
        if bundler is None or bundler.name != "vite" or not bundler.config:
            continue
        text = target.text(bundler.config)
        block = _PROXY_BLOCK.search(text)
        if block is None:
            continue
        inner = text[block.end() : block.end() + 6000]
        for match in _ANY_URL.finditer(inner):
            at = block.end() + match.start()
            start = text.rfind("\n", 0, at) + 1
            written = text[start:].partition("\n")[0].strip()
            if written.startswith(("//", "*", "/*")):
                continue
            found.append(
                Ask(Place(bundler.config, text.count("\n", 0, at) + 1, at - start + 2),
                    match["host"].lower(), int(match["port"]), written, "dev proxy",
                    label=posixpath.basename(bundler.config))
            )  # fmt: skip
    return tuple(found)
