"""The routes of a Python package's server: FastAPI, Starlette and Flask."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from pytest_reconaudit.facts.applications import applications, is_test_path
from pytest_reconaudit.facts.network.served import Served, gather
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routes_python_code import read_python_routes
from pytest_reconaudit.readers.routing import Gap, Mount, RoutingFile, Unit
from pytest_reconaudit.target import Target, once

__all__ = ["python_folders", "python_routes"]

_MANIFESTS = ("pyproject.toml", "requirements.txt", "setup.py", "setup.cfg", "Pipfile")
_NAMED = regex(r"\b(?:fastapi|flask|starlette|quart)\b", re.IGNORECASE)
_STARTS = ("FastAPI(", "Flask(", "Starlette(", "Quart(", "APIFlask(")
_MADE = regex(
    r"(?m)^\w{1,40}(?:[ \t]*:[ \t]*[\w.]{1,60})?[ \t]*=[ \t]*(?:\w{1,60}\.){0,4}"
    r"(?:_?(?:create|make|build|get|init|setup|new)_?\w{0,40}?app(?:lication)?|app_factory)\("
)
_BORROWS = regex(
    r"(?m)^[ \t]*@(?:app|application|flask_app|fastapi_app|server)\."
    r"(?:route|get|post|put|patch|delete)\("
)
_CONSTANT = regex(
    r"^[ \t]*([A-Za-z_]\w*)[ \t]*(?::[^=\n]{1,40})?=[ \t]*(?:Field\()?[rf]?[\"']"
    r"(/[\w./-]{0,80})[\"']",
    re.MULTILINE,
)
_REGISTERS = regex(r"\.(?:include_router|add_api_route|register_blueprint|add_url_rule|mount)\(")
_ADDED = frozenset({"/docs", "/redoc", "/openapi.json"})
"""What FastAPI serves by itself."""
_LEFT_OUT = regex(r"(?:^|/)(?:alembic|migrations|\.venv|site-packages|examples?|docs|scripts)/")


@once
def python_folders(target: Target) -> tuple[str, ...]:
    """Folders of the projects that name a web framework that is understood."""
    found = []
    for one in applications(target):
        listed = [path for path in one.manifests if posixpath.basename(path) in _MANIFESTS]
        if any(_NAMED.search(target.text(path)) for path in listed):
            found.append(one.folder)
    return tuple(found)


def _own_files(target: Target, folder: str) -> Iterator[str]:
    others = {one.folder for one in applications(target) if one.folder.startswith(folder)} - {
        folder,
        "",
    }
    prefix = f"{folder}/" if folder else ""
    for path in target.below(folder):
        if not path.endswith(".py"):
            continue
        inner = path[len(prefix) :]
        if _LEFT_OUT.search(inner) or is_test_path(f"/{inner}"):
            continue
        if not any(path.startswith(f"{other}/") for other in others):
            yield path


def python_routes(target: Target, folder: str) -> Served | None:
    """What the project's server serves; ``None`` when no server is found."""
    files = list(_own_files(target, folder))
    roots: list[tuple[RoutingFile, Unit]] = []
    made: list[tuple[RoutingFile, Unit]] = []
    for path in files:
        text = target.text(path)
        own = any(mark in text for mark in _STARTS)
        if own or _MADE.search(text) is not None or _BORROWS.search(text) is not None:
            file = target.parse(read_python_routes, path)
            (roots if own else made).extend((file, unit) for unit in file.units if unit.starts)
    if not roots:
        return None
    # `app = create_app()`, `from app import app`: beside what is registered where it is made.
    roots += made
    file, first = roots[0]
    served = Served(folder, file.framework, first.place)
    constants: dict[str, str] = {}

    def resolve(mount: Mount, file: RoutingFile) -> Iterable[tuple[RoutingFile, Unit]] | None:
        return _resolve(target, file, mount)

    def constant(name: str, file: RoutingFile) -> str | None:
        if name in file.constants:
            return file.constants[name]
        if not constants:
            constants[""] = ""
            for path in files:
                for key, value in _CONSTANT.findall(target.text(path)):
                    constants.setdefault(key, value)
        return constants.get(name)

    for file, unit in roots:
        gather(served, unit.items, file, resolve, constant, stack=(id(unit),))
    starts = {unit.place for _, unit in roots}
    if all(one.place in starts or one.path in _ADDED for one in served.endpoints):
        # Only what the framework adds by itself.
        served.gaps.append(Gap("", first.place, "no registration is understood"))
    return served


def _resolve(
    target: Target, file: RoutingFile, mount: Mount
) -> list[tuple[RoutingFile, Unit]] | None:
    """The units that a name means; ``None`` when it means something without routes."""
    found = _look(target, file, mount.name, 0)
    if found or mount.kind not in ("handed", "suspect"):
        return found
    own = any(
        _module(target, file.path, module) is not None
        for module in file.names.get(mount.name[0], ())[:1]
    )
    known = mount.name[0] in file.names
    if own and known:
        path = _module(target, file.path, file.names[mount.name[0]][0])
        text = target.text(path) if path is not None else ""
        return [] if _REGISTERS.search(text) else None
    return None if mount.kind == "handed" else found


def _look(
    target: Target, file: RoutingFile, name: tuple[str, ...], depth: int
) -> list[tuple[RoutingFile, Unit]]:
    if depth > 6 or not name:
        return []
    if len(name) == 1:
        for unit in file.units:
            if unit.name == name[0]:
                return [(file, unit)]
    source = file.names.get(name[0])
    if source is None:
        return []
    module, what = source
    rest = name[1:]
    if what:
        # `from a.b import c`: a name in a/b.py, or the module a/b/c.py.
        inner = _module(
            target, file.path, f"{module}.{what}" if module.strip(".") else module + what
        )
        if inner is not None and rest:
            return _look(target, target.parse(read_python_routes, inner), rest, depth + 1)
        path = _module(target, file.path, module)
        if path is not None:
            other = target.parse(read_python_routes, path)
            return _look(target, other, (what, *rest), depth + 1)
        return []
    # `import a.b.c` and then `a.b.c.router`
    for end in range(len(name) - 1, 0, -1):
        path = _module(target, file.path, ".".join((module, *name[1:end])))
        if path is not None:
            return _look(target, target.parse(read_python_routes, path), name[end:], depth + 1)
    return []


def _module(target: Target, importer: str, dotted: str) -> str | None:
    """The file of a module, seen from another one."""
    folder = posixpath.dirname(importer)
    bare = dotted.lstrip(".")
    dots = len(dotted) - len(bare)
    parts = bare.split(".") if bare else []
    if dots:
        for _ in range(dots - 1):
            folder = posixpath.dirname(folder)
        return _file(target, posixpath.join(folder, *parts))
    while True:
        for inner in ("", "src"):
            found = _file(target, posixpath.join(folder, inner, *parts))
            if found is not None and parts:
                return found
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _file(target: Target, base: str) -> str | None:
    for path in (f"{base}.py", posixpath.join(base, "__init__.py")):
        if target.has(path):
            return path
    return None
