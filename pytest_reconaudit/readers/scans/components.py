"""Components of React and Vue in a file: lazy and memoised ones, pages, and the routes to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Scope
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.syntax import query

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["FileComponents", "LazyPart", "Memo", "PagePart", "RouteEntry", "components"]


class LazyPart(Struct, frozen=True, array_like=True):
    """A component that is said to be loaded when it is shown: ``lazy(() => import("./X"))``."""

    name: str
    """What it is given to; empty when to nothing."""
    line: int
    fake: bool
    """What it loads is there already: a resolved promise instead of an import."""
    text: str


class Memo(Struct, frozen=True, array_like=True):
    """``memo(Component)`` without a function of its own that compares."""

    name: str
    """The name in the file; empty for ``export default memo(() => …)``."""
    default: bool
    """It is the default export."""
    exported: bool
    line: int


class PagePart(Struct, frozen=True, array_like=True):
    name: str
    line: int


class RouteEntry(Struct, frozen=True, array_like=True):
    """One route of a router in the browser."""

    path: str
    names: tuple[str, ...]
    """The components in its element, outer first."""
    line: int
    guarded: bool
    """Something around it asks whether one has signed in."""
    late: bool = False
    """It loads what it shows by an ``import()`` of its own."""
    nests: bool = False
    """It holds routes itself: what it shows may be their frame."""


class FileComponents(Struct, frozen=True, array_like=True):
    lazy: tuple[LazyPart, ...]
    memos: tuple[Memo, ...]
    pages: tuple[PagePart, ...]
    """Page components that the file declares."""
    routes: tuple[RouteEntry, ...]
    lines: int


_LAZY_PARTS = (b"azy", b"lazily", b"defineAsyncComponent", b"dynamic", b"oadable")
"""One of these is in every name that :data:`_LAZY_CALL` knows."""
_MEMO = regex(rb"\bmemo\b")
_LAZY_CALL = regex(r"^(?:lazy\w*|defineAsyncComponent|dynamic|loadable|Loadable|\w+Lazy|lazily)$")
_WORDS = (
    "lazy(", "lazy<", "lazyW", "Lazy(", "Lazy<", "defineAsyncComponent", "dynamic(", "dynamic<",
    "oadable(", "memo(", "memo<", "Route ", "Route\n", "<Route", "Router(", "useRoutes",
    "RouteObject", "RouteRecordRaw",
)  # fmt: skip
_PARTS = ("azy", "memo", "Route", "defineAsync", "dynamic", "oadable(")
_NO_SERVER = regex(r"\bssr\s*:\s*false\b")
_PAGE = regex(r"^[A-Z]\w*Page$")
_PAGE_THERE = regex(r"^[A-Z]\w*(?:Screen|View|Dashboard|Wizard)$")
"""A page in a folder of pages; elsewhere it is a part of one."""
_MAY_BE = regex(rb"\b[A-Z]\w*Page\s*[:=(<\"'\]/!?]")
_MAY_BE_THERE = regex(rb"\b[A-Z]\w*(?:Page|Screen|View|Dashboard|Wizard)\s*[:=(<\"'\]/!?]")
"""What follows the name of a function where it is made."""
_PAGE_FOLDER = regex(
    r"(?:^|/)(?:pages|views|screens)/",
)
_TAGS = regex(r"<([A-Z][\w.]*)")
_GUARD = regex(
    r"\b(?:(?:Protected|Private|Require[ds]?|Authenticated|Secured?|Restricted|LoggedIn|SignedIn"
    r"|AuthRequired)\w*|(?:\w*(?:Auth|Log[iI]n|User|Session|Role|Permission|Admin|Access|Route|Member))?Guard"
    r"|\w*(?:AuthRoute|PrivateRoute|ProtectedRoute|RequireAuth))\b"
)
_FIELDS = frozenset({"element", "Component", "component", "render", "children"})
_JSX = regex(r"<[A-Za-z>]")
_IDENTIFIER = regex(r"^[A-Z][\w.]*$")
_RESOLVING = frozenset({"Promise", "resolve", "setTimeout"})
_ROUTE_TAG = regex(rb"<\s*[\w$.:-]*Route\b")
_ROUTE_TAGS = frozenset({"jsx_self_closing_element", "jsx_opening_element"})
_ROUTES_OBJECT = "(object (pair key: (property_identifier) @key)) @object"
_ROUTER = regex(r"\bcreate\w*Router\b|\buseRoutes\b|\bRouteObject\b|\bRouteRecordRaw\b|\bRouter\(")
_ROUTES_FILE = regex(
    r"(?i)(?:^|/)[\w.-]*rout(?:er|es|ing)[\w.-]*\.[cm]?[jt]sx?$|(?:^|/)router/index\."
)
_MANY_LINES = 800
_MAX_CLIMB = 40


def _has_components(text: str, path: str) -> bool:
    return (any(part in text for part in _PARTS) and any(word in text for word in _WORDS)) or (
        text.count("\n") > _MANY_LINES and path.endswith(("x", ".js")) and "return" in text
    )


@scan(*SCRIPT, record=FileComponents, wants=_has_components)
def components(code: Code) -> FileComponents | None:
    """Lazy and memoised components, pages and routes of one file."""
    lazy, memos = tuple(_lazy(code)), tuple(_memos(code))
    lines = code.source.count(b"\n") + 1
    routes = tuple(_routes(code))
    shown = {one.names[-1] for one in routes if one.names}
    pages = tuple(_pages(code, shown)) if lines > _MANY_LINES else ()
    if not (lazy or memos or pages or routes):
        return None
    return FileComponents(lazy, memos, pages, routes, lines)


def _bound(code: Code, call: Call) -> str:
    """The name that the value of a call is given to, wrappers included."""
    for binding in reversed(list(code.bindings_around(call.start, call.end))):
        inner = code.text(binding.value[0], call.start)
        if "=>" not in inner and "{" not in inner:
            return binding.name
    return ""


# -- lazy ------------------------------------------------------------------------------------


def _lazy(code: Code) -> Iterator[LazyPart]:
    if not any(part in code.source for part in _LAZY_PARTS):
        return  # without the index
    given: dict[int, list[Scope]] = {}
    for scope in code.scopes:
        if scope.kind == "closure" and scope.call >= 0:
            given.setdefault(scope.call, []).append(scope)
    for call in code.calls:
        if not _LAZY_CALL.match(call.name) or not call.arguments or call.awaited:
            continue
        if call.name == "dynamic" and "next/dynamic" not in code.resolved(call.path):
            continue
        loader = next(iter(given.get(call.index, ())), None)
        yield LazyPart(
            _bound(code, call),
            code.line(call.start),
            loader is not None and _is_fake(code, loader) and not _browser_only(code, call),
            " ".join(code.text(call.start, min(call.end, call.start + 200)).split())[:120],
        )


def _browser_only(code: Code, call: Call) -> bool:
    """Whether it is Next's way to leave a part out on the server, and no split at all."""
    return any(_NO_SERVER.search(code.text(one)) for one in call.arguments[1:])


