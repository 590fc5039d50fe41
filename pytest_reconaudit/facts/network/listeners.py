"""The ports that programs really listen on: from source, server configuration, image defaults.

``EXPOSE``, ``containerPort`` and ``ports:`` are claims, not listeners. A port that comes from an
environment variable is resolved with the environment that the container is given.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.applications import application_at, applications, is_test_path
from pytest_reconaudit.facts.network.image_ports import image_ports
from pytest_reconaudit.facts.network.programs import ARGUMENTS, Program
from pytest_reconaudit.facts.packages import (
    cargo_by_folder,
    cargo_in_workspace,
    cargo_packages,
    npm_package,
)
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers import binds_go, binds_python, binds_rust, binds_script
from pytest_reconaudit.readers.binds import (
    Definition,
    ServerBind,
    SourceBinds,
    Text,
    Variable,
    literal,
)
from pytest_reconaudit.readers.nginx import Directive, read_nginx, walk
from pytest_reconaudit.readers.shell import shell_words, unwrapped
from pytest_reconaudit.readers.syntax import SyntaxTree, read_syntax
from pytest_reconaudit.target import Target, home_among, once

__all__ = [
    "Bind",
    "Listener",
    "Listening",
    "binds",
    "launched",
    "listening",
    "package_listening",
    "started_by",
]


class Bind(Struct, frozen=True):
    """One place in source where a server takes its port and address."""

    folder: str
    """The package that it is in."""
    place: Place
    written: str
    """The argument as written."""
    port: int | None
    """The literal port, or the default of the key; ``None`` when it cannot be told."""
    key: str = ""
    """The environment variable that sets it; empty when the port is a literal."""
    host: str = ""
    """The literal address or the key's default; empty when it cannot be told."""
    host_key: str = ""
    via: str = ""
    """What listens: ``HttpServer``, ``listen``, ``uvicorn.run`` …"""
    literal: bool = False
    """The port is a number in the source, whatever variables it went through."""
    when_main: bool = False
    """Only where the file itself is what Python runs, not where a launcher imports it."""


class Listener(Struct, frozen=True):
    """One port that something listens on."""

    port: int
    how: str
    """For messages: ``backend/src/main.rs binds it``, ``nginx listens on it`` …"""
    place: Place | None
    """``None`` for what an official image does by itself."""
    loopback: bool = False
    key: str = ""
    """The variable that may set another port: this one is its default."""


class Listening(Struct, frozen=True):
    """All ports of one program."""

    listeners: tuple[Listener, ...]
    complete: bool
    """There is no listener besides these; otherwise "nobody listens" must not be said."""
    doubt: Note | None = None

    def on(self, port: int) -> Listener | None:
        return next((one for one in self.listeners if one.port == port), None)

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(one.port for one in self.listeners))


UNKNOWN = Listening((), False)

