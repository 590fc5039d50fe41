"""What a view of Django REST framework lists: its serializer, its queryset, its routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_reconaudit.facts.callers import indentation
from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.query.model_classes import KnownClass, KnownClasses
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = [
    "ONE_ROW",
    "attribute_of",
    "is_kept",
    "item_views",
    "keeps_answers",
    "listed_by",
    "listing_text",
    "lists_alone",
    "nested_views",
    "queryset_of",
    "refuses_lists",
    "text_of",
]

ONE_ROW = regex(
    r"\.filter\((?:[^()]{0,200},)?\s*(?:id|pk|uuid)\s*=(?!=)|\.(?:first|last|get|count|exists)\(\)?[^.]*$"
)
_NO_ROW = regex(r"\.none\(\)")
_ITEM_ROUTE = regex(r"\b(\w+)\.as_view\(\s*\{([^{}]{0,600})\}")
_REGISTERED = regex(r"\.register\(([^()]{0,200}\b\w+)")
_LIST_OF = regex(r":\s*[\"']list[\"']")


def _routing(target: Target) -> Iterator[str]:
    """The texts of the modules that route views, by hand or by a router."""
    for path in target.files:
        if path.endswith(".py") and not is_test_path(path):
            text = target.text(path)
            routers = ".register(" in text and "outer" in text
            if routers or "as_view(" in text:
                yield text


@once
def item_views(target: Target) -> frozenset[str]:
    """The sets of views that are routed by hand, and whose list no route answers with."""
    routed: dict[str, bool] = {}
    for text in _routing(target):
        if "as_view(" in text:
            for name, actions in _ITEM_ROUTE.findall(text):
                listed = _LIST_OF.search(actions) is not None or "**" in actions
                routed[name] = routed.get(name, False) or listed
        if ".register(" in text and "outer" in text:
            for given in _REGISTERED.findall(text):
                routed.update(dict.fromkeys(_WORD.findall(given), True))
    return frozenset(name for name, listed in routed.items() if not listed)


@once
def nested_views(target: Target) -> frozenset[str]:
    """The views all of whose routes name a row that the list belongs to, a tenant apart:
    ``orders/<int:pk>/lines``."""
    routed: dict[str, bool] = {}
    for text in _routing(target):
        if "as_view(" in text:
            for route, name in _ROUTED.findall(text):
                routed[name] = routed.get(name, True) and _UNDER_ROW.search(route) is not None
        if ".register(" in text and "outer" in text:
            nested = set(_NESTED_ROUTER.findall(text))
            for router, prefix, name in _REGISTERED_AT.findall(text):
                below = router in nested or _UNDER_ROW.search(f"{prefix}/") is not None
                routed[name] = routed.get(name, True) and below
    return frozenset(name for name, below in routed.items() if below)


_ROUTED = regex(
    r"[\"']([^\"'\n]{0,300})[\"']\s{0,60},\s{0,60}(?:view\s{0,4}=\s{0,4})?(?:\w+\.){0,6}(\w+)\.as_view\("
)
_REGISTERED_AT = regex(
    r"\b(\w+)\.register\(\s{0,60}r?[\"']([^\"'\n]{0,300})[\"']\s{0,60},\s{0,60}(?:\w+\.){0,6}(\w+)"
)
_NESTED_ROUTER = regex(r"\b(\w+)\s{0,4}=\s{0,4}(?:\w+\.){0,4}Nested\w{0,40}Router\(")
_UNDER_ROW = regex(
    r"<(?!(?:\w+:)?(?:tenant|store|shop|org|company|workspace|account|site|version|lang|locale|format)\w*>)"
    r"[\w:]+>[^<>/]{0,80}/[^<>]{0,40}\w"
)


def is_kept(target: Target, view: KnownClass) -> bool:
    """Whether a command renders a view into files, for others to be served them."""
    return any(
        name == view.own.name and f"/{module.replace('.', '/')}" in f"/{view.path}"
        for name, module in _kept_views(target)
    )


@once
def _kept_views(target: Target) -> frozenset[tuple[str, str]]:
    """(view, module that it is imported from) of what commands call as a view."""
    found: set[tuple[str, str]] = set()
    for path in target.files:
        if path.endswith(".py") and "management/commands/" in path and not is_test_path(path):
            text = target.text(path)
            called = set(_AS_VIEW.findall(text))
            for module, names in _IMPORTED.findall(text) if called else ():
                found.update((name, module) for name in called & set(_WORD.findall(names)))
    return frozenset(found)


_AS_VIEW = regex(r"\b([A-Z]\w*)\.as_view\(")
_IMPORTED = regex(
    r"(?m)^from[ \t]+\.{0,3}([\w.]+)[ \t]+import[ \t]*(\([^()]{0,2000}\)|[^\n(]{1,300})"
)
_WORD = regex(r"\w+")


def text_of(target: Target, one: KnownClass) -> str:
    """The source of a class, without those behind it."""
    lines = target.lines(one.path)[one.own.line - 1 : one.own.line + _LONG_CLASS]
    end = next(
        (at for at, line in enumerate(lines) if at and line[:1] not in (" ", "\t", "", ")", "#")),
        len(lines),
    )
    return "\n".join(lines[:end])


_LONG_CLASS = 400
_METHOD = regex(r"\n(?=[ \t]+(?:@|(?:async )?def ))")
_LISTS = regex(r"[ \t]+(?:async )?def (?:get_queryset|filter_queryset|list)\b")


def listing_text(text: str) -> str:
    """What of a class's source says which rows its list has, without what other requests get."""
    own = "\n".join(one for one in _METHOD.split(text) if _LISTS.match(one))
    found: list[str] = []
    left = -1
    for line in own.split("\n"):
        indent = indentation(line)
        if left >= 0 and (indent > left or not line.strip()):
            continue
        asked = _ASKED_BY.match(line)
        left = indent if asked is not None and not _OF_LISTS.search(asked[1]) else -1
        found.append(line)
    return "\n".join(found)


