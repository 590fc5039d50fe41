"""Compose stacks: which files are run together, merged as Docker Compose merges them.

A *stack* is one list of ``-f`` files: a folder's default file with its override, a combination
that a script, workflow, Makefile or dev container names, a complete file that stands alone, or
an override-only file on top of the default file beside it. An override-only file is never a
stack of its own.

Places survive the merge: each record keeps the place of the file that set it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.index import files_by_name, invocations_of, submodules
from pytest_reconaudit.facts.invocations import Invocation, shell_scripts
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.compose import (
    Build,
    ComposeFile,
    ComposeService,
    Healthcheck,
    Include,
    Resource,
    compose_of,
    repo_path,
    service_of,
)
from pytest_reconaudit.readers.yaml import read_yaml
from pytest_reconaudit.target import Target, once, within

__all__ = [
    "Broken",
    "Stack",
    "compose_file",
    "compose_files",
    "dangling",
    "is_test_data",
    "laid_over_missing",
    "merged_stack",
    "stacks",
    "written_by_hand",
]

DEFAULTS = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
KINDS = ("volumes", "networks", "secrets", "configs")

_NAME = regex(r"compose.*\.ya?ml$|^(?:docker-)?stack.*\.ya?ml$", re.IGNORECASE)
_CONTENT = regex(r"^(?:services|include)[ \t]*:", re.MULTILINE)
_DOTENV = regex(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=(.*)$", re.MULTILINE)
_DEVCONTAINER = regex(r'"dockerComposeFile"\s*:\s*(\[[^\]]{0,2000}\]|"[^"]{0,300}")')
_TEST_DATA = regex(
    r"(?:^|/)(?:tests?|testing|__tests__|specs?|e2e|fakes?)/(?:.+/)?(?:resources|data|assets|cases|inputs?"
    r"|samples?|golden|stubs|mocks|snapshots|testfiles|test_files|test-files)/"
)
_SAMPLES = (".example", ".sample", ".dist", ".template")
_PROGRAMS = ("docker", "docker-compose", "podman", "podman-compose", "nerdctl")
_MAX_DEPTH = 10

T = TypeVar("T")


class Broken(Struct, frozen=True):
    """An ``extends`` or ``include`` that leads nowhere."""

    place: Place
    message: str
    written: str


class Stack(Struct, frozen=True, eq=False):
    """One merged compose model."""

    files: tuple[str, ...]
    """The ``-f`` files in order, without what they include or extend."""
    folder: str
    """The project directory: what relative paths are resolved against."""
    origin: str
    """``default``, ``sample`` (with the example of an override), ``named`` (some command or tool
    lists the files), ``alone`` or ``paired``."""
    origin_place: Place | None
    """The command that names the files, or that copies one to the project directory."""
    services: tuple[ComposeService, ...]
    volumes: Mapping[str, Resource]
    networks: Mapping[str, Resource]
    secrets: Mapping[str, Resource]
    configs: Mapping[str, Resource]
    all_files: frozenset[str]
    """Included and extended files too."""
    broken: tuple[Broken, ...] = ()
    open_ended: bool = False
    """An include could not be followed: unknown names may be defined there."""

    @property
    def id(self) -> str:
        return " + ".join(self.files)

    @property
    def guessed(self) -> bool:
        """Whether nothing says that just these files are run together."""
        return self.origin in ("alone", "paired")

    def service(self, name: str) -> ComposeService | None:
        return next((one for one in self.services if one.name == name), None)

    def resources(self, kind: str) -> Mapping[str, Resource]:
        """The top-level ``volumes``, ``networks``, ``secrets`` or ``configs``."""
        found: Mapping[str, Resource] = {
            "volumes": self.volumes,
            "networks": self.networks,
            "secrets": self.secrets,
            "configs": self.configs,
        }[kind]
        return found


def is_test_data(path: str) -> bool:
    """Whether the file is the input of somebody's test (``tests/resources/…``)."""
    return bool(_TEST_DATA.search(path))


def written_by_hand(target: Target, path: str) -> bool:
    """Whether the file is not a program's output.

    "Do not edit" alone is said of hand-kept files too; a generated one says so.
    """
    return not target.is_generated(path) or "generat" not in target.text(path)[:1000].lower()


