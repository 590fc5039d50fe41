"""What compose files name — folders, files, services, volumes, stages — and what is not there."""

from __future__ import annotations

import fnmatch
import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.compose.stacks import (
    KINDS,
    Stack,
    compose_file,
    compose_files,
    dangling,
    laid_over_missing,
    stacks,
)
from pytest_reconaudit.facts.compose.workbenches import is_work_file
from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.docker.default_names import dockerfile_read
from pytest_reconaudit.facts.docker.images import dockerfiles, ignore_rule, namesake
from pytest_reconaudit.facts.index import hidden
from pytest_reconaudit.facts.invocations import shell_scripts
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import ComposeService, EnvFile, Mount, repo_path
from pytest_reconaudit.readers.dockerfile import read_dockerfile
from pytest_reconaudit.readers.yaml import Map, read_yaml
from pytest_reconaudit.target import Target, once

__all__ = ["BrokenReference", "FileReferences", "compose_references", "example_of"]

_FILE_NAME = regex(r"\.[A-Za-z][A-Za-z0-9]{0,9}$|^(?:Dockerfile|Caddyfile|Procfile|Makefile)$")
_SECRET_FILE = regex(
    r"\.(?:pem|crt|cer|key|p12|pfx|jks|keystore|htpasswd|kubeconfig)$|^\.?htpasswd$|^id_(?:rsa|ed25519)"
    r"|^\.?(?:env|netrc|npmrc|pgpass)(?:$|\.)|\.env$|credentials|secret|password|service[-_]account",
    re.IGNORECASE,
)
_SECRET_FOLDER = regex(
    r"^(?:certs?|certificates?|ssl|tls|letsencrypt|acme|certbot|keys?|secrets?|\.ssh|\.aws)$",
    re.IGNORECASE,
)
_DATA_FOLDER = regex(
    r"(?:^|[._-])(?:data|db|database|volumes?|storage|uploads?|logs?|cache|tmp|temp|backups?|dumps?|pgdata"
    r"|postgres(?:ql)?|mysql|mariadb|redis|mongo(?:db)?|elastic(?:search)?|minio|media|state|persist(?:ent)?"
    r"|models?|node_modules|target|dist|build|coverage|reports?|results?|output|out|artifacts?"
    r"|plugins|letsencrypt|workspace|shared|work)(?:$|[._-])",
    re.IGNORECASE,
)
_DATA_TARGET = regex(
    r"^/(?:var/lib/(?!grafana/dashboards)|var/log|var/cache|data\b|logs?\b|tmp\b|mnt\b|backups?\b|storage\b|uploads?\b)"
)
_CONFIG_TARGET = regex(
    r"^/(?:etc/|docker-entrypoint|usr/(?:share|local/etc)/|opt/[^/]+/(?:conf|config|etc)"
    r"|var/lib/grafana/dashboards|config\b|scripts?\b|migrations?\b)"
)
_CODE_ROOT = regex(r"^/(?:app|code|srv|workspace|usr/src(?:/[^/]+)?|var/www(?:/html)?)(?=/|$)")
_CODE_NAMES = (
    "src app apps lib libs config configs conf migrations scripts templates static public test"
    " tests docs site pages components server client backend frontend api web packages services"
)
_CODE_FOLDERS = frozenset(_CODE_NAMES.split())
_DOT_NAME = regex(r"\.(?!\w*rc$|\w*(?:config|ignore|profile|history|lock)$)[a-z][\w-]*")
_DOT_FOLDERS = frozenset({".next", ".nuxt", ".svelte-kit", ".turbo", ".venv", ".cache", ".output"})
_INSTALLED = ("vendor/", "node_modules/")
_EXAMPLES = (
    ".example",
    ".sample",
    ".template",
    ".dist",
    ".tmpl",
    ".default",
    "-example",
    "_example",
    "-sample",
)


