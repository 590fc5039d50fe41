"""Functions across files: which one a call means, and which run while a request is answered.

Resolved conservatively: by crate, module and import in Rust, by module specifier in scripts, by
import in Python; a method by the type that its receiver is known to have (``self``, a field or
parameter with a type), never by its name alone.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.facts.code.handler_forms import answers_by_form, answers_outside
from pytest_reconaudit.facts.code.mounted import is_unmounted
from pytest_reconaudit.facts.code.names import Names, Outlines, Ref
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.code.unmounted_routers import is_never_imported
from pytest_reconaudit.facts.code.unrouted_views import is_unrouted
from pytest_reconaudit.facts.network.routes import Route, route_tables
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.outline import (
    FileOutline,
    OutlinedCall,
    OutlinedFunction,
    outline,
)
from pytest_reconaudit.readers.syntax import LANGUAGES
from pytest_reconaudit.target import Target, once, passing

if TYPE_CHECKING:
    from pytest_reconaudit.facts.code.names_python import PythonNames
    from pytest_reconaudit.facts.code.names_rust import RustNames
    from pytest_reconaudit.facts.code.names_script import ScriptNames

__all__ = [
    "Reached",
    "Ref",
    "callees",
    "callees_at",
    "callers_of",
    "class_meant",
    "function_at",
    "handlers",
    "in_unrouted_view",
    "inherits_method",
    "inline_route",
    "is_of_one_way",
    "meant",
    "meant_outside",
    "module_of",
    "outlined",
    "reached",
    "rust_names",
    "served_outside",
    "source_of",
]

_MAX_CALLS = 6


class Reached(Struct, frozen=True):
    """Why a function runs while a request is answered."""

    handler: Ref
    route: Route | None
    """``None`` when the handler is known by its form (an attribute, its extractors) but no table
    of routes has it."""
    chain: tuple[Ref, ...]
    """The functions called on the way, the handler first, the function itself last."""


class _Some(Mapping[str, FileOutline]):
    """The outlines of some files."""

    def __init__(self, every: Outlines, paths: Iterable[str]) -> None:
        self._every = every
        self._paths = dict.fromkeys(paths)

    def __getitem__(self, path: str) -> FileOutline:
        if path not in self._paths:
            raise KeyError(path)
        return self._every[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths


@passing
def _outlines(target: Target) -> Outlines:
    every = scanned(target, outline)
    return _Some(every, (path for path in every if not is_test_path(path)))


def outlined(target: Target, ref: Ref) -> OutlinedFunction:
    """The outline of a function."""
    return _outlines(target)[ref.path].functions[ref.index]


def source_of(target: Target, ref: Ref, *, above: int | None = None) -> str:
    """What a function is written as, from its first line to its last.

    :param above: a line before which the text ends.
    """
    function = outlined(target, ref)
    end = function.end_line if above is None else above - 1
    return "\n".join(target.lines(ref.path)[function.line - 1 : end])


def function_at(target: Target, path: str, line: int) -> Ref | None:
    """The innermost named function around a line (attributes and decorators excluded)."""
    one = _outlines(target).get(path)
    if one is None:
        return None
    functions = one.functions
    index = bisect_right(functions, line, key=_line) - 1
    while index >= 0:
        if functions[index].end_line >= line and not functions[index].is_test:
            return Ref(path, index)
        index -= 1
    return None


def _line(function: OutlinedFunction) -> int:
    return function.line


# -- calls ---------------------------------------------------------------------------------


@passing
def rust_names(target: Target) -> RustNames:
    """What names mean in the Rust files."""
    from pytest_reconaudit.facts.code.names_rust import RustNames

    return RustNames(target, _of(target, "rust"))


def module_of(target: Target, path: str, words: tuple[str, ...]) -> str:
    """The file that dotted words mean where a file of Python imports them; empty for none of the
    repository's."""
    names = _python(target)
    found = names.follow(path, words) if words else None
    return found.path if found is not None and found.kind == "module" else ""


def class_meant(target: Target, path: str, name: str) -> tuple[str, str] | None:
    """(file, name) of the class of the repository that a name means at the top of a file of Python
    or of a script; ``None`` where that cannot be told."""
    names = _python(target) if _language(path) == "python" else _script(target)
    found = names.lookup(path, name)
    return (found.path, found.name) if found is not None and found.kind == "class" else None


@passing
def _python(target: Target) -> PythonNames:
    from pytest_reconaudit.facts.code.names_python import PythonNames

    return PythonNames(target, _of(target, "python"))


def inherits_method(target: Target, ref: Ref, method: Ref) -> bool:
    """Whether the class of a method of Python has another method, and nothing in its place, from a
    base."""
    one = outlined(target, ref)
    if not one.owner or not ref.path.endswith(".py"):
        return False
    name = outlined(target, method).name
    return _python(target).inherits(ref.path, one.owner, name, method)


