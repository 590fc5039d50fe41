"""Browser applications: the keys they are given, the keys they read, and when they are built in.

A bundler puts the value of a public key (``VITE_API_URL``) into the JavaScript while it builds. Two
things follow: a key with another bundler's prefix never reaches the browser, and a value that a
container gets when it *runs* comes too late, unless something replaces a placeholder at start.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.applications import (
    Application,
    application_of,
    applications,
    applications_of_image,
    is_node_side,
    is_test_path,
    matching_application,
)
from pytest_reconaudit.facts.compose.stacks import Stack, stacks
from pytest_reconaudit.facts.docker.images import dockerfiles, final_stage, images
from pytest_reconaudit.facts.env.keys import KeyDefinition, KeyMatrix, key_matrix
from pytest_reconaudit.facts.k8s.manifests import manifest_files
from pytest_reconaudit.model import Place, mask
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.dockerfile import Dockerfile, Instruction, Stage
from pytest_reconaudit.readers.manifest import Container, KubeObject
from pytest_reconaudit.target import Target, once

__all__ = [
    "FrontendApp",
    "FrontendService",
    "PublicValue",
    "WrongKey",
    "WrongPrefix",
    "frontend_apps",
    "frontend_services",
]

PUBLIC_PREFIXES = ("VITE_", "NEXT_PUBLIC_", "REACT_APP_")


# -- prefixes ------------------------------------------------------------------------------


class WrongKey(Struct, frozen=True):
    """A key with a prefix that its bundler does not expose."""

    key: str
    place: Place
    right: Place | None
    """Where the same key is defined under the right prefix."""


class WrongPrefix(Struct, frozen=True):
    """The wrong keys of one file."""

    path: str
    kind: str
    """``defined`` or ``read``."""
    how: str
    """``env-file``, ``compose`` …; for a read ``process.env`` or ``import.meta.env``."""
    keys: tuple[WrongKey, ...]
    used: bool = True
    """Some source reads one of them, under whatever prefix."""
    unbuilt: bool = False
    """A Dockerfile that nothing in the repository builds."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        found = {_prefix(one.key) for one in self.keys}
        return tuple(sorted(f"{prefix}*" for prefix in found))


class FrontendApp(Struct, frozen=True):
    """An application with a bundler."""

    application: Application
    wrong: tuple[WrongPrefix, ...]
    defined: int
    """Keys with a right prefix that are set for it."""
    read: tuple[Place, ...]
    """Where its source reads keys with a right prefix."""

    @property
    def unresolved(self) -> bool:
        """Its configuration computes the prefix."""
        bundler = self.application.bundler
        return bundler is None or bundler.prefixes is None


def _prefix(key: str) -> str:
    return next((prefix for prefix in PUBLIC_PREFIXES if key.startswith(prefix)), "")


@once
def frontend_apps(target: Target) -> tuple[FrontendApp, ...]:
    """Every application with a known bundler, by folder."""
    matrix = key_matrix(target)
    return tuple(
        _frontend(matrix, one)
        for one in applications(target)
        if one.bundler is not None and not one.shared
    )


def _frontend(matrix: KeyMatrix, application: Application) -> FrontendApp:
    bundler = application.bundler
    assert bundler is not None
    prefixes = bundler.prefixes
    if prefixes is None:
        return FrontendApp(application, (), 0, ())
    defined = [one for one in matrix.definitions if _belongs(matrix, application, one)]
    right = {one.key: one.place for one in defined if one.key.startswith(prefixes)}
    config = matrix.target.text(bundler.config) if bundler.config else ""
    by_file: dict[tuple[str, str], dict[str, WrongKey]] = {}
    for one in defined:
        prefix = _prefix(one.key)
        if not prefix or one.key.startswith(prefixes) or one.key in config:
            continue
        if _used_elsewhere(matrix, application, one):
            continue
        rest = one.key[len(prefix) :]
        twin = next((right[name] for p in prefixes if (name := p + rest) in right), None)
        keys = by_file.setdefault((one.place.path, one.kind), {})
        keys.setdefault(one.key, WrongKey(one.key, one.place, twin))
    wrong = [
        WrongPrefix(
            path,
            "defined",
            kind,
            tuple(keys.values()),
            used=any(_is_read(matrix, key) for key in keys),
            unbuilt=_is_unbuilt(matrix.target, path),
        )
        for (path, kind), keys in sorted(by_file.items())
    ]
    wrong += _wrong_reads(matrix, application, prefixes, right, config)
    reads = tuple(
        one.place
        for one in matrix.reads
        if one.application == application.folder and one.key.startswith(prefixes)
    )
    return FrontendApp(application, tuple(wrong), len(right), reads)