def _is_fake(code: Code, loader: Scope) -> bool:
    calls = list(code.calls_in(loader.start, loader.end))
    if any(call.name not in _RESOLVING for call in calls):
        return False
    if any(call.path == ("Promise", "resolve") for call in calls):
        return True
    text = code.text(loader.start, loader.end)
    return "default" in text and "await" not in text and (loader.is_async or "new Promise" in text)


# -- memo ------------------------------------------------------------------------------------


def _memos(code: Code) -> Iterator[Memo]:
    if b"memo" not in code.source or not _MEMO.search(code.source):
        return
    defaults = set(_DEFAULT.findall(code.source))
    listed = _listed(code)
    for call in code.calls_named(["memo"]):
        if len(call.arguments) != 1 or code.scopes[call.scope].kind != "module":
            continue
        if code.resolved(call.path)[:1] not in (("react",), ("React",), ("preact",)):
            continue
        name = _bound(code, call)
        before = code.source[max(call.start - 60, 0) : call.start].rstrip()
        whole = before.endswith(b"export default")
        if not name:
            inner = code.text(call.arguments[0])
            name = inner if _IDENTIFIER.match(inner) else ""
        if not name and not whole:
            continue
        binding = code.source.rfind(b"\n", 0, call.start) + 1
        yield Memo(
            name,
            whole or name.encode() in defaults,
            code.source[binding : call.start + 1].lstrip().startswith(b"export")
            or name.encode() in listed,
            code.line(call.start),
        )


_DEFAULT = regex(rb"\bexport\s+default\s+([A-Z]\w*)\s*;?\s*(?:\n|$)")
_LISTS = regex(rb"\bexport\s*\{([^{}]*)\}\s*;?\s*(?!\s*from)")


def _listed(code: Code) -> set[bytes]:
    """The words of every ``export { … }``."""
    if b"export" not in code.source:
        return set()
    lists = _LISTS.findall(code.source.replace(b",", b" , "))
    return {word for listed in lists for word in listed.split()}


# -- pages -----------------------------------------------------------------------------------