@passing
def _script(target: Target) -> ScriptNames:
    from pytest_reconaudit.facts.code.names_script import ScriptNames

    return ScriptNames(target, _of(target, "typescript", "tsx", "javascript"))


def _of(target: Target, *languages: str) -> Outlines:
    every = _outlines(target)
    return _Some(every, (path for path in every if _language(path) in languages))


def _language(path: str) -> str:
    return LANGUAGES.get(f".{path.rpartition('.')[2].lower()}", "")


def _names(target: Target, path: str) -> Names:
    language = _language(path)
    if language == "rust":
        return rust_names(target)
    return _python(target) if language == "python" else _script(target)


@passing
def _callees(target: Target) -> dict[Ref, tuple[tuple[Ref, ...] | None, ...]]:
    """Function → what each of its calls means; filled as functions are asked for."""
    return {}


def callees(target: Target, caller: Ref) -> tuple[tuple[OutlinedCall, tuple[Ref, ...] | None], ...]:
    """The calls that a function makes, each with what it means (see :func:`meant`)."""
    known = _callees(target)
    calls = outlined(target, caller).calls
    found = known.get(caller)
    if found is None:
        names = _names(target, caller.path)
        found = known[caller] = tuple([names.meant(caller, call) for call in calls])
    return tuple(zip(calls, found, strict=True))


def callees_at(target: Target, caller: Ref, name: str, line: int) -> tuple[Ref, ...]:
    """What the first call of a name on a line of a function means; none where that is outside of
    the repository or cannot be told."""
    for call, refs in callees(target, caller):
        if call.name == name and call.line == line:
            return refs or ()
    return ()


def meant(target: Target, caller: Ref, call: OutlinedCall) -> tuple[Ref, ...] | None:
    """The functions of the repository that a call means.

    :returns: one; several when any of them may be meant (methods of a trait); none when it is
        surely outside of the repository (a library, a closure, a builtin); ``None`` when it cannot
        be told.
    """
    return _names(target, caller.path).meant(caller, call)


_Site = int
"""A call: the number of its file, its function's and its own there, in one number. There are as
many calls as lines in some code bases: their records stay encoded."""
_BITS = 21
_MASK = (1 << _BITS) - 1


class _Sites(Struct, frozen=True, eq=False):
    """Where which names are called."""

    paths: tuple[str, ...]
    by_name: dict[str, array[int]]
    """The words of a function's name → the calls that may mean it, as the callers write them."""


@passing
def _sites(target: Target) -> _Sites:
    found: dict[str, array[int]] = {}
    defaults: set[str] = set()
    """Names that default exports go by: `export { default as listUsers } from "./list"`."""
    paths = tuple(_outlines(target))
    for number, path in enumerate(paths):
        one = _outlines(target)[path]
        renamed = {name: words[-1] for name, words in one.imports if words and words[-1] != name}
        defaults.update(name for name, word in renamed.items() if word == "default")
        for index, function in enumerate(one.functions):
            if function.is_test:
                continue
            first = ((number << _BITS) + index) << _BITS
            for site, call in enumerate(function.calls, first):
                name = call.name
                if name not in found:
                    found[name] = array("Q")
                found[name].append(site)
                if call.path and (other := renamed.get(call.path[0])):
                    # `use a as b`, or the default export of a module under any name
                    found.setdefault(other, array("Q")).append(site)
                if name[:1].isupper():
                    found.setdefault("*made", array("Q")).append(site)
    for name in defaults:
        found.setdefault("default", array("Q")).extend(found.get(name, ()))
    return _Sites(paths, found)


def _call_at(target: Target, site: _Site) -> tuple[Ref, OutlinedCall]:
    place, call = site >> _BITS, site & _MASK
    ref = Ref(_sites(target).paths[place >> _BITS], place & _MASK)
    return ref, outlined(target, ref).calls[call]


_MAKERS = frozenset({"constructor", "__init__", "__call__", "__post_init__"})


@passing
def _resolved(target: Target) -> dict[str, dict[Ref, list[array[int]]]]:
    """Filled as names are asked for."""
    return {}


def _meaning(target: Target, name: str) -> dict[Ref, list[array[int]]]:
    """Function → the calls by a name that mean it.

    All calls by the name are resolved at once: some names (``new``, ``get``) are those of a
    function in every file, and to resolve them for each of these would take quadratic time.
    """
    known = _resolved(target)
    found = known.get(name)
    if found is None:
        together: dict[int, tuple[tuple[Ref, ...], array[int]]] = {}
        """Calls that mean the same functions, which may be every implementation of a trait."""
        for site in _sites(target).by_name.get(name, ()):
            caller, call = _call_at(target, site)
            refs = _names(target, caller.path).meant(caller, call)
            if refs:
                together.setdefault(id(refs), (refs, array("Q")))[1].append(site)
        found = known[name] = {}
        for refs, sites in together.values():
            for ref in refs:
                found.setdefault(ref, []).append(sites)
    return found