def _is_read(matrix: KeyMatrix, key: str) -> bool:
    """Whether code reads the key under some bundler's prefix."""
    rest = key[len(_prefix(key)) :]
    return any(
        one.kind == "code" and not one.test
        for prefix in PUBLIC_PREFIXES
        for one in matrix.reads_of(prefix + rest)
    )


def _is_unbuilt(target: Target, path: str) -> bool:
    dockerfile = next((one for one in dockerfiles(target) if one.path == path), None)
    return dockerfile is not None and not images(target).builds(dockerfile)


def _used_elsewhere(matrix: KeyMatrix, application: Application, key: KeyDefinition) -> bool:
    """Whether a script, a compose file, a template or another application needs the key."""
    own = bool(application.folder) and key.place.path.startswith(f"{application.folder}/")
    for one in matrix.reads_of(key.key):
        if one.kind != "code":
            return True
        if one.application != application.folder:
            if own:
                continue  # nobody else looks into a file of this application
            return True
        inner = one.place.path[len(application.folder) :]
        if not one.test and is_node_side(inner, matrix.target.text(one.place.path)):
            return True
    return matrix.mention(key.key, unparsed=True) is not None


def _belongs(matrix: KeyMatrix, application: Application, one: KeyDefinition) -> bool:
    """Whether a definition is meant for this application."""
    folder = application.folder
    if one.environment == "test" or one.kind == "workflow" or folder not in one.applications:
        return False
    inside = not folder or one.place.path.startswith(f"{folder}/")
    if len(one.applications) == 1 and (inside or one.kind != "env-file"):
        return folder != "" or one.kind != "env-file" or _root_owns(matrix, one)
    if len(one.applications) == 1:
        return True  # its name names the application
    # A file that serves several: another one's prefix is rightly there.
    return not any(
        other.folder != folder
        and other.bundler is not None
        and other.bundler.prefixes is not None
        and one.key.startswith(other.bundler.prefixes)
        for other in applications(matrix.target)
    )


def _root_owns(matrix: KeyMatrix, one: KeyDefinition) -> bool:
    """An env file at the root is for the root's own bundler, unless another has the prefix."""
    return not any(
        other.folder
        and other.bundler is not None
        and other.bundler.prefixes is not None
        and one.key.startswith(other.bundler.prefixes)
        for other in applications(matrix.target)
    )


def _wrong_reads(
    matrix: KeyMatrix,
    application: Application,
    prefixes: tuple[str, ...],
    right: Mapping[str, Place],
    config: str,
) -> Iterator[WrongPrefix]:
    bundler = application.bundler
    assert bundler is not None
    by_file: dict[str, dict[str, tuple[WrongKey, str]]] = {}
    for one in matrix.reads:
        read = one.read
        prefix = _prefix(one.key)
        if one.kind != "code" or one.test or one.application != application.folder or not prefix:
            continue
        if one.key.startswith(prefixes) or one.key in config:
            continue
        meta = read.via == "import.meta.env"
        path = one.place.path
        text = matrix.target.text(path)
        if is_test_path(path) or is_node_side(path[len(application.folder) :], text):
            continue
        if not meta and not _in_browser(bundler.name, bundler.server_side, text):
            continue
        if not meta and bundler.defines:
            continue
        twin = next(
            (right[n] for p in prefixes if (n := p + one.key[len(prefix) :]) in right), None
        )
        keys = by_file.setdefault(path, {})
        keys.setdefault(one.key, (WrongKey(one.key, one.place, twin), read.via))
    for path, keys in sorted(by_file.items()):
        how = " and ".join(dict.fromkeys(via for _, via in keys.values()))
        yield WrongPrefix(path, "read", how, tuple(key for key, _ in keys.values()))


def _in_browser(name: str, server_side: bool, text: str) -> bool:
    """Whether ``process.env`` in the file is what the bundler makes of it, not Node's."""
    return not server_side or (
        name == "next" and re.search(r"^['\"]use client['\"]", text, re.M) is not None
    )