@once
def compose_files(target: Target) -> tuple[ComposeFile, ...]:
    """Every compose file, found by name and content, by path. Broken ones carry problems."""
    found = []
    for path in target.files:
        if not path.endswith((".yml", ".yaml")) or not _NAME.search(posixpath.basename(path)):
            continue
        if is_test_data(path):
            continue
        file = compose_file(target, path)
        plain = posixpath.basename(path) in DEFAULTS or "docker-compose" in path.lower()
        if (file.is_compose or (file.problems and plain)) and written_by_hand(target, path):
            found.append(file)
    return tuple(found)


def compose_file(target: Target, path: str) -> ComposeFile:
    """One compose file, whatever its name; parsed once."""
    known = _parsed(target)
    file = known.get(path)
    if file is None:
        text = target.text(path)
        if _CONTENT.search(text) or posixpath.basename(path) in DEFAULTS:
            file = compose_of(target.parse(read_yaml, path), text)
        else:
            file = compose_of(read_yaml("", path), "")
        known[path] = file
    return file


@once
def _parsed(target: Target) -> dict[str, ComposeFile]:
    return {}


@once
def stacks(target: Target) -> tuple[Stack, ...]:
    """Every stack, each list of files once, in the order of their files."""
    files = {file.path: file for file in compose_files(target) if file.is_compose}
    found: dict[tuple[str, ...], Stack] = {}
    used: set[str] = set()

    def add(paths: tuple[str, ...], folder: str, origin: str, place: Place | None) -> Stack:
        if paths not in found:
            found[paths] = _stack(target, paths, folder, origin, place)
            used.update(found[paths].all_files)
        return found[paths]

    shared, moved = _shared_bases(target), _moved(target, files)
    for folder, paths in _default_pairs(files):
        common = _completed_by(target, paths, folder, shared)
        if common is not None:
            add((common, *paths), posixpath.dirname(common), "paired", None)
            continue
        above, place = _project(target, paths, moved)
        add(paths, above, "default", place)
        sample = _sample_override(target, folder) if len(paths) == 1 else None
        if sample is not None:
            add((*paths, sample), folder, "sample", None)
    for paths, folder, place in _named(target):
        if all(compose_file(target, path).is_compose for path in paths) and (
            len(paths) > 1 or _stands_alone(target, paths, folder, files)
        ):
            add(paths, folder, "named", place)
    for path in files:
        if path in used:
            continue
        folder = posixpath.dirname(path)
        bases = [base for base in _bases(path, files) if base != path]
        common = _completed_by(target, (path,), folder, shared)
        if common is not None:
            add((common, path), posixpath.dirname(common), "paired", None)
            continue
        if _stands_alone(target, (path,), folder, files):
            above, place = _project(target, (path,), moved)
            add((path,), above, "alone", place)
            continue
        for base in bases:
            pair = _stack(target, (base, path), posixpath.dirname(base), "paired", None)
            own = set(files[path].services)
            if all(one.complete for one in pair.services if one.name in own):
                found[pair.files] = pair
                break
    return tuple(found[key] for key in sorted(found))


_COPY = regex(
    r"(?m)^[ \t$>]{0,12}cp[ \t]+(?:-[\w-]{1,20}[ \t]+){0,4}"
    r"([\w./-]{1,200}\.ya?ml)[ \t]+([\w./-]{1,200})[ \t]*$"
)


