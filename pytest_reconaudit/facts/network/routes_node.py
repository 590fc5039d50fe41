"""The routes of a Node package's server: Express, Fastify, Koa, Hono, NestJS, and Next.js by its
files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator

from pytest_reconaudit.facts.applications import is_test_path
from pytest_reconaudit.facts.network.routes_nest import nest_routes
from pytest_reconaudit.facts.network.served import Served, gather
from pytest_reconaudit.facts.packages import NpmPackage, npm_packages
from pytest_reconaudit.facts.web.modules import resolve
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.routes_script import MODULE, read_script_routes
from pytest_reconaudit.readers.routing import ANY, METHODS, Endpoint, Gap, Mount, RoutingFile, Unit
from pytest_reconaudit.target import Target, once

__all__ = ["node_folders", "node_routes"]

_FRAMEWORKS = frozenset({"express", "fastify", "koa", "hono", "@hono/zod-openapi", "polka", "next"})
_NEST = "@nestjs/core"
_UNKNOWN = frozenset(
    {"@adonisjs/core", "@feathersjs/express", "@loopback/rest", "sails",
     "@hapi/hapi", "routing-controllers", "tsoa", "@tsed/common", "inversify-express-utils",
     "swagger-tools", "nuxt", "@strapi/strapi", "payload"}
)  # fmt: skip
"""Frameworks on top that register routes in ways of their own."""
_SUFFIXES = (".ts", ".js", ".mjs", ".cjs", ".mts", ".cts", ".tsx", ".jsx")
_MARKS = ("express", "fastify", "Fastify", "Hono", "hono", "koa", "Koa", "polka")
_LEFT_OUT = regex(
    r"(?:^|/)(?:node_modules|dist|build|coverage|\.next|public|examples?|scripts|stories)/"
    r"|\.d\.ts$|\.(?:config|stories)\.\w+$|\.min\.js$"
)
_NEXT_METHODS = regex(
    r"^export\s+(?:async\s+)?(?:function\s+|const\s+)(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b"
    r"|^export\s*\{[^}]{0,300}\}",
    re.MULTILINE,
)
_DEFAULT = regex(
    r"export\s+default\s+(?:(?:async\s+)?function\s+([A-Za-z_$][\w$]*)|([A-Za-z_$][\w$]*)\s*(?:;|$))",
    re.MULTILINE,
)
_REGISTERS = regex(r"\.(?:get|post|put|patch|delete|all|use|route|register)\(")
_ANSWERS = regex(r"rewrite|NextResponse\.json|next-intl|createMiddleware")
"""What a middleware of Next.js does when it answers by itself or changes the path."""
_PAGE_SUFFIX = regex(r"\.(?:tsx|ts|jsx|js|mdx|md)$")


@once
def node_folders(target: Target) -> tuple[str, ...]:
    """Folders of the packages that depend on a framework that is understood."""
    found = []
    for package in npm_packages(target):
        names = {
            name
            for section, name, _, _ in package.manifest.dependencies
            if section == "dependencies"
        }
        if names & {*_FRAMEWORKS, _NEST} and not names & _UNKNOWN:
            found.append(package.folder)
    return tuple(found)


def node_routes(target: Target, folder: str) -> Served | None:
    """What the package's server serves; ``None`` when no server is found."""
    package = next((one for one in npm_packages(target) if one.folder == folder), None)
    if package is None:
        return None
    names = package.manifest.dependency_names
    if _NEST in names:
        served = nest_routes(target, folder, tuple(_own_files(target, folder)), _constants(target))
    else:
        served = _followed(target, package) if names & (_FRAMEWORKS - {"next"}) else None
    if "next" in names and _is_next(target, folder):
        pages = _next(target, folder)
        if served is None:
            return pages
        if pages is not None:
            served.endpoints += pages.endpoints
            served.gaps += pages.gaps
    return served


def _own_files(target: Target, folder: str) -> Iterator[str]:
    others = {one.folder for one in npm_packages(target) if one.folder != folder and one.folder}
    prefix = f"{folder}/" if folder else ""
    for path in target.below(folder):
        inner = path[len(prefix) :]
        if not path.endswith(_SUFFIXES) or _LEFT_OUT.search(inner) or is_test_path(f"/{inner}"):
            continue
        above = posixpath.dirname(path)
        while above != folder and above not in others and above:
            above = posixpath.dirname(above)
        if above == folder:
            yield path


def _followed(target: Target, package: NpmPackage) -> Served | None:
    """The servers that the package's files make, their routers followed."""
    roots: list[tuple[RoutingFile, Unit]] = []
    borrowed: list[tuple[RoutingFile, Unit]] = []
    for path in _own_files(target, package.folder):
        text = target.text(path)
        if not any(mark in text for mark in _MARKS):
            continue
        file = target.parse(read_script_routes, path)
        for unit in file.units:
            if unit.starts:
                roots.append((file, unit))
            elif unit.calls:
                borrowed.append((file, unit))
    if not roots:
        return None
    file, first = roots[0]
    served = Served(package.folder, file.framework or "express", first.place)

    def resolve(mount: Mount, file: RoutingFile) -> Iterable[tuple[RoutingFile, Unit]] | None:
        return _resolve(target, file, mount)

    def constant(name: str, file: RoutingFile) -> str | None:
        return file.constants.get(name) or _constant(target, file, name)

    for file, unit in (*roots, *borrowed):
        gather(served, unit.items, file, resolve, constant, stack=(id(unit),))
    return served