# -- built in, or too late -----------------------------------------------------------------

_STATIC = regex(
    r"(?:^|[/-])(?:nginx(?:-unprivileged|-brotli)?|caddy|httpd|apache2?|openresty|lighttpd"
    r"|static-web-server|static-file-server|darkhttpd|angie|freenginx|nginx-spa|sws)$"
)
_STATIC_COMMAND = regex(
    r"\b(?:nginx|caddy|httpd|lighttpd)\b|\bserve\b[^\n]{0,40}(?:-s\b|--single|\bdist\b|\bbuild\b)"
    r"|\bhttp-server\b|\bvite\b[\",\s]+preview|\bsirv\b|\brun[\",\s]+preview\b|\bpreview\b"
)
_BUILDS = regex(
    r"\b(?:npm|yarn|pnpm|bun|npx|bunx)\b[^\n&|;]{0,80}\bbuild\b|\bvite\s+build\b|\bnext\s+build\b"
    r"|\breact-scripts\s+build\b|\bturbo\b[^\n&|;]{0,40}\bbuild\b|\bnx\b[^\n&|;]{0,40}\bbuild\b"
)
_AT_START = regex(
    r"window\.\w*(?:env|ENV|config|CONFIG)\w*|__ENV\b|_env_\b"
    r"|\b(?:runtime|env)[-_]?(?:config|env)?\.js\b"
    r"|\b(?:config|settings|env-config|runtime-config|runtime-env|app-config)\.js(?:on)?\b"
    r"|react-env\b"
    r"|import-meta-env|react-inject-env|vite-envs|next-runtime-env|runtime-env-cra|sub_filter"
    r"|__APP_CONFIG__|\bjq\b[^\n]{0,80}\benv\b"
)
_LOOP = regex(
    r"\b(?:env|printenv)[ \t]*\|[ \t]*(?:grep|awk|while|sed|cut|sort)\b"
    r"|\bcompgen[ \t]+-[ev]|\$\{!\w+"
)
_SED = regex(
    r"\bs(?P<d>[|,#@/~:!+%])(?P<old>(?:\\.|(?!(?P=d)).){1,200})(?P=d)"
    r"(?P<new>(?:\\.|(?!(?P=d)).){0,200})(?P=d)"
)
_ENVSUBST = regex(r"\benvsubst\b(?P<list>[ \t]+(?:'[^'\n]*'|\"[^\"\n]*\"))?")
_URL = regex(r"^[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?(\[[^\]]*\]|[^/:?#\s]+)", re.IGNORECASE)
_RELATIVE = regex(r"^(?:/(?!/)|\./|\?|#)[^\s]*$|^$")
_SECRET = regex(r"SECRET|PASS|TOKEN|KEY|DSN|CREDENTIAL")
_SCRIPTS = (".sh", ".js", ".mjs", ".py", ".template", ".tmpl", ".conf", ".envsh", "")


class PublicValue(Struct, frozen=True):
    """A public key that is given to a service."""

    key: str
    value: str | None
    place: Place
    how: str
    """``run time`` or ``build``."""
    internal: str = ""
    """The host of its URL when no browser resolves it."""

    @property
    def shown(self) -> str:
        """``KEY=value`` as it may be printed."""
        value = self.value or ""
        return f"{self.key}={mask(value) if _SECRET.search(self.key) else value}"


class FrontendService(Struct, frozen=True):
    """A compose service or a container that serves what a bundler has built."""

    id: str
    title: str
    dockerfiles: tuple[Dockerfile, ...]
    """All of them; several when it cannot be told which one makes the image."""
    final: Stage
    final_base: str
    build: Instruction
    """The command that runs the bundler."""
    values: tuple[PublicValue, ...]
    late: tuple[PublicValue, ...]
    """Those of the run time that have no effect."""
    node: bool = False
    """It runs what Next.js has built; else it serves files."""

    @property
    def internal(self) -> tuple[PublicValue, ...]:
        return tuple(one for one in self.values if one.internal)


class _Image(Struct, frozen=True):
    """A Dockerfile whose last stage serves files that an earlier one bundles."""

    dockerfile: Dockerfile
    final: Stage
    base: str
    build_stages: tuple[Stage, ...]
    build: Instruction
    folder: str
    node: bool = False
    """The last stage runs what Next.js has built: sources of the server have the values in them,
    too."""