_SHOWN = frozenset(
    {"contrib", "example", "examples", "sample", "samples", "demo", "demos", "tutorials"}
)
_KEPT_OUT = """\
Git ignores the file, so everybody makes it: say how in the guide or beside the line, or let a
script or a first service make it. The long form of the mount stops with a clear error without it:

```yaml
volumes:
  - type: bind
    source: ./data/dump.sql
    target: /dump.sql
    bind: { create_host_path: false }
```"""
"""What to do about a file that is not to be committed."""


class BrokenReference(Struct, frozen=True):
    """One reference that leads nowhere."""

    kind: str
    """``context dockerfile env-file example example-above name extends stage``, ``mount``,
    ``mount-folder``, ``mount-local`` (a file of whoever develops) or ``mount-secret``."""
    place: Place
    says: str
    evidence: str
    notes: tuple[Note, ...] = ()
    lost: str = ""
    """The topmost folder that is missing, where it is more than the path itself."""
    kept_out: bool = False
    """A file that git ignores: its author knows that everybody makes it."""

    @property
    def remedy(self) -> str:
        """What to do; empty where the general words fit."""
        return _KEPT_OUT if self.kept_out else ""

    @property
    def aside(self) -> bool:
        """Whether the file lies in a folder of examples or of what others contributed: nobody
        deploys it as it stands."""
        return not _SHOWN.isdisjoint(posixpath.dirname(self.place.path).lower().split("/"))


class FileReferences(Struct, frozen=True):
    """What one compose file names."""

    judged: int
    """How many references could be followed."""
    broken: tuple[BrokenReference, ...]


@once
def compose_references(target: Target) -> dict[str, FileReferences]:
    """Per compose file that takes part in a stack, what it names and what of that is missing.

    A reference that some stack resolves is not broken: an override may name a service of its base.
    """
    judged: dict[str, set[tuple[Place, str]]] = {}
    broken: dict[tuple[Place, str], BrokenReference] = {}
    fine: set[tuple[Place, str]] = set()
    over_missing = laid_over_missing(target)
    for stack in stacks(target):
        for path in stack.all_files:
            judged.setdefault(path, set())
        if stack.guessed and over_missing.issuperset(stack.files):
            continue
        for place, kind, bad in _of_stack(target, stack):
            judged.setdefault(place.path, set()).add((place, kind))
            if bad is None:
                fine.add((place, kind))
            else:
                broken.setdefault((place, kind), bad)
    return {
        path: FileReferences(
            len(keys),
            tuple(
                broken[key] for key in sorted(keys, key=_order) if key in broken and key not in fine
            ),
        )
        for path, keys in judged.items()
    }


def _order(key: tuple[Place, str]) -> tuple[tuple[str, int, int], str]:
    return key[0].key(), key[1]


Verdict = tuple[Place, str, BrokenReference | None]


def _of_stack(target: Target, stack: Stack) -> Iterator[Verdict]:
    lost: dict[tuple[Place, str], BrokenReference] = {}
    piece = _is_piece(target, stack)
    if not stack.open_ended and not piece:
        unknown = list(dangling(stack))
        beside = _defined_beside(target, stack) if stack.guessed and unknown else frozenset()
        for kind, service, name, place in unknown:
            if name in beside:
                continue  # a third file that is run with these defines it
            lost[place, f"{kind} {name}"] = _unknown(stack, kind, service, name, place)
    for one in stack.broken:
        if _from_above(target, stack, one.written):
            continue
        yield one.place, "extends", BrokenReference("extends", one.place, one.message, one.written)
    for service in stack.services:
        if not service.complete:
            continue
        for verdict in _paths(target, stack, service):
            if not piece or verdict[2] is None:
                yield verdict  # whose folder a piece's paths count from is the others' choice
        for kind, name, place in _names(service):
            key = f"{kind} {name}"
            yield place, key, lost.get((place, key))
    for resource in stack.configs.values():
        if resource.path is not None:
            bad = _missing(target, resource.path)
            found = None
            if bad is not None:
                says = f"config {resource.name}: {resource.path} is not in the repository{bad[0]}"
                found = BrokenReference("mount", resource.place, says, resource.written, bad[1])
            yield resource.place, "config file", found


