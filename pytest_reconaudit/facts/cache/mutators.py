"""Who changes what a cache holds: handlers and functions that insert, update or delete an entity.

Known in three ways: by the tables that a handler writes to, through the functions that it calls;
by a handler's name and HTTP method (``update_project``, ``ProjectsController.remove``); and by
routes whose handler has no name (``DELETE /projects/{id}``).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from pytest_reconaudit.facts.callers import uncalled
from pytest_reconaudit.facts.code.functions import (
    Ref,
    callees,
    callers_of,
    handlers,
    outlined,
    reached,
)
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.facts.network.routes import Route, route_tables
from pytest_reconaudit.facts.query.tables import Mutation, mutations, readings
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once, passing

__all__ = [
    "Mutator",
    "below",
    "entity_words",
    "mutators",
    "same_entity",
    "singular",
    "tables_read",
    "written_through",
]

_VERBS = {
    "create": "insert", "add": "insert", "insert": "insert", "new": "insert", "post": "insert",
    "upload": "insert", "import": "insert", "register": "insert", "invite": "insert",
    "clone": "insert", "duplicate": "insert", "store": "insert", "submit": "insert",
    "update": "update", "edit": "update", "patch": "update", "put": "update", "modify": "update",
    "rename": "update", "move": "update", "set": "update", "save": "update", "upsert": "update",
    "approve": "update", "reject": "update", "archive": "update", "restore": "update",
    "publish": "update", "unpublish": "update", "start": "update", "stop": "update",
    "cancel": "update", "pause": "update", "resume": "update", "complete": "update",
    "close": "update", "reopen": "update", "process": "update", "assign": "update",
    "activate": "update", "deactivate": "update", "enable": "update", "disable": "update",
    "toggle": "update", "replace": "update", "reorder": "update", "finish": "update",
    "change": "update", "mark": "update", "lock": "update", "unlock": "update",
    "delete": "delete", "remove": "delete", "destroy": "delete", "purge": "delete",
}  # fmt: skip
_FILLERS = frozenset(
    {
        "handler", "endpoint", "api", "route", "view", "action", "bulk", "batch", "many", "all",
        "my", "own", "one", "by", "id", "async", "partial", "admin", "controller", "resolver",
        "viewset", "service", "set", "the", "a", "to", "for", "with", "in", "on", "v1", "v2",
        "resource", "item", "record", "request", "data", "form", "mutation",
    }
)  # fmt: skip
_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_UNSEEN = regex(
    r"(?:\w*password\w*|\w*_hash|\w*_salt|last_(?:login|seen|active|used|access)\w*|updated_at"
    r"|modified_at|\w*_token\w*|token|login_count|failed_\w+|\w*attempts?|\w*_secret|two_factor\w*"
    r"|mfa\w*|totp\w*|locked_until|session\w*|refresh\w*|lastLogin\w*|lastSeen\w*|updatedAt|sign_in_count)"
)
"""Columns that no cached answer shows."""
_ASIDE = regex(
    r"last_?(?:login|seen|active|used|access)|password|token|heartbeat|session|login_attempt|lock_?out"
    r"|record_login|two_?factor|mfa|totp|increment_(?:view|hit)",
    re.IGNORECASE,
)
"""Functions that by their names update such columns only."""
_ONCE = regex(
    r"(?:migrat|seed|backfill)|(?:\w{0,40}_)?(?:reset|load|clear|create|setup)_?(?:\w{1,20}_)?"
    r"(?:fixtures?|test_?data|database|db)$",
    re.IGNORECASE,
)
"""Functions that run once in the life of a database, or fill one for tests."""
_NEW = regex(r"(?i:create|register|sign_?up|add|insert)(?![a-z])")
"""Functions that by their names save what is new."""
_GUARDS = regex(r"check|author|permission|verif|valid|ensure|require|extract|get_connection|guard")
_SPLIT = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MAX_DEPTH = 4


class Mutator(Struct, frozen=True):
    """One place where a request changes an entity."""

    place: Place
    """The line of the function's name, or of the route."""
    name: str
    """``update_project``, ``ProjectsController.remove``, ``PUT /projects/{id}``."""
    verb: str
    """``insert``, ``update`` or ``delete``."""
    entity: tuple[str, ...]
    """Words of the entity, singular: ``("reconciliation", "job")``."""
    ref: Ref | None
    how: str
    """What says that it changes the entity: ``updates projects at services/project.rs:400``."""
    table: str = ""
    by_name: bool = False