def _pages(code: Code, shown: set[str]) -> Iterator[PagePart]:
    in_folder = bool(_PAGE_FOLDER.search(code.path))
    if not shown and not (_MAY_BE_THERE if in_folder else _MAY_BE).search(code.source):
        return  # without the index
    seen = set()
    for function in code.functions:
        if function.owner or function.name in seen or function.is_test:
            continue
        around = code.scopes[function.scope].parent
        if code.scopes[around].kind != "module":
            continue
        page = (
            function.name in shown
            or _PAGE.match(function.name)
            or (in_folder and function.exported and _PAGE_THERE.match(function.name))
        )
        # A base of pages takes children; a page takes at most what its route gives.
        base = function.name.startswith(("Base", "Abstract", "With", "Mock"))
        if page and not base and _JSX.search(code.text(function.body)):
            seen.add(function.name)
            yield PagePart(function.name, code.line(function.name_at))


# -- routes ----------------------------------------------------------------------------------


def _routes(code: Code) -> Iterator[RouteEntry]:
    found: list[RouteEntry] = []
    if code.language != "typescript" and b"Route" in code.source:
        found += _jsx_routes(code)
    if _ROUTER.search(code.text(0, len(code.source))) or _ROUTES_FILE.search(code.path):
        found += _object_routes(code)
    found.sort(key=_line)
    yield from found


def _start(node: Node) -> int:
    return node.start_byte


def _line(one: RouteEntry) -> tuple[int, str]:
    return one.line, one.path


def _jsx_routes(code: Code) -> Iterator[RouteEntry]:
    for tag in sorted(code.tree.around(_ROUTE_TAG, _ROUTE_TAGS), key=_start):
        name = tag.child_by_field_name("name")
        text = code.text(name.start_byte, name.end_byte) if name is not None else ""
        if name is None or not text.endswith("Route"):
            continue
        attributes = dict(_attributes(code, tag))
        path = attributes.get("path")
        if path is None and "index" not in attributes:
            continue
        value = next((attributes[key] for key in _FIELDS if attributes.get(key)), None)
        whole = tag.parent if tag.type == "jsx_opening_element" else None
        if value is None and whole is not None:
            value = whole
        inside = _components(code, value) if value is not None else ()
        yield RouteEntry(
            code.text(path.start_byte, path.end_byte).strip("\"'{}`") if path is not None else "",
            inside,
            name.start_point.row + 1,
            any(map(_GUARD.search, (text, *inside)))
            or _is_guarded(code, tag if whole is None else whole),
        )


def _attributes(code: Code, tag: Node) -> Iterator[tuple[str, Node | None]]:
    for one in tag.named_children:
        if one.type == "jsx_attribute" and one.named_child_count:
            key = one.named_child(0)
            value = one.named_child(1) if one.named_child_count > 1 else None
            if key is not None:
                yield code.text(key.start_byte, key.end_byte), value


def _is_guarded(code: Code, node: Node) -> bool:
    """Whether an element around a route asks whether one has signed in."""
    at = node.parent
    for _ in range(_MAX_CLIMB):
        if at is None or at.type in ("return_statement", "program"):
            return False
        if at.type == "jsx_element":
            tag = at.named_child(0)
            if tag is not None and _GUARD.search(code.text(tag.start_byte, tag.end_byte)[:300]):
                return True
        at = at.parent
    return False


def _components(code: Code, value: Node) -> tuple[str, ...]:
    text = code.text(value.start_byte, value.end_byte)
    tags = [name for name in _TAGS.findall(text) if name not in ("Route", "Routes", "Switch")]
    bare = text.strip("{} \n")
    if not tags and _IDENTIFIER.match(bare):
        tags = [bare]
    return tuple(dict.fromkeys(tags))


def _object_routes(code: Code) -> Iterator[RouteEntry]:
    objects: dict[int, Node] = {}
    for key in code.tree.captures(query(code.language, _ROUTES_OBJECT)).get("key", ()):
        if code.source[key.start_byte : key.end_byte] in (b"path", b"index"):
            pair = key.parent
            if pair is not None and pair.parent is not None:
                objects[pair.parent.start_byte] = pair.parent
    for node in objects.values():
        fields: dict[str, Node] = {}
        for pair in node.named_children:
            if pair.type == "pair":
                title, given = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if title is not None and given is not None:
                    fields[code.text(title.start_byte, title.end_byte)] = given
        keys = ("element", "Component", "component", "lazy", "loadComponent")
        shown = next((fields[key] for key in keys if key in fields), None)
        path = fields.get("path")
        if shown is None:
            continue
        late = shown.type in ("arrow_function", "call_expression", "method_definition")
        inside = () if late else _components(code, shown)
        if inside or late:
            yield RouteEntry(
                code.text(path.start_byte, path.end_byte).strip("\"'`") if path else "",
                inside,
                node.start_point.row + 1,
                any(map(_GUARD.search, inside))
                or "requiresAuth" in code.text(node.start_byte, node.end_byte),
                late,
                "children" in fields,
            )