def _constants(target: Target) -> Callable[[str, str], str | None]:
    """What a name means in a file, where it is a text."""

    def constant(name: str, path: str) -> str | None:
        file = target.parse(read_script_routes, path)
        return file.constants.get(name) or _constant(target, file, name)

    return constant


def _constant(target: Target, file: RoutingFile, name: str) -> str | None:
    source = file.names.get(name)
    path = _module(target, file.path, source[0]) if source else None
    if source is None or path is None:
        return None
    return target.parse(read_script_routes, path).constants.get(source[1])


def _resolve(
    target: Target, file: RoutingFile, mount: Mount
) -> list[tuple[RoutingFile, Unit]] | None:
    """The units that a name means; ``None`` when it means something without routes."""
    name = mount.name
    for unit in file.units:
        if unit.name == name[0] and len(name) == 1:
            return [(file, unit)]
    source = file.names.get(name[0])
    if source is None:
        return None if mount.kind == "handed" else []
    path = _module(target, file.path, source[0])
    if path is None and mount.kind in ("answers", "may answer", "passes"):
        return None if mount.kind == "passes" else []
    if path is None:
        return None if mount.kind == "handed" and not source[0].startswith(".") else []
    wanted = source[1]
    if len(name) > 1 and wanted in ("*", MODULE, "default"):
        wanted = name[1]
    found = _exported(target, path, wanted, 0)
    if found is None and mount.kind == "handed" and _REGISTERS.search(target.text(path)):
        return []  # it registers something that was not understood
    return found


def _exported(
    target: Target, path: str, wanted: str, depth: int
) -> list[tuple[RoutingFile, Unit]] | None:
    """The units that a module exports under a name, re-exports followed."""
    other = target.parse(read_script_routes, path)
    if wanted in (MODULE, "default", "*"):
        names = [n for n in (wanted, "default", MODULE) if n in other.exported]
        inside = other.exported[names[0]] if names else ""
    else:
        inside = other.exported.get(wanted, wanted)
    for unit in other.units:
        if inside and unit.name == inside:
            return [(other, unit)]
    again = other.names.get(inside)
    if again is not None and depth < 5:
        further = _module(target, path, again[0])
        if further is not None:
            return _exported(target, further, again[1], depth + 1)
    if not inside and len(other.units) == 1:
        return [(other, other.units[0])]
    # It is there and registers nothing: a middleware.
    return None if not other.problems else []


def _module(target: Target, importer: str, name: str) -> str | None:
    """The file that an import names."""
    if name.startswith("."):
        base = posixpath.normpath(posixpath.join(posixpath.dirname(importer), name))
        return _file(target, base)
    if name.startswith(("@/", "~/", "#", "src/")):
        rest = name.partition("/")[2] if not name.startswith("src/") else name
        folder = posixpath.dirname(importer)
        while True:
            for inner in ("src", ""):
                found = _file(target, posixpath.join(folder, inner, rest))
                if found is not None:
                    return found
            if not folder:
                break
            folder = posixpath.dirname(folder)
    meant = resolve(target, importer, name)
    return meant.path if meant.path.endswith(_SUFFIXES) else None


def _file(target: Target, base: str) -> str | None:
    stem = re.sub(r"\.[cm]?js$", "", base)
    for candidate in (base, *(f"{stem}{end}" for end in _SUFFIXES)):
        if target.has(candidate) and candidate.endswith(_SUFFIXES):
            return candidate
    for end in _SUFFIXES:
        candidate = posixpath.join(base, f"index{end}")
        if target.has(candidate):
            return candidate
    return None


# -- Next.js -------------------------------------------------------------------------------


def _is_next(target: Target, folder: str) -> bool:
    return any(
        target.has_dir(posixpath.join(folder, inner))
        for inner in ("app", "pages", "src/app", "src/pages")
    )


