"""k6 scripts: what they request, what they accept, what would make a run fail.

A script is known by its imports of ``k6`` modules, wherever it lies. Addresses are put together
from the constants of the file and the defaults of ``__ENV``; what cannot be told stays a hole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Code
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.scans.k6_status import accepted_statuses
from pytest_reconaudit.readers.syntax import SyntaxTree, query, string_value

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "K6Request",
    "K6Script",
    "OpenedFile",
    "RateMetric",
    "Threshold",
    "UnknownName",
    "k6_script",
]


class K6Request(Struct, frozen=True, gc=False, array_like=True):
    """One HTTP request that a script makes."""

    line: int
    column: int
    method: str
    url: str
    """Constants and defaults of ``__ENV`` put in; ``${module#NAME}`` for what is imported, ``${}``
    for what cannot be told."""
    written: str
    """The argument as written, at most 120 characters."""
    keys: tuple[str, ...]
    """The ``__ENV`` names whose defaults are in it."""
    always: bool
    """Each iteration makes it, whatever comes back from elsewhere."""
    accepts: tuple[int, ...] | None
    """The statuses that the checks on its answer let pass, of a sample of them; ``None`` when no
    check speaks of the status."""
    check_line: int = 0
    """Where the check stands that lets an error pass as well as a success."""
    check_text: str = ""


class Threshold(Struct, frozen=True, gc=False, array_like=True):
    metric: str
    """Without its tags."""
    tags: str
    """``name:login`` of ``http_req_duration{name:login}``."""
    expressions: tuple[str, ...]
    line: int
    tagged: bool = True
    """The values of its tags appear elsewhere in the script."""


class RateMetric(Struct, frozen=True, gc=False, array_like=True):
    """A metric of the script's own that counts by share: ``new Rate("errors")``."""

    metric: str
    name: str
    line: int
    hits: tuple[int, ...]
    """Lines that add 1 or true."""
    misses: tuple[int, ...]
    """Lines that add 0 or false."""
    others: int
    """How often something else is added, or it is handed on."""
    exported: bool


class OpenedFile(Struct, frozen=True, gc=False, array_like=True):
    path: str
    line: int
    column: int


class UnknownName(Struct, frozen=True, gc=False, array_like=True):
    name: str
    lines: tuple[int, ...]
    column: int
    called: bool
    summary: bool
    """It is used in ``handleSummary`` only: the run goes on, its report is lost."""


class K6Script(Struct, frozen=True, array_like=True):
    entry: bool
    """It can be run: it has a default function or scenarios."""
    options_line: int
    """0 without options."""
    thresholds: tuple[Threshold, ...] | None
    """``None`` when they cannot be told."""
    metrics: tuple[str, ...]
    """The metrics that it declares."""
    rates: tuple[RateMetric, ...]
    requests: tuple[K6Request, ...]
    opened: tuple[OpenedFile, ...]
    unknown: tuple[UnknownName, ...]
    imports: tuple[tuple[str, str], ...]
    """(module, name) of what comes from other files of its own."""
    constants: tuple[tuple[str, str], ...]
    """(exported name, text) for scripts that import it."""
    checks: bool
    """It calls ``check``."""
    callback: bool
    """It says itself which statuses count as failed."""
    stated: tuple[int, int, str] | None
    """(users, line, words) that its opening comment speaks of."""
    most_users: int
    """The most users that its options ask for; 0 when that cannot be told."""
    most_line: int
    lost: tuple[tuple[str, str, int], ...] = ()
    """(scenario, function, line) of scenarios whose function the script does not export."""


_K6 = regex(r"""(?:from|require\(|import)\s*['"](?:k6['"/]|https://jslib\.k6\.io)""")
_METHODS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "del": "DELETE",
    "head": "HEAD", "options": "OPTIONS",
}  # fmt: skip
_KNOWN = """\
    __ENV __VU __ITER open console require module exports globalThis undefined NaN Infinity
    arguments this JSON Math Date Object Array String Number Boolean Symbol BigInt Function RegExp
    Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError
    Promise Proxy Reflect Map Set WeakMap WeakSet WeakRef FinalizationRegistry Intl ArrayBuffer
    SharedArrayBuffer DataView Atomics Int8Array Uint8Array Uint8ClampedArray Int16Array
    Uint16Array Int32Array Uint32Array Float32Array Float64Array BigInt64Array BigUint64Array
    parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent
    escape unescape eval setTimeout clearTimeout setInterval clearInterval setImmediate
    queueMicrotask structuredClone crypto URL URLSearchParams TextEncoder TextDecoder atob btoa
    fetch Buffer process performance Blob File FormData Headers Request Response AbortController
    AbortSignal ReadableStream WritableStream TransformStream EventTarget Event window self
    document navigator location global __dirname __filename WebSocket"""