@once
def frontend_services(target: Target) -> tuple[FrontendService, ...]:
    """Every such service, by id."""
    known = {
        one.dockerfile.path: one
        for dockerfile in dockerfiles(target)
        if (one := _image(target, dockerfile)) is not None
    }
    node = {
        one.dockerfile.path: one
        for dockerfile in dockerfiles(target)
        if dockerfile.path not in known and (one := _node_image(target, dockerfile)) is not None
    }
    if not known and not node:
        return ()
    static = _kubernetes(target, known) if known else ()
    found = {one.id: one for one in (*static, *_compose(target, {**known, **node}))}
    return tuple(found[name] for name in sorted(found))


def _image(target: Target, dockerfile: Dockerfile, wanted: str = "") -> _Image | None:
    final = dockerfile.stage(wanted) if wanted else images(target).final_stage(dockerfile)
    final = final or final_stage(dockerfile)
    if final is None:
        return None
    chain = dockerfile.chain(final)
    base = chain[-1].image
    short = base.short if base is not None else ""
    command = " ".join(one.text for one in final.of("CMD", "ENTRYPOINT"))
    if not _STATIC.search(short) and not _STATIC_COMMAND.search(command):
        return None
    stages = dockerfile.needed(final)
    for stage in stages:
        for one in stage.of("RUN"):
            if _BUILDS.search(one.text) or any(_BUILDS.search(h.text) for h in one.heredocs):
                folders = applications_of_image(target, dockerfile)
                building = dockerfile.chain(stage)
                shown = base.name if base is not None else final.written
                return _Image(
                    dockerfile, final, shown, building, one, folders[0] if folders else ""
                )
    return None


_NEXT_STARTS = regex(
    r"\bnext[\",\s]+start\b|\b(?:npm|yarn|pnpm|bun)[\",\s]+(?:run[\",\s]+)?start(?![:\w-])"
    r"|\bnode[\",\s]+(?:[\w./-]{0,60}/)?server\.js\b"
)


def _node_image(target: Target, dockerfile: Dockerfile, wanted: str = "") -> _Image | None:
    """A Dockerfile whose last stage runs what ``next build`` has made."""
    final = dockerfile.stage(wanted) if wanted else images(target).final_stage(dockerfile)
    final = final or final_stage(dockerfile)
    folders = applications_of_image(target, dockerfile)
    if final is None or len(folders) != 1:
        return None
    bundler = application_of(target, posixpath.join(folders[0], "package.json")).bundler
    command = " ".join(one.text for one in final.of("CMD", "ENTRYPOINT"))
    if bundler is None or bundler.name != "next" or not _NEXT_STARTS.search(command):
        return None
    base = dockerfile.chain(final)[-1].image
    shown = base.name if base is not None else final.written
    for stage in dockerfile.needed(final):
        for one in stage.of("RUN"):
            if _BUILDS.search(one.text):
                chain = dockerfile.chain(stage)
                return _Image(dockerfile, final, shown, chain, one, folders[0], node=True)
    return None


def _is_built_in(target: Target, image: _Image, key: str, value: str | None) -> bool:
    """Whether code of the application reads the key, and not with this very value as default."""
    reads = [
        one
        for one in key_matrix(target).reads_of(key)
        if one.kind == "code" and not one.test and one.application == image.folder
    ]
    return bool(reads) and all(one.read.default != value for one in reads)


def _compose(target: Target, known: Mapping[str, _Image]) -> Iterator[FrontendService]:
    merged: dict[str, tuple[_Image, str, dict[Place, PublicValue]]] = {}
    for stack in stacks(target):
        names = {service.name for service in stack.services}
        for service in stack.services:
            path = service.build.dockerfile if service.build is not None else None
            if service.build is None or path is None or path not in known:
                continue
            image = known[path]
            if service.build.target:
                find = _node_image if image.node else _image
                chosen = find(target, image.dockerfile, service.build.target)
                if chosen is None:
                    continue
                image = chosen
            starts = _NEXT_STARTS if image.node else _STATIC_COMMAND
            if service.command is not None and not starts.search(" ".join(service.command)):
                continue  # the development server, say
            key = f"{service.place.path}:{service.name}"
            values = merged.setdefault(key, (image, service.name, {}))[2]
            for how, entries in (("run time", service.environment), ("build", service.build.args)):
                for entry in entries:
                    if image.node and (
                        how == "build" or not _is_built_in(target, image, entry.key, entry.value)
                    ):
                        continue
                    if entry.key.startswith(_public(target, image)):
                        host = _host(entry.value if entry.resolved else None, names, stack)
                        host = "" if image.node else host  # it is not used at all
                        values[entry.place] = PublicValue(
                            entry.key, entry.value, entry.place, how, host
                        )
    for key, (image, name, values) in merged.items():
        ordered = sorted(values.values(), key=lambda one: one.place.key())
        yield _service(target, key, f"compose service {name}", (image,), ordered)