def singular(word: str) -> str:
    """A plural English noun in the singular, near enough to compare."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def entity_words(text: str) -> tuple[str, ...]:
    """The words of a name in the singular: ``("data", "source")`` of ``data_sources``."""
    return tuple(singular(one.lower()) for one in _SPLIT.findall(text))


def same_entity(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names mean the same thing: equal, or one is the other's last words."""
    if not one or not other:
        return False
    if "".join(one) == "".join(other):
        return True
    short, long = sorted((one, other), key=len)
    return len(long) <= len(short) + 2 and long[-len(short) :] == short and len(short[-1]) > 2


@once
def mutators(target: Target) -> tuple[Mutator, ...]:
    """Everything that changes an entity while a request is answered, by place."""
    found: dict[tuple[Place, tuple[str, ...], str], Mutator] = {}
    for one in (*_by_table(target), *_by_name(target), *_by_route(target)):
        key = (one.place, one.entity, one.verb)
        known = found.get(key)
        if known is None or (known.by_name and not one.by_name):
            found[key] = one
    return tuple(sorted(found.values(), key=lambda one: (one.place.key(), one.entity, one.verb)))


def _by_table(target: Target) -> Iterator[Mutator]:
    for ref, statements in mutations(target).items():
        if is_off_path(ref.path) or is_test_path(ref.path):
            continue
        name = outlined(target, ref).name
        if _ONCE.match(name):
            continue
        seen = [
            one
            for one in statements
            if not _is_unseen(one) and not (one.verb == "update" and _ASIDE.search(name))
        ]
        if not seen:
            continue
        roots = _roots(target, ref) or (ref,)
        if any(_ONCE.match(outlined(target, root).name) for root in roots):
            continue
        if roots == (ref,) and ref not in handlers(target) and _is_unused(target, ref):
            continue
        for statement in {(one.table, one.verb): one for one in reversed(seen)}.values():
            verb = statement.verb
            if verb == "upsert" or (verb == "update" and not statement.columns):
                verb = "insert" if _NEW.match(name) else "update"  # `repository.save(new)`
            how = f"{_PAST[verb]} {statement.table} at {ref.path}:{statement.line}"
            for root in roots:
                function = outlined(target, root)
                yield Mutator(
                    place=Place(root.path, function.line),
                    name=_shown(function.owner, function.name),
                    verb=verb,
                    entity=entity_words(statement.table),
                    ref=root,
                    how=how,
                    table=statement.table,
                )


def _is_unused(target: Target, ref: Ref) -> bool:
    """Whether nothing but tests calls a function. A script's, that is exported by name, must be
    imported by its name or be a member of its module to be called."""
    if callers_of(target, ref):
        return False
    function = outlined(target, ref)
    if uncalled(target, Place(ref.path, function.line)):
        return True
    if function.owner or ref.path.endswith((".rs", ".py")) or not function.name:
        return False
    name = re.escape(function.name)
    if len(re.findall(rf"(?<![\w$.]){name}(?![\w$])", target.text(ref.path))) > 1:
        return False
    imported = re.compile(
        rf"\b(?:import|export)\b[^;'\"=]{{0,4000}}(?<![\w$]){name}(?![\w$])[^;'\"=]{{0,4000}}from\b"
        rf"|(?<![\w$]){name}(?![\w$])[^;(){{}}=]{{0,2000}}\}}\s*=\s*(?:await\b|require)"
    )
    member = re.compile(rf"\.{name}(?![\w$])")
    of_module = _of_module(ref.path)
    return not any(
        path != ref.path
        and path.endswith(_SCRIPTS)
        and not is_test_path(path)
        and function.name in (text := target.text(path))
        and (imported.search(text) or (member.search(text) and of_module.search(text)))
        for path in target.files
    )