def _next(target: Target, folder: str) -> Served | None:
    """The routes that the folders ``app`` and ``pages`` make."""
    served = Served(folder, "next", Place(posixpath.join(folder, "package.json"), 1, 1))
    config = next(
        (
            path
            for end in ("js", "mjs", "ts", "cjs")
            if target.has(path := posixpath.join(folder, f"next.config.{end}"))
        ),
        "",
    )
    text = target.text(config) if config else ""
    base = re.search(r"\bbasePath\s*:\s*(?:['\"]([^'\"]*)['\"]|(\S))", text)
    prefix = ""
    place = Place(config or served.main.path, 1, 1)
    if base is not None and base[1] is None:
        served.gaps.append(Gap("", place, "a base path that is computed"))
    elif base is not None:
        prefix = base[1]
    if re.search(r"\b(?:rewrites|redirects)\b", text):
        served.gaps.append(Gap("", place, "rewrites of the configuration"))
    if re.search(r"\boutput\s*:\s*['\"]export", text):
        return None
    marks = _page_marks(text)
    for inner in ("", "src"):
        for name in ("app", "pages"):
            root = posixpath.join(folder, inner, name)
            if target.has_dir(root):
                served.endpoints += (
                    _app_routes(target, root, prefix)
                    if name == "app"
                    else _page_routes(target, root, prefix, marks)
                )
        for name in ("middleware.ts", "middleware.js", "proxy.ts"):
            path = posixpath.join(folder, inner, name)
            if target.has(path) and _ANSWERS.search(target.text(path)):
                served.gaps.append(Gap("", Place(path, 1, 1), "a middleware that answers"))
    for path in target.below(posixpath.join(folder, "public"))[:2_000]:
        name = path[len(posixpath.join(folder, "public")) :]
        served.endpoints.append(Endpoint("GET", prefix + name, Place(path, 1, 1)))
    return served if served.endpoints else None


def _segments(parts: list[str]) -> str | None:
    """Folder names as a path; ``None`` for what is no route."""
    out = []
    for part in parts:
        if part.startswith(("_", "(.")):
            return None
        if (part.startswith("(") and part.endswith(")")) or part.startswith("@"):
            continue
        match = re.fullmatch(r"\[\[?(\.\.\.)?([\w-]+)\]?\]", part)
        if match:
            part = f"{{*{match[2]}}}" if match[1] else f"{{{match[2]}}}"
        out.append(part)
    return "/" + "/".join(out)


def _app_routes(target: Target, root: str, prefix: str) -> Iterator[Endpoint]:
    for path in target.below(root):
        name = posixpath.basename(path)
        stem = _PAGE_SUFFIX.sub("", name)
        if stem not in ("page", "route") or stem == name:
            continue
        parts = [one for one in posixpath.dirname(path)[len(root) :].split("/") if one]
        route = _segments(parts)
        if route is None:
            continue
        place = Place(path, 1, 1)
        if stem == "page":
            yield Endpoint("GET", prefix + route, place, _default(target.text(path)))
            continue
        text = target.text(path)
        found = _NEXT_METHODS.findall(text)
        verbs = {one for one in found if one}
        if "" in found:
            verbs |= {one for one in METHODS if re.search(rf"\b{one}\b", text)}
        for verb in sorted(verbs) or [ANY]:
            handler = verb if verb != ANY and _is_function(text, verb) else ""
            yield Endpoint(verb, prefix + route, place, handler)


_EXTENSIONS = regex(r"\bpageExtensions\s*:\s*\[([^\]]{1,300})\]")


def _page_marks(config: str) -> tuple[str, ...]:
    """What stands before the suffix of a page's name: ``.page`` of ``["page.tsx", "page.ts"]``;
    empty where every script in the folder is a page."""
    given = _EXTENSIONS.search(config)
    if given is None:
        return ()
    named = re.findall(r"['\"]([\w.]+)['\"]", given[1])
    marks = {f".{one.rpartition('.')[0]}" if "." in one else "" for one in named}
    return () if "" in marks else tuple(sorted(marks))


def _page_routes(
    target: Target, root: str, prefix: str, marks: tuple[str, ...]
) -> Iterator[Endpoint]:
    for path in target.below(root):
        name = posixpath.basename(path)
        stem = _PAGE_SUFFIX.sub("", name)
        if stem == name or stem.startswith("_") or ".test" in stem or ".spec" in stem:
            continue
        if marks:
            mark = next((one for one in marks if stem.endswith(one)), "")
            if not mark:
                continue  # it lies beside the pages
            stem = stem.removesuffix(mark)
        parts = [one for one in posixpath.dirname(path)[len(root) :].split("/") if one]
        if stem != "index":
            parts.append(stem)
        route = _segments(parts)
        if route is not None:
            api = parts[:1] == ["api"]
            handler = _default(target.text(path)) if api else ""
            yield Endpoint(ANY if api else "GET", prefix + route, Place(path, 1, 1), handler)


def _default(text: str) -> str:
    """The name of the function that a module exports as its default; empty when it has none."""
    for match in _DEFAULT.finditer(text):
        name = match[1] or match[2]
        return name if match[1] or _is_function(text, name) else ""
    return ""


def _is_function(text: str, name: str) -> bool:
    """Whether a name is declared as a function, not made by one."""
    return (
        re.search(
            rf"\bfunction\s*\*?\s+{name}\b"
            rf"|\b(?:const|let)\s+{name}\b[^=\n]{{0,200}}=\s*(?:async\s*)?(?:\(|function\b|\w+\s*=>)",
            text,
        )
        is not None
    )