def _paths(target: Target, stack: Stack, service: ComposeService) -> Iterator[Verdict]:
    yield from _build(target, stack, service)
    for env_file in service.env_files:
        yield _env_file(target, stack, service, env_file)
    for mount in service.volumes:
        yield from _mount(target, stack, service, mount)


_WORD = regex(r"[\w./${}-]++")
_LONGEST = 400
_SPELLED = regex(r"[A-Za-z]{3}")
_VARIABLE = regex(r"\$\{\w+\}|\$\w+")
_JOINS = regex(r"-f['\"]?\s{1,9}['\"]?\$|--file[= ]['\"]?\$")


@once
def _joiners(target: Target) -> tuple[tuple[frozenset[str], tuple[list[str], ...]], ...]:
    """(paths, parts of paths with a variable in them as ``*``) of the YAML files that each script
    names which puts its ``-f`` files together; of one file alone there is nothing to join."""
    found = []
    for script in shell_scripts(target):
        text = target.text(script.path)
        if "compose" in text and _JOINS.search(text):
            words = {_VARIABLE.sub("*", one) for one in _WORD.findall(text) if len(one) < _LONGEST}
            names = {
                name
                for one in words
                if (name := one.rstrip(".").lstrip("./")).endswith((".yml", ".yaml"))
            }
            patterns = [one.split("/") for one in sorted(names) if _is_telling(one)]
            plain = frozenset(one for one in names if "*" not in one)
            found.append((plain if len(names) > 1 else frozenset(), tuple(patterns)))
    return tuple(found)


def _is_telling(written: str) -> bool:
    """Whether a path with a variable in it says more than that a YAML file is meant."""
    return "*" in written and _SPELLED.search(posixpath.splitext(written)[0]) is not None


def _fits(path: str, pattern: list[str]) -> bool:
    parts = path.split("/")[-len(pattern) :]
    return len(parts) == len(pattern) and all(map(fnmatch.fnmatchcase, parts, pattern))


def _is_piece(target: Target, stack: Stack) -> bool:
    """Whether nothing but a script that chooses the files names this one: never alone, then."""
    if stack.origin == "named" or not any(True for _ in dangling(stack)):
        return False
    path = stack.files[0]
    return any(
        any(f"/{path}".endswith(f"/{one}") or one.endswith(f"/{path}") for one in plain)
        or any(_fits(path, pattern) for pattern in patterns)
        for plain, patterns in _joiners(target)
    )


def _defined_beside(target: Target, stack: Stack) -> frozenset[str]:
    """Every service, volume … that the compose files in the same folders define.

    Below a file without services: that all the files under its folder define. Of a folder of parts
    also what the folders beside it have.
    """
    folders = {posixpath.dirname(path) for path in stack.files}
    below = f"{stack.folder}/" if not compose_file(target, stack.files[0]).services else "\0"
    above, _, name = stack.folder.rpartition("/")
    if _PART.fullmatch(name) is not None:
        below = f"{above}/" if above else ""  # it is put onto stacks of the folders beside it
    found: set[str] = set()
    for file in compose_files(target):
        if file.folder in folders or file.path.startswith(below):
            found.update(file.services)
            for kind in KINDS:
                found.update(str(name) for name in file.root.map(kind))
    for other in stacks(target):
        if other is not stack and f"{other.folder}/".startswith(below):
            found.update(one.name for one in other.services)
    for root in _bare_declarations(target, folders):
        for kind in KINDS:
            found.update(str(name) for name in root.map(kind))
    return frozenset(found)


_PART = regex(
    r"(?:common|shared|overlays?|overrides?|fragments?|extras?|add-?ons?|parts?|includes?)"
)


def _bare_declarations(target: Target, folders: set[str]) -> Iterator[Map]:
    """Compose files without services: networks and volumes that the ones beside them share."""
    for folder in sorted(folders):
        for path in _without_services(target).get(folder, ()):
            yield from (one.map for one in target.parse(read_yaml, path).documents)