_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx")
_MANIFESTS = frozenset(
    {"package.json", "Cargo.toml", "go.mod", "pyproject.toml", "setup.py", "Pipfile"}
)
_NEVER_SHIPPED = regex(
    r"(?:^|/)(?:examples?|samples?|benches|benchmarks?|mocks?|docs|demos?|playground|storybook"
    r"|\.storybook|scripts?|tools?|bin/dev|hack|e2e[\w-]*|test[\w-]*|load-?tests?)/|\.test\.|\.spec\."
    r"|(?:^|/)(?:launcher|dev-server|mock-server|gulpfile|gruntfile|webpack[\w.-]*)\.\w+$"
)
_OTHER_SERVERS = (
    "from_tcp(", "listenfd", "serve_with_incoming", "ntex::", "tide::", "gotham::", "pingora",
    "thruster", "iron::", "tiny_http", "poem::Server", "salvo::", ".install_recorder()",
    "UnixListener",
)  # fmt: skip
_OTHER_NODE_SERVERS = (".launchServer(",)
_LOADERS = regex(
    r"\bfigment\b|(?<!\w)::config::Config\b|Config::builder\(\)|toml::from_str|serde_yaml::from"
    r"|confy::|deser_hjson|serde_json::from_reader|(?<!\w)envy::"
    r"|(?<![.\w])(?<!Reader::)from_reader\("
)
"""What fills a configuration from elsewhere: not ``dotenvy``, which fills the environment only,
and not a reader of tables."""
_CONFIG_CRATE = regex(r"(?<![\w:])config::Config\b")
_OWN_CONFIG = regex(r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+config\b")
"""A crate's own module of that name is not the library of that name."""
_MAX_STEPS = 8


# -- source --------------------------------------------------------------------------------


@once
def binds(target: Target) -> tuple[Bind, ...]:
    """Every server start in the repository's own source, tests left out."""
    return tuple(
        bind for group in _binds_by_folder(target).values() for bind in group if bind.port != 0
    )


@once
def _binds_by_folder(target: Target) -> dict[str, tuple[Bind, ...]]:
    found: dict[str, list[Bind]] = {}
    for path, source in _source_binds(target):
        folder = package_folder(target, path)
        for one in source.binds:
            if not one.test:
                found.setdefault(folder, []).append(_resolved(target, folder, one))
    return {folder: tuple(group) for folder, group in sorted(found.items())}


def _source_binds(target: Target) -> Iterator[tuple[str, SourceBinds]]:
    orphans = _orphans(target)
    for path in target.files:
        read = _reader(path)
        if read is None or is_test_path(path) or _NEVER_SHIPPED.search(path):
            continue
        may, parse = read
        text = target.text(path)
        if not may(text) or path in orphans or target.is_generated(path):
            continue
        source = parse(target, path)
        if source.binds:
            yield path, source


def _reader(
    path: str,
) -> tuple[Callable[[str], bool], Callable[[Target, str], SourceBinds]] | None:
    if path.endswith(".rs"):
        return binds_rust.may_listen, _parsed(binds_rust.rust_binds)
    if path.endswith(_SCRIPTS):
        return binds_script.may_listen, _parsed(binds_script.script_binds)
    if path.endswith(".py"):
        return binds_python.may_listen, _parsed(binds_python.python_binds)
    if path.endswith(".go") and not path.endswith("_test.go"):
        return binds_go.may_listen, lambda target, path: target.parse(binds_go.go_binds, path)
    return None


def _parsed(
    read: Callable[[SyntaxTree], SourceBinds],
) -> Callable[[Target, str], SourceBinds]:
    return lambda target, path: read(target.parse(read_syntax, path))


@once
def _orphans(target: Target) -> frozenset[str]:
    """Rust files of ``src/`` that are neither a target nor declared as a module."""
    found = set()
    for crate in cargo_packages(target):
        src = posixpath.join(crate.folder, "src")
        roots = {path for _, path in crate.bins} | {crate.lib}
        inside = [path for path in target.files_below(src) if path.endswith(".rs")]
        if not crate.manifest.package or not (roots & set(inside)):
            continue
        for path in inside:
            if path in roots or posixpath.dirname(path) == posixpath.join(src, "bin"):
                continue
            if not binds_rust.may_listen(target.text(path)):
                continue
            stem = posixpath.splitext(posixpath.basename(path))[0]
            if stem == "mod":
                stem = posixpath.basename(posixpath.dirname(path))
            named = re.compile(rf'\bmod\s+(?:r#)?{stem}\s*;|#\[path\s*=\s*"[^"]*\b{stem}\.rs"')
            if not any(stem in (text := target.text(p)) and named.search(text) for p in inside):
                found.add(path)
    return frozenset(found)


def package_folder(target: Target, path: str) -> str:
    """The folder of the nearest manifest above a source file."""
    return home_among(posixpath.dirname(path), _folders(target))


@once
def _folders(target: Target) -> frozenset[str]:
    own = {
        posixpath.dirname(path) for path in target.files if posixpath.basename(path) in _MANIFESTS
    }
    return frozenset(own | {one.folder for one in applications(target)})


# -- values that another file decides ------------------------------------------------------


def _resolved(target: Target, folder: str, one: ServerBind) -> Bind:
    port = _settle(target, folder, one.place.path, one.port, 0)
    host = _settle(target, folder, one.place.path, one.host, 0)
    number, key = _port_of(port)
    host_text, host_key = ("", "") if host is None else _parts(host)
    if one.host == ():
        host_text = "0.0.0.0"
    elif host_text is not None and host_text.count(":") == 1:
        host_text = host_text.partition(":")[0]
    return Bind(
        folder=folder,
        place=one.place,
        written=one.written,
        port=number,
        key=key,
        host=host_text or "",
        host_key=host_key,
        via=one.via,
        literal=bool(number is not None and not key),
        when_main=one.when_main,
    )


def _settle(target: Target, folder: str, path: str, text: Text | None, depth: int) -> Text | None:
    """The text with the names that other files define put in; ``None`` when one is unknown."""
    if text is None or depth > _MAX_STEPS:
        return None
    out: list[str | Variable] = []
    for piece in text:
        if isinstance(piece, str):
            out.append(piece)
            continue
        if piece.key:
            default = _settle(target, folder, path, piece.default, depth + 1)
            out.append(replace(piece, default=default))
            continue
        found = _defined(target, folder, path, piece, depth + 1)
        if found is None:
            found = _settle(target, folder, path, piece.default, depth + 1)
        if found is None:
            return None
        out.extend(found)
    return tuple(out)


def _defined(target: Target, folder: str, path: str, piece: Variable, depth: int) -> Text | None:
    """The one value that the package gives to a field, constant or parameter."""
    values: list[Text | None] = []
    for definition in _definitions(target, folder, path, piece):
        if definition.value is None:
            return None
        settled = _settle(target, folder, definition.place.path, definition.value, depth)
        values.append(settled)
    distinct = set(values)
    if len(distinct) == 1:
        return distinct.pop()
    # A literal beside a key: two builds of the same settings. Which one runs is not known.
    return None


def _definitions(target: Target, folder: str, path: str, piece: Variable) -> tuple[Definition, ...]:
    rust = path.endswith(".rs")
    pattern = re.compile(rf"\b{re.escape(piece.name)}\b")
    found: list[Definition] = []
    loaded = library = own = False
    files = (
        list(_package_files(target, folder, (".rs",)))
        if rust
        else _imported_files(target, folder, path, piece.owner)
    )
    for other in files:
        text = target.text(other)
        if rust and not loaded and _LOADERS.search(text):
            loaded = True
        if rust and "config" in text:
            library = library or _CONFIG_CRATE.search(text) is not None
            own = own or _OWN_CONFIG.search(text) is not None
        if piece.name not in text or pattern.search(text) is None:
            continue
        tree = target.parse(read_syntax, other)
        if piece.parameter >= 0:
            found += binds_rust.call_arguments(tree, piece.name, piece.parameter)
        elif rust:
            found += binds_rust.definitions_of(tree, piece.name)
        else:
            found += binds_script.script_definitions(tree, piece.name)
    loaded = loaded or (library and not own)
    if piece.parameter < 0 and rust and loaded and not piece.name.isupper():
        return (Definition(piece.name, "", None, Place(path, 1, 1)),)  # a file may set it too
    if piece.owner and rust:
        found = [one for one in found if one.owner in (piece.owner, binds_rust.ANY_OWNER)]
    return tuple(found)


def _imported_files(target: Target, folder: str, path: str, source: str) -> list[str]:
    """The file of the package that an import path means; none or several when it cannot be told."""
    plain = re.sub(r"\.(?:js|ts|mjs|cjs)$", "", source)
    if plain.startswith("."):
        base = posixpath.normpath(posixpath.join(posixpath.dirname(path), plain))
        ends = [f"{base}{end}" for end in _SCRIPTS]
        ends += [posixpath.join(base, f"index{end}") for end in _SCRIPTS]
        return [one for one in ends if target.has(one)][:1]
    tail = plain.partition("/")[2]
    if not tail or not source.startswith(("@/", "~/", "#", "src/", "$")):
        return []
    wanted = tuple(f"/{tail}{end}" for end in (*_SCRIPTS, *(f"/index{end}" for end in _SCRIPTS)))
    found = [one for one in _package_files(target, folder, _SCRIPTS) if one.endswith(wanted)]
    return found if len(found) == 1 else []


def _package_files(target: Target, folder: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    for path in target.files_below(folder):
        if not path.endswith(suffixes) or is_test_path(path):
            continue
        if package_folder(target, path) == folder:
            yield path


def _parts(text: Text) -> tuple[str | None, str]:
    """(text with defaults put in or ``None``, the one key that decides it)."""
    plain = literal(text)
    if plain is not None:
        return plain, ""
    keys = [piece.key for piece in text if isinstance(piece, Variable)]
    filled: Text | None = ()
    for piece in text:
        default = (piece,) if isinstance(piece, str) else piece.default
        if default is None or filled is None:
            filled = None
            break
        filled = (*filled, *default)
    value = None if filled is None else _parts(filled)[0]
    return value, keys[0] if keys else ""


def _port_of(text: Text | None) -> tuple[int | None, str]:
    if text is None:
        return None, ""
    value, key = _parts(text)
    return port_number((value or "").rpartition(":")[2]), key


def port_number(text: str) -> int | None:
    """``8080`` of ``"8080"``; nothing unless it is a port's number."""
    text = text.strip().strip("/")
    return int(text) if text.isascii() and text.isdigit() and 0 <= int(text) < 65536 else None


# -- what a package listens on -------------------------------------------------------------


def package_listening(
    target: Target,
    folder: str,
    environment: Mapping[str, str],
    unknown: Iterable[str] = (),
) -> Listening:
    """The ports that a package's own code listens on in an environment.

    :param unknown: keys that are set to something that cannot be told; ``*`` for any key.
    """
    own = _binds_by_folder(target).get(folder, ())
    group = [*own, *(one for other in _libraries(target, folder) for one in other)]
    if not group:
        return UNKNOWN
    dark = set(unknown)
    listeners: list[Listener] = []
    doubt: Note | None = None
    for one in group:
        port = one.port
        if one.key:
            if one.key in environment:
                port = port_number(environment[one.key].rpartition(":")[2])
            elif one.key in dark or "*" in dark:
                port = None
        if port == 0:
            continue
        if port is None:
            from_key = f" ({one.key} decides it)" if one.key else ""
            doubt = doubt or Note(
                one.place, f"listens on a port that cannot be told: {one.written}{from_key}"
            )
            continue
        host = environment.get(one.host_key, one.host) if one.host_key else one.host
        how = f"{one.place} binds it" if not one.key else f"{one.place} binds it ({one.key})"
        default = one.key if one.key not in environment else ""
        listeners.append(Listener(port, how, one.place, is_loopback(host), default))
    doubt = doubt or _other_servers(target, folder) or _other_programs(own)
    return Listening(tuple(listeners), bool(listeners) and doubt is None, doubt)


def is_loopback(host: str) -> bool:
    """Whether an address is reachable from the same machine only."""
    name = host.rpartition("://")[2].rpartition(":")[0] if host.count(":") == 1 else host
    return (name or host).strip("[]") in ("127.0.0.1", "localhost", "::1")


def _libraries(target: Target, folder: str) -> Iterator[tuple[Bind, ...]]:
    """The binds of the other crates of a workspace that have no program of their own."""
    known = _binds_by_folder(target)
    own = cargo_by_folder(target).get(folder)
    if own is None or own.workspace is None:
        return
    for crate in cargo_in_workspace(target).get(own.workspace, ()):
        other, group = crate.folder, known.get(crate.folder)
        if other == folder or group is None:
            continue
        if crate.lib and not crate.bins:
            yield group


def _other_programs(own: Sequence[Bind]) -> Note | None:
    """A second script that listens on a port of its own: which of them runs is not known."""
    scripts = {one.place.path: one for one in own if one.place.path.endswith((*_SCRIPTS, ".py"))}
    if len(scripts) < 2 or len({(one.port, one.key) for one in scripts.values()}) < 2:
        return None
    return Note(own[-1].place, "is another program that listens")


@once
def _doubts(target: Target) -> dict[str, Note | None]:
    return {}


def _other_servers(target: Target, folder: str) -> Note | None:
    """A server that is started in a way that is not understood."""
    known = _doubts(target)
    if folder not in known:
        known[folder] = None
        for path in _package_files(target, folder, (".rs", *_SCRIPTS)):
            text = target.text(path)
            words = _OTHER_SERVERS if path.endswith(".rs") else _OTHER_NODE_SERVERS
            at = next((text.index(word) for word in words if word in text), -1)
            if at >= 0 and not _NEVER_SHIPPED.search(path):
                line = text.count("\n", 0, at) + 1
                known[folder] = Note(Place(path, line, 1), "may listen on another port")
                break
    return known[folder]


# -- command lines -------------------------------------------------------------------------

_NEXT = frozenset({"start", "dev"})
_PORT_FLAGS = (
    "--port",
    "-p",
    "--listen-port",
    "-P",
    "--http-port",
    "--serverPort",
    "-l",
    "--listen",
)
_SERVERS_BY_COMMAND = {
    "uvicorn": 8000, "hypercorn": 8000, "gunicorn": 8000, "daphne": 8000, "granian": 8000,
    "flask": 5000, "streamlit": 8501, "http-server": 8080, "serve": 3000, "sirv": 8080,
    "next": 3000, "vite": 5173, "nuxt": 3000, "nuxi": 3000, "astro": 4321, "rails": 3000,
    "puma": 9292, "ng": 4200, "webpack-dev-server": 8080, "react-scripts": 3000,
    "json-server": 3000, "live-server": 8080, "wrangler": 8787, "mkdocs": 8000, "jekyll": 4000,
    "hugo": 1313, "storybook": 6006, "start-storybook": 6006, "gatsby": 8000, "remix": 3000,
    "expo": 8081, "vue-cli-service": 8080, "craco": 3000, "supabase": 54321,
}  # fmt: skip
"""Program → the port that it listens on unless told otherwise."""
_SUBCOMMANDS = {
    "flask": ("run",), "streamlit": ("run",), "next": ("start", "dev"),
    "nuxt": ("start", "dev", ""),
    "nuxi": ("dev", "preview"), "astro": ("dev", "preview", "start"), "rails": ("server", "s"),
    "vite": ("", "dev", "serve", "preview"), "ng": ("serve",), "react-scripts": ("start",),
    "wrangler": ("dev",), "mkdocs": ("serve",), "jekyll": ("serve",), "hugo": ("server", "serve"),
    "storybook": ("dev",), "gatsby": ("develop", "serve"), "remix": ("dev",), "expo": ("start",),
    "vue-cli-service": ("serve",), "craco": ("start",), "supabase": ("start",),
}  # fmt: skip
_RUNNERS = frozenset(
    {"npx", "bunx", "pnpx", "pnpm", "yarn", "npm", "bun", "poetry", "pipenv", "uv", "dotenv",
     "dotenvx", "doppler", "tini", "dumb-init", "gosu", "su-exec", "exec", "bundle", "fastapi"}
)  # fmt: skip
_ENV_PORT = frozenset(
    {"next", "react-scripts", "craco", "nuxt", "gunicorn", "puma", "rails", "serve"}
)
"""Programs that take ``PORT`` from the environment when no flag says otherwise."""


def may_start(words: Sequence[str]) -> bool:
    """Whether a command line may start a server; decides without taking it apart."""
    return any(
        name in _RUNNERS
        or name in _SERVERS_BY_COMMAND
        or name.startswith("python")
        or name in ("sh", "bash", "ash", "dash")
        for name in (word.rpartition("/")[2] for word in words[:4])
    )


def started_by(
    target: Target,
    words: Sequence[str],
    folder: str | None,
    environment: Mapping[str, str],
    unknown: Iterable[str] = (),
    depth: int = 0,
) -> Listening | None:
    """What a command line listens on; ``None`` when it starts no server that is known.

    ``npm run x`` is followed into the package.json of ``folder``.
    """
    if not may_start(words):
        return None
    rest = list(unwrapped(tuple(words)))
    while rest and rest[0].rpartition("/")[2] in _RUNNERS and depth < _MAX_STEPS:
        runner = rest[0].rpartition("/")[2]
        tail = [
            word for word in rest[1:] if word not in ("run", "exec", "--", "dlx", "--yes", "-y")
        ]
        scripted = runner in ("npm", "yarn", "pnpm", "bun") and folder is not None
        if scripted and tail:
            found = _npm_script(target, folder or "", tail, environment, unknown, depth)
            if found is not None:
                return found
        if runner == "fastapi" and tail[:1] and tail[0] in ("run", "dev"):
            return _launched("uvicorn", ["uvicorn", *tail[1:]], environment, None)
        if runner == "fastapi":
            return _launched("uvicorn", ["uvicorn", *tail], environment, None)
        rest = tail
        depth += 1
    if not rest:
        return None
    name = rest[0].rpartition("/")[2]
    if name in ("sh", "bash", "ash", "dash") and len(rest) > 2 and rest[1] in ("-c", "-ec", "-lc"):
        for part in reversed(re.split(r"&&|;|\|\||(?<!&)&(?!&)", rest[2])):
            inner = shell_words(part.strip())
            inner = inner[1:] if inner[:1] == ("exec",) else inner
            if inner:
                return started_by(target, inner, folder, environment, unknown, depth + 1)
        return None
    if _PYTHON.fullmatch(name) and len(rest) > 2 and rest[1] == "-m":
        return started_by(target, rest[2:], folder, environment, unknown, depth + 1)
    if _PYTHON.fullmatch(name) and "runserver" in rest:
        at = rest[rest.index("runserver") + 1 :]
        plain = next((word for word in at if not word.startswith("-")), "8000")
        port = port_number(plain.rpartition(":")[2])
        return _one(port, "manage.py runserver", None)
    if name in _SERVERS_BY_COMMAND:
        wanted = _SUBCOMMANDS.get(name)
        sub = next((word for word in rest[1:] if word in (wanted or ())), "")
        bare = not rest[1:2] or rest[1].startswith("-")
        if wanted is None or sub or ("" in wanted and bare):
            config = _vite_port(target, folder, sub) if name == "vite" else None
            return _launched(name, rest, environment, config)
    return None


def _npm_script(
    target: Target,
    folder: str,
    words: list[str],
    environment: Mapping[str, str],
    unknown: Iterable[str],
    depth: int,
) -> Listening | None:
    package = npm_package(target, folder)
    name = next((word for word in words if not word.startswith("-")), "")
    script = package.script(name) if package is not None else None
    if script is None or depth > _MAX_STEPS:
        return None
    extra = words[words.index(name) + 1 :]
    for part in reversed(re.split(r"&&|;|\|\|", script.command)):
        inner = [*shell_words(part.strip()), *extra]
        given = dict(environment)
        while inner and re.fullmatch(r"[A-Z_]\w*=\S*", inner[0]):
            key, _, value = inner.pop(0).partition("=")
            given[key] = value
        found = started_by(target, inner, folder, given, unknown, depth + 1)
        if found is not None:
            return Listening(
                tuple(
                    replace(one, place=one.place or script.command_place) for one in found.listeners
                ),
                found.complete,
                found.doubt,
            )
    return None


def _launched(
    name: str, words: list[str], environment: Mapping[str, str], config: Listener | None
) -> Listening:
    """A launcher's port: from its flags, the environment, its configuration, its default."""
    found: list[str] = []
    words = _rejoined(words)
    for index, word in enumerate(words):
        flag, equals, value = word.partition("=")
        taken = (*_PORT_FLAGS, *_OWN_FLAGS.get(name, ()))
        if flag in (*taken, "--bind", "-b", "--server.port", "--binds"):
            if not equals:
                value = words[index + 1] if index + 1 < len(words) else ""
            found.append(value)
        elif re.fullmatch(r"-[pb]\d+", word):
            found.append(word[2:])
    ports: list[int] = []
    for value in found:
        filled = re.sub(
            r"\$\{?(\w+)(?::?-(\w+))?\}?",
            lambda match: environment.get(match[1], match[2] or match[0]),
            value,
        )
        filled = filled.removeprefix("tcp://")
        if filled.startswith("unix:") or "/" in filled.rpartition(":")[0]:
            continue
        number = port_number(filled.rpartition(":")[2])
        if number is None:
            return UNKNOWN
        ports.append(number)
    shown = " ".join(words)[:60]
    if ports:
        return Listening(
            tuple(Listener(one, f"`{shown}` listens on it", None) for one in ports), True
        )
    keys = [f"{name.upper()}_{end}" for end in ("PORT", "RUN_PORT", "SERVER_PORT")]
    own = next((key for key in keys if key in environment), "")
    if own:
        return _one(port_number(environment[own]), f"{own} {shown}", None)
    if name in _ENV_PORT and "PORT" in environment:
        return _one(port_number(environment["PORT"]), shown, None)
    if any("ARGS" in key or "CONFIG" in key for key in environment if name.upper() in key):
        return UNKNOWN
    if any(_WHOLE.fullmatch(word) for word in words[1:]):
        return UNKNOWN  # it may hold the port
    if config is not None:
        return Listening((config,), True)
    if name == "gunicorn" and any(word in ("-c", "--config") for word in words):
        return UNKNOWN
    return _one(_SERVERS_BY_COMMAND[name], shown, None)


_OWN_FLAGS = {"mkdocs": ("-a", "--dev-addr")}
"""Flags that name an address to listen on to one program alone."""


def _rejoined(words: Sequence[str]) -> list[str]:
    """``0.0.0.0:${PORT:-80}`` in one word again, where splitting has cut it at the dollar sign."""
    out: list[str] = []
    for word in words:
        if out and re.match(r"\{\w+:?-", word):
            if out[-1].startswith("-") and not out[-1].endswith(("=", ":")):
                out.append(f"${word}")  # the value of a flag
            else:
                out[-1] += f"${word}"
        else:
            out.append(word)
    return out


def _one(port: int | None, shown: str, place: Place | None) -> Listening:
    if port is None:
        return UNKNOWN
    return Listening((Listener(port, f"`{shown}` listens on it", place),), True)


_VITE_BLOCK = r"\b{}\s*:\s*\{{"
_VITE_PORT = regex(r"\bport\s*:\s*([^,\n}]+)")


def _vite_port(target: Target, folder: str | None, sub: str) -> Listener | None:
    """The port that a Vite configuration gives to its dev or preview server."""
    own = vite_ports(target, folder or "")
    wanted = "preview" if sub == "preview" else "server"
    found = next((one for kind, one in own if kind == wanted), None)
    if found is None and wanted == "preview":
        return Listener(4173, "`vite preview` listens on it", None)
    return found


def vite_ports(target: Target, folder: str) -> tuple[tuple[str, Listener], ...]:
    """(``server`` or ``preview``, listener) of the Vite configuration of a package."""
    application = application_at(target, folder)
    bundler = application.bundler if application is not None else None
    path = bundler.config if bundler is not None and bundler.name == "vite" else ""
    if not path:
        return ()
    text = target.text(path)
    found = []
    for kind in ("server", "preview"):
        block = re.search(_VITE_BLOCK.format(kind), text)
        if block is None:
            continue
        inner = _braces(text, block.end())
        match = _VITE_PORT.search(_outer(inner))
        if match is None:
            continue
        number = port_number(match[1].strip())
        if number is None:
            digits = re.findall(r"\b\d{3,5}\b", match[1])
            number = int(digits[-1]) if digits else None
        if number is not None:
            line = text.count("\n", 0, block.end() + match.start()) + 1
            found.append((kind, Listener(number, f"{path} says so", Place(path, line))))
    return tuple(found)


def _braces(text: str, start: int) -> str:
    depth = 1
    for index in range(start, min(len(text), start + 8000)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            depth -= 1
            if not depth:
                return text[start:index]
    return text[start : start + 2000]


def _outer(text: str) -> str:
    """The text with what is inside nested braces blanked."""
    out, depth = [], 0
    for char in text:
        if char == "{":
            depth += 1
        out.append(char if not depth or char == "\n" else " ")
        if char == "}":
            depth -= 1
    return "".join(out)


# -- ready-made servers --------------------------------------------------------------------

_NUMBERS = regex(r"(?<![\w.])\d{2,5}(?![\w.])")
_PORT_FLAG = regex(r"port|listen|addr|bind|console|^-[pPl]$", re.IGNORECASE)
_PORT_LINE = regex(r"[ \t\"']*[\w.-]*(?:port|listen|addr|bind)", re.IGNORECASE)
_STORE_PORT = regex(
    r"(?:^|_)(?:DB|DATABASE|POSTGRES(?:QL)?|PG|MYSQL|MARIADB|MONGO(?:DB)?|REDIS|SMTP|MAIL)_?PORT$"
)
"""Beside a host of the same name, the port of a server that it asks."""
_PORT_KEY = regex(r"PORT|ADDR|LISTEN|BIND|ENDPOINT|ADVERTISED|URLS?$|HOSTPORT", re.IGNORECASE)


def listening(
    target: Target,
    program: Program,
    environment: Mapping[str, str],
    unknown: Iterable[str] = (),
    command: Sequence[str] | None = None,
) -> Listening:
    """The ports a program listens on when it is given this environment (resolved values only).

    :param unknown: keys that are set to something that cannot be told; ``*`` for any key.
    :param command: what the container starts; the program's own command unless given.
    """
    given = {key: value for key, value in program.environment.items() if value is not None}
    given.update(environment)
    dark = {key for key, value in program.environment.items() if value is None} - set(environment)
    dark.update(unknown)
    words = tuple(program.command if command is None else command)
    found = _listening(target, program, given, dark, words)
    for other in program.alternatives:
        more = _listening(target, other, given, dark, other.command if command is None else words)
        found = Listening(
            (*found.listeners, *more.listeners), found.complete and more.complete,
            found.doubt or more.doubt,
        )  # fmt: skip
    return found


def _listening(
    target: Target,
    program: Program,
    environment: Mapping[str, str],
    unknown: Iterable[str],
    words: tuple[str, ...],
) -> Listening:
    if program.server in ("nginx", "caddy") and (program.configs or not program.configs_known):
        read = _nginx if program.server == "nginx" else _caddy
        return read(target, program, environment)
    if program.server in ("serve", "vite-preview"):
        if program.dockerfile is None and not _is_node(program):
            return UNKNOWN  # `serve` is an argument to the image's own program
        found = started_by(target, words, program.package, environment, unknown)
        return found or UNKNOWN
    if program.server or program.dockerfile is None:
        return _ready_made(target, program, environment, words)
    own = _binds_by_folder(target).get(program.package or "\0", ())
    found = launched(target, program, words, environment, unknown)
    if found is not None:
        extra = tuple(
            Listener(one.port, f"{one.place} binds it", one.place)
            for one in own
            if one.port and not one.when_main
        )
        return Listening((*found.listeners, *extra), found.complete, found.doubt)
    if program.package is None:
        return UNKNOWN
    if _brings_settings(program):
        unknown = {*unknown, "*"}  # what the file sets is read when the program starts
    found = package_listening(target, program.package, environment, unknown)
    found = _without_strangers(target, found, words)
    module = _module(words)
    if module and not any(
        one.place is not None and one.place.path.endswith(module) for one in found.listeners
    ):
        # The package may hold several programs: what this one binds was not seen.
        found = Listening(found.listeners, False, found.doubt)
    if found.doubt is None and not _runs_python((words, *program.script)):
        main = next((one for one in own if one.when_main), None)
        if main is not None:
            doubt = Note(main.place, "listens there only where Python runs this file itself")
            found = Listening(found.listeners, False, doubt)
    flags = tuple(
        Listener(port, f"`{' '.join(words)[:60]}` names it", None) for port in _numbers(words)
    )
    return Listening((*found.listeners, *flags), found.complete, found.doubt)


_ENV_FILE = regex(r"(?:^|[\s/\"'])\.env(?![\w-]*/)")


def _brings_settings(program: Program) -> bool:
    """Whether the image is given an env file of its own."""
    if program.dockerfile is None or program.stage is None:
        return False
    return any(
        step.keyword in ("COPY", "ADD") and _ENV_FILE.search(step.text) is not None
        for stage in program.dockerfile.chain(program.stage)
        for step in stage.instructions
    )


def _is_node(program: Program) -> bool:
    """Whether the image brings what its command names, not a program of its own."""
    return program.base is not None and program.base.short.lower() in ("node", "bun", "deno")


_STEM = regex(r"([\w.-]+?)\.(?:[cm]?[jt]sx?)$")


def _without_strangers(target: Target, found: Listening, words: Sequence[str]) -> Listening:
    """Without the scripts that listen too, but are neither what Node is given to run nor named by
    any other source: a stand-in to try the image with, say."""
    started = next((match[1] for word in words if (match := _STEM.search(word))), None)
    if started is None or not found.listeners:
        return found
    kept = tuple(
        one
        for one in found.listeners
        if one.place is None
        or not one.place.path.endswith(_SCRIPTS)
        or (match := _STEM.search(one.place.path)) is None
        or match[1] == started
        or _is_imported(target, one.place.path, match[1])
    )
    if len(kept) == len(found.listeners):
        return found
    # What the program itself binds may be written in a way that is not understood.
    return Listening(kept, found.complete and bool(kept), found.doubt)


def _is_imported(target: Target, path: str, stem: str) -> bool:
    """Whether another script imports a file, told by the last word of the path that it names."""
    name = posixpath.basename(posixpath.dirname(path)) if stem == "index" else stem
    if not name:
        return True
    return name in _imported(target)


_IMPORTS = regex(
    r"\b(?:from|import|require)\b[ \t]{0,4}\(?[ \t]{0,4}[\"'`]([^\"'`\n]{1,200})[\"'`]"
)


@once
def _imported(target: Target) -> frozenset[str]:
    """The last word of every path that a script imports, without its suffix."""
    found: set[str] = set()
    for path in target.files:
        if path.endswith(_SCRIPTS) and not is_test_path(path):
            for written in _IMPORTS.findall(target.text(path)):
                last = posixpath.basename(written.rstrip("/"))
                match = _STEM.fullmatch(last)
                found.add(match[1] if match else last)
    return frozenset(found)


def _module(words: Sequence[str]) -> tuple[str, ...]:
    """How the path of the Python file that a command runs may end; nothing when it runs none."""
    if not words or not _PYTHON.fullmatch(words[0].rpartition("/")[2]):
        return ()
    rest = [word for word in words[1:] if word not in ("-u", "-O", "-OO")]
    if rest[:1] == ["-m"] and rest[1:]:
        path = rest[1].replace(".", "/")
        return f"{path}.py", f"{path}/__main__.py", f"{path}/__init__.py"
    if rest and rest[0].endswith(".py"):
        return (posixpath.basename(rest[0]),)
    return ()


def launched(
    target: Target,
    program: Program,
    words: Sequence[str],
    environment: Mapping[str, str],
    unknown: Iterable[str] = (),
) -> Listening | None:
    """What the launcher listens on that a command, or the start script that it names, starts last;
    ``None`` when it starts none that is known."""
    script = _reached(program.script, environment, frozenset(unknown))
    for line in (words, *_handed(program, words), *reversed(script)):
        found = started_by(target, line, program.package, environment, unknown) if line else None
        if found is not None:
            return found
    return None


def _reached(
    script: Sequence[tuple[str, ...]], environment: Mapping[str, str], unknown: frozenset[str]
) -> list[tuple[str, ...]]:
    """The commands of a start script without those of arms that an environment surely does not
    take: ``if [ "$ROLE" = worker ]``."""
    kept: list[tuple[str, ...]] = []
    arms: list[tuple[bool, bool]] = []
    """Of each ``if`` around: (this arm may be taken, an earlier arm surely is)."""
    for line in script:
        word = line[0]
        if word in ("if", "elif"):
            holds = _holds(line[1:], environment, unknown)
            taken = arms.pop()[1] if word == "elif" and arms else False
            arms.append((holds is not False and not taken, taken or holds is True))
        elif word == "else" and arms:
            taken = arms.pop()[1]
            arms.append((not taken, taken))
        elif word == "fi" and arms:
            arms.pop()
        elif all(open_ for open_, _ in arms):
            kept.append(line)
    return kept


def _holds(
    test: Sequence[str], environment: Mapping[str, str], unknown: frozenset[str]
) -> bool | None:
    """Whether ``[ "$ROLE" = worker ]`` holds; ``None`` where that cannot be told."""
    if len(test) != _COMPARED or test[0] not in ("[", "[[", "test"):
        return None
    name = _WHOLE.fullmatch(test[1])
    if name is None or test[2] not in ("=", "==", "!=") or "$" in test[3] or "*" in test[3]:
        return None
    value = environment.get(name[1])
    if value is None or name[1] in unknown or "$" in value:
        return None
    return (value == test[3]) == (test[2] != "!=")


_COMPARED = 5
_WHOLE = regex(r"\$\{?(\w+)(?::?-)?\}?")
"""A word that is a variable and nothing else."""


def _handed(program: Program, words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The commands that a start script makes of what it is given.

    Most run it as it is (`exec "$@"`, `gosu app "$@"`); `exec kratos "$@"` hands it to a program
    of its own, to which the first word (`serve`) is a sub-command.
    """
    handed = tuple(words) if program.script else ()
    while handed and handed[0].endswith((".sh", ".bash")):
        handed = handed[1:]
    if not handed:
        return
    takers = [line for line in program.script if ARGUMENTS in line]
    if not takers:
        yield handed
    for line in takers:
        at = line.index(ARGUMENTS)
        before = line[:at]
        while before and (before[0] in _SHELL_WORDS or _SETS.match(before[0])):
            before = before[1:]
        before = unwrapped(before)
        if not before or before[0].rpartition("/")[2] in _PASS_ON:
            yield handed
        yield (*line[:at], *handed, *line[at + 1 :])


_PASS_ON = frozenset({"tini", "dumb-init", "gosu", "su-exec", "setpriv", "chpst", "s6-setuidgid",
                      "runuser", "su", "catatonit", "wait-for-it", "dockerize", "sh", "bash", "ash",
                      "dash"})  # fmt: skip
_SHELL_WORDS = frozenset({"if", "then", "else", "elif", "do", "while", "until", "!", "{"})
_SETS = regex(r"[A-Za-z_]\w*=")
_PYTHON = regex(r"python[\d.]*")


def _runs_python(lines: Iterable[Sequence[str]]) -> bool:
    """Whether a command line runs a Python file by itself."""
    return any(_PYTHON.fullmatch(word.rpartition("/")[2]) for line in lines for word in line[:4])


def _ready_made(
    target: Target, program: Program, environment: Mapping[str, str], words: tuple[str, ...]
) -> Listening:
    """What an official image does by itself, and every port that it is given."""
    if words and words[0].rpartition("/")[2] in _CLIENTS:
        return UNKNOWN
    ports = image_ports(program.base)
    extra = [*_numbers(words)]
    for key, value in environment.items():
        if _PORT_KEY.search(key) and not (
            _STORE_PORT.search(key) and f"{key[:-4]}HOST" in environment
        ):
            extra += [int(one) for one in _NUMBERS.findall(value)]
        elif (bound := _BOUND.fullmatch(value.strip())) is not None:
            extra.append(int(bound[1]))  # OLLAMA_HOST=0.0.0.0:8080
    for path in program.configs:
        for line in target.text(path)[:100_000].split("\n"):
            if _PORT_LINE.match(line):
                extra += [int(one) for one in _NUMBERS.findall(line)]
    if ports is None:
        return UNKNOWN
    short = program.base.short.lower() if program.base is not None else ""
    read = {path for path, _ in program.placed}
    elsewhere = any(_CONFIG_FILE.search(one) and one not in read for one in words[1:])
    known = program.configs_known and short not in _CONFIGURED
    known = known and not elsewhere and not _scripted(words)
    title = short or program.server
    listeners = [Listener(port, f"{title} listens on it by itself", None) for port in ports]
    listeners += [Listener(port, f"{title} is told to", None) for port in dict.fromkeys(extra)]
    # A configuration that is not here may open any port.
    return Listening(tuple(listeners), known)


_BOUND = regex(r"(?:[a-z]{2,5}://)?(?:0\.0\.0\.0|\[::\]|\*)?:(\d{2,5})/?")
"""An address that only a server has a use for: of every interface."""
_CONFIG_FILE = regex(r"/[\w.-]+\.(?:conf|cnf|cfg|ini|ya?ml|toml|json|hcl|xml|properties)$")
"""A configuration that a command line names."""
_CLIENTS = frozenset(
    {"psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_isready", "pgbench", "redis-cli",
     "valkey-cli", "mysql", "mariadb", "mysqldump", "mariadb-dump", "mysqladmin", "mongosh",
     "mongodump", "mongorestore", "clickhouse-client", "rabbitmqadmin", "nats", "curl", "wget"}
)  # fmt: skip
"""Programs of server images that ask and do not listen."""
_CONFIGURED = frozenset(
    {"logstash", "fluentd", "fluent-bit", "vector", "opentelemetry-collector", "alloy", "agent",
     "opentelemetry-collector-contrib", "haproxy", "envoy", "traefik", "eclipse-mosquitto", "kong",
     "varnish", "squid", "toxiproxy", "tempo", "mimir", "nginx-proxy", "localstack", "elasticmq",
     "elasticmq-native", "postgrest", "jenkins", "registry", "consul", "vault", "dex", "graphite"}
)  # fmt: skip
"""Images whose listeners are made by their configuration more often than not."""


def _scripted(words: Sequence[str]) -> bool:
    """Whether a shell or a script of somebody starts it."""
    first = words[0].rpartition("/")[2] if words else ""
    return first in ("sh", "bash", "ash") or (
        first.endswith((".sh", ".bash")) and "entrypoint" not in first
    )


def _numbers(words: Sequence[str]) -> Iterator[int]:
    """The numbers in a command line that a port may be."""
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        flag = before if before.startswith("-") and "=" not in before else word.partition("=")[0]
        told = _PORT_FLAG.search(flag) is not None
        for match in _NUMBERS.finditer(word):
            bare = len(match[0]) == len(word) and not before.startswith("-")
            if told or bare or word[max(0, match.start() - 1) : match.start()] == ":":
                yield int(match[0])


def _nginx(target: Target, program: Program, environment: Mapping[str, str]) -> Listening:
    listeners: list[Listener] = []
    doubt: Note | None = None
    servers = 0
    for path in program.configs:
        for directive, inside in target.parse(read_nginx, path).all():
            if directive.name != "server" or directive.block is None or inside == "upstream":
                continue
            servers += 1
            found = [one for one, _ in walk(directive.block) if one.name == "listen"]
            if not found:
                listeners.append(
                    Listener(80, f"{directive.place}: nginx's default", directive.place)
                )
            for one in found:
                port, host, known = _listen(one, environment)
                if not known:
                    doubt = doubt or Note(one.place, f"listens where cannot be told: {one.text()}")
                elif port is not None:
                    how = f"nginx listens on it ({one.place})"
                    listeners.append(Listener(port, how, one.place, is_loopback(host)))
    if not servers and program.configs_known:
        ports = image_ports(program.base) or ()
        listeners = [Listener(port, "nginx listens on it by itself", None) for port in ports]
    return Listening(
        tuple(listeners), bool(listeners) and doubt is None and program.configs_known, doubt
    )


def _listen(directive: Directive, environment: Mapping[str, str]) -> tuple[int | None, str, bool]:
    """(port, host, whether it could be told) of a ``listen``."""
    text = directive.args[0].text if directive.args else ""
    if text.startswith("unix:"):
        return None, "", True
    text = re.sub(r"\$\{(\w+)\}", lambda match: environment.get(match[1], match[0]), text)
    if "$" in text or "{" in text or "%" in text:
        return None, "", False
    number = port_number(text)
    if number is not None:
        return number, "", True
    host, _, tail = text.rpartition(":")
    if text.endswith("]") or not host:
        return 80, text, True
    number = port_number(tail)
    return number, host, number is not None


_CADDY_SITE = regex(
    r"(?m)^(?P<sites>(?:\{\$[^{}\n]*\}|[^\s#{}()@])(?:\{\$[^{}\n]*\}|[^\n{}])*?)\s*\{\s*$"
)


def _caddy(target: Target, program: Program, environment: Mapping[str, str]) -> Listening:
    listeners: list[Listener] = []
    known = program.configs_known
    for path in program.configs:
        text = target.text(path)
        if "listen" in text or "import" in text or "http_port" in text:
            known = False
        for match in _CADDY_SITE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            for site in re.split(r"[,\s]+", match["sites"]):
                if not site:
                    continue
                filled = re.sub(
                    r"\{\$(\w+)(?::([^}]*))?\}",
                    lambda hole: environment.get(hole[1], hole[2] or hole[0]),
                    site,
                )
                if "{" in filled:
                    known = False
                    continue
                port = port_number(filled.partition("://")[2].rpartition(":")[2] or "") or (
                    port_number(filled.rpartition(":")[2])
                )
                ports = (port,) if port else ((80,) if filled.startswith("http://") else (80, 443))
                listeners += [
                    Listener(one, f"caddy serves {filled} ({path}:{line})", Place(path, line))
                    for one in ports
                ]
    return Listening(tuple(listeners), bool(listeners) and known)