_GLOBALS = frozenset(_KNOWN.split())
"""Names that some version of k6 or of JavaScript has without an import."""
_DECLARED = (
    "(variable_declarator name: (_) @d) (function_declaration name: (_) @d)"
    "(generator_function_declaration name: (_) @d) (function_expression name: (_) @d)"
    "(class_declaration name: (_) @d) (formal_parameters (_) @d)"
    "(arrow_function parameter: (_) @d) (catch_clause parameter: (_) @d)"
    "(for_in_statement left: (_) @d) (assignment_expression left: (identifier) @d)"
    "(import_clause (_) @d) (class name: (_) @d)"
)
_TS_DECLARED = _DECLARED + "(enum_declaration name: (_) @d) (internal_module name: (_) @d)"
_CALLS = "(call_expression) @c (new_expression) @n"
_FUNCTIONS = frozenset(
    {"function_declaration", "function_expression", "arrow_function", "method_definition",
     "generator_function_declaration", "generator_function"}
)  # fmt: skip
_CONDITIONAL = frozenset(
    {"if_statement", "for_statement", "for_in_statement", "while_statement", "switch_statement",
     "ternary_expression", "do_statement", "catch_clause"}
)  # fmt: skip
_STATED = regex(
    r"(?<![\w.])(?P<number>\d{1,3}(?:[,_]\d{3})+|\d+(?:\.\d+)?)\s?(?P<unit>[kKmM])?\+?\s+"
    r"(?:(?:concurrent|simultaneous|virtual|parallel|active|peak|online)\s+){0,2}(?:users|VUs)\b"
)
_UNITS = {"": 1, "k": 1_000, "m": 1_000_000}
_ENV_NAME = regex(r"__ENV(?:\.(\w+)|\[['\"](\w+)['\"]\])$")
_TAGS = regex(r"^(?P<metric>[^{]*)(?:\{(?P<tags>[^{}]*)\})?$")
_OWN_TAGS = frozenset(
    {"name", "scenario", "group", "status", "method", "url", "expected_response", "check", "proto",
     "error", "error_code", "subproto", "tls_version", "service", "rpc_type", "ip", "vu", "iter",
     "ocsp_status"}
)  # fmt: skip
_DEPTH = 12


_STEPS = 300
"""Expressions that one text may be put together from: names that stand for names multiply."""
_MOST_SAME = 200
"""Declarations of one name, and checks on it, that are told apart."""
_MOST_REQUESTS = 1_500
_MOST_RATES = 50
_MOST_UNKNOWN = 20
_CLIMB = 25


def _is_k6(text: str, path: str) -> bool:
    return "k6" in text and _K6.search(text) is not None


@scan(*SCRIPT, record=K6Script, wants=_is_k6, tests=True)
def k6_script(code: Code) -> K6Script | None:
    """What a k6 script asks for and how it judges; ``None`` for other files."""
    return _Script(code.tree).record()