@once
def _without_services(target: Target) -> dict[str, list[str]]:
    """Folder → the compose files in it that define no service."""
    found: dict[str, list[str]] = {}
    for path in target.named("*compose*.yml", "*compose*.yaml"):
        if "services:" not in target.text(path):
            found.setdefault(posixpath.dirname(path), []).append(path)
    return found


def _from_above(target: Target, stack: Stack, written: str) -> bool:
    """Whether a guessed stack's path is right when seen from a folder above.

    Then the file is run as a later ``-f``, or with ``--project-directory``.
    """
    folder = stack.folder
    while stack.guessed and folder:
        folder = posixpath.dirname(folder)
        path = repo_path(folder, written)
        if path is not None and (target.has(path) or target.has_dir(path)):
            return True
    return False


def _names(service: ComposeService) -> Iterator[tuple[str, str, Place]]:
    for dependency in service.depends_on:
        yield "depends_on", dependency.service, dependency.place
    for link in service.links:
        yield "links", link.name.partition(":")[0], link.place
    for share in service.shares:
        yield "namespace", share.name, share.place
    for source in service.volumes_from:
        yield "volumes_from", source.name.partition(":")[0], source.place
    for mount in service.volumes:
        if mount.kind == "volume" and mount.source:
            yield "volume", mount.source, mount.place
    for network in service.networks:
        yield "network", network.name, network.place
    for kind, grants in (("secret", service.secrets), ("config", service.configs)):
        for grant in grants:
            yield kind, grant.source, grant.place


def _unknown(
    stack: Stack, kind: str, service: ComposeService, name: str, place: Place
) -> BrokenReference:
    if kind in ("volume", "network", "secret", "config"):
        known = sorted(stack.resources(f"{kind}s"))
        says = f"service {service.name} uses {kind} {name}, which no top-level {kind}s declares"
    else:
        known = sorted(one.name for one in stack.services)
        how = "shares a namespace with" if kind == "namespace" else f"{kind} names"
        says = f"service {service.name}: {how} {name}, but {stack.id} has no such service"
    listed = ", ".join(known[:8]) + (" …" if len(known) > 8 else "")
    note = Note(service.place, f"known: {listed or 'none'}")
    return BrokenReference("name", place, says, name, (note,))


def _build(target: Target, stack: Stack, service: ComposeService) -> Iterator[Verdict]:
    build = service.build
    if build is None or build.context is None:
        return
    at = build.context_place
    if not _there(target, build.context, folder=True):
        if _from_above(target, stack, build.context_written):
            return
        if build.context.startswith(_INSTALLED) and ignore_rule(target, build.context):
            return  # the package manager puts it there, as Laravel's Sail
        words, notes = _why(target, build.context)
        says = f"service {service.name} builds from {build.context}, which does not exist{words}"
        notes = (*notes, *_counted_from(stack))
        lost = _topmost(target, build.context)
        yield (
            at,
            "context",
            BrokenReference("context", at, says, build.context_written, notes, lost),
        )
        return
    yield at, "context", None
    if build.inline or build.dockerfile is None or hidden(target, build.context):
        return
    at = build.dockerfile_place
    if not _there(target, dockerfile_read(target, build.dockerfile)):
        from_root = posixpath.join(build.context_written, build.dockerfile_name or "")
        if _from_above(target, stack, from_root):
            return
        words, notes = _why(target, build.dockerfile)
        written = build.dockerfile_written or f"{build.context_written}/Dockerfile"
        says = f"service {service.name} builds {build.dockerfile}, which does not exist{words}"
        if created(target).by(build.dockerfile) is None:
            yield at, "dockerfile", BrokenReference("dockerfile", at, says, written, notes)
        return
    yield at, "dockerfile", None
    if build.target and "$" not in build.target and target.has(build.dockerfile):
        dockerfile = target.parse(read_dockerfile, build.dockerfile)
        at = build.target_place
        known = {one.path for one in dockerfiles(target)}
        if not dockerfile.stages or build.dockerfile not in known:
            return
        if dockerfile.stage(build.target) is not None:
            yield at, "stage", None
            return
        names = ", ".join(one.name for one in dockerfile.stages if one.name)
        says = (
            f"service {service.name} asks for stage {build.target}, but {dockerfile.path}"
            f" has {names or 'no stage with a name'}"
        )
        places = [Note(dockerfile.stages[-1].place, "the last stage")]
        for other in dockerfiles(target):
            stage = other.stage(build.target)
            if stage is not None and stage.name and other.path != dockerfile.path:
                says += f"; {other.path} has a stage of that name"
                places.append(Note(stage.place, f"stage {stage.name}"))
                break
        yield (
            at,
            "stage",
            BrokenReference("stage", at, says, f"target: {build.target}", tuple(places)),
        )