_ASKED_BY = regex(r"[ \t]+(?:el)?if self\.(?:request\.method|action)\s*(?:==|in\b)([^\n]*):\s*$")
_OF_LISTS = regex(r"[\"'](?:GET|list)[\"']|SAFE_METHODS|\bor\b|\bnot\b")


def keeps_answers(target: Target, one: KnownClass, text: str) -> bool:
    """Whether a view keeps the answers with its list for a while: most requests ask nothing.

    :param text: the source of its class.
    """
    above: list[str] = []
    for line in reversed(target.lines(one.path)[: max(one.own.line - 1, 0)]):
        if line[:1] not in ("@", " ", "\t", ")") or len(above) > _MOST_ABOVE:
            break
        above.append(line)
    if _KEEPS.search("\n".join(above)) and not _OF_ANOTHER.search("\n".join(above)):
        return True
    if _CACHED_BASE.search(" ".join(one.own.bases)) is not None:
        return True
    before = ""
    for part in _METHOD.split(text):
        if _IS_LIST.match(part) and any(map(_KEEPS.search, (before, part))):
            return True
        if _LIST.match(part) and _KEPT.search(part) is not None:
            return True
        # Decorators stand apart from what they are for.
        before = f"{before}\n{part}" if part.lstrip().startswith("@") else ""
    return False


_MOST_ABOVE = 12
_KEEPS = regex(r"\b(?:cache_page\w*|cached?_response|cache_control_page)\(|@cached?\b")
_KEPT = regex(r"\bcache\.(?:set|get_or_set|add)\([^)]{0,200}(?<!request\.)\bdata\b")
"""What was serialized, put into the cache by hand."""
_OF_ANOTHER = regex(r"\bname\s*=\s*[\"'](?!list|dispatch|get[\"'])")
_CACHED_BASE = regex(r"\b(?:Cache\w*Mixin|Cached\w*(?:View|ViewSet))\b|CacheResponseMixin")
_IS_LIST = regex(r"[ \t]+(?:@[^\n]*\n[ \t]+)*(?:async )?def (?:list|dispatch|get)\b")


def lists_alone(text: str) -> bool:
    """Whether the list of a view is made of another queryset than its own."""
    own = (one for one in _METHOD.split(text) if _LIST.match(one))
    return not any(way in one for one in own for way in _OWN_ROWS)


_LIST = regex(r"[ \t]+(?:async )?def list\b")
_OWN_ROWS = ("get_queryset", "self.queryset", "super()", "super(")


def refuses_lists(inside: list[KnownClass]) -> bool:
    methods = attribute_of(inside, "http_method_names")
    return methods is not None and "get" not in methods[0].lower()


def attribute_of(inside: Iterable[KnownClass], name: str) -> tuple[str, int] | None:
    return next(
        (
            (source, line)
            for one in inside
            for key, source, line in one.own.attributes
            if key == name
        ),
        None,
    )


def listed_by(known: KnownClasses, inside: list[KnownClass]) -> KnownClass | None:
    """The serializer that a view's list is answered with, when it is sure."""
    for one in inside:
        chosen = [(action, name) for action, name, _ in one.own.lists]
        if not chosen and "get_serializer_class" not in one.own.defines:
            given = next(
                (source for key, source, _ in one.own.attributes if key == "serializer_class"), ""
            )
            if given:
                return known.find(given.rpartition(".")[2], one.path)
            continue
        named = [name for action, name in chosen if action == "list"]
        name = named[0] if named else ""
        if named and not name:
            return None  # a list that it makes by itself
        if not name:
            name = next((name for action, name in reversed(chosen) if not action), "")
        if not name:
            default = attribute_of(inside, "serializer_class")
            name = default[0].rpartition(".")[2] if default is not None else ""
        return known.find(name, one.path) if name else None
    return None


def queryset_of(
    inside: list[KnownClass], serializer: KnownClass, model: KnownClass | None
) -> tuple[Place, str] | None:
    """Where a view makes the queryset of its serializer's model."""
    if model is None:
        return None
    for one in inside:
        for name, line, source in one.own.querysets:
            if ONE_ROW.search(source):
                return None
            if _NO_ROW.search(source):
                continue
            if name.endswith("Meta.model"):
                return Place(one.path, line, 1), source
            first, dot, rest = name.rpartition(".")
            if dot and first in ("self", "cls"):
                given = attribute_of(inside, rest)
                rest = given[0].rpartition(".")[2] if given is not None else ""
            if rest == model.own.name:
                return Place(one.path, line, 1), source
    return next(
        (
            (Place(one.path, line, 1), source)
            for one in inside
            for key, source, line in one.own.attributes
            if key in ("model", "model_class") and source == model.own.name
        ),
        None,
    )
