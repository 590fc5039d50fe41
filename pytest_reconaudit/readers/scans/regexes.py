"""Rust: the literal patterns that the ``regex`` crate is given, and where they are compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Binding, Call, Code, Function
from pytest_reconaudit.readers.rust_regex import refusal
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.syntax import string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["CompiledRegex", "FileRegexes", "regexes", "serves"]

_TYPES = frozenset({"Regex", "RegexBuilder", "RegexSet", "RegexSetBuilder"})
_UNWRAPPED = regex(rb"\s*(?:\.\s*build\s*\(\s*\)\s*)?\.\s*(unwrap|expect)\s*\(")
_BUILDER = regex(rb"\.\s*(octal|ignore_whitespace)\s*\(\s*true")
_BUILT = regex(rb"(?:\s{0,80}\.\s{0,4}\w{1,40}\(\w{0,20}\)){0,8}?\s{0,80}\.\s{0,4}build\(\)")
_BOUND = regex(rb"\blet\s+(?:mut\s+)?(\w+)\s*(?::[^=;{}]{1,60})?=\s*$")
_FOR = regex(
    rb"\bfor\s+([\w\s,()&]{1,80}?)\s+in\s+&?([A-Za-z_]\w*)(?:\.(?:iter|into_iter)\(\))?\s*$"
)
_WORDS = regex(rb"\w+")
_HEAD = 200
_LONG_LIST = 20_000
_LITERALS = frozenset({"string_literal", "raw_string_literal"})
_LONG = 110
_STATEMENT = 600
"""Bytes after a builder in which its switches stand."""
_ONCE = frozenset(
    {
        "get_or_init", "get_or_try_init", "call_once", "call_once_force", "or_insert_with",
        "get_or_insert_with", "set", "try_insert", "init", "once",
    }
)  # fmt: skip
_LAZY = frozenset({"LazyLock", "Lazy", "LazyCell", "OnceLock", "OnceCell", "AtomicLazyCell"})
_ONCE_MACROS = frozenset(
    {"lazy_static", "thread_local", "once_cell", "static_init", "lazy_regex", "regex"}
)
_CACHED = regex(r"#\[\s*(?:\w+::)*(?:cached|once|memoize|io_cached|static_init|dynamic|ctor)\b")
_REQUEST = regex(
    r"\b(?:ServiceRequest|HttpRequest|RequestHead|ServiceResponse|Request\s*<|Parts\b|Next\b)"
    r"|^&?(?:mut\s+)?(?:\w+::)*Request$"
)
_SERVING = frozenset({"Service", "FromRequest", "FromRequestParts", "Middleware", "Handler"})


class CompiledRegex(Struct, frozen=True, array_like=True):
    pattern: str
    """At most 160 characters."""
    line: int
    column: int
    refused: str
    """Why the crate refuses it; empty when it may be right."""
    panics: bool
    """``unwrap`` or ``expect`` follows."""
    function: str
    """The function around it; empty outside of any."""
    owner: str
    makes: bool
    """The function makes a value of its own type, or is ``main``: it runs now and then."""
    looped: int
    """Line of the loop around it in its function; 0 without one."""
    once: bool
    """Compiled at most once: inside a lazy static or the like."""
    serves: str
    """What says that its function runs per request: ``ServiceRequest``, ``Service::call``."""
    is_test: bool
    type: str
    """What is made, as the file names it: ``Regex``, ``regex::bytes::Regex``."""
    made: str
    """The expression that makes it, without what takes the value out of the result, on one line;
    written anew where it is long or names a local: ``Regex::new(r"^\\d+$")``."""
    name: str
    """The name that it is bound to; empty without one."""
    branch: int
    """Line of the ``if`` or ``match`` of the function that decides whether it is compiled; 0
    without one."""


class FileRegexes(Struct, frozen=True, array_like=True):
    found: tuple[CompiledRegex, ...]


def _wants(text: str, path: str) -> bool:
    return "Regex" in text and "regex" in text


@scan("rust", record=FileRegexes, wants=_wants)
def regexes(code: Code) -> FileRegexes | None:
    """The literal patterns of one file."""
    found = []
    for call in code.calls_named(("new",)):
        path = tuple(word for word in code.resolved(call.path) if word)
        if path[:1] != ("regex",) or len(path) not in (3, 4) or path[-2] not in _TYPES:
            continue
        if len(path) == 4 and path[1] != "bytes":
            continue
        if len(call.arguments) != 1:
            continue
        switches = set()
        if "Builder" in path[-2]:
            tail = code.source[call.end : call.end + _STATEMENT].split(b";")[0]
            switches = {match[1] for match in _BUILDER.finditer(tail)}
        node = code.node(*call.arguments[0])
        for text, at in _literals(code, node, call):
            refused = None
            if b"octal" not in switches:
                refused = refusal(text, verbose=b"ignore_whitespace" in switches)
            found.append(_compiled(code, call, text, at, refused or ""))
    found.sort(key=lambda one: (one.line, one.column))
    return FileRegexes(tuple(found)) if found else None


def _literals(code: Code, node: Node | None, call: Call) -> Iterator[tuple[str, int]]:
    """(pattern, where it stands) of a call's argument: a literal, an array, a constant's name."""
    while node is not None and node.type in ("reference_expression", "arguments"):
        inner = [one for one in node.named_children if "comment" not in one.type]
        node = inner[0] if len(inner) == 1 else None
    if node is None:
        return
    if node.type == "array_expression":
        for one in node.named_children:
            if one.type in ("string_literal", "raw_string_literal"):
                yield string_value(code.tree, one), one.start_byte
    elif node.type in ("string_literal", "raw_string_literal"):
        yield string_value(code.tree, node), node.start_byte
    elif node.type == "identifier":
        name = code.text(node.start_byte, node.end_byte)
        known = code.bindings_named(name)
        if not name.isupper():
            near = code.binding_of(name, call.start, call.scope)
            known = [near] if near is not None and _is_fixed(code, near) else []
        if len(known) == 1 and known[0].value[0] != known[0].value[1]:
            value = code.node(*known[0].value)
            if value is not None and value.type in ("string_literal", "raw_string_literal"):
                yield string_value(code.tree, value), call.name_at
        elif not known:
            around = code.function_at(call.scope)
            for one in _gone_over(code, name, call):
                own = around is not None and around.start <= one.start_byte < around.end
                yield string_value(code.tree, one), one.start_byte if own else call.name_at


def _gone_over(code: Code, name: str, call: Call) -> Iterator[Node]:
    """The literals that a name of a ``for`` loop stands for: ``for (pattern, with) in PAIRS``,
    whose list is written out in the file."""
    for scope in code.around(call.scope):
        if scope.kind == "function":
            return
        if scope.kind != "loop":
            continue
        head = _FOR.search(code.source[max(scope.start - _HEAD, 0) : scope.start])
        if head is None:
            continue
        names = [word.decode() for word in _WORDS.findall(head[1])]
        if name not in names:
            continue
        binding = code.binding_of(head[2].decode(), call.start, call.scope)
        whole = code.node(*binding.value) if binding is not None else None
        at = names.index(name)
        if whole is not None and whole.end_byte - whole.start_byte < _LONG_LIST:
            yield from _literals_at(whole, at if len(names) > 1 else 0)
        return


def _literals_at(whole: Node, at: int) -> Iterator[Node]:
    """The literals of a list, or those at a place of its tuples."""
    if whole.type == "reference_expression":
        inner = whole.child_by_field_name("value")
        whole = inner if inner is not None else whole
    if whole.type == "macro_invocation":
        inner = next((one for one in whole.named_children if one.type == "token_tree"), None)
        whole = inner if inner is not None else whole
    if whole.type not in ("array_expression", "token_tree"):
        return
    for one in whole.named_children:
        if one.type in ("tuple_expression", "token_tree"):
            parts = one.named_children
            if at < len(parts) and parts[at].type in _LITERALS:
                yield parts[at]
        elif one.type in _LITERALS and at == 0:
            yield one


def _is_fixed(code: Code, binding: Binding) -> bool:
    """Whether a name keeps its value: it is no ``let mut``, and declared under it once only."""
    head = code.text(binding.start, binding.value[0])
    return "mut " not in head and len(code.bindings_named(binding.name)) == 1


def _compiled(code: Code, call: Call, text: str, at: int, refused: str) -> CompiledRegex:
    place = code.place(at)
    function = code.function_at(call.scope)
    looped = 0
    for scope in code.around(call.scope):
        if scope.kind == "function":
            break
        if scope.kind == "loop" and not looped:
            looped = code.line(scope.start)
    return CompiledRegex(
        pattern=" ".join(text.split())[:160],
        line=place.line or 1,
        column=place.column or 1,
        refused=refused,
        panics=_UNWRAPPED.match(code.source, call.end) is not None,
        function=function.name if function else "",
        owner=function.owner if function else "",
        makes=_makes(function) if function else True,
        looped=looped,
        once=_is_once(code, call, function),
        serves=_serves(function) if function else "",
        is_test=function.is_test if function else False,
        type=_type(code, call),
        made=_made(code, call, text),
        name=_bound(code, call),
        branch=_branch(code, call),
    )


_BRANCHES = frozenset({"if_expression", "match_arm"})
_ENDS = frozenset({"function_item", "closure_expression", "source_file"})
_MOST_PARENTS = 60


def _branch(code: Code, call: Call) -> int:
    """The line of the innermost branch that a call stands in, not in what it asks."""
    node = code.node(call.start, call.end)
    for _ in range(_MOST_PARENTS):
        above = node.parent if node is not None else None
        if node is None or above is None or above.type in _ENDS:
            return 0
        asked = above.child_by_field_name("condition" if above.type != "match_arm" else "pattern")
        if above.type in _BRANCHES and asked != node:
            return code.line(above.start_byte)
        node = above
    return 0


def _type(code: Code, call: Call) -> str:
    """What a call makes, by a name that the file knows it by."""
    path = call.path if "Builder" not in call.path[-2] else code.resolved(call.path)
    return "::".join(word for word in path[:-1] if word).replace("Builder", "")


def _made(code: Code, call: Call, pattern: str) -> str:
    """The expression that makes the pattern, short enough for a sample."""
    made = code.text(call.start, call.end)
    given = code.text(call.arguments[0]).strip()
    head = made.partition("(")[0]
    local = given.lstrip("&").isidentifier() and not given.lstrip("&").isupper()
    if local or ((len(made) > _LONG or "\n" in made) and "Set" not in head):
        shown = " ".join(pattern.split())
        shown = shown if len(shown) <= _LONG - 30 else shown[: _LONG - 31] + "…"
        made = f'{head}(r#"{shown}"#)' if '"' in shown else f'{head}(r"{shown}")'
    elif len(made) > _LONG or "\n" in made:
        made = f"{head}([…])"
    if "Builder" in head:
        tail = _BUILT.match(code.source, call.end)
        made += "".join(tail[0].decode("utf-8", "replace").split()) if tail else ".build()"
    return made


def _bound(code: Code, call: Call) -> str:
    found = _BOUND.search(code.source[max(call.start - 120, 0) : call.start])
    return found[1].decode("ascii", "replace") if found is not None else ""


def _is_once(code: Code, call: Call, function: Function | None) -> bool:
    if function is not None and any(_CACHED.match(one) for one in function.attributes):
        return True
    for scope in code.around(call.scope):
        if scope.kind == "closure" and scope.call >= 0:
            taker = code.calls[scope.call]
            if taker.name in _ONCE or _LAZY.intersection(taker.path):
                return True
    if any(
        one.macro and one.start <= call.start and call.end <= one.end
        for one in code.calls_named(_ONCE_MACROS)
    ):
        return True
    # `static RE: LazyLock<Regex> = …` and `let _ = CELL.set(Regex::new(…))`.
    head = code.source[max(call.start - 200, 0) : call.start]
    statement = head[max(head.rfind(b";"), head.rfind(b"{"), head.rfind(b"}")) + 1 :]
    return b"static " in statement or b".set(" in statement


def _makes(function: Function) -> bool:
    """Whether a function is a constructor, ``main``, or something that runs at the start."""
    if function.name in ("main", "new", "default", "build", "init", "try_new", "setup", "create"):
        return True
    if function.name.startswith(
        ("new_", "with_", "from_", "try_from", "build_", "init_", "compile")
    ):
        return True
    plain = function.returns.replace(" ", "")
    return "Self" in plain or "Regex" in plain


def _serves(function: Function) -> str:
    return serves(function.trait, function.name, (one.type for one in function.parameters))


def serves(trait: str, name: str, types: Iterable[str]) -> str:
    """What says that a function runs for each request: ``Service::call``, ``ServiceRequest``; empty
    when nothing does.

    :param types: of its parameters, as written.
    """
    if trait in _SERVING and name in ("call", "from_request", "from_request_parts", "handle"):
        return f"{trait}::{name}"
    for one in types:
        match = _REQUEST.search(one)
        if match is not None:
            return match[0].strip("<& ")
    return ""