def callers_of(target: Target, ref: Ref) -> tuple[tuple[Ref, OutlinedCall], ...]:
    """Who surely calls a function, and by which call; only calls that may mean it are looked at."""
    name = outlined(target, ref).name
    sites: dict[int, None] = {}
    for one in (name, "default", *(["*made"] if name in _MAKERS else [])):
        groups = _meaning(target, one).get(ref, ())
        sites.update(dict.fromkeys(sorted(site for group in groups for site in group)))
    return tuple([_call_at(target, site) for site in sites])


# -- requests ------------------------------------------------------------------------------


def is_of_one_way(target: Target, way: Reached) -> bool:
    """Whether a chain of calls is the only one: where functions far below a handler have other
    callers, what this request hands on may leave out what they do for the others."""
    return len(way.chain) <= _NEAR_HANDLER or all(
        len({caller for caller, _ in callers_of(target, ref)}) <= 1 for ref in way.chain[1:]
    )


_NEAR_HANDLER = 2
"""Functions of a chain that is short: a handler, and what it calls itself."""


@passing
def handlers(target: Target) -> Mapping[Ref, tuple[Route, ...]]:
    """The functions that answer requests, with their routes (empty when known by form only:
    route attributes, FastAPI/Flask/Nest decorators, Actix/axum extractors as parameters)."""
    found: dict[Ref, list[Route]] = {}
    for table in route_tables(target):
        for route in table.routes:
            for ref in _answering(target, route):
                if not is_never_imported(target, ref.path):
                    found.setdefault(ref, []).append(route)
    for path, one in _outlines(target).items():
        language = _language(path)
        if language == "python" and is_never_imported(target, path):
            continue
        unrouted: dict[str, bool] = {}
        for index in answers_by_form(language, path, one):
            if language == "python" and _is_unrouted(target, path, one.functions[index], unrouted):
                continue
            found.setdefault(Ref(path, index), [])
    ordered = sorted(found.items(), key=lambda item: (item[0].path, item[0].index))
    return {ref: tuple(dict.fromkeys(routes)) for ref, routes in ordered}


def in_unrouted_view(target: Target, path: str, line: int) -> bool:
    """Whether a line of Python stands in a view of Django that no table of URLs leads to."""
    ref = function_at(target, path, line) if path.endswith(".py") else None
    if ref is None:
        return False
    one, function = _outlines(target)[path], outlined(target, ref)
    if function.owner:
        answers = any(map(_VIEWS.search, (function.owner, function.trait)))
    else:
        answers = ref.index in answers_by_form("python", path, one)
    return answers and _is_unrouted(target, path, function, {})


_VIEWS = regex(r"(?:View|ViewSet|Endpoint)(?:Base|Mixin)?$")


def _is_unrouted(
    target: Target, path: str, function: OutlinedFunction, classes: dict[str, bool]
) -> bool:
    """Whether a function that has a view's form, or the class of views that it belongs to, is in no
    table of URLs.

    :param classes: what is known of the classes of its file, and is filled.
    """
    if not function.owner:
        return is_unrouted(target, path, function.name, function.attributes)
    if not classes:
        classes[""] = False
        for one in _outlines(target)[path].types:
            classes[one.name] = is_unrouted(target, path, one.name, line=one.line)
    return classes.get(function.owner, False)


def _answering(target: Target, route: Route) -> tuple[Ref, ...]:
    """The functions that a route names as its handler."""
    path = route.place.path
    one = _outlines(target).get(path)
    if one is None or not route.handler:
        return ()
    words = tuple(word for word in route.handler.replace("::", ".").split(".") if word)
    if not words:
        return ()
    line = route.place.line or 0
    if len(words) == 1 or words[0] in ("self", "this", "Self"):
        # Declared by an attribute of the function itself, or a method of the class around.
        own = [
            (abs(function.line - line), index)
            for index, function in enumerate(one.functions)
            if function.name == words[-1] and not function.is_test and not function.bodiless
        ]
        if own:
            return (Ref(path, min(own)[1]),)
    return _names(target, path).named(path, words)


def meant_outside(target: Target, path: str, call: OutlinedCall) -> tuple[Ref, ...]:
    """The functions that a call outside of any named function means, by the names of its file."""
    return _names(target, path).named(path, call.path) if call.path else ()