def _env_file(target: Target, stack: Stack, service: ComposeService, one: EnvFile) -> Verdict:
    if not one.required or one.path is None or _there(target, one.path):
        return one.place, "env_file", None
    if posixpath.basename(one.path) == "stack.env":
        return one.place, "env_file", None  # Portainer writes it
    if _from_above(target, stack, one.written):
        return one.place, "env_file", None
    words, notes = _why(target, one.path)
    example = example_of(target, one.path)
    maker = created(target).by(one.path)
    says = f"service {service.name} reads {one.path}, which is not in the repository{words}"
    if example is not None:
        says += f"; copy {example}"
        bad = BrokenReference("example", one.place, says, one.written, notes)
    elif maker is None and (named := _template_above(target, one.path)):
        says += f"; the template is {named}"
        bad = BrokenReference("example", one.place, says, one.written, notes)
    elif maker is None and (above := _example_above(target, one.path)):
        bad = BrokenReference(
            "example-above", one.place, f"{says}; the template is {above}", one.written, notes
        )
    elif maker is not None:
        bad = BrokenReference(
            "example", one.place, f"{says}; it is written by {maker}", one.written, notes
        )
    elif (guide := _told_by(target, one.path, one.place)) is not None:
        bad = BrokenReference(
            "told", one.place, f"{says}; {guide} tells to write it", one.written, notes
        )
    else:
        bad = BrokenReference("env-file", one.place, says, one.written, notes)
    return one.place, "env_file", bad


def _told_by(target: Target, path: str, place: Place) -> Place | None:
    """Where a README or guide, or a comment above the line that reads it, says that everybody
    writes the file."""
    name = posixpath.basename(path)
    line = place.line or 1
    lines = target.lines(place.path)[max(line - 1 - _REMARKS, 0) : line]
    for number, text in enumerate(lines, max(line - _REMARKS, 1)):
        remark = text[:_LONGEST_REMARK].partition("#")[2]
        verb = _WRITES.search(remark)
        if verb is not None and name in _ENV_NAME.findall(remark, verb.end()):
            return Place(place.path, number)
    return _told(target).get(name)


_REMARKS = 3
"""Lines above a file's name that may speak of it."""
_LONGEST_REMARK = 300


@once
def _told(target: Target) -> dict[str, Place]:
    """Name of an env file → the sentence of a README or guide, of the root or `docs/`, by which
    somebody writes it."""
    found: dict[str, Place] = {}
    for guide in target.everything:
        if not guide.endswith(".md") or guide.count("/") > 1:
            continue
        for number, line in enumerate(target.text(guide).split("\n"), 1):
            for sentence in line[:2000].split(". ") if "env" in line else ():
                verb = _WRITES.search(sentence)
                for name in _ENV_NAME.findall(sentence, verb.end()) if verb else ():
                    found.setdefault(name, Place(guide, number))
    return found


_ENV_NAME = regex(r"(?<![\w.-])[\w.-]{0,60}env\b[\w.-]{0,60}")
_WRITES = regex(r"(?i)\b(?:create|generate|copy|cp|mv|touch|rename|write|fill|edit|nano|vim?)\b")