_SCRIPTS = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".vue", ".svelte")
_PAST = {"insert": "inserts into", "update": "updates", "delete": "deletes from"}


def _is_unseen(statement: Mutation) -> bool:
    """Whether an update sets only columns that no cached answer shows."""
    return (
        statement.verb == "update"
        and bool(statement.columns)
        and all(_UNSEEN.fullmatch(column) for column in statement.columns)
    )


def _roots(target: Target, ref: Ref) -> tuple[Ref, ...]:
    """The handlers that call a function, through at most six calls."""
    known = handlers(target)
    if ref in known:
        return (ref,)
    found: dict[Ref, None] = {}
    seen, level = {ref}, [ref]
    for _ in range(6):
        above: list[Ref] = []
        for one in level:
            for caller in _callers(target).get(one, ()):
                if caller in seen:
                    continue
                seen.add(caller)
                if caller in known:
                    found[caller] = None
                else:
                    above.append(caller)
        level = above
        if len(seen) > 400:
            break
    return tuple(found)


@once
def _callers(target: Target) -> dict[Ref, list[Ref]]:
    """Who calls a function while a request is answered; cheaper than everybody who calls it."""
    found: dict[Ref, list[Ref]] = {}
    for caller in reached(target):
        for _, refs in callees(target, caller):
            for ref in refs or ():
                found.setdefault(ref, []).append(caller)
    return found