def _public(target: Target, image: _Image) -> tuple[str, ...]:
    if image.node:
        return ("NEXT_PUBLIC_",)
    application = application_of(target, posixpath.join(image.folder, "package.json"))
    bundler = application.bundler
    own = bundler.prefixes if bundler is not None and bundler.prefixes else ()
    return tuple(dict.fromkeys((*own, *PUBLIC_PREFIXES)))


def _kubernetes(target: Target, known: Mapping[str, _Image]) -> Iterator[FrontendService]:
    by_folder: dict[str, list[_Image]] = {}
    for one in known.values():
        by_folder.setdefault(one.folder, []).append(one)
    static_folders = set(by_folder)
    # Where another image of the same application does not serve files, nothing can be said.
    for dockerfile in dockerfiles(target):
        if dockerfile.path not in known:
            static_folders -= set(applications_of_image(target, dockerfile))
    maps: dict[str, list[KubeObject]] = {}
    services: set[str] = set()
    workloads: list[KubeObject] = []
    for file in manifest_files(target):
        for made in file.objects:
            if made.kind == "ConfigMap":
                maps.setdefault(made.name, []).append(made)
            elif made.kind == "Service":
                services.add(made.name)
            elif made.pod is not None:
                workloads.append(made)
    for workload in workloads:
        pod = workload.pod
        assert pod is not None
        for container in pod.containers:
            name = container.image.rpartition("/")[2].partition(":")[0].partition("@")[0]
            folder = matching_application(target, container.name, name, workload.name)
            if folder is None or folder not in static_folders:
                continue
            candidates = tuple(by_folder[folder])
            prefixes = _public(target, candidates[0])
            values = sorted(
                _container_values(container, workload, maps, prefixes, services),
                key=lambda value: value.place.key(),
            )
            yield _service(
                target,
                f"{workload.path}#{workload.kind}/{workload.name}:{container.name}",
                f"container {container.name} of {workload}",
                candidates,
                values,
            )


def _container_values(
    container: Container,
    workload: KubeObject,
    maps: Mapping[str, list[KubeObject]],
    prefixes: tuple[str, ...],
    services: set[str],
) -> Iterator[PublicValue]:
    for entry in container.env:
        if entry.name.startswith(prefixes):
            value = entry.value
            reference = entry.value_from.map("configMapKeyRef")
            for one in _same_namespace(maps.get(reference.str("name"), ()), workload):
                value = one.root.map("data").str(reference.str("key")) or value
            host = _host(value, services, None)
            yield PublicValue(entry.name, value, entry.place, "run time", host)
    for source in container.env_from:
        if source.kind != "ConfigMap":
            continue
        for one in _same_namespace(maps.get(source.name, ()), workload)[:1]:
            data = one.root.map("data")
            for key in data:
                if isinstance(key, str) and f"{source.prefix}{key}".startswith(prefixes):
                    value = data.str(key)
                    yield PublicValue(
                        f"{source.prefix}{key}", value, data.key_place(key), "run time",
                        _host(value, services, None),
                    )  # fmt: skip


def _same_namespace(found: Iterable[KubeObject], workload: KubeObject) -> list[KubeObject]:
    found = list(found)
    same = [one for one in found if one.namespace == workload.namespace]
    return same or [one for one in found if one.namespace is None]


