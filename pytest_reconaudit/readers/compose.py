"""Compose files: services with a place for every key, in one spelling whatever the file uses.

Compose lets most keys be written in two or three ways (list or mapping, short or long form). Here
each service becomes one record of tuples, so that merging (:mod:`..facts.compose.stacks`) and
checks see a single form. No published parser keeps places, and Compose's own rules (relative
paths, ``$$``, ``!reset``) are in no YAML library; the shape follows the compose-spec.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.interpolation import expand_compose
from pytest_reconaudit.readers.yaml import Map, Seq, YamlFile, read_yaml

__all__ = [
    "Build",
    "ComposeFile",
    "ComposeService",
    "Dependency",
    "Entry",
    "EnvFile",
    "Found",
    "Grant",
    "Healthcheck",
    "Include",
    "Mount",
    "Name",
    "Port",
    "Resource",
    "compose_of",
    "is_remote",
    "read_compose",
    "repo_path",
    "service_of",
]

_TAG = regex(r"!(?:reset|override)\b")
_REMOTE = regex(
    r"^(?:[a-z][a-z0-9+.-]*://|git@|(?:github|gitlab|bitbucket)\.(?:com|org)/)|\.git(?:#.*)?$"
)
_CONTEXT = frozenset({"context"})
_WINDOWS = regex(r"^[A-Za-z]:[\\/]")


class Entry(Struct, frozen=True):
    """``key: value`` of ``environment``, ``args`` or ``labels``.

    ``value`` is ``None`` when the key stands alone (taken from the caller's environment).
    """

    key: str
    value: str | None
    place: Place
    written: str = ""
    resolved: bool = True
    """Whether every variable in it had a value or a default."""


class Name(Struct, frozen=True):
    """A service, network, profile … named by a service."""

    name: str
    place: Place
    written: str = ""


class EnvFile(Struct, frozen=True):
    """An ``env_file``. ``path`` is relative to the repository; ``None`` when it cannot be told."""

    path: str | None
    required: bool
    place: Place
    written: str


class Mount(Struct, frozen=True):
    """One entry of ``volumes``."""

    kind: str
    """``bind``, ``volume``, ``tmpfs`` …; ``unknown`` when a variable hides it."""
    source: str
    """As resolved; empty for an anonymous volume."""
    target: str
    place: Place
    written: str
    path: str | None = None
    """A bind source relative to the repository; ``None`` when absolute, outside or unknown."""
    short: bool = True
    create: bool = True
    """Docker creates a missing source as a folder (``bind.create_host_path``)."""
    read_only: bool = False

    @property
    def dynamic(self) -> bool:
        """Whether a variable decides the source."""
        return "$" in self.written.replace("$$", "")


class Port(Struct, frozen=True):
    """One entry of ``ports``: texts, since ranges and variables are allowed."""

    published: str
    target: str
    host_ip: str
    protocol: str
    place: Place
    written: str


class Dependency(Struct, frozen=True):
    """One entry of ``depends_on``; ``condition`` is empty in the list form."""

    service: str
    condition: str
    required: bool
    place: Place


class Build(Struct, frozen=True):
    """``build``. Paths are relative to the repository, ``None`` when remote or unknown."""

    place: Place
    context: str | None
    context_written: str
    context_place: Place
    dockerfile: str | None
    """The Dockerfile's path; nothing for an inline one or an unknown context."""
    dockerfile_written: str
    dockerfile_place: Place
    target: str
    target_place: Place
    args: tuple[Entry, ...] = ()
    contexts: tuple[str, ...] = ()
    """The names of ``additional_contexts``."""
    inline: bool = False
    sets: frozenset[str] = frozenset()
    """Which of its keys the file sets; an override may set ``args`` alone."""
    dockerfile_name: str | None = "Dockerfile"
    """As resolved, relative to the context."""

    @property
    def complete(self) -> bool:
        """Whether it says what to build."""
        return bool(self.sets & {"context", "dockerfile", "dockerfile_inline"})


class Healthcheck(Struct, frozen=True):
    """``healthcheck``. ``test`` is ``("CMD-SHELL", text)`` for the text form."""

    place: Place
    test: tuple[str, ...] = ()
    test_place: Place | None = None
    disabled: bool = False


class Grant(Struct, frozen=True):
    """A ``secrets`` or ``configs`` entry of a service."""

    source: str
    target: str
    place: Place


class Resource(Struct, frozen=True):
    """A top-level volume, network, secret or config."""

    name: str
    place: Place
    external: bool = False
    path: str | None = None
    """``file:`` relative to the repository."""
    written: str = ""


class Include(Struct, frozen=True):
    """One entry of ``include``; ``paths`` is merged like several ``-f``."""

    paths: tuple[str | None, ...]
    folder: str | None
    """``project_directory``, if given."""
    place: Place


class Found(Struct, frozen=True):
    """A raw value with the place of the key that set it."""

    value: Any
    place: Place


class Part(Struct, frozen=True, eq=False):
    """What one file says about a service."""

    raw: Map
    cut: frozenset[str]
    """Keys tagged ``!reset`` or ``!override``: what earlier files say of them is dropped."""


class ComposeService(Struct, frozen=True, eq=False):
    """A service, of one file or merged of several. Every record keeps the place that set it."""

    name: str
    place: Place
    """The first file's key."""
    folder: str
    """What relative paths were resolved against."""
    parts: tuple[Part, ...]
    image: str | None = None
    """Resolved; the text as written when a variable has no default."""
    image_place: Place | None = None
    build: Build | None = None
    command: tuple[str, ...] | None = None
    command_place: Place | None = None
    entrypoint: tuple[str, ...] | None = None
    entrypoint_place: Place | None = None
    environment: tuple[Entry, ...] = ()
    env_files: tuple[EnvFile, ...] = ()
    volumes: tuple[Mount, ...] = ()
    ports: tuple[Port, ...] = ()
    expose: tuple[Name, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    links: tuple[Name, ...] = ()
    volumes_from: tuple[Name, ...] = ()
    shares: tuple[Name, ...] = ()
    """Services whose namespace it uses: ``network_mode: service:x``, ``pid:``, ``ipc:``."""
    networks: tuple[Name, ...] = ()
    secrets: tuple[Grant, ...] = ()
    configs: tuple[Grant, ...] = ()
    profiles: tuple[Name, ...] = ()
    healthcheck: Healthcheck | None = None
    labels: tuple[Entry, ...] = ()
    extends: Name | None = None
    """The service it extends; ``written`` is the file, empty for the same file."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys that some file sets."""
        return frozenset(str(key) for part in self.parts for key in part.raw)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that say something about it, first the one that is overridden."""
        return tuple(dict.fromkeys(part.raw.path for part in self.parts))

    @property
    def complete(self) -> bool:
        """Whether it could run: an override alone has neither image nor build."""
        built = self.build is not None and self.build.complete
        return built or self.image is not None or "provider" in self.keys

    def find(self, *keys: str) -> Found | None:
        """The raw value under a route of keys, as the last file that has it says.

        ``service.find("deploy", "resources", "limits", "memory")``.
        """
        for part in reversed(self.parts):
            node: Any = part.raw
            place: Place | None = None
            for key in keys:
                if not isinstance(node, Map) or key not in node:
                    place = None
                    break
                node, place = node[key], node.key_place(key)
            if place is not None:
                return Found(node, place)
            if keys and keys[0] in part.cut:
                return None
        return None


class ComposeFile(Struct, frozen=True, eq=False):
    """One compose file before any merging."""

    path: str
    root: Map
    services: Mapping[str, Map]
    """Raw; a service without a mapping is an empty one at its key's place."""
    includes: tuple[Include, ...] = ()
    project: str = ""
    """The top-level ``name``."""
    problems: tuple[Problem, ...] = ()
    tagged: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    """Where ``!reset`` and ``!override`` stand."""
    resets: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    @property
    def is_compose(self) -> bool:
        """Whether the content is a compose file's at all."""
        return isinstance(self.root.get("services"), Map) or bool(self.includes)

    @property
    def folder(self) -> str:
        return posixpath.dirname(self.path)

    def resources(self, kind: str, folder: str, known: Mapping[str, str]) -> tuple[Resource, ...]:
        """The top-level ``volumes``, ``networks``, ``secrets`` or ``configs``."""
        return tuple(_resources(self.root, kind, folder, known))


def read_compose(text: str, path: str) -> ComposeFile:
    """A compose file. Never raises; what has the wrong type reads as absent."""
    return compose_of(read_yaml(text, path), text)


def compose_of(yaml: YamlFile, text: str) -> ComposeFile:
    """The compose file that an already parsed YAML file holds.

    :param text: its text, looked at for ``!reset`` and ``!override`` only.
    """
    root = yaml.documents[0].map if yaml.documents else Map()
    if not yaml.documents:
        root.path, root.line, root.column, root.end = yaml.path, 1, 1, 1
        root.key_at, root.value_at = {}, {}
    raw = root.map("services")
    services = {_text(name): raw.map(name) for name in raw}
    tagged, resets = _tags(text)
    return ComposeFile(
        path=yaml.path,
        root=root,
        services=services,
        includes=tuple(_includes(root, posixpath.dirname(yaml.path))),
        project=root.str("name"),
        problems=yaml.problems,
        tagged=tagged,
        resets=resets,
    )


def is_remote(text: str) -> bool:
    """Whether a build context is a repository or an address rather than a folder."""
    return bool(_REMOTE.search(text))


def _tags(text: str) -> tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]:
    if "!reset" not in text and "!override" not in text:
        return frozenset(), frozenset()
    tagged, resets = set(), set()
    for number, line in enumerate(text.split("\n"), 1):
        for match in _TAG.finditer(line):
            spot = (number, match.start() + 1)
            tagged.add(spot)
            if match[0] == "!reset":
                resets.add(spot)
    return frozenset(tagged), frozenset(resets)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _is_scalar(value: Any) -> bool:
    return value is not None and not isinstance(value, (Map, Seq))


def _includes(root: Map, folder: str) -> Iterator[Include]:
    value = root.get("include")
    if isinstance(value, str):
        yield Include((repo_path(folder, value),), None, root.key_place("include"))
    listed = root.seq("include")
    for index, item in enumerate(listed):
        place = listed.item_place(index)
        if isinstance(item, str):
            yield Include((repo_path(folder, item),), None, place)
        elif isinstance(item, Map):
            paths = [text for text, _ in _texts(item, "path")]
            own = item.str("project_directory")
            yield Include(
                tuple(repo_path(folder, path) for path in paths),
                repo_path(folder, own) if own else None,
                item.key_place("path"),
            )


def repo_path(folder: str, path: str) -> str | None:
    """A path of a compose file, relative to the repository; nothing when it leaves it."""
    if not path or "$" in path or path.startswith(("/", "~", "\\")) or _WINDOWS.match(path):
        return None
    if is_remote(path) or "\0" in path:
        return None
    clean = posixpath.normpath(posixpath.join(folder, path))
    if clean == ".." or clean.startswith("../"):
        return None
    return "" if clean == "." else clean


def _texts(parent: Map, key: str) -> Iterator[tuple[str, Place]]:
    """The scalar or the scalars of a list under ``key``, each with its place."""
    value = parent.get(key)
    if isinstance(value, Seq):
        for index, item in enumerate(value):
            if _is_scalar(item):
                yield _text(item), value.item_place(index)
    elif _is_scalar(value):
        yield _text(value), parent.key_place(key)


def _resources(root: Map, kind: str, folder: str, known: Mapping[str, str]) -> Iterator[Resource]:
    section = root.map(kind)
    for name in section:
        spec = section.map(name)
        external = spec.get("external")
        file = spec.str("file")
        filled = expand_compose(file, known) if file else None
        yield Resource(
            name=_text(name),
            place=spec.key_place("file") if file else section.key_place(name),
            external=external is True or isinstance(external, Map) or external == "true",
            path=repo_path(folder, filled) if filled and "$" not in file else None,
            written=file,
        )


# -- one service ---------------------------------------------------------------------------


def service_of(
    file: ComposeFile, name: str, folder: str, known: Mapping[str, str]
) -> ComposeService:
    """What one file says about a service, ``extends`` left for the caller.

    :param folder: the project directory, for relative paths.
    :param known: values for interpolation.
    """
    raw = file.services[name]
    services = file.root.map("services")
    own = name if name in services else next((k for k in services if _text(k) == name), name)
    place = services.key_place(own)
    cut = frozenset(_text(key) for key in raw if raw.value_at.get(key) in file.tagged)
    reset = {key for key in raw if raw.value_at.get(key) in file.resets}
    if reset:
        kept = Map({key: value for key, value in raw.items() if key not in reset})
        kept.path, kept.line, kept.column, kept.end = raw.path, raw.line, raw.column, raw.end
        kept.key_at, kept.value_at = raw.key_at, raw.value_at
        raw = kept
    fill = _Filler(known)
    image = raw.str("image")
    return ComposeService(
        name=name,
        place=place,
        folder=folder,
        parts=(Part(raw, cut),),
        image=fill.best(image) if image else None,
        image_place=raw.key_place("image") if image else None,
        build=_build(raw, folder, fill),
        command=_command(raw, "command", fill),
        command_place=raw.key_place("command") if "command" in raw else None,
        entrypoint=_command(raw, "entrypoint", fill),
        entrypoint_place=raw.key_place("entrypoint") if "entrypoint" in raw else None,
        environment=tuple(_entries(raw, "environment", fill)),
        env_files=tuple(_env_files(raw, folder, fill)),
        volumes=tuple(_mounts(raw, folder, fill)),
        ports=tuple(_ports(raw, fill)),
        expose=tuple(_names(raw, "expose", fill)),
        depends_on=tuple(_depends_on(raw)),
        links=tuple(_names(raw, "links", fill)),
        volumes_from=tuple(_names(raw, "volumes_from", fill)),
        shares=tuple(_shares(raw, fill)),
        networks=tuple(_names(raw, "networks", fill)),
        secrets=tuple(_grants(raw, "secrets")),
        configs=tuple(_grants(raw, "configs")),
        profiles=tuple(_names(raw, "profiles", fill)),
        healthcheck=_healthcheck(raw, fill),
        labels=tuple(_entries(raw, "labels", fill)),
        extends=_extends(raw),
    )


class _Filler(Struct, frozen=True):
    """Interpolation with one set of known values."""

    known: Mapping[str, str]

    def __call__(self, text: str) -> str | None:
        return expand_compose(text, self.known) if "$" in text else text

    def best(self, text: str) -> str:
        """The resolved text, or the text as written."""
        filled = self(text)
        return text if filled is None else filled


def _entries(raw: Map, key: str, fill: _Filler) -> Iterator[Entry]:
    value = raw.get(key)
    if isinstance(value, Map):
        for name, item in value.items():
            place = value.key_place(name)
            if item is None:
                yield Entry(_text(name), None, place)
            elif _is_scalar(item):
                yield _entry(_text(name), _text(item), place, fill)
    elif isinstance(value, Seq):
        for index, item in enumerate(value):
            if not _is_scalar(item):
                continue
            name, equals, text = _text(item).partition("=")
            place = value.item_place(index)
            yield _entry(name, text, place, fill) if equals else Entry(name, None, place)


def _entry(key: str, written: str, place: Place, fill: _Filler) -> Entry:
    filled = fill(written)
    if filled is None:
        return Entry(key, written, place, written, resolved=False)
    return Entry(key, filled, place, written)


def _names(raw: Map, key: str, fill: _Filler) -> Iterator[Name]:
    value = raw.get(key)
    if isinstance(value, Map):
        for name in value:
            yield Name(_text(name), value.key_place(name), _text(name))
        return
    for text, place in _texts(raw, key):
        yield Name(fill.best(text), place, text)


def _shares(raw: Map, fill: _Filler) -> Iterator[Name]:
    for key in ("network_mode", "pid", "ipc", "uts"):
        text = fill.best(raw.str(key))
        if text.startswith("service:"):
            yield Name(text[8:], raw.key_place(key), text)


def _env_files(raw: Map, folder: str, fill: _Filler) -> Iterator[EnvFile]:
    value = raw.get("env_file")
    if isinstance(value, Seq):
        for index, item in enumerate(value):
            if isinstance(item, Map):
                path = item.str("path")
                required = item.get("required") not in (False, "false", "no")
                yield _env_file(path, required, value.item_place(index), folder, fill)
            elif _is_scalar(item):
                yield _env_file(_text(item), True, value.item_place(index), folder, fill)
    elif isinstance(value, Map):
        required = value.get("required") not in (False, "false", "no")
        yield _env_file(value.str("path"), required, raw.key_place("env_file"), folder, fill)
    elif _is_scalar(value):
        yield _env_file(_text(value), True, raw.key_place("env_file"), folder, fill)


def _env_file(path: str, required: bool, place: Place, folder: str, fill: _Filler) -> EnvFile:
    filled = fill(path)
    return EnvFile(repo_path(folder, filled) if filled else None, required, place, path)


def _mounts(raw: Map, folder: str, fill: _Filler) -> Iterator[Mount]:
    value = raw.get("volumes")
    if not isinstance(value, Seq):
        return
    for index, item in enumerate(value):
        place = value.item_place(index)
        if isinstance(item, Map):
            yield _long_mount(item, place, folder, fill)
        elif _is_scalar(item):
            yield _short_mount(_text(item), place, folder, fill)


def _long_mount(item: Map, place: Place, folder: str, fill: _Filler) -> Mount:
    written = item.str("source") or item.str("src")
    source = fill(written)
    kind = item.str("type") or "volume"
    create = item.map("bind").get("create_host_path")
    return Mount(
        kind=kind,
        source=written if source is None else source,
        target=fill.best(item.str("target") or item.str("dst") or item.str("destination")),
        place=place,
        written=written,
        # In the long form any bind source is a path, with or without a leading dot.
        path=repo_path(folder, source) if kind == "bind" and source else None,
        short=False,
        create=create is not False,
        read_only=item.get("read_only") is True,
    )


def _short_mount(written: str, place: Place, folder: str, fill: _Filler) -> Mount:
    text = fill(written)
    if text is None:
        # `${DATA}:/var/lib/x`: the last part that is a path in the container is still known.
        parts = re.sub(r"\$\{[^}]*\}", "$", written).split(":")
        targets = [part for part in parts[1:] if part.startswith("/")]
        return Mount("unknown", written, targets[-1] if targets else "", place, written)
    head = ""
    if _WINDOWS.match(text):
        head, text = text[:2], text[2:]
    parts = text.split(":")
    if len(parts) == 1:
        return Mount("volume", "", head + parts[0], place, written)
    source, target = head + parts[0], parts[1]
    bind = source.startswith((".", "/", "~", "\\")) or bool(_WINDOWS.match(source))
    if not bind:
        return Mount("volume", source, target, place, written)
    return Mount(
        kind="bind",
        source=source,
        target=target,
        place=place,
        written=written,
        path=repo_path(folder, source),
        read_only=len(parts) > 2 and "ro" in parts[-1].split(","),
    )


def _ports(raw: Map, fill: _Filler) -> Iterator[Port]:
    value = raw.get("ports")
    if not isinstance(value, Seq):
        return
    for index, item in enumerate(value):
        place = value.item_place(index)
        if isinstance(item, Map):
            yield Port(
                published=fill.best(item.str("published")),
                target=fill.best(item.str("target")),
                host_ip=fill.best(item.str("host_ip")),
                protocol=item.str("protocol") or "tcp",
                place=place,
                written=item.str("published") or item.str("target"),
            )
        elif _is_scalar(item):
            yield _short_port(_text(item), place, fill)


def _short_port(written: str, place: Place, fill: _Filler) -> Port:
    text = fill(written)
    if text is None:
        # Variables may hold the separators; what follows the last colon is still the target.
        text = re.sub(r"\$\{[^}]*\}", "$", written)
    text, _, protocol = text.partition("/")
    head, _, target = text.rpartition(":")
    host_ip, _, published = head.rpartition(":")
    return Port(published, target, host_ip.strip("[]"), protocol or "tcp", place, written)


def _depends_on(raw: Map) -> Iterator[Dependency]:
    value = raw.get("depends_on")
    if isinstance(value, Map):
        for name in value:
            spec = value.map(name)
            required = spec.get("required") not in (False, "false")
            yield Dependency(_text(name), spec.str("condition"), required, value.key_place(name))
        return
    for text, place in _texts(raw, "depends_on"):
        yield Dependency(text, "", True, place)


def _grants(raw: Map, key: str) -> Iterator[Grant]:
    value = raw.get(key)
    if not isinstance(value, Seq):
        return
    for index, item in enumerate(value):
        place = value.item_place(index)
        if isinstance(item, Map):
            yield Grant(item.str("source"), item.str("target"), place)
        elif _is_scalar(item):
            yield Grant(_text(item), "", place)


def _command(raw: Map, key: str, fill: _Filler) -> tuple[str, ...] | None:
    value = raw.get(key)
    if isinstance(value, Seq):
        return tuple(fill.best(_text(item)) for item in value if _is_scalar(item))
    if not _is_scalar(value):
        return None
    text = fill.best(_text(value))
    try:
        return tuple(shlex.split(text))
    except ValueError:  # an open quote
        return tuple(text.split())


def _healthcheck(raw: Map, fill: _Filler) -> Healthcheck | None:
    value = raw.get("healthcheck")
    if not isinstance(value, Map):
        return None
    test = value.get("test")
    words: tuple[str, ...] = ()
    if isinstance(test, Seq):
        words = tuple(fill.best(_text(item)) for item in test if _is_scalar(item))
    elif _is_scalar(test):
        words = ("CMD-SHELL", fill.best(_text(test)))
    return Healthcheck(
        place=raw.key_place("healthcheck"),
        test=words,
        test_place=value.key_place("test") if "test" in value else None,
        disabled=value.get("disable") is True or words[:1] == ("NONE",),
    )


def _extends(raw: Map) -> Name | None:
    value = raw.get("extends")
    if isinstance(value, Map):
        return Name(value.str("service"), raw.key_place("extends"), value.str("file"))
    if isinstance(value, str):
        return Name(value, raw.key_place("extends"))
    return None


def _build(raw: Map, folder: str, fill: _Filler) -> Build | None:
    value = raw.get("build")
    place = raw.key_place("build")
    if isinstance(value, Map):
        spec, context_written = value, value.str("context")
    elif isinstance(value, str):
        spec, context_written = raw.map("\0"), value
    else:
        return None

    def at(key: str) -> Place:
        return spec.key_place(key) if key in spec else place

    filled = fill(context_written or ".")
    context = repo_path(folder, filled) if filled is not None else None
    written = spec.str("dockerfile")
    name = fill(written or "Dockerfile")
    inline = isinstance(spec.get("dockerfile_inline"), str)
    dockerfile = None
    if context is not None and name is not None and not inline:
        dockerfile = repo_path(context, name)
    return Build(
        place=place,
        context=context,
        context_written=context_written or ".",
        context_place=at("context"),
        dockerfile=dockerfile,
        dockerfile_written=written,
        dockerfile_place=at("dockerfile"),
        target=fill.best(spec.str("target")),
        target_place=at("target"),
        args=tuple(_entries(spec, "args", fill)),
        contexts=tuple(name.name for name in _contexts(spec)),
        inline=inline,
        sets=frozenset(_text(key) for key in spec) if isinstance(value, Map) else _CONTEXT,
        dockerfile_name=name,
    )


def _contexts(spec: Map) -> Iterator[Name]:
    value = spec.get("additional_contexts")
    if isinstance(value, Map):
        for name in value:
            yield Name(_text(name), value.key_place(name))
        return
    for text, place in _texts(spec, "additional_contexts"):
        yield Name(text.partition("=")[0], place)