@once
def _inline_routes(target: Target) -> dict[str, list[Route]]:
    """Script → its routes that are answered by a function without a name, by line."""
    found: dict[str, list[Route]] = {}
    for table in route_tables(target):
        for route in table.routes:
            path = route.place.path
            if (
                not route.handler
                and not path.endswith((".rs", ".py"))
                and path in _outlines(target)
            ):
                found.setdefault(path, []).append(route)
    return {
        path: sorted(listed, key=lambda one: one.place.line or 0) for path, listed in found.items()
    }


def inline_route(target: Target, path: str, line: int) -> Route | None:
    """The route whose handler without a name a line is in: ``router.get("/x", async () => …)``.

    Only for lines outside of named functions, and for those of the function that registers the
    route (a plugin's); of several methods of one path any.
    """
    routes = _inline_routes(target).get(path)
    if routes is None:
        return None
    ref = function_at(target, path, line)
    first = outlined(target, ref).line if ref is not None else 0
    found = None
    for route in routes:
        if (route.place.line or 0) > line:
            break
        start = route.place.line or 0
        found = route if start >= first and line <= _inline_end(target, route) else None
    return found


def _inline_end(target: Target, route: Route) -> int:
    """The last line of a route's handler, where it matters: of one for whatever is left
    (``app.all("/old/*", …)``), which is not the route of what stands below it."""
    if not route.path.endswith(("*", "*rest}", "*}")):
        return _ENDLESS
    return _closes(target, route.place.path, route.place.line or 1)


_OPENING, _CLOSING = "([{", ")]}"
_ENDLESS = 1 << 40


_LONGEST_HANDLER = 300


@passing
def _depths(target: Target) -> dict[str, list[int]]:
    """File → how many brackets are open before each of its lines; filled as files are asked for."""
    return {}


def _closes(target: Target, path: str, start: int) -> int:
    """The line where the bracket closes that opens first at a line."""
    known = _depths(target)
    depths = known.get(path)
    if depths is None:
        depths = [0]
        for line in target.lines(path):
            opened = sum(map(line.count, _OPENING)) - sum(map(line.count, _CLOSING))
            depths.append(depths[-1] + opened)
        known[path] = depths
    for number in range(start, min(start + _LONGEST_HANDLER, len(depths))):
        if depths[number] <= depths[start - 1]:
            return number
    return _ENDLESS


@once
def _serving_outside(target: Target) -> frozenset[str]:
    """The scripts whose code outside of named functions answers requests by its form."""
    return frozenset(
        path
        for path, one in _outlines(target).items()
        if answers_outside(_language(path), path, one) and not is_unmounted(target, path)
    )


def served_outside(target: Target, path: str, line: int) -> bool:
    """Whether a line outside of named functions runs while a request is answered: it stands in a
    route's handler without a name, or in a closure that is a procedure or loader by its form."""
    if inline_route(target, path, line) is not None:
        return True
    return path in _serving_outside(target) and function_at(target, path, line) is None


def _called_inline(target: Target, path: str) -> Iterator[tuple[OutlinedCall, tuple[Ref, ...]]]:
    """What handlers without a name wait for in a script."""
    for call in _outlines(target)[path].loose:
        if call.awaited and served_outside(target, path, call.line):
            yield call, meant_outside(target, path, call)
    plugins = dict.fromkeys(
        ref
        for route in _inline_routes(target).get(path, ())
        if (ref := function_at(target, path, route.place.line or 0)) is not None
    )
    for plugin in plugins:
        for call, meant_by in callees(target, plugin):
            if call.awaited and meant_by and inline_route(target, path, call.line) is not None:
                yield call, meant_by


@passing
def reached(target: Target) -> Mapping[Ref, Reached]:
    """Every function that some handler calls, through at most six calls, handlers included; the
    shortest chain of each."""
    found: dict[Ref, Reached] = {}
    queue: deque[Ref] = deque()
    # Those whose route is known first: what several of them call is told by it.
    for ref, routes in sorted(handlers(target).items(), key=lambda one: not one[1]):
        found[ref] = Reached(ref, routes[0] if routes else None, (ref,))
        queue.append(ref)
    for path in dict.fromkeys((*_inline_routes(target), *sorted(_serving_outside(target)))):
        for call, named in _called_inline(target, path):
            route = inline_route(target, path, call.line)
            for ref in named:
                if ref not in found:
                    found[ref] = Reached(ref, route, (ref,))
                    queue.append(ref)
    while queue:
        caller = queue.popleft()
        why = found[caller]
        if len(why.chain) > _MAX_CALLS:
            continue
        for _, refs in callees(target, caller):
            for ref in refs or ():
                if ref not in found:
                    found[ref] = Reached(why.handler, why.route, (*why.chain, ref))
                    queue.append(ref)
    return found