class _Script:
    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.text = tree.text
        self._left = _STEPS
        self._exits: dict[int, int] = {}
        self.declarators: dict[str, list[Node]] = {}
        self.assigned: set[str] = set()
        self.imports: dict[str, tuple[str, str]] = {}
        """Name → (module, name there)."""
        self.exported: set[str] = set()
        self.default: Node | None = None
        self.offered: set[str] | None = set()
        """What is exported, functions too; ``None`` when that cannot be told."""
        self._top_level()
        found = tree.captures(query(tree.language, _CALLS))
        self.calls = sorted(found.get("c", []), key=lambda one: one.start_byte)
        self.news = found.get("n", [])
        declared = "(variable_declarator) @v (assignment_expression left: (identifier) @a)"
        for kind, nodes in tree.captures(query(tree.language, declared)).items():
            for node in nodes:
                if kind == "a":
                    self.assigned.add(self.text(node))
                    continue
                name = node.child_by_field_name("name")
                if name is not None and name.type == "identifier":
                    same = self.declarators.setdefault(self.text(name), [])
                    if len(same) < _MOST_SAME:
                        same.append(node)
        self.options = self._options()

    def line(self, node: Node) -> int:
        return node.start_point.row + 1

    # -- the file --------------------------------------------------------------------------

    def _top_level(self) -> None:
        for node in self.tree.root.named_children:
            if node.type == "import_statement":
                self._import(node)
            elif node.type == "export_statement":
                value = node.child_by_field_name("value") or node.child_by_field_name("declaration")
                if any(child.type == "default" for child in node.children):
                    self.default = value
                self._offer(node, value)
                for part in (
                    value.named_children
                    if value is not None and value.type.endswith("_declaration")
                    else node.named_children
                ):
                    name = part.child_by_field_name("name")
                    if part.type == "variable_declarator" and name is not None:
                        self.exported.add(self.text(name))
                    elif part.type == "export_clause":
                        for one in part.named_children:
                            own = one.child_by_field_name("name")
                            given = one.child_by_field_name("alias") or own
                            if own is not None:
                                self.exported.add(self.text(own))
                            if given is not None and self.text(given) == "default":
                                self.default = one

    def _is_given_more(self) -> bool:
        """Whether the default function wants what k6 does not hand over, which is what ``setup``
        returns: a step that other scripts call."""
        function = self.default
        if function is None or self.options is not None:
            return False
        wanted = function.child_by_field_name("parameters")
        if wanted is not None:
            named = [one for one in wanted.named_children if "comment" not in one.type]
        else:
            one = function.child_by_field_name("parameter")
            named = [one] if one is not None else []
        return len(named) > 1 or (bool(named) and b"setup" not in self.tree.source)

    def _offer(self, node: Node, value: Node | None) -> None:
        if self.offered is None:
            return
        if any(child.type in ("*", "namespace_export") for child in node.children):
            self.offered = None
            return
        named = [value] if value is not None else []
        if value is not None and value.type.endswith("_declaration"):
            named += value.named_children
        for clause in node.named_children:
            if clause.type == "export_clause":
                named += clause.named_children
        for one in named:
            name = one.child_by_field_name("alias") or one.child_by_field_name("name")
            if name is not None and name.type == "identifier":
                self.offered.add(self.text(name))
            elif name is not None and one.type == "variable_declarator":
                self.offered = None  # `export const { browse, buy } = flows`
                return

    def _import(self, node: Node) -> None:
        source = node.child_by_field_name("source")
        clause = next((one for one in node.named_children if one.type == "import_clause"), None)
        if source is None or clause is None:
            return
        module = string_value(self.tree, source)
        for part in clause.named_children:
            if part.type == "identifier":
                self.imports[self.text(part)] = (module, "default")
            elif part.type == "namespace_import":
                for one in part.named_children:
                    self.imports[self.text(one)] = (module, "*")
            else:
                for one in part.named_children:
                    name = one.child_by_field_name("name")
                    alias = one.child_by_field_name("alias") or name
                    if name is not None and alias is not None:
                        self.imports[self.text(alias)] = (module, self.text(name))

    def record(self) -> K6Script:
        thresholds = self._thresholds()
        rates, metrics = self._metrics()
        requests = tuple(islice(self._requests(), _MOST_REQUESTS))
        called = [self._callee(one) for one in self.calls]
        if not thresholds and self._fails_itself(called):
            thresholds = None
        users, users_line = self._most_users()
        own = sorted({pair for pair in self.imports.values() if pair[0].startswith(".")})
        return K6Script(
            entry=(self.default is not None and not self._is_given_more())
            or "scenarios" in self._option_names(),
            options_line=self.line(self.options) if self.options is not None else 0,
            thresholds=thresholds,
            metrics=metrics,
            rates=rates,
            requests=requests,
            opened=tuple(self._opened()),
            unknown=tuple(self._unknown()),
            imports=tuple(own),
            constants=tuple(self._constants()),
            checks=any(name[-1:] == ("check",) for name in called),
            callback=any(name[-1:] in (("setResponseCallback",), ("expectedStatuses",))
                         for name in called) or b"responseCallback" in self.tree.source,
            stated=self._stated(),
            most_users=users,
            most_line=users_line,
            lost=tuple(self._lost()),
        )  # fmt: skip

    def _fails_itself(self, called: list[tuple[str, ...]]) -> bool:
        """Whether the script can end the run as failed without a threshold: ``test.abort()`` of
        k6/execution, or ``expect`` of the k6-testing library."""
        modules = [module for module, _ in self.imports.values()]
        ends = "k6/execution" in modules and any(
            len(name) == 2 and name[1] in ("abort", "fail") for name in called
        )
        return ends or any("k6-testing" in module for module in modules)

    def _callee(self, call: Node) -> tuple[str, ...]:
        """``("http", "get")`` of ``http.get(…)``."""
        function = call.child_by_field_name("function") or call.child_by_field_name("constructor")
        if function is None:
            return ()
        if function.type == "identifier":
            return (self.text(function),)
        if function.type == "member_expression":
            base, name = (
                function.child_by_field_name("object"),
                function.child_by_field_name("property"),
            )
            if base is not None and name is not None and base.type == "identifier":
                return (self.text(base), self.text(name))
            return ("", self.text(name)) if name is not None else ()
        return ()

    @staticmethod
    def _arguments(call: Node) -> list[Node]:
        given = call.child_by_field_name("arguments")
        if given is None or given.type != "arguments":
            return []
        return [one for one in given.named_children if one.type != "comment"]

    # -- values ----------------------------------------------------------------------------

    def _declared(self, name: str, at: Node) -> Node | None:
        """The value of the declaration that a name means at a node."""
        if name in self.assigned:
            return None
        found = None
        for one in self.declarators.get(name, ()):
            around = one.parent
            while around is not None and around.type not in ("statement_block", "program"):
                around = around.parent
            if around is None or one.start_byte >= at.start_byte > around.end_byte:
                continue
            visible = around.start_byte <= at.start_byte < around.end_byte
            if visible and (found is None or one.start_byte < at.start_byte):
                found = one
        return found.child_by_field_name("value") if found is not None else None

    def value(self, node: Node | None, keys: list[str], depth: int = 0) -> str:
        """A text expression; unknown parts are holes."""
        self._left = self._left - 1 if depth else _STEPS
        if node is None or depth > _DEPTH or self._left < 0:
            return "${}"
        kind = node.type
        if kind == "string":
            return string_value(self.tree, node)
        if kind == "template_string":
            parts = []
            for child in node.named_children:
                if child.type == "template_substitution":
                    inner = child.named_children[0] if child.named_children else None
                    parts.append(self.value(inner, keys, depth + 1))
                else:
                    parts.append(self.text(child))
            return "".join(parts)
        if kind == "number":
            return self.text(node)
        if kind in ("parenthesized_expression", "as_expression", "non_null_expression"):
            return self.value(
                node.named_children[0] if node.named_children else None, keys, depth + 1
            )
        if kind == "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            operator = node.child_by_field_name("operator")
            sign = self.text(operator) if operator is not None else ""
            if sign == "+":
                return self.value(left, keys, depth + 1) + self.value(right, keys, depth + 1)
            if sign in ("||", "??") and left is not None:
                first = self.value(left, keys, depth + 1)
                if "${" not in first:
                    return first
                if self._environment(left):
                    keys.append(self._environment(left))
                return self.value(right, keys, depth + 1)
            return "${}"
        if kind == "ternary_expression":
            # `__ENV.X ? __ENV.X : "http://…"`
            condition = node.child_by_field_name("condition")
            if condition is not None and (name := self._environment(condition)):
                keys.append(name)
                return self.value(node.child_by_field_name("alternative"), keys, depth + 1)
            return "${}"
        if kind == "identifier":
            name = self.text(node)
            if name in self.imports:
                module, real = self.imports[name]
                return f"${{{module}#{real}}}" if module.startswith(".") else "${}"
            declared = self._declared(name, node)
            return self.value(declared, keys, depth + 1) if declared is not None else "${}"
        if kind == "member_expression":
            return self._member(node, keys, depth)
        if kind == "call_expression":
            callee = self._callee(node)
            given = self._arguments(node)
            if callee[-1:] == ("url",) and given:
                return self.value(given[0], keys, depth + 1)
            template = node.child_by_field_name("arguments")
            if template is not None and template.type == "template_string":
                return self.value(template, keys, depth + 1)  # http.url`…`
            function = node.child_by_field_name("function")
            if callee[-1:] in (("toString",), ("replace",)) and function is not None:
                text = self.value(function.child_by_field_name("object"), keys, depth + 1)
                return text if callee[-1] == "toString" else text.rstrip("/")
        return "${}"

    def _member(self, node: Node, keys: list[str], depth: int) -> str:
        """``config.baseUrl`` of an object of the file or of a module."""
        base, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if base is None or name is None or base.type != "identifier":
            return "${}"
        title = self.text(base)
        if title in self.imports:
            module, real = self.imports[title]
            inner = self.text(name) if real == "*" else f"{real}.{self.text(name)}"
            return f"${{{module}#{inner}}}" if module.startswith(".") else "${}"
        declared = self._declared(title, node)
        if declared is not None and declared.type == "object":
            for pair in declared.named_children:
                if self._key(pair) == self.text(name):
                    return self.value(pair.child_by_field_name("value"), keys, depth + 1)
        return "${}"

    def _environment(self, node: Node) -> str:
        match = _ENV_NAME.search(self.text(node)[:120])
        return match[1] or match[2] if match else ""

    def _key(self, pair: Node) -> str:
        key = pair.child_by_field_name("key")
        if pair.type != "pair" or key is None:
            return ""
        if key.type == "computed_property_name" and key.named_children:
            return self.value(key.named_children[0], [])
        return string_value(self.tree, key) if key.type == "string" else self.text(key)

    def _constants(self) -> Iterator[tuple[str, str]]:
        """What other scripts may import, texts and objects of texts."""
        for name in sorted(self.exported):
            for one in self.declarators.get(name, ())[:1]:
                value = one.child_by_field_name("value")
                if value is None:
                    continue
                if value.type == "object":
                    for pair in value.named_children:
                        text = self.value(pair.child_by_field_name("value"), [])
                        if self._key(pair) and "${}" not in text:
                            yield f"{name}.{self._key(pair)}", text
                elif "${}" not in (text := self.value(value, [])):
                    yield name, text

    # -- requests --------------------------------------------------------------------------

    def _requests(self) -> Iterator[K6Request]:
        clients = {
            name for name, (module, real) in self.imports.items()
            if module == "k6/http" and real in ("default", "*")
        }  # fmt: skip
        functions = {
            name: real for name, (module, real) in self.imports.items() if module == "k6/http"
        }
        for name, ones in self.declarators.items():
            value = ones[0].child_by_field_name("value")
            if value is not None and value.type == "call_expression":
                given = self._arguments(value)
                required = self._callee(value) == ("require",) and given
                if required and string_value(self.tree, given[0]) == "k6/http":
                    clients.add(name)
        for call in self.calls:
            callee = self._callee(call)
            given = self._arguments(call)
            if len(callee) == 2 and callee[0] in clients:
                verb = callee[1]
            elif len(callee) == 1 and callee[0] in functions:
                verb = functions[callee[0]]
            else:
                continue
            if verb in _METHODS and given:
                yield self._request(call, _METHODS[verb], given[0])
            elif verb in ("request", "asyncRequest") and len(given) >= 2:
                method = self.value(given[0], []).upper()
                if method.isalpha():
                    yield self._request(call, method, given[1])
            elif verb == "batch" and given:
                listed: Node | None = given[0]
                if given[0].type == "identifier":
                    listed = self._declared(self.text(given[0]), given[0])
                if listed is not None and listed.type in ("array", "object"):
                    yield from self._batch(listed)

    def _batch(self, node: Node) -> Iterator[K6Request]:
        for one in node.named_children:
            if one.type == "pair":
                inner = one.child_by_field_name("value")
                if inner is None:
                    continue
                one = inner
            if one.type == "array" and len(one.named_children) >= 2:
                method = self.value(one.named_children[0], []).upper()
                if method.isalpha():
                    yield self._request(one, method, one.named_children[1])
            elif one.type in ("string", "template_string"):
                yield self._request(one, "GET", one)
            elif one.type == "object":
                pairs = {self._key(p): p.child_by_field_name("value") for p in one.named_children}
                url, method_node = pairs.get("url"), pairs.get("method")
                if url is not None:
                    method = self.value(method_node, []).upper() if method_node else "GET"
                    if method.isalpha():
                        yield self._request(one, method, url)

    def _request(self, call: Node, method: str, url: Node) -> K6Request:
        keys: list[str] = []
        text = self.value(url, keys)
        accepts, check = self._accepted(call)
        place = self.tree.place(call)
        lax = accepts is not None and _lax(accepts)
        return K6Request(
            line=place.line or 1,
            column=place.column or 1,
            method=method,
            url=text[:300],
            written=" ".join(self.text(url).split())[:120],
            keys=tuple(keys),
            always=self._always(call),
            accepts=tuple(sorted(accepts)) if accepts is not None else None,
            check_line=self.line(check) if lax and check is not None else 0,
            check_text=" ".join(self.text(check).split())[:160] if lax and check else "",
        )

    def _always(self, node: Node) -> bool:
        """Whether each run of the default function comes here."""
        if self.default is None:
            return False
        current = node.parent
        child = node
        while current is not None and current.id != self.default.id:
            if current.type in _CONDITIONAL or (
                current.type == "binary_expression"
                and (right := current.child_by_field_name("right")) is not None
                and right.id == child.id
            ):
                return False
            if current.type in _FUNCTIONS:
                call = current.parent.parent if current.parent is not None else None
                if call is None or call.type != "call_expression":
                    return False
                if self._callee(call)[-1:] not in (("group",), ("describe",)):
                    return False
            if current.type == "statement_block" and self._exit(current) < node.start_byte:
                return False
            child, current = current, current.parent
        return current is not None

    def _exit(self, block: Node) -> int:
        """Where the first statement of a block stands after which the rest may be left out."""
        known = self._exits.get(block.id)
        if known is None:
            known = self._exits[block.id] = next(
                (
                    one.start_byte
                    for one in block.named_children
                    if one.type in ("return_statement", "throw_statement")
                    or (one.type == "if_statement" and "return" in self.text(one))
                ),
                len(self.tree.source),
            )
        return known

    def _accepted(self, call: Node) -> tuple[set[int] | None, Node | None]:
        """(the statuses that the checks on an answer let pass, the predicate that lets most)."""
        predicates: list[Node] = []
        parent = call.parent
        while parent is not None and parent.type in (
            "await_expression",
            "parenthesized_expression",
        ):
            parent = parent.parent
        if parent is not None and parent.type == "arguments" and parent.parent is not None:
            if self._callee(parent.parent)[-1:] == ("check",):
                predicates += self._predicates(parent.parent)
        elif parent is not None and parent.type in ("variable_declarator", "assignment_expression"):
            target = parent.child_by_field_name("name") or parent.child_by_field_name("left")
            if target is not None and target.type == "identifier":
                predicates += self._checks_of(self.text(target), parent)
        accepted: set[int] | None = None
        lax: Node | None = None
        for one in predicates:
            found = accepted_statuses(self.tree, one)
            if found is None:
                continue
            accepted = found if accepted is None else accepted & found
            if _lax(found) and lax is None:
                lax = one.parent if one.parent is not None and one.parent.type == "pair" else one
        return accepted, lax

    def _checks_of(self, name: str, declared: Node) -> Iterator[Node]:
        """The predicates of the checks on a variable until it is given another value."""
        end = declared.end_byte
        around = declared.parent
        while around is not None and around.type not in ("statement_block", "program"):
            around = around.parent
        if around is None:
            return
        limit = around.end_byte
        for one in self.declarators.get(name, ()):
            if end < one.start_byte < limit:
                limit = one.start_byte
        for call in self._checks.get(name, ()):
            if end <= call.start_byte < limit:
                yield from self._predicates(call)

    @cached_property
    def _checks(self) -> dict[str, list[Node]]:
        """Variable → the checks on it."""
        found: dict[str, list[Node]] = {}
        for call in self.calls:
            callee = self._callee(call)
            given = self._arguments(call) if callee[-1:] == ("check",) else []
            if given and given[0].type == "identifier" and callee != (self.text(given[0]),):
                same = found.setdefault(self.text(given[0]), [])
                if len(same) < _MOST_SAME:
                    same.append(call)
        return found

    def _predicates(self, call: Node) -> Iterator[Node]:
        given = self._arguments(call)
        if len(given) < 2 or given[1].type != "object":
            return
        for pair in given[1].named_children:
            value = pair.child_by_field_name("value")
            if pair.type == "pair" and value is not None and value.type in _FUNCTIONS:
                yield value

    # -- options ---------------------------------------------------------------------------

    def _options(self) -> Node | None:
        """The value of ``options``."""
        for one in self.declarators.get("options", ()):
            parent = one.parent.parent if one.parent is not None else None
            if parent is not None and parent.type in ("export_statement", "program"):
                return one.child_by_field_name("value")
        return None

    def _option_names(self) -> set[str]:
        if self.options is None or self.options.type != "object":
            return set()
        return {self._key(pair) for pair in self.options.named_children}

    def _thresholds(self) -> tuple[Threshold, ...] | None:
        if self.options is None:
            known = "options" in self.imports or "options" in self.exported
            return None if known or b"options" in self.tree.source else ()
        value = self._object(self.options)
        if value is None:
            return None
        entry = next((p for p in value.named_children if self._key(p) == "thresholds"), None)
        if entry is None:
            # `...common` may bring them.
            plain = all(one.type in ("pair", "comment") for one in value.named_children)
            return () if plain else None
        listed = self._object(entry.child_by_field_name("value"))
        if listed is None:
            return None
        found: list[Threshold] = []
        for pair in listed.named_children:
            if pair.type == "comment":
                continue
            key = self._key(pair)
            if not key or "${" in key:
                return None
            match = _TAGS.match(key)
            inner = pair.child_by_field_name("value")
            found.append(
                Threshold(
                    metric=(match["metric"] if match else key).strip(),
                    tags=(match["tags"] or "") if match else "",
                    expressions=tuple(self._strings(inner)),
                    line=self.line(pair),
                    tagged=self._tagged((match["tags"] or "") if match else "", pair),
                )
            )
        return tuple(found)

    def _lost(self) -> Iterator[tuple[str, str, int]]:
        """Scenarios that ask for a function which is not exported."""
        value = self._object(self.options)
        if value is None or self.offered is None or b"exports" in self.tree.source:
            return
        for entry in value.named_children:
            scenarios = (
                entry.child_by_field_name("value") if self._key(entry) == "scenarios" else None
            )
            scenarios = self._object(scenarios)
            for pair in scenarios.named_children if scenarios is not None else ():
                inner = pair.child_by_field_name("value") if pair.type == "pair" else None
                if inner is None or inner.type != "object":
                    continue
                parts = {self._key(part): part for part in inner.named_children}
                if any(part.type == "spread_element" for part in inner.named_children):
                    continue
                asked = parts.get("exec")
                given = asked.child_by_field_name("value") if asked is not None else None
                if asked is None:
                    if self.default is None and "executor" in parts:
                        yield self._key(pair), "default", self.line(pair)
                elif given is not None and given.type == "string":
                    name = string_value(self.tree, given)
                    if name not in self.offered and not (name == "default" and self.default):
                        yield self._key(pair), name, self.line(asked)

    def _object(self, node: Node | None) -> Node | None:
        if node is not None and node.type == "identifier":
            node = self._declared(self.text(node), node)
        while node is not None and node.type in ("as_expression", "satisfies_expression"):
            node = node.named_children[0] if node.named_children else None
        return node if node is not None and node.type == "object" else None

    def _strings(self, node: Node | None) -> Iterator[str]:
        if node is not None:
            for one in self.tree.walk(frozenset({"string", "template_string"}), node):
                yield self.value(one, [])

    def _tagged(self, tags: str, pair: Node) -> bool:
        """Whether the tags of a threshold may be on any sample."""
        for tag in filter(None, (part.strip() for part in tags.split(","))):
            name, _, value = tag.partition(":")
            name, value = name.strip(), value.strip()
            if name in _OWN_TAGS or not name:
                continue
            around = self.tree.source
            elsewhere = around[: pair.start_byte] + around[pair.end_byte :]
            if not re.search(rb"\b" + re.escape(name.encode()) + rb"\b", elsewhere) and not (
                b"tags" in elsewhere and b"..." in elsewhere
            ):
                return False
        return True

    def _most_users(self) -> tuple[int, int]:
        value = self._object(self.options)
        if value is None or b"arrival-rate" in self.tree.source:
            return 0, 0
        most, line = 0, 0
        for pair in self.tree.walk(frozenset({"pair"}), value):
            if self._key(pair) in ("target", "vus", "startVUs"):
                inner = pair.child_by_field_name("value")
                text = self.value(inner, []).replace("_", "")
                if not text.isascii() or not text.isdigit() or len(text) > 12:
                    return 0, 0
                if int(text) > most:
                    most, line = int(text), self.line(pair)
        return most, line

    def _stated(self) -> tuple[int, int, str] | None:
        """The users that the comments before the first statement speak of."""
        best: tuple[int, int, str] | None = None
        for node in self.tree.root.named_children:
            if node.type != "comment":
                if node.type == "import_statement":
                    continue
                break
            text = self.text(node)
            for match in _STATED.finditer(text):
                number = float(match["number"].replace(",", "").replace("_", "")[:12])
                users = int(number * _UNITS[(match["unit"] or "").lower()])
                row = self.line(node) + text.count("\n", 0, match.start())
                if best is None or users > best[0]:
                    best = (users, row, match[0])
        return best

    # -- metrics and names -----------------------------------------------------------------

    def _metrics(self) -> tuple[tuple[RateMetric, ...], tuple[str, ...]]:
        metrics: list[str] = []
        rates: list[RateMetric] = []
        for new in self.news:
            kind = self._callee(new)[-1:]
            given = self._arguments(new)
            if kind not in (("Rate",), ("Trend",), ("Counter",), ("Gauge",)) or not given:
                continue
            metric = self.value(given[0], [])
            metrics.append(metric)
            owner = new.parent
            name = owner.child_by_field_name("name") if owner is not None else None
            named = name is not None and name.type == "identifier"
            if (
                len(rates) < _MOST_RATES
                and kind == ("Rate",)
                and owner is not None
                and name is not None
                and named
            ):
                rates.append(self._rate(metric, self.text(name), owner))
        return tuple(rates), tuple(metrics)

    def _rate(self, metric: str, name: str, owner: Node) -> RateMetric:
        hits, misses, others = [], [], 0
        for call in self.calls:
            if self._callee(call) != (name, "add"):
                continue
            given = self._arguments(call)
            text = self.text(given[0]) if given else ""
            if text in ("1", "true"):
                hits.append(self.line(call))
            elif text in ("0", "false"):
                misses.append(self.line(call))
            else:
                others += 1
        kinds = frozenset({"identifier", "shorthand_property_identifier"})
        uses = sum(self.text(one) == name for one in self.tree.walk(kinds))
        # Its declaration and its add() are known; what else it is in may feed it.
        handed = uses - 1 - len(hits) - len(misses) - others
        return RateMetric(
            metric=metric,
            name=name,
            line=self.line(owner),
            hits=tuple(hits),
            misses=tuple(misses),
            others=others + max(handed, 0),
            exported=name in self.exported,
        )

    def _opened(self) -> Iterator[OpenedFile]:
        for call in self.calls:
            given = self._arguments(call)
            if self._callee(call) != ("open",) or not given or "open" in self.declarators:
                continue
            path = self.value(given[0], [])
            if path and "${" not in path and "://" not in path:
                place = self.tree.place(given[0])
                yield OpenedFile(path, place.line or 1, place.column or 1)

    def _unknown(self) -> Iterator[UnknownName]:
        """Names that nothing declares: a ReferenceError as soon as the line runs."""
        if self.tree.errors:
            return
        pattern = _DECLARED if self.tree.language == "javascript" else _TS_DECLARED
        names = set(_GLOBALS) | set(self.imports)
        for node in self.tree.captures(query(self.tree.language, pattern)).get("d", ()):
            if node.type in ("identifier", "type_identifier"):
                names.add(self.text(node))
                continue
            for one in self.tree.walk(
                frozenset({"identifier", "shorthand_property_identifier_pattern"}), node
            ):
                names.add(self.text(one))
        for found in re.findall(rb"typeof\s+(\w+)", self.tree.source):
            names.add(found.decode("ascii", "replace"))
        uses: dict[str, list[Node]] = {}
        for node in self.tree.walk(frozenset({"identifier", "shorthand_property_identifier"})):
            name = self.text(node)
            if name not in names:
                uses.setdefault(name, []).append(node)
        start, end = self._summary()
        for name, nodes in list(uses.items())[:_MOST_UNKNOWN]:
            if any(self._in_types(node) for node in nodes[:_MOST_UNKNOWN]):
                continue
            parent = nodes[0].parent
            yield UnknownName(
                name=name,
                lines=tuple(dict.fromkeys(self.line(node) for node in nodes)),
                column=self.tree.place(nodes[0]).column or 1,
                called=parent is not None
                and parent.type in ("call_expression", "new_expression", "member_expression"),
                summary=all(start <= node.start_byte < end for node in nodes),
            )

    def _in_types(self, node: Node) -> bool:
        current: Node | None = node
        for _ in range(_CLIMB):
            if current is None:
                break
            if "type" in current.type and current.type != "typeof":
                return True
            if current.type.endswith("_statement") or current.type in ("ambient_declaration",):
                return current.type in ("ambient_declaration", "export_statement")
            current = current.parent
        return False

    def _summary(self) -> tuple[int, int]:
        """The range of ``function handleSummary``; an empty one without it."""
        for node in self.tree.walk(frozenset({"function_declaration"})):
            name = node.child_by_field_name("name")
            if name is not None and self.text(name) == "handleSummary":
                return node.start_byte, node.end_byte
        return 0, 0


def _lax(accepted: set[int]) -> bool:
    """Whether a refusal or a crash passes as well as a success; 429 and 503 are what a server
    under too much load is meant to answer."""
    return 200 in accepted and bool(accepted & {401, 403, 404, 500, 502})