def _template_above(target: Target, path: str) -> str | None:
    """The template of an env file with a name of its own (``desk.env``), in a folder above."""
    folder, name = posixpath.split(path)
    if name.lstrip(".").startswith("env"):
        return None
    while folder:
        folder = posixpath.dirname(folder)
        for one in (*(f"{name}{suffix}" for suffix in _EXAMPLES), f"example.{name}"):
            candidate = posixpath.join(folder, one)
            if target.has(candidate):
                return candidate
    return None


def _example_above(target: Target, path: str) -> str | None:
    """The example of an env file that lies in a folder above its own."""
    folder, name = posixpath.split(path)
    if not name.lstrip(".").startswith("env"):
        return None
    for _ in range(3):
        if not folder.strip("/"):
            return None
        folder = posixpath.dirname(folder)
        found = example_of(target, posixpath.join(folder, name))
        if found is not None:
            return found
    return None


def example_of(target: Target, path: str) -> str | None:
    """The committed example that a git-ignored file is to be copied from."""
    folder, name = posixpath.split(path)
    stem = name.lstrip(".")
    names = [f"{name}{suffix}" for suffix in _EXAMPLES]
    names += [f"{stem}{suffix}" for suffix in _EXAMPLES]
    if stem == "env":
        names += [f"dotenv{mark}{word}" for mark in ".-_" for word in ("sample", "example")]
        names += ["ENVEXAMPLE", "env-example", "env_example", "ENV.example", ".env-example"]
    names += [f"{name}{word}" for word in ("_template", "-template", "_sample", "_dist")]
    names += [
        f"example{name}",
        f"example.{stem}",
        f"sample.{stem}",
        f".example{name}",
        f"{name}.local.example",
    ]
    head, dot, tail = name.rpartition(".")
    if dot and head:
        names += [f"{head}.example.{tail}", f"{head}.sample.{tail}", f"{head}-example.{tail}"]
        names += [f"{head}{suffix}" for suffix in _EXAMPLES]
    if stem == "env" or stem.startswith("env."):
        names += [
            ".env.example",
            "env.example",
            ".env.sample",
            ".env.template",
            ".env.dist",
            "example.env",
            "sample.env",
        ]
        names += [f"{name}.{word}" for word in ("dev", "docker", "development", "defaults")]
    for one in names:
        candidate = posixpath.join(folder, one)
        if target.has(candidate):
            return candidate
    if stem == "env":
        # In a folder for settings beside it: `conf/.env.example`.
        for below in ("conf", "config", "env", "envs", "example", "examples", "template"):
            candidate = posixpath.join(folder, below, ".env.example")
            if target.has(candidate):
                return candidate
    return _beside(target, folder, name)


_SAMPLE_FOLDERS = tuple(
    f"{dot}{word}" for dot in (".", "") for word in ("example", "examples", "sample", "samples",
                                                     "template", "templates")
)  # fmt: skip


def _beside(target: Target, folder: str, name: str) -> str | None:
    """The file of the same name in a folder of examples beside its own: ``.envs/.example/``."""
    parts = folder.split("/") if folder else []
    for index in range(len(parts) - 1, max(-1, len(parts) - 3), -1):
        for one in _SAMPLE_FOLDERS:
            candidate = posixpath.join(*parts[:index], one, *parts[index + 1 :], name)
            if target.has(candidate):
                return candidate
    return None