def _moved(target: Target, files: Mapping[str, ComposeFile]) -> dict[str, tuple[str, Place]]:
    """Compose file → the folder above its own that a script or guide copies it to, and where that
    is said: its paths count from there."""
    found: dict[str, tuple[str, Place]] = {}

    def note(source: str | None, goal: str | None, written: str, place: Place) -> bool:
        if source not in files or goal is None:
            return False
        if not target.has_dir(goal) and not written.endswith(("/", "..", ".")):
            goal = posixpath.dirname(goal)
        if source is not None and goal != (own := posixpath.dirname(source)) and within(own, goal):
            found.setdefault(source, (goal, place))
        return True

    for call in invocations_of(target, ("cp",)):
        plain = [word for word in call.words[1:] if not word.startswith("-")]
        if len(plain) < 2 or not plain[0].endswith((".yml", ".yaml")):
            continue
        *sources, written = plain
        home = posixpath.dirname(call.command.place.path)
        for one in sources:
            # Where a script starts is a guess: its own folder, where the file is told by its name.
            here = repo_path(home, one)
            if call.assumed and here in files:
                note(here, repo_path(home, written), written, call.command.place)
            else:
                note(call.resolve(one), call.resolve(written), written, call.command.place)
    for guide in target.everything if files else ():
        if not guide.endswith((".md", ".rst")) or guide.count("/") > _DEEPEST_GUIDE:
            continue
        text = target.text(guide)
        for match in _COPY.finditer(text) if "cp " in text else ():
            place = Place(guide, text.count("\n", 0, match.start()) + 1)
            for start in ("", posixpath.dirname(guide)):
                source, goal = repo_path(start, match[1]), repo_path(start, match[2])
                if note(source, goal, match[2], place):
                    break
    return found


_DEEPEST_GUIDE = 3


def _project(
    target: Target, paths: tuple[str, ...], moved: Mapping[str, tuple[str, Place]]
) -> tuple[str, Place | None]:
    """The folder that a stack's paths count from, and who says so where it is another one than its
    own: only where more of what it names is there."""
    own = posixpath.dirname(paths[0])
    if paths[0] not in moved:
        return own, None
    above, place = moved[paths[0]]
    if _lacking(target, paths, above) < _lacking(target, paths, own):
        return above, place
    return own, None


def _lacking(target: Target, paths: tuple[str, ...], folder: str) -> int:
    """How much of what the files build from, read and mount is not there, seen from a folder."""
    named: list[str] = []
    for service in _stack(target, paths, folder, "alone", None).services:
        if service.build is not None and service.build.context is not None:
            named.append(service.build.context)
        named += [one.path for one in service.env_files if one.path]
        named += [one.path for one in service.volumes if one.path and not one.dynamic]
    return sum(not target.has(one) and not target.has_dir(one) for one in named)


def merged_stack(target: Target, paths: tuple[str, ...], folder: str) -> Stack:
    """These files merged, whether they are meant to stand alone or not."""
    for stack in stacks(target):
        if stack.files == paths:
            return stack
    known = _other_stacks(target)
    if paths not in known:
        known[paths] = _stack(target, paths, folder, "named", None)
    return known[paths]


@once
def _other_stacks(target: Target) -> dict[tuple[str, ...], Stack]:
    return {}