def _shown(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _by_name(target: Target) -> Iterator[Mutator]:
    for ref, routes in handlers(target).items():
        if is_off_path(ref.path) or is_test_path(ref.path):
            continue
        if routes and not any(one.method in _METHODS or one.method == "*" for one in routes):
            continue
        function = outlined(target, ref)
        named = _named(function.owner, function.name)
        if named is None:
            continue
        verb, entity = named
        route = next((one for one in routes if one.method in _METHODS), None)
        how = f"answers {route.request}" if route else "changes it, by its name"
        yield Mutator(
            place=Place(ref.path, function.line),
            name=_shown(function.owner, function.name),
            verb=verb,
            entity=entity,
            ref=ref,
            how=how,
            by_name=True,
        )


def _named(owner: str, name: str) -> tuple[str, tuple[str, ...]] | None:
    """(verb, entity) that a handler's name tells; nothing when it tells none."""
    words = [one.lower() for one in _SPLIT.findall(name)]
    if not words:
        return None
    index = next((at for at, one in enumerate(words[:2]) if one in _VERBS), -1)
    if index < 0:
        return None
    rest = [*words[:index], *words[index + 1 :]]
    entity = [singular(one) for one in rest if one not in _FILLERS]
    if not entity and owner:
        entity = [
            singular(one.lower()) for one in _SPLIT.findall(owner) if one.lower() not in _FILLERS
        ]
    return (_VERBS[words[index]], tuple(entity)) if entity else None


def _by_route(target: Target) -> Iterator[Mutator]:
    """Routes that no named function answers, by the last literal part of their path."""
    known = {route for routes in handlers(target).values() for route in routes}
    for table in route_tables(target):
        for route in table.routes:
            if route.method not in _METHODS or route in known or table.framework == "nginx":
                continue
            entity = _of_path(route)
            if not entity:
                continue
            verb = {"POST": "insert", "DELETE": "delete"}.get(route.method, "update")
            yield Mutator(
                place=route.place,
                name=route.request,
                verb=verb,
                entity=entity,
                ref=None,
                how="by its method and path",
                by_name=True,
            )


def _of_path(route: Route) -> tuple[str, ...]:
    parts = [one for one in route.path.split("/") if one]
    literal = [one for one in parts if not one.startswith("{")]
    if not literal:
        return ()
    if parts[-1].startswith("{") or route.method == "POST":
        return entity_words(literal[-1])
    # `PUT /projects/{id}/archive` changes the project.
    if (
        len(literal) > 1
        and entity_words(literal[-1])[:1]
        and (entity_words(literal[-1])[0] in _VERBS)
    ):
        return entity_words(literal[-2])
    return entity_words(literal[-1])


@passing
def _below(target: Target) -> dict[Ref, tuple[Ref, ...]]:
    """Filled as functions are asked for."""
    return {}


def below(target: Target, ref: Ref) -> frozenset[Ref]:
    """A function and those that it surely calls, through at most four calls; checks of rights
    left out."""
    known = _below(target)
    found = known.get(ref)
    if found is not None:
        return frozenset(found)
    seen, level = {ref}, [ref]
    for _ in range(_MAX_DEPTH):
        after: list[Ref] = []
        for one in level:
            for call, refs in callees(target, one):
                if _GUARDS.search(call.name):
                    continue
                for callee in refs or ():
                    if callee not in seen:
                        seen.add(callee)
                        after.append(callee)
        level = after
        if len(seen) > 300:
            break
    known[ref] = tuple(seen)
    return frozenset(seen)


def _of_module(path: str) -> re.Pattern[str]:
    """What a script that imports from another writes of its path."""
    folder, file = posixpath.split(posixpath.splitext(path)[0])
    module = posixpath.basename(folder) if file == "index" else file
    return re.compile(rf"[/'\"]{re.escape(module)}(?:/index)?(?:\.\w+)?['\"]")


def written_through(target: Target, ref: Ref, writing: frozenset[Ref]) -> bool:
    """Whether whoever calls a function writes the new value itself: each of those that call it, or
    the lines that follow where a script without named functions does."""
    if not writing:
        return False
    seen, level = {ref}, [ref]
    for _ in range(_MAX_DEPTH):
        above: list[Ref] = []
        for one in level:
            if writing & below(target, one):
                continue
            callers = {caller for caller, _ in callers_of(target, one)}
            if not callers and not _followed(target, one, writing):
                return False
            above += sorted(callers - seen, key=lambda each: (each.path, each.index))
            seen |= callers
        level = above
        if not level or len(seen) > 100:
            break
    return not level


def _followed(target: Target, ref: Ref, writing: frozenset[Ref]) -> bool:
    """Whether each call of a script's function that stands in no named function is followed by one
    that writes."""
    name = outlined(target, ref).name
    if not name or ref.path.endswith((".rs", ".py")):
        return False
    called = re.compile(rf"(?:\bawait|\breturn|[=(,])\s*{re.escape(name)}\s*\(")
    writes = re.compile(
        "|".join(rf"\b{re.escape(outlined(target, one).name)}\(" for one in writing)
    )
    of_module = _of_module(ref.path)
    found = False
    for path in target.files:
        if not path.endswith(_SCRIPTS) or is_test_path(path) or path == ref.path:
            continue
        text = target.text(path)
        if name not in text or not of_module.search(text):
            continue
        for match in called.finditer(text):
            after = text[match.end() :].split("\n", _FOLLOWS)[:_FOLLOWS]
            if not writes.search("\n".join(after)):
                return False
            found = True
    return found


_FOLLOWS = 20
"""Lines after a call in which what it has changed is written to the cache."""


def tables_read(target: Target, refs: Iterable[Ref]) -> Mapping[str, Place]:
    """Table → the first place where one of some functions, or what it calls, selects from it."""
    known = readings(target)
    found: dict[str, Place] = {}
    every = {one for ref in refs for one in below(target, ref)}
    for ref in sorted(every, key=lambda one: (one.path, one.index)):
        for statement in known.get(ref, ()):
            found.setdefault(statement.table, Place(ref.path, statement.line))
    return found


def takes(target: Target, ref: Ref, parameter: str) -> bool:
    """Whether a function, or one that it surely calls, has a parameter of a name."""
    wanted = re.sub(r"[^a-z0-9]", "", parameter.lower())
    for one in below(target, ref):
        for name, _ in outlined(target, one).parameters:
            if re.sub(r"[^a-z0-9]", "", name.lower()) == wanted:
                return True
    return False