def _mount(
    target: Target, stack: Stack, service: ComposeService, mount: Mount
) -> Iterator[Verdict]:
    if mount.kind != "bind" or mount.path is None or mount.dynamic or mount.path == "":
        return
    path = mount.path
    if _there(target, path) or _there(target, path, folder=True):
        yield mount.place, "mount", None
        return
    name = posixpath.basename(path)
    if path.endswith(".sock") or mount.target.endswith(".sock"):
        return
    if _from_above(target, stack, mount.source):
        return
    is_folder = _is_folder(mount, name)
    words, notes = _why(target, path)
    says = f"service {service.name} mounts {path}, which is not in the repository{words}"
    if mount.short or mount.create:
        says += "; Docker then mounts an empty folder"
    makers = created(target)
    maker = makers.folder_by(path) if is_folder else makers.by(path)
    if maker is not None:
        says += f" (it is written by {maker})"
        notes = (*notes, Note(maker, "writes it"))
    kind = "mount"
    if is_folder:
        listed = not mount.read_only and ignore_rule(target, path) is not None
        if listed or maker is not None or not _is_kept(mount, name, path):
            yield mount.place, "mount", None  # state that the container fills
            return
        kind = "mount-folder"
    elif _SECRET_FILE.search(name) or any(_SECRET_FOLDER.match(p) for p in path.split("/")[:-1]):
        kind = "mount-secret"
    elif maker is None and example_of(target, path) is not None:
        says += f"; copy {example_of(target, path)}"
        kind = "mount-secret" if ignore_rule(target, path) is not None else kind
    elif maker is not None and ignore_rule(target, path) is not None:
        kind = "mount-secret"  # a script of the repository makes it before the stack starts
    kept_out = kind in ("mount", "mount-secret") and ignore_rule(target, path) is not None
    if kept_out and kind == "mount" and is_work_file(target, mount.place.path):
        kind = "mount-local"
    notes = (*notes, *_counted_from(stack))
    lost = _topmost(target, path)
    broken = BrokenReference(kind, mount.place, says, mount.written, notes, lost, kept_out)
    yield mount.place, "mount", broken


def _is_folder(mount: Mount, name: str) -> bool:
    if mount.source.endswith("/") or mount.target.endswith("/") or name in _DOT_FOLDERS:
        return True
    inside = posixpath.basename(mount.target)
    if name == inside and _DOT_NAME.fullmatch(name) and not _SECRET_FILE.search(name):
        return True  # `.store:/app/.store`: state of its own, and no file of that kind is known
    if inside == f".{name}" and "." not in name and not _SECRET_FILE.search(inside):
        return True  # `media:/code/.media`
    if _FILE_NAME.search(name) and not name.endswith(".d"):
        return False
    return not (_FILE_NAME.search(inside) and not inside.endswith(".d"))


def _is_kept(mount: Mount, name: str, path: str) -> bool:
    """Whether a missing folder should have been committed: configuration or code, not state."""
    if any(_SECRET_FOLDER.match(part) for part in path.split("/")):
        return False
    if mount.read_only:
        return True
    if _DATA_TARGET.match(mount.target) or any(_DATA_FOLDER.search(p) for p in path.split("/")):
        return False
    if _CONFIG_TARGET.match(mount.target):
        return True
    root = _CODE_ROOT.match(mount.target)
    inside = mount.target[root.end() :].strip("/") if root else ""
    return root is not None and (not inside or posixpath.basename(inside) in _CODE_FOLDERS)


def _there(target: Target, path: str, *, folder: bool = False) -> bool:
    return target.has(path) or (folder and target.has_dir(path)) or hidden(target, path)


def _missing(target: Target, path: str) -> tuple[str, tuple[Note, ...]] | None:
    if _there(target, path):
        return None
    return _why(target, path)


def _counted_from(stack: Stack) -> tuple[Note, ...]:
    """Where it is said that the file is copied before it is used: paths count from there."""
    if not stack.guessed and stack.origin != "default":
        return ()
    if stack.origin_place is None:
        return ()
    where = stack.folder or "the repository's root"
    return (Note(stack.origin_place, f"copies the file to {where}, where its paths count from"),)


def _topmost(target: Target, path: str) -> str:
    """The topmost folder of a path that is not there; empty when it is the path itself."""
    parts = path.split("/")
    for end in range(1, len(parts)):
        folder = "/".join(parts[:end])
        if not target.has_dir(folder):
            return folder
    return ""


def _why(target: Target, path: str) -> tuple[str, tuple[Note, ...]]:
    """Words and places that explain why a path is missing."""
    rule = ignore_rule(target, path)
    if rule is not None:
        note = Note(rule.place, f"git ignores it: {rule.pattern}")
        return f" (git-ignored by {rule.place})", (note,)
    near = namesake(target, path)
    if near is not None:
        return f" (nearest: {near})", (Note(Place(near), "nearest existing path"),)
    return "", ()
