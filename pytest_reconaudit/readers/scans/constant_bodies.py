"""Rust functions that do less than their name says, and settings that are written out in code.

A function is looked at when its name promises a measurement, an action or a state of something
else; what is kept is what its body amounts to: a constant, nothing, a log line, values that nobody
uses. Whether that is a fault is judged elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function
from pytest_reconaudit.readers.scanning import scan
from pytest_reconaudit.readers.scans.raw_keys import RawKey, raw_keys

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = ["ConstantBodies", "Preset", "Stub", "TodoArm", "constant_bodies"]

_PARSED = regex(
    r"&?(?!String\b|Vec\b|Option\b|Value\b|Cow\b|Box\b|HashMap\b|Bytes\b|Json\b)[A-Z]\w+$"
)


class TodoArm(Struct, frozen=True, gc=False, array_like=True):
    """The branch that a ``todo!()`` stands in."""

    line: int
    pattern: str = ""
    """Of the arm of a ``match`` around it, without guards; empty outside of one."""
    test: str = ""
    """The condition of the ``if`` around it, where that is nearer than a ``match``."""
    open: bool = False
    """The other arms are numbers and texts: what else there is may well come."""


class Stub(Struct, frozen=True, gc=False, array_like=True):
    """A function whose body amounts to little."""

    name: str
    owner: str
    trait: str
    """The trait that it implements; the trait itself when it is a default there."""
    default: bool
    """It is the default of a trait."""
    modules: tuple[str, ...]
    line: int
    """Where its name stands."""
    at: int
    """Where the line is that shows it: the constant, the ``todo!()``, the call without a
    transaction."""
    kind: str
    """``value`` (a constant), ``nothing`` (``Ok(())``, ``true``, empty), ``logs``, ``unused`` (it
    only makes values that nobody uses), ``todo``, ``response`` (a constant HTTP answer), ``plain``
    (a helper named for a transaction that opens none), ``undone`` (of whatever name: its comment
    says that the work is to come)."""
    value: str
    """The constant, at most 200 characters."""
    admits: str
    """The comment inside that says so; empty without one."""
    conditional: bool
    """It is compiled for some features or platforms only."""
    constant: bool
    """``const fn``."""
    parameters: int
    """Besides ``self``."""
    returns: str
    others: tuple[int, ...] = ()
    """Further lines with ``todo!()``."""
    parsed: bool = False
    """Every parameter is of a type of its own: what makes a value of it has checked it."""
    arms: tuple[TodoArm, ...] = ()
    """Of each ``todo!()``, in the order of the lines, what leads to it."""


class Preset(Struct, frozen=True, gc=False, array_like=True):
    """A constructor without parameters that fills in settings: ``Self { size: 20, … }``."""

    owner: str
    name: str
    line: int
    values: tuple[tuple[str, str], ...]
    """(field, value as written)."""
    trait: str


class ConstantBodies(Struct, frozen=True, array_like=True):
    stubs: tuple[Stub, ...]
    keys: tuple[RawKey, ...]
    presets: tuple[Preset, ...]
    exports: tuple[tuple[str, str, int], ...]
    """(owner, function, line) of functions that write a metrics registry out."""
    judged: int
    """Functions whose names promise something."""
    types: tuple[tuple[str, int, int, bool], ...]
    """(struct, first line, last line, ``pub``) of those that have presets; then the ranges of their
    ``impl`` blocks under the same name, never ``pub``."""


MEASURES = regex(
    r"(?:^|_)(?:usage|utili[sz]ation|rate|count|load|latency|uptime|throughput)$"
    r"|^get_\w*metrics?(?:$|_)|^(?:collect|gather|measure)_\w+"
)
ACTIONS = regex(
    r"^(?:run|apply|verify|send|execute|perform|process|sync|warm|flush|migrate|rollback|backup"
    r"|restore|invalidate|authenticate|authori[sz]e|validate|check|notify|publish|encrypt|decrypt"
    r"|cleanup|clean_up|refresh|revoke|commit)_\w+|^(?:authenticate|authori[sz]e|migrate|rollback)$"
    r"|transaction$|^(?:with|in|run_in)_transaction|_txn?$"
)
_PROBES = regex(
    r"(?:get_)?(?:healthz?|health_?check|readyz?|readiness|liveness|metrics)(?:_handler)?$"
)
_STATES = regex(r"health|ready|readiness|alive|ping|connect|metrics")
_PROMISES = regex(
    r"usage|utili[sz]|_rate|_count|_load|latency|uptime|throughput|metric|health|ready|readiness"
    r"|alive|ping|connect|transaction|collect_|gather_|measure_|run_|apply_|verify|send_|execute_"
    r"|perform_|_tx|process_|sync_|warm_|flush_|migrat|rollback|backup_|restore_|invalidate_|authenti"
    r"|authori|validate_|check_|notify_|publish_|encrypt_|decrypt_|clean|refresh_|revoke_|commit_"
)
"""A quick look before the three patterns; whatever they match matches it too."""
_TRANSACTION = regex(
    r"^(?:(?:with|in|run_in|run|within|execute_in|execute|do_in|perform_in|perform)_)?(?:\w+_)?"
    r"(?:transaction(?:_|$)|(?<=_)txn?$)"
)
_NO_HELPER = regex(
    r"^(?:retry|on|for_?each|each|map|filter|find|sign|build|send|submit|broadcast|wait|watch|log"
    r"|trace|process|handle|parse|decode|verify|validate|check|after|before|post|pre|create|new)_"
)
"""What a name with ``transaction`` may mean besides: a payment, a loop, a hook."""
_OPENS = regex(
    r"transaction|begin|start_|savepoint|\btxn?\w*\b|\btrx|session|commit|roll_?back|atomic|watch"
    r"|\bmulti\b|isolat|\block(?:ed)?\b|\bwrite\(|\bbatch\b|writebatch|unit_of_work",
    re.IGNORECASE,
)
"""Whatever may open one in some store: Redis has WATCH and MULTI, sled and LMDB write handles."""
_WRAPPED = regex(r"::|\([^)]")
_CONNECTS = regex(r"conn|pool|client|\bdb\b|database|pg|sqlite|mysql|postgres", re.IGNORECASE)
_ADMITS = regex(
    r"\b(?:todo|fixme|placeholder|stub(?:bed)?|not (?:yet )?implemented|unimplemented|for now"
    r"|in (?:a )?(?:real|production|actual|full)\b|would (?:be|have|need|integrate|typically|use"
    r"|call|send|fetch|check|query|run)|mock(?:ed)?|simulat\w+|simplified|dummy|hard-?coded|fake"
    r"|to be implemented|implement (?:me|this|later|actual)|actual implementation)\b",
    re.IGNORECASE,
)
_UNDONE = regex(
    r"\b(?:todo|fixme|placeholder|not (?:yet )?implemented|to be implemented|mock\w*|simulat\w+"
    r"|for now,? (?:just |we |return|use|empty|an? )|in (?:a )?(?:real|production|actual))\b",
    re.IGNORECASE,
)
"""Words by which a function says of itself that its work is still to be done."""
_TO_DO = regex(r"(?:todo|fixme)\b", re.IGNORECASE)
_EMPTY = regex(
    r"\bnull\b|vec!\s*\[\s*\]|\b(?:Vec|String|HashMap|BTreeMap)::new\(\)|\bNone\b|\(\(\)\)|::default\(\)"
    r"|\bjson!\(\s*(?:\[\s*\]|\{\s*\})|\(\s*true\s*\)|\[\s*\]|\b0(?:\.0)?\b|HttpResponse::Ok\(\)\.finish"
    r"|\bStatusCode::OK\b|\btrue\b"
)
"""What stands where something is to come."""
_LOWER = regex(r"\b[a-z_][a-z0-9_]*\b")
_QUOTED = regex(r"\"(?:[^\"\\]|\\.)*\"")
_NO_PARAMETERS = frozenset(
    {"mut", "web", "json", "self", "str", "dyn", "impl", "axum", "actix_web", "std", "crate", "u8",
     "u16", "u32", "u64", "usize", "i16", "i32", "i64", "f32", "f64", "bool", "extract", "rocket",
     "serde_json", "static", "const", "as", "_"}
)  # fmt: skip
"""Words of a head that name no parameter."""
_MAKES = frozenset(
    {"Ok", "Some", "Json", "new", "to_string", "to_owned", "into", "from", "now", "new_v4", "body",
     "json", "finish", "default", "to_rfc3339", "timestamp", "len", "clone", "nil", "from_secs"}
)  # fmt: skip
"""Calls that make a value out of nothing but what is handed to them."""
_MAKING = frozenset({"json", "vec", "format", "Ok"})
_MAX_UNDONE = 1_200
_LOGS = frozenset(
    {"info", "debug", "warn", "error", "trace", "println", "eprintln", "log", "print", "event"}
)
_TODOS = ("todo", "unimplemented")
_MOST_TODOS = 40
"""Arms of one ``match``, and ``todo!()`` of one function, that are looked at."""
_LITERAL_ARM = regex(r"(?:Some\s*\()?[\"\d'-]")
_UNWRITTEN = regex(r"(?:(?:std|core)::)?unimplemented!")
_CONDITION = regex(r"#!?\[\s*cfg(?:_attr)?\s*\(")
_WANTED = regex(
    r"\bfn\s+\w*(?:usage|utili[sz]ation|_rate|_count|_load|latency|uptime|throughput|metric|health"
    r"|ready|readiness|alive|ping|transaction|run_|apply_|verify|send_|execute_|perform_|process_"
    r"|sync_|warm_|flush_|migrate|rollback|backup_|restore_|invalidate_|authenti|authori|validate_"
    r"|check_|notify_|publish_|encrypt_|decrypt_|clean|refresh_|revoke_|commit_|collect_|gather_"
    r"|measure_|_txn?\b)|\btodo!|\bunimplemented!|with_label_values|\bSelf\s*\{|\.entry\("
    r"|//[^\n]{0,80}?(?:\bTODO\b|\bFIXME\b|[Ff]or now\b|[Pp]laceholder|[Ss]imulat|[Mm]ock"
    r"|[Ii]mplement|[Ii]n (?:a )?(?:real|production))"
)
_FIELD = regex(r"(\w+)\s*:\s*(.+)", re.DOTALL)
_LITERAL = regex(
    r"-?\d[\d_.]*(?:[a-z]\w*)?(?:\s*[*]\s*\d[\d_]*)*|true|false|None|\"[^\"]{0,80}\""
    r"(?:\.(?:to_string|to_owned|into)\(\))?|(?:\w+::)*Duration::"
    r"(?:from_\w+|new|ZERO)\(?[\d_ *,.]*\)?"
    r"|String::new\(\)|Some\(\s*(?:-?[\d_.]+\w*|\"[^\"]{0,80}\"|true|false)\s*\)"
)
_NUMBER = regex(r"\d")
_COMMENT = regex(r"\"(?:[^\"\\]|\\.)*\"|//[^\n]*|/\*.*?\*/", re.DOTALL)
_PRESET = regex(r"^\{\s*(?:Self|\w+)\s*\{(?P<fields>.*)\}\s*\}$", re.DOTALL)
_ENCODES = regex(r"\bTextEncoder\b|\.gather\(\)|\bencode_to_string\b|PrometheusHandle|\.render\(\)")
_ENCODERS = (b"TextEncoder", b".gather()", b"encode_to_string", b"PrometheusHandle", b".render()")
_MAX_BODY = 4_000


def _wants(text: str, path: str) -> bool:
    return _WANTED.search(text) is not None


_LOG_CALL = regex(r"\b(?:info|debug|warn|error|trace|println|eprintln)!\s*\([^;]{0,400}\)\s*;")


def _without_logs(text: str) -> str:
    return _LOG_CALL.sub(" ", text)


@scan("rust", record=ConstantBodies, wants=_wants)
def constant_bodies(code: Code) -> ConstantBodies | None:
    """What is remarkable in a file; ``None`` when nothing is."""
    one = _Bodies(code)
    stubs = tuple(one.stubs())
    keys = tuple(raw_keys(code))
    presets = tuple(one.presets())
    exports = tuple(one.exports())
    if not stubs and not keys and not presets and not exports and not one.judged:
        return None
    types = tuple(one.types({preset.owner for preset in presets}))
    return ConstantBodies(stubs, keys, presets, exports, one.judged, types)


class _Bodies:
    def __init__(self, code: Code) -> None:
        self.code = code
        self.judged = 0
        self.todos: dict[int, list[TodoArm]] = {}
        self.branches: set[int] = set()
        """The functions of which only a branch is not written."""
        for call in code.calls_named(_TODOS):
            function = code.function_at(call.scope)
            if not call.macro or function is None:
                continue
            if self._is_fallback(call):
                continue
            first = code.text(function.body[0] + 1, function.body[1]).lstrip()
            # `unimplemented!("never without …")` in a branch is an assertion, no missing work.
            if call.name == "todo" or _UNWRITTEN.match(first):
                known = self.todos.setdefault(function.index, [])
                if len(known) < _MOST_TODOS:
                    known.append(self._arm(function, call))
                if call.scope != function.scope and code.scopes[call.scope].kind == "block":
                    self.branches.add(function.index)

    def _arm(self, function: Function, call: Call) -> TodoArm:
        """What leads to a ``todo!()`` inside of its function."""
        text = self.code.tree.text
        line = self.code.line(call.start)
        child = self.code.node(call.start, call.end)
        while child is not None and child.parent is not None and child.type != "function_item":
            around = child.parent
            if around.type == "if_expression":
                test = around.child_by_field_name("condition")
                if test is not None and test.id != child.id:
                    shown = " ".join(text(test).split())[:80]
                    lead = "else of if" if child.type == "else_clause" else "if"
                    return TodoArm(line, test=f"{lead} {shown}")
            elif child.type == "match_arm":
                pattern = child.child_by_field_name("pattern")
                guard = pattern.child_by_field_name("condition") if pattern is not None else None
                shown = text(pattern) if pattern is not None else ""
                if guard is not None:
                    shown = shown.removesuffix(text(guard)).rstrip().removesuffix("if")
                others = [
                    text(one)[:20].lstrip()
                    for one in around.named_children[:_MOST_TODOS]
                    if one.type == "match_arm" and one.id != child.id
                ]
                literal = bool(others) and all(_LITERAL_ARM.match(one) for one in others)
                return TodoArm(line, " ".join(shown.split())[:400] or "_", open=literal)
            child = around
        return TodoArm(line)

    def _is_fallback(self, call: Call) -> bool:
        """Whether it stands for a value that is never missing: ``ok_or_else(|| todo!())``."""
        scope = self.code.scopes[call.scope]
        if scope.kind != "closure" or scope.call < 0:
            return False
        given = self.code.calls[scope.call].name
        return given.endswith("_or_else") or given in ("or_else", "map_err")

    def _body(self, function: Function) -> Node | None:
        start, end = function.body
        if end <= start or end - start > _MAX_BODY:
            return None
        node = self.code.node(start, end)
        return node if node is not None and node.type == "block" else None

    def stubs(self) -> Iterator[Stub]:
        for function in self.code.functions:
            if function.is_test:
                continue
            if function.index in self.todos:
                arms = tuple(self.todos[function.index])
                value = "branch" if function.index in self.branches else "todo!()"
                others = tuple(one.line for one in arms[1:])
                yield self._stub(function, "todo", arms[0].line, value, others, arms)
                continue
            undone = self._undone(function)
            if undone is not None:
                yield undone
                continue
            name = function.name
            if not _PROMISES.search(name):
                continue
            measured, acts = MEASURES.search(name), ACTIONS.search(name)
            states = _STATES.search(name)
            if not (measured or acts or states):
                continue
            self.judged += 1
            body = self._body(function)
            if body is None:
                continue
            found = self._amounts_to(function, body)
            # What is named as a probe is asked over HTTP; `ping_redis` is asked by other code.
            constant = found is not None and found[0] == "value" and _PROBES.match(name)
            if states is not None and (found is None or constant):
                found = self._answer(body) or found
            if found is not None:
                yield self._stub(function, *found)

    def _stub(
        self,
        function: Function,
        kind: str,
        at: int,
        value: str,
        others: tuple[int, ...] = (),
        arms: tuple[TodoArm, ...] = (),
    ) -> Stub:
        code = self.code
        default = False
        node = code.node(function.start, function.end)
        around = node.parent if node is not None else None
        conditional = any(_CONDITION.match(one) for one in function.attributes)
        if around is not None and around.type == "declaration_list" and around.parent is not None:
            default = around.parent.type == "trait_item"
            conditional = conditional or self._conditional(around.parent)
        head = code.text(function.start, function.name_at)
        return Stub(
            name=function.name,
            owner=function.owner,
            trait=function.trait or (function.owner if default else ""),
            default=default,
            modules=function.modules,
            line=code.line(function.name_at),
            at=at,
            kind=kind,
            value=" ".join(value.split())[:200],
            admits=self._admission(function),
            conditional=conditional,
            constant=" const " in f" {head} ",
            parameters=sum(one.name != "self" for one in function.parameters),
            returns=function.returns[:80],
            others=others,
            parsed=bool(function.parameters)
            and all(one.name == "self" or _PARSED.match(one.type) for one in function.parameters),
            arms=arms,
        )

    def _undone(self, function: Function) -> Stub | None:
        """A function of any name that only makes a value out of nothing, and whose own comment says
        that the work is still to be done."""
        start, end = function.body
        if not start < end <= start + _MAX_UNDONE or not function.returns:
            return None
        if _PROMISES.search(function.name) and (
            MEASURES.search(function.name)
            or ACTIONS.search(function.name)
            or _STATES.search(function.name)
        ):
            return None  # judged by its name
        code = self.code
        body = code.text(start, end)
        bare = _COMMENT.sub(_kept, body)
        if ".await" in bare or "?" in bare or "loop" in bare or "for " in bare or "match " in bare:
            return None
        said = self._says_undone(body) or self._says_undone(self._above(function))
        if not said:
            return None
        for call in code.calls_in(start, end):
            if call.name not in (_MAKING | _LOGS if call.macro else _MAKES):
                return None
        head = code.text(function.name_at, start).partition("->")[0]
        given = set(_LOWER.findall(head)) - {function.name} - _NO_PARAMETERS
        bare = _QUOTED.sub('""', _without_logs(bare))
        if "self." in bare or not given.isdisjoint(_LOWER.findall(bare)):
            return None
        if _TO_DO.match(said) and not _EMPTY.search(bare):
            return None  # what is to be done may be something else
        line = code.line(function.name_at)
        stub = self._stub(function, "undone", line, bare.strip("{} \n"))
        return msgspec.structs.replace(stub, admits=said)

    def _above(self, function: Function) -> str:
        """The comment that describes a function."""
        found: list[str] = []
        before = self.code.text(max(0, function.start - _MAX_UNDONE), function.start)
        for line in reversed(before.split("\n")[:-1]):
            if not line.lstrip().startswith(("///", "#[")):
                break
            found.append(line)
        return "\n".join(reversed(found))

    def _says_undone(self, text: str) -> str:
        for match in _COMMENT.finditer(text):
            if match[0].startswith("/") and (word := _UNDONE.search(match[0])) is not None:
                return (
                    match[0][word.start() :].strip("/*# \n")[:120] or match[0].strip("/* \n")[:120]
                )
        return ""

    def _conditional(self, node: Node) -> bool:
        before = node.prev_named_sibling
        while before is not None and before.type in ("attribute_item", "line_comment"):
            if before.type == "attribute_item" and _CONDITION.match(self.code.tree.text(before)):
                return True
            before = before.prev_named_sibling
        return False

    def _admission(self, function: Function) -> str:
        """The comment in a body that says that something is still to be done."""
        body = self.code.text(function.body[0], min(function.body[1], function.body[0] + _MAX_BODY))
        for match in _COMMENT.finditer(body):
            if match[0].startswith("/") and _ADMITS.search(match[0]):
                return match[0].strip("/* \n")[:160]
        return ""

    # -- what a body amounts to ------------------------------------------------------------

    def _amounts_to(self, function: Function, body: Node) -> tuple[str, int, str] | None:
        """(kind, line, value) of a body that does nothing; ``None`` when it does something."""
        if _TRANSACTION.search(function.name):
            plain = self._plain(function, body)
            if plain is not None or function.name.endswith(("transaction", "tx", "txn")):
                return plain
        parts = [one for one in body.named_children if "comment" not in one.type]
        logs = 0
        made: list[str] = []
        tail: Node | None = None
        for index, one in enumerate(parts):
            inner = one
            if one.type == "expression_statement" and one.named_children:
                inner = one.named_children[0]
            if inner.type == "macro_invocation" and self._macro(inner) in _LOGS:
                logs += 1
            elif one.type == "let_declaration":
                name = self._made(one)
                if name is None:
                    return None
                made += [name] if name else []
            elif index == len(parts) - 1:
                tail = inner
            else:
                return None
        if tail is not None and tail.type == "return_expression":
            tail = tail.named_children[0] if tail.named_children else None
        text = self.code.tree.text(body)
        if any(len(re.findall(rf"\b{re.escape(name)}\b", _COMMENT.sub("", text))) > 1
               for name in made):  # fmt: skip
            return None
        line = self._line(tail if tail is not None else body)
        value = "" if tail is None else self._constant(tail)
        if value is None:
            return None
        if value in ("", "()", "true"):
            kind = "unused" if made else "logs" if logs else "nothing"
            return kind, self._line(parts[0] if made or logs else tail or body), value or "{}"
        return ("value", line, value) if not made else None

    def _line(self, node: Node) -> int:
        return node.start_point.row + 1

    def _macro(self, node: Node) -> str:
        name = node.child_by_field_name("macro")
        return self.code.tree.text(name).rpartition("::")[2] if name is not None else ""

    def _made(self, node: Node) -> str | None:
        """The name that a ``let`` gives to a value made without effects; ``None`` for others."""
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if pattern is None or value is None:
            return None
        text = self.code.tree.text(value)
        if ".await" in text or "?" in text or len(text) > 300:
            return None
        name = self.code.tree.text(pattern)
        if name == "_":
            # `let _ = (a, b);` silences a warning.
            return "" if value.type in ("identifier", "tuple_expression", "reference_expression",
                                        "field_expression") else None  # fmt: skip
        if pattern.type != "identifier":
            return None
        if value.type == "macro_invocation":
            return name if self._macro(value) in ("format", "json", "vec") else None
        if value.type == "call_expression":
            function = value.child_by_field_name("function")
            plain = function is not None and function.type in ("scoped_identifier", "identifier")
            return name if plain else None
        return name if self._constant(value) is not None else None

    def _constant(self, node: Node, depth: int = 0) -> str | None:
        """A constant as text; ``None`` for anything else."""
        kind = node.type
        text = self.code.tree.text(node)
        if depth > 6 or len(text) > 1_500:
            return None
        if kind in ("integer_literal", "float_literal", "boolean_literal", "string_literal",
                    "unit_expression", "raw_string_literal"):  # fmt: skip
            return text
        if kind in ("unary_expression", "parenthesized_expression", "reference_expression"):
            inner = node.named_children
            return self._constant(inner[-1], depth + 1) if len(inner) == 1 else None
        if kind == "call_expression":
            function = node.child_by_field_name("function")
            given = node.child_by_field_name("arguments")
            name = self.code.tree.text(function) if function is not None else ""
            values = given.named_children if given is not None else []
            if (
                name in ("Ok", "Some", "Json", "web::Json", "Duration::from_secs")
                and len(values) == 1
            ):
                return self._constant(values[0], depth + 1)
            if name in ("Vec::new", "HashMap::new", "BTreeMap::new", "String::new"):
                return "empty"
            if function is not None and function.type == "field_expression" and not values:
                base = function.child_by_field_name("value")
                field = function.child_by_field_name("field")
                method = self.code.tree.text(field) if field is not None else ""
                if base is not None and method in ("to_string", "into", "to_owned"):
                    return self._constant(base, depth + 1)
            return None
        if kind == "struct_expression":
            return self._fields(node, depth)
        if kind == "macro_invocation":
            if self._macro(node) == "vec" and text.rstrip(")] ").endswith(("[", "(")):
                return "empty"
            if self._macro(node) == "json":
                return text if self._plain_json(node) else None
        return None

    def _fields(self, node: Node, depth: int) -> str | None:
        """``Stats { cpu: 0.0, memory: 0 }`` whose fields are all numbers."""
        body = node.child_by_field_name("body")
        fields = body.named_children if body is not None else []
        given = [one for one in fields if "comment" not in one.type]
        if len(given) < 2:
            return None
        numbers = 0
        for one in given:
            value = one.child_by_field_name("value")
            if one.type != "field_initializer" or value is None:
                return None
            if self.code.tree.text(value).endswith(("Utc::now()", "now().to_rfc3339()")):
                continue
            constant = self._constant(value, depth + 1)
            if constant is None:
                return None
            numbers += value.type in ("integer_literal", "float_literal")
        return self.code.tree.text(node) if numbers >= 2 else None

    def _plain_json(self, node: Node) -> bool:
        """Whether a ``json!`` holds constants only; a time is as good as one."""
        text = self.code.tree.text(node).partition("!")[2]
        text = re.sub(r"\"(?:[^\"\\]|\\.)*\"", " ", text)
        text = re.sub(r"(?:\w+::)*Utc::now\(\)(?:\.\w+\(\))*|env!\([^()]*\)", " ", text)
        return not set(re.findall(r"[A-Za-z_]\w*", text)) - {"true", "false", "null"}

    def _plain(self, function: Function, body: Node) -> tuple[str, int, str] | None:
        """A transaction helper that calls what it is given and opens no transaction."""
        given = {one.name for one in function.parameters if re.search(r"\bFn|^[A-Z]\w?$", one.type)}
        text = _COMMENT.sub("", self.code.tree.text(body))
        if _NO_HELPER.match(function.name) or _OPENS.search(text):
            return None
        for call in self.code.calls_in(*function.body):
            if len(call.path) != 1 or call.name not in given or len(call.arguments) != 1:
                continue
            # One connection and nothing else: whatever else is handed over may be the transaction.
            shown = self.code.text(*call.arguments[0])
            types = [one.type for one in function.parameters if one.name in _NAME.findall(shown)]
            plain = not _WRAPPED.search(shown)
            if plain and _CONNECTS.search(" ".join([shown, *types])):
                return "plain", self.code.line(call.start), self.code.text(call.start, call.end)
        return None

    # -- answers ---------------------------------------------------------------------------

    def _answer(self, body: Node) -> tuple[str, int, str] | None:
        """A handler that answers with constants whatever happens."""
        parts = [one for one in body.named_children if "comment" not in one.type]
        if len(parts) != 1:
            return None
        tail = parts[0]
        if tail.type == "expression_statement" and tail.named_children:
            tail = tail.named_children[0]
        text = self.code.tree.text(tail)
        if not _ANSWERS.search(text) or len(text) > 3_000:
            return None
        strings = [
            one for one in self.code.tree.walk(_STRINGS, tail) if len(self.code.tree.text(one)) > 4
        ]
        bare = re.sub(r"r?#*\"(?:[^\"\\]|\\.)*\"#*", '""', _COMMENT.sub(_kept, text))
        bare = re.sub(r"(?:\w+::)*Utc::now\(\)(?:\.\w+\(\))*|env!\([^()]*\)|&", "", bare)
        names = set(_NAME.findall(bare)) - _FRAME
        if not strings or any(not name[:1].isupper() for name in names):
            return None
        if any(name.isupper() and len(name) > 2 and name not in ("OK", "CONTENT_TYPE")
               for name in names):  # fmt: skip
            return None
        longest = max(strings, key=lambda one: one.end_byte - one.start_byte)
        return "response", self._line(longest), text

    # -- settings --------------------------------------------------------------------------

    def presets(self) -> Iterator[Preset]:
        source = self.code.source
        if b"Self {" not in source and b"Self{" not in source and b"-> Self" not in source:
            return
        for function in self.code.functions:
            if function.is_test or not function.owner or function.parameters:
                continue
            start, end = function.body
            head = source[start + 1 : start + 200].lstrip()
            if not head.startswith((b"Self", function.owner.encode(), b"//")):
                continue
            made = _NAME.findall(function.returns)
            if not 12 < end - start < _MAX_BODY or not {function.owner, "Self"} & set(made):
                continue
            text = _COMMENT.sub(_kept, self.code.text(start, end))
            match = _PRESET.match(text)
            if match is None:
                continue
            values = self._settings(match["fields"])
            if values is not None:
                yield Preset(
                    owner=function.owner,
                    name=function.name,
                    line=self.code.line(function.name_at),
                    values=values,
                    trait=function.trait,
                )

    @staticmethod
    def _settings(fields: str) -> tuple[tuple[str, str], ...] | None:
        """(field, value) when all are plain values and two of them numbers."""
        values: list[tuple[str, str]] = []
        for part in _split(fields):
            match = _FIELD.fullmatch(part.strip())
            if match is None or not _LITERAL.fullmatch(match[2].strip()):
                return None
            values.append((match[1], match[2].strip()[:60]))
        numbers = sum(bool(_NUMBER.search(value)) for _, value in values)
        zeros = sum(value in ("0", "0.0") for _, value in values)
        return tuple(values) if numbers - zeros >= 2 else None

    def types(self, names: set[str]) -> Iterator[tuple[str, int, int, bool]]:
        """Where the types with presets and their ``impl`` blocks stand."""
        if not names:
            return
        for node in self.code.tree.root.named_children:
            kind = node.type
            if kind not in ("struct_item", "impl_item"):
                continue
            title = node.child_by_field_name("name" if kind == "struct_item" else "type")
            if title is None:
                continue
            name = self.code.tree.text(title).partition("<")[0]
            if name in names:
                public = kind == "struct_item" and self.code.tree.text(node).startswith("pub")
                yield name, node.start_point.row + 1, node.end_point.row + 1, public

    def exports(self) -> Iterator[tuple[str, str, int]]:
        if not any(mark in self.code.source for mark in _ENCODERS):
            return
        for function in self.code.functions:
            named = "metric" in function.name or "prometheus" in function.name
            if function.is_test or not (named or "String" in function.returns):
                continue
            body = self.code.text(function.body[0], min(function.body[1], function.body[0] + 2_000))
            if _ENCODES.search(body):
                yield function.owner, function.name, self.code.line(function.name_at)


_STRINGS = frozenset({"string_literal", "raw_string_literal"})
_ANSWERS = regex(
    r"HttpResponse|CONTENT_TYPE|^\s*\(\s*\[|Response|StatusCode|Json\s*\(|^\s*\"|Ok\s*\(|json!"
)
_NAME = regex(r"(?<![.\w])[A-Za-z_]\w*")
_FRAME = frozenset(
    """actix_web axum http header body web json format into_response builder plaintext new from ok
    response mime serde_json content_type move async true false null""".split()  # noqa: SIM905
)
"""Lower-case words that an answer may be made with."""


def _kept(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else " "


def _split(fields: str) -> Iterator[str]:
    """The parts between the outermost commas."""
    depth, start = 0, 0
    for at, sign in enumerate(fields):
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 0:
            if fields[start:at].strip():
                yield fields[start:at]
            start = at + 1
    if fields[start:].strip():
        yield fields[start:]