def _default_pairs(files: Mapping[str, ComposeFile]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for folder in sorted({posixpath.dirname(path) for path in files}):
        base = _first(folder, DEFAULTS, files)
        if base is None:
            continue
        override = _first(folder, OVERRIDES, files)
        yield folder, (base, override) if override else (base,)


def _sample_override(target: Target, folder: str) -> str | None:
    """An override that is to be copied from an example before the stack can run."""
    for name in OVERRIDES:
        for suffix in _SAMPLES:
            path = posixpath.join(folder, name + suffix)
            if target.has(path) and compose_file(target, path).is_compose:
                return path
    return None


def _shared_bases(target: Target) -> tuple[str, ...]:
    """Default files without a service of their own: they are there to be run with others."""
    by_name = files_by_name(target)
    return tuple(
        sorted(
            path
            for name in DEFAULTS
            for path in by_name.get(name, ())
            if not is_test_data(path)
            and not (file := compose_file(target, path)).services
            and not file.includes
            and any(file.root.map(kind) for kind in KINDS)
        )
    )


def _completed_by(
    target: Target, paths: tuple[str, ...], folder: str, shared: tuple[str, ...]
) -> str | None:
    """The nearest of the shared files above that declares what these files lack."""
    above = [path for path in shared if folder.startswith(f"{posixpath.dirname(path)}/")]
    above += [path for path in shared if "/" not in path and folder]
    if not above:
        return None
    lacking = {name for _, _, name, _ in dangling(_stack(target, paths, folder, "alone", None))}
    for path in sorted(set(above), key=len, reverse=True):
        root = compose_file(target, path).root
        if any(lacking & {str(name) for name in root.map(kind)} for kind in KINDS):
            return path
    return None


def _first(folder: str, names: Iterable[str], files: Mapping[str, ComposeFile]) -> str | None:
    paths = (posixpath.join(folder, name) for name in names)
    return next((path for path in paths if path in files), None)


def _bases(path: str, files: Mapping[str, ComposeFile]) -> list[str]:
    """The files that an override-only file may belong to, likeliest first."""
    folder = posixpath.dirname(path)
    found = []
    while True:
        default = _first(folder, DEFAULTS, files)
        if default:
            found.append(default)
        found.extend(
            other
            for other in files
            if posixpath.dirname(other) == folder
            and re.search(r"[._-](?:base|common|shared|core|main)[._-]", posixpath.basename(other))
        )
        if not folder or len(found) > 8:
            return found
        folder = posixpath.dirname(folder)


def _stands_alone(
    target: Target, paths: tuple[str, ...], folder: str, files: Mapping[str, ComposeFile]
) -> bool:
    """Whether the files need no other: nothing is missing that the file beside them defines."""
    stack = _stack(target, paths, folder, "alone", None)
    if not stack.services:
        return bool(stack.broken)
    if not all(service.complete for service in stack.services):
        return False
    if _sets_another_build(target, paths, stack, files):
        return False
    lacking = {name for _, _, name, _ in dangling(stack)}
    if not lacking:
        return True
    for base in _bases(paths[0], files):
        if base not in paths:
            other = files[base]
            defined = set(other.services)
            for kind in KINDS:
                defined |= {str(name) for name in other.root.map(kind)}
            if lacking & defined:
                return False
    return True


def _sets_another_build(
    target: Target, paths: tuple[str, ...], stack: Stack, files: Mapping[str, ComposeFile]
) -> bool:
    """Whether a file says of a service's build what the file beside it leaves open: a target for
    what is built from somewhere else."""
    partial = {
        one.name for one in stack.services if one.build is not None and not one.build.complete
    }
    folder = posixpath.dirname(paths[0])
    for path in _bases(paths[0], files) if partial else ():
        if path not in paths and posixpath.dirname(path) == folder:
            base = _stack(target, (path,), folder, "alone", None)
            if any(
                one.name in partial and one.build is not None and one.build.complete
                for one in base.services
            ):
                return True
    return False


# -- the combinations that commands name ---------------------------------------------------


def _named(target: Target) -> Iterator[tuple[tuple[str, ...], str, Place]]:
    """(files, project directory, place) of each ``-f`` list whose files are all there."""
    for invocation in invocations_of(target, _PROGRAMS):
        listed = compose_arguments(invocation)
        if listed is None:
            continue
        written, folder = listed
        paths = _there(target, [invocation.resolve(one) for one in written])
        if paths:
            project = invocation.resolve(folder) if folder else None
            place = invocation.command.place
            yield paths, posixpath.dirname(paths[0]) if project is None else project, place
    for script in shell_scripts(target):
        for assignment in script.script.assignments:
            if assignment.name != "COMPOSE_FILE" or ":" not in assignment.value:
                continue
            parts = [script.trace.expand(one) for one in assignment.value.split(":")]
            for start in ("", posixpath.dirname(script.path)):
                paths = _there(target, [repo_path(start, one) for one in parts])
                if paths:
                    yield paths, posixpath.dirname(paths[0]), assignment.place
                    break
    by_name = files_by_name(target)
    for name in ("devcontainer.json", ".devcontainer.json"):
        for path in by_name.get(name, ()):
            match = _DEVCONTAINER.search(target.text(path))
            if match:
                written = tuple(re.findall(r'"([^"]+)"', match[1]))
                folder = posixpath.dirname(path)
                paths = _there(target, [repo_path(folder, one) for one in written])
                if paths:
                    line = target.text(path).count("\n", 0, match.start()) + 1
                    yield paths, posixpath.dirname(paths[0]), Place(path, line)
    for path in by_name.get(".env", ()):
        value = dotenv_values(target.text(path)).get("COMPOSE_FILE", "")
        folder = posixpath.dirname(path)
        paths = _there(target, [repo_path(folder, one) for one in value.split(":") if one])
        if paths:
            yield paths, folder, Place(path, 1)


@once
def laid_over_missing(target: Target) -> frozenset[str]:
    """Files that commands only lay over one that is not in the repository: their paths count from
    that one's folder."""
    found: set[str] = set()
    for invocation in invocations_of(target, _PROGRAMS):
        listed = compose_arguments(invocation)
        if listed is None or listed[1] or len(listed[0]) < 2:
            continue
        first, *others = (invocation.resolve(one) for one in listed[0])
        if first is None or not target.has(first):
            found.update(one for one in others if one is not None and target.has(one))
    return frozenset(found)


def _there(target: Target, paths: Iterable[str | None]) -> tuple[str, ...]:
    """The paths when all of them are files of the repository, else none."""
    found = []
    for path in paths:
        if path is None or not target.has(path):
            return ()
        found.append(path)
    return tuple(dict.fromkeys(found))


_VALUED_NAMES = (
    "-p --project-name --profile --env-file --parallel --ansi --progress -H --host -c "
    "--context --tlscacert --tlscert --tlskey -l --log-level"
)
_VALUED = frozenset(_VALUED_NAMES.split())


def compose_arguments(invocation: Invocation) -> tuple[tuple[str, ...], str] | None:
    """(the ``-f`` files as written, ``--project-directory``) of a compose command.

    Nothing when the command is no compose command or names no file.
    """
    words, program = invocation.words, invocation.name
    if program in ("docker-compose", "podman-compose"):
        rest = words[1:]
    elif program in ("docker", "podman", "nerdctl") and words[1:2] == ("compose",):
        rest = words[2:]
    elif program == "docker" and words[1:3] == ("stack", "deploy"):
        files = [b for a, b in pairwise(words) if a in ("-c", "--compose-file")]
        return (tuple(files), "") if files else None
    else:
        return None
    found: list[str] = []
    folder = ""
    i = 0
    while i < len(rest) and rest[i].startswith("-"):
        option, equals, value = rest[i].partition("=")
        if option in ("-f", "--file", "--project-directory"):
            if not equals:
                i += 1
                value = rest[i] if i < len(rest) else ""
            if option == "--project-directory":
                folder = value
            else:
                found.append(value)
        elif option.startswith("-f") and not option.startswith("--") and len(option) > 2:
            found.append(rest[i][2:])
        elif option in _VALUED and not equals:
            i += 1
        i += 1
    if not found:
        listed = dict(invocation.command.assignments).get("COMPOSE_FILE", "")
        found = [part for part in listed.split(":") if part]
    return (tuple(found), folder) if found else None


def dotenv_values(text: str) -> dict[str, str]:
    """The plain ``KEY=value`` lines of a ``.env``, enough for interpolation."""
    found = {}
    for match in _DOTENV.finditer(text):
        value = match[2].strip()
        if value[:1] in ("'", '"') and value[:1] in value[1:]:
            value = value[1 : value.index(value[0], 1)]
        else:
            value = re.split(r"\s#", value, maxsplit=1)[0].strip()
        found[match[1]] = value
    return found


# -- merging -------------------------------------------------------------------------------


class _Building(Struct):
    """A stack while it is put together."""

    services: dict[str, ComposeService]
    resources: dict[str, dict[str, Resource]]
    files: set[str]
    broken: list[Broken]
    open_ended: bool = False


def _stack(
    target: Target, paths: tuple[str, ...], folder: str, origin: str, place: Place | None
) -> Stack:
    state = _Building({}, {kind: {} for kind in KINDS}, set(), [])
    _load(target, paths, folder, state, 0)
    return Stack(
        files=paths,
        folder=folder,
        origin=origin,
        origin_place=place,
        services=tuple(state.services.values()),
        volumes=state.resources["volumes"],
        networks=state.resources["networks"],
        secrets=state.resources["secrets"],
        configs=state.resources["configs"],
        all_files=frozenset(state.files),
        broken=tuple(state.broken),
        open_ended=state.open_ended,
    )


def _known(target: Target, folder: str) -> dict[str, str]:
    """What a committed ``.env`` in the project directory sets."""
    path = posixpath.join(folder, ".env")
    return dotenv_values(target.text(path)) if target.has(path) else {}


def _load(target: Target, paths: Iterable[str], folder: str, state: _Building, depth: int) -> None:
    known = _known(target, folder)
    for path in paths:
        file = compose_file(target, path)
        state.files.add(path)
        if depth < _MAX_DEPTH:
            for include in file.includes:
                _include(target, include, state, depth + 1)
        for name in file.services:
            part = _extended(target, file, name, folder, known, state, ())
            before = state.services.get(name)
            state.services[name] = merged(before, part) if before else part
        for kind in KINDS:
            for resource in file.resources(kind, folder, known):
                before_it = state.resources[kind].get(resource.name)
                if before_it is not None and before_it.path and not resource.path:
                    resource = replace(resource, path=before_it.path, written=before_it.written)
                state.resources[kind][resource.name] = resource


def _include(target: Target, include: Include, state: _Building, depth: int) -> None:
    paths = []
    for path in include.paths:
        if path is None:
            state.open_ended = True
        elif not target.has(path):
            state.open_ended = True
            if not any(path.startswith(f"{module}/") for module in submodules(target)):
                message = f"include: {path} is not in the repository"
                state.broken.append(Broken(include.place, message, path))
        elif path not in state.files:
            paths.append(path)
    if paths:
        folder = posixpath.dirname(paths[0]) if include.folder is None else include.folder
        _load(target, paths, folder, state, depth)


def _extended(
    target: Target,
    file: ComposeFile,
    name: str,
    folder: str,
    known: Mapping[str, str],
    state: _Building,
    seen: tuple[tuple[str, str], ...],
) -> ComposeService:
    """A file's service on top of what it extends."""
    service = service_of(file, name, folder, known)
    extends = service.extends
    if extends is None or (file.path, name) in seen or len(seen) > _MAX_DEPTH:
        return service
    seen = (*seen, (file.path, name))
    if not extends.written:
        other, other_folder = file, folder
    else:
        path = repo_path(folder, extends.written)
        if path is None:
            return replace(service, image=service.image or "$extended")
        if not target.has(path):
            # Compose resolves the file against the project directory; older ones against the
            # extending file.
            path = repo_path(file.folder, extends.written)
        if path is None or not target.has(path):
            message = f"extends: {extends.written} is not in the repository"
            state.broken.append(Broken(extends.place, message, extends.written))
            return replace(service, image=service.image or "$extended")
        other, other_folder = compose_file(target, path), posixpath.dirname(path)
        state.files.add(path)
    wanted = extends.name or name
    if wanted not in other.services:
        if not other.problems and extends.name and "$" not in extends.name:
            message = f"extends: {other.path} has no service {wanted}"
            state.broken.append(Broken(extends.place, message, wanted))
        return replace(service, image=service.image or "$extended")
    base = _extended(target, other, wanted, other_folder, known, state, seen)
    # What is shared with other services is not inherited.
    base = replace(base, depends_on=(), links=(), volumes_from=(), shares=(), name=name)
    return replace(merged(base, service), place=service.place)


def merged(base: ComposeService, over: ComposeService) -> ComposeService:
    """Two files' words about one service: scalars replace, lists add, mappings go key by key."""
    part = over.parts[-1]
    cut = frozenset().union(*(one.cut for one in over.parts))

    def kept(key: str, values: tuple[T, ...]) -> tuple[T, ...]:
        return () if key in cut else values

    def keyed(key: str, old: tuple[T, ...], new: tuple[T, ...], attribute: str) -> tuple[T, ...]:
        table = {getattr(one, attribute): one for one in kept(key, old)}
        table.update({getattr(one, attribute): one for one in new})
        return tuple(table.values())

    def replaced(key: str, old: T | None, new: T | None) -> T | None:
        if any(key in one.raw for one in over.parts):
            return new
        return None if key in cut else old

    ports = (*kept("ports", base.ports), *over.ports)
    env_files = (*kept("env_file", base.env_files), *over.env_files)
    return ComposeService(
        name=base.name,
        place=base.place,
        folder=over.folder,
        parts=(*base.parts, *over.parts) if part else base.parts,
        image=replaced("image", base.image, over.image),
        image_place=replaced("image", base.image_place, over.image_place),
        build=_merged_build(None if "build" in cut else base.build, over.build),
        command=replaced("command", base.command, over.command),
        command_place=replaced("command", base.command_place, over.command_place),
        entrypoint=replaced("entrypoint", base.entrypoint, over.entrypoint),
        entrypoint_place=replaced("entrypoint", base.entrypoint_place, over.entrypoint_place),
        environment=keyed("environment", base.environment, over.environment, "key"),
        env_files=tuple({one.written: one for one in env_files}.values()),
        volumes=keyed("volumes", base.volumes, over.volumes, "target"),
        ports=tuple({(one.written, one.target): one for one in ports}.values()),
        expose=keyed("expose", base.expose, over.expose, "name"),
        depends_on=keyed("depends_on", base.depends_on, over.depends_on, "service"),
        links=keyed("links", base.links, over.links, "name"),
        volumes_from=keyed("volumes_from", base.volumes_from, over.volumes_from, "name"),
        shares=over.shares or base.shares,
        networks=keyed("networks", base.networks, over.networks, "name"),
        secrets=keyed("secrets", base.secrets, over.secrets, "source"),
        configs=keyed("configs", base.configs, over.configs, "source"),
        profiles=keyed("profiles", base.profiles, over.profiles, "name"),
        healthcheck=_merged_healthcheck(
            None if "healthcheck" in cut else base.healthcheck, over.healthcheck
        ),
        labels=keyed("labels", base.labels, over.labels, "key"),
        extends=over.extends or base.extends,
    )


def _merged_build(base: Build | None, over: Build | None) -> Build | None:
    if base is None or over is None:
        return over or base
    context = over if "context" in over.sets else base
    named = over if over.sets & {"dockerfile", "dockerfile_inline"} else base
    aimed = over if "target" in over.sets else base
    args = {one.key: one for one in (*base.args, *over.args)}
    dockerfile = None
    if context.context is not None and named.dockerfile_name is not None and not named.inline:
        dockerfile = repo_path(context.context, named.dockerfile_name)
    return Build(
        place=base.place,
        context=context.context,
        context_written=context.context_written,
        context_place=context.context_place,
        dockerfile=dockerfile,
        dockerfile_written=named.dockerfile_written,
        dockerfile_place=named.dockerfile_place,
        target=aimed.target,
        target_place=aimed.target_place,
        args=tuple(args.values()),
        contexts=tuple(dict.fromkeys((*base.contexts, *over.contexts))),
        inline=named.inline,
        sets=base.sets | over.sets,
        dockerfile_name=named.dockerfile_name,
    )


def _merged_healthcheck(base: Healthcheck | None, over: Healthcheck | None) -> Healthcheck | None:
    if base is None or over is None:
        return over or base
    if over.test_place is not None:
        return over
    return replace(over, test=base.test, test_place=base.test_place)


# -- names that lead nowhere ---------------------------------------------------------------


def dangling(stack: Stack) -> Iterator[tuple[str, ComposeService, str, Place]]:
    """(kind, service, name, place) of each service, volume … that the stack does not define."""
    names = {service.name for service in stack.services}
    for service in stack.services:
        for kind, name, place in _service_references(service):
            if name and name not in names and "$" not in name:
                yield kind, service, name, place
        for kind, listed in (
            ("volume", [(m.source, m.place) for m in service.volumes if m.kind == "volume"]),
            ("network", [(one.name, one.place) for one in service.networks]),
            ("secret", [(one.source, one.place) for one in service.secrets]),
            ("config", [(one.source, one.place) for one in service.configs]),
        ):
            declared = stack.resources(f"{kind}s")
            for name, place in listed:
                if not name or "$" in name or name in declared:
                    continue
                if kind == "network" and name == "default":
                    continue
                yield kind, service, name, place


def _service_references(service: ComposeService) -> Iterator[tuple[str, str, Place]]:
    for dependency in service.depends_on:
        if dependency.required:
            yield "depends_on", dependency.service, dependency.place
    for link in service.links:
        yield "links", link.name.partition(":")[0], link.place
    for share in service.shares:
        yield "namespace", share.name, share.place
    for source in service.volumes_from:
        if not source.name.startswith("container:"):
            yield "volumes_from", source.name.partition(":")[0], source.place