def _host(value: str | None, names: Iterable[str], stack: Stack | None) -> str:
    """The host of a URL that only containers resolve; empty for anything else."""
    match = _URL.match(value or "")
    if match is None or "$" in match[1]:
        return ""
    host = match[1].lower()
    if host in ("localhost", "0.0.0.0") or host.startswith(("127.", "[")):
        return ""
    if host in {name.lower() for name in names}:
        return host
    if stack is not None:
        for service in stack.services:
            found = service.find("container_name")
            if found is not None and f"{found.value}".lower() == host:
                return host
        return ""
    first = host.split(".")
    if host.endswith((".svc", ".svc.cluster.local")) or (len(first) == 2 and first[0] in names):
        return host
    return ""


def _service(
    target: Target,
    name: str,
    title: str,
    candidates: tuple[_Image, ...],
    values: list[PublicValue],
) -> FrontendService:
    late = tuple(
        one
        for one in values
        if one.how == "run time"
        and not _RELATIVE.match("x" if one.value is None else one.value)
        and all(not _takes_effect(target, image, one.key, values) for image in candidates)
    )
    image = candidates[0]
    return FrontendService(
        id=name,
        title=title,
        dockerfiles=tuple(one.dockerfile for one in candidates),
        final=image.final,
        final_base=image.base,
        build=image.build,
        values=tuple(values),
        late=late,
        node=image.node,
    )


def _takes_effect(target: Target, image: _Image, key: str, values: list[PublicValue]) -> bool:
    """Whether the key reaches the bundle while building, or is put in at start."""
    for stage in image.build_stages:
        for one in stage.of("ARG", "ENV"):
            if any(name == key for name, _, _ in one.assignments):
                return True
        if any(key in one.text for one in stage.of("RUN", "COPY")):
            return True
        if any(key in heredoc.text for one in stage.of("RUN", "COPY") for heredoc in one.heredocs):
            return True
    if any(one.how == "build" and one.key == key for one in values):
        return False  # given to a build that never asks for it
    return _replaced_at_start(target, image, key)


def _replaced_at_start(target: Target, image: _Image, key: str) -> bool:
    texts = list(_start_texts(target, image))
    whole = "\n".join(texts)
    for match in _SED.finditer(whole):
        if key in match["new"]:
            old = match["old"].strip("\"'").replace("\\", "").strip("${}")
            bare = re.sub(r"^(?:import\.meta\.env|process\.env|window)\.", "", old)
            # Replacing the name does nothing: the bundler has put the value in its place.
            if bare != key and _occurs(target, image, old):
                return True
    replaced = _SED.sub(" ", whole)
    if _AT_START.search(replaced):
        return True
    if _LOOP.search(whole) and ("VITE_" in whole or "REACT_APP" in whole or "NEXT_PUBLIC" in whole):
        return True
    for match in _ENVSUBST.finditer(whole):
        if match["list"] is None or key in match["list"]:
            return True
    # Used by the server's own configuration (`proxy_pass ${VITE_API_URL}` in a template).
    return re.search(rf"\$\{{?{re.escape(key)}\b", replaced) is not None


def _occurs(target: Target, image: _Image, placeholder: str) -> bool:
    """Whether the placeholder is anywhere that gets into the bundle."""
    if "$" in placeholder:
        return True
    for stage in image.build_stages:
        if any(placeholder in one.text for one in stage.of("ARG", "ENV", "RUN")):
            return True
    return any(
        placeholder in target.text(path)
        for path in target.below(image.folder)
        if path.endswith(
            (".ts", ".tsx", ".js", ".jsx", ".mjs", ".html", ".vue", ".svelte", ".json")
        )
        or posixpath.basename(path).startswith((".env", "env."))
    )


def _start_texts(target: Target, image: _Image) -> Iterator[str]:
    """What runs or is filled in when the container starts."""
    for stage in image.dockerfile.chain(image.final):
        for one in stage.instructions:
            if one.keyword in ("RUN", "CMD", "ENTRYPOINT", "COPY"):
                yield one.text
                for heredoc in one.heredocs:
                    yield heredoc.text
    for context in images(target).contexts(image.dockerfile):
        for source in images(target).sources(image.dockerfile):
            if source.stage.index != image.final.index:
                continue
            path = posixpath.normpath(posixpath.join(context.path, source.written))
            if target.has(path) and posixpath.splitext(path)[1] in _SCRIPTS:
                yield target.text(path)
            elif target.has_dir(path) and path not in ("", "."):
                for inner in target.below(path)[:200]:
                    if inner.endswith((".sh", ".template", ".envsh")):
                        yield target.text(inner)
