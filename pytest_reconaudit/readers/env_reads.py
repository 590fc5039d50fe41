"""Where source code reads environment variables: key, place, default, and whether it must be set.

Works on the trees of :mod:`.syntax`; a file that mentions no way to read the environment is not
parsed. Understood are Rust (``env::var``, ``dotenvy``, ``env!``, clap, config crates), TypeScript
and JavaScript (``process.env``, ``import.meta.env`` through casts, aliases and destructuring,
schemas given the whole environment), Python (``os.environ``, ``os.getenv``, settings classes) and,
by pattern only, shell and single-file components. A function that reads its own parameter is a
*wrapper*; its calls with a literal are reads too (:func:`wrapper_calls`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.syntax import (
    SyntaxTree,
    language_of,
    read_syntax,
    string_value,
)

if TYPE_CHECKING:
    from tree_sitter import Node

__all__ = [
    "EnvLoader",
    "EnvRead",
    "EnvReads",
    "EnvWrapper",
    "env_reads_of",
    "mentions_env",
    "read_env_reads",
    "wrapper_calls",
]


class EnvRead(Struct, frozen=True):
    """One read of the environment."""

    key: str
    """Empty when the name is made at run time; then ``prefix`` and ``suffix`` are what is known."""
    place: Place
    """Where the key stands (the whole expression when it is dynamic)."""
    via: str
    """How: ``env::var``, ``process.env``, ``import.meta.env``, ``os.getenv``, ``${}`` or the name
    of the wrapper with ``()``."""
    required: bool = False
    """The program stops (panics, returns an error, throws) when the key is not set."""
    has_default: bool = False
    default: str | None = None
    """The default when it is a literal."""
    prefix: str = ""
    suffix: str = ""
    test: bool = False
    """In code that only tests run."""

    @property
    def dynamic(self) -> bool:
        return not self.key

    def matches(self, key: str) -> bool:
        """Whether this read may be one of ``key``; a dynamic one needs a known part."""
        if self.key:
            return self.key == key
        known = self.prefix + self.suffix
        return (
            bool(known.strip("_"))
            and len(key) > len(known)
            and key.startswith(self.prefix)
            and key.endswith(self.suffix)
        )


class EnvWrapper(Struct, frozen=True):
    """A function whose body reads the environment variable that a parameter names."""

    name: str
    parameter: int
    default: int | None
    """The parameter that is returned when the key is not set."""
    required: bool
    place: Place
    language: str
    prefix: str = ""
    suffix: str = ""


_RENAMED_ENV = regex(r"\bruntimeEnv\s{0,9}:\s{0,9}[A-Za-z_$][\w$.]{0,60}\(")
"""``runtimeEnv: withPrefix("DB_")``: a function says under which names the keys are looked up."""


class EnvLoader(Struct, frozen=True):
    """Something that reads every key with a prefix; an empty prefix is every key there is."""

    prefix: str
    place: Place
    via: str


class EnvReads(Struct, frozen=True):
    """What one file reads."""

    path: str
    reads: tuple[EnvRead, ...] = ()
    wrappers: tuple[EnvWrapper, ...] = ()
    loaders: tuple[EnvLoader, ...] = ()


_KEY = regex(r"[A-Za-z_][A-Za-z0-9_]*")
_UPPER = regex(r"[A-Z][A-Z0-9_]*")
_MENTIONS = {
    "rust": (
        "env::var", "var(\"", "var_os(", "dotenv", "env!(", "envy::", "Environment::", "Env::",
        "env = \"", "(env", " env)", " env,",
    ),
    "javascript": (
        "process.env", "import.meta", "= process", "process?.", "process[", "process as",
        "Deno.env", "Bun.env", "ConfigService",
    ),
    "python": ("getenv", "environ", "BaseSettings", "decouple"),
    "bash": ("$",),
}  # fmt: skip
"""Texts of which a file that reads the environment has at least one."""
_OF_NEST = "ConfigService"
"""What hands out the environment in NestJS."""
_NEST_READ = regex(
    rb"\b[\w$]{0,40}[cC]onfig(?:Service)?\s*\.\s*get(?:OrThrow)?\s*(?:<[^<>()]{0,80}>)?\s*"
    rb"\(\s*['\"`](?=[A-Z][A-Z0-9_]{1,80}['\"`])"
)
_COMPONENTS = (".vue", ".svelte", ".astro")
_NO_PLACE = 400


def mentions_env(text: str, path: str) -> bool:
    """Whether a file may read the environment; decides without parsing.

    JavaScript that asks for nothing but ``NODE_ENV`` does not count: every bundler sets that.
    """
    if not any(word in text for word in ("env", "$", "BaseSettings", "decouple", _OF_NEST)):
        return False
    family = "javascript" if path.endswith(_COMPONENTS) else _family(language_of(text, path))
    if family == "javascript" and _OF_NEST in text and _NEST_READ.search(text.encode()):
        return True
    if family not in ("bash", "python") and "env" not in text:
        return False
    if not any(known in text for known in _MENTIONS.get(family, ())):
        return False
    if family != "javascript" or "import.meta" in text:
        return family != "javascript" or "env" in text
    whole = text.count("process")
    return whole > text.count("process.env.NODE_ENV") and "env" in text


def read_env_reads(text: str, path: str) -> EnvReads:
    """What a source file reads from the environment. Never raises on bad input."""
    if not mentions_env(text, path):
        return EnvReads(path)
    if path.endswith(_COMPONENTS):
        return EnvReads(path, tuple(_component_reads(text, path)))
    if language_of(text, path) == "bash":
        return EnvReads(path, tuple(_shell_reads(text, path)))
    return env_reads_of(read_syntax(text, path))


def env_reads_of(tree: SyntaxTree) -> EnvReads:
    """What a parsed file reads from the environment, the calls of its own wrappers left out."""
    reading: _Reading
    if tree.language == "rust":
        reading = _Rust(tree)
    elif tree.language == "python":
        reading = _Python(tree)
    elif tree.language == "bash":
        text = tree.source.decode("utf-8", "replace")
        return EnvReads(tree.path, tuple(_shell_reads(text, tree.path)))
    else:
        reading = _Script(tree)
    reading.run()
    reads = tuple(sorted(set(reading.reads), key=lambda read: (read.place.key(), read.key)))
    return EnvReads(tree.path, reads, tuple(reading.wrappers), tuple(reading.loaders))


def wrapper_calls(tree: SyntaxTree, wrappers: Iterable[EnvWrapper]) -> tuple[EnvRead, ...]:
    """The reads that a file does by calling wrappers with a literal key."""
    family = _family(tree.language)
    by_name = {one.name: one for one in wrappers if one.language == family}
    if not by_name:
        return ()
    kinds = frozenset({"call" if family == "python" else "call_expression"})
    names = "|".join(re.escape(name) for name in sorted(by_name))
    pattern = re.compile(rf"\b(?:{names})(?=\s*[(:<])".encode("utf-8", "replace"))
    tests = _rust_tests(tree) if family == "rust" else []
    found = []
    for call in tree.around(pattern, kinds):
        function = call.child_by_field_name("function")
        arguments = call.child_by_field_name("arguments")
        if function is None or arguments is None:
            continue
        wrapper = by_name.get(_last_name(tree, function))
        if wrapper is None:
            continue
        given = [one for one in arguments.named_children if one.type != "comment"]
        if len(given) <= wrapper.parameter:
            continue
        first = _literal(tree, given[wrapper.parameter])
        if first is None or not _UPPER.fullmatch(first) or len(first) < 3:
            continue
        default: str | None = None
        has_default = wrapper.default is not None and len(given) > wrapper.default
        if has_default and wrapper.default is not None:
            default = _literal(tree, given[wrapper.default])
        found.append(
            EnvRead(
                key=f"{wrapper.prefix}{first}{wrapper.suffix}",
                place=tree.place(given[wrapper.parameter]),
                via=f"{wrapper.name}()",
                required=wrapper.required and not has_default,
                has_default=has_default,
                default=default,
                test=_within(call, tests),
            )
        )
    return tuple(found)


def _family(language: str | None) -> str:
    return "javascript" if language in ("typescript", "tsx") else language or ""


_STRINGS = frozenset({"string", "string_literal", "raw_string_literal", "concatenated_string"})


def _literal(tree: SyntaxTree, node: Node | None) -> str | None:
    """The value of a string without holes; nothing for anything else."""
    if node is None:
        return None
    if node.type == "reference_expression":  # &"KEY"
        return _literal(tree, node.child_by_field_name("value"))
    if node.type == "keyword_argument":
        return _literal(tree, node.child_by_field_name("value"))
    if node.type == "template_string" and not any(
        child.type == "template_substitution" for child in node.named_children
    ):
        return string_value(tree, node)
    if node.type not in _STRINGS:
        return None
    if any(child.type == "interpolation" for child in node.named_children):
        return None
    return string_value(tree, node)


def _last_name(tree: SyntaxTree, node: Node) -> str:
    """``getEnv`` of ``config.getEnv``, ``Self::get_env``, ``get_env::<T>`` …"""
    field = {
        "member_expression": "property",
        "attribute": "attribute",
        "field_expression": "field",
        "scoped_identifier": "name",
        "generic_function": "function",
    }.get(node.type)
    if field:
        inner = node.child_by_field_name(field)
        return _last_name(tree, inner) if inner is not None else ""
    return tree.text(node) if node.type.endswith("identifier") else ""


def _within(node: Node, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= node.start_byte < end for start, end in ranges)


def _above(node: Node, *kinds: str) -> Node | None:
    """The nearest enclosing node of a kind."""
    parent = node.parent
    steps = 0
    while parent is not None and steps < _NO_PLACE:
        if parent.type in kinds:
            return parent
        parent = parent.parent
        steps += 1
    return None


def _given_in_the_end(arguments: Node | None) -> Node | None:
    """Of a closure with a block the expression that it ends with: what comes before only speaks."""
    closure = arguments.named_children[-1] if arguments and arguments.named_children else None
    body = closure.child_by_field_name("body") if closure is not None else None
    if body is None or body.type != "block" or not body.named_children:
        return arguments
    return body.named_children[-1]


class _Reading:
    """One file while it is read."""

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self.reads: list[EnvRead] = []
        self.wrappers: list[EnvWrapper] = []
        self.loaders: list[EnvLoader] = []
        self.tests: list[tuple[int, int]] = []

    def run(self) -> None:
        raise NotImplementedError

    @property
    def text(self) -> str:
        return self.tree.source.decode("utf-8", "replace")

    def add(self, node: Node, read: EnvRead) -> None:
        self.reads.append(replace(read, test=True) if _within(node, self.tests) else read)

    def dynamic(self, node: Node, parts: str, template: EnvRead) -> EnvRead:
        """A read whose key is ``parts`` with ``\\0`` where something is put in."""
        prefix, _, rest = parts.partition("\0")
        suffix = rest.rpartition("\0")[2]
        return replace(template, key="", prefix=prefix, suffix=suffix)


# -- Rust ----------------------------------------------------------------------------------

_RUST_IMPORT = regex(r"\benv::(?:\{[^}]{0,200}\bvar(?:_os)?\b|var(?:_os)?\s*[;,}])|\benv::\*")
_RUST_FUNCTIONS = frozenset({"var", "var_os"})
_RUST_CONST = regex(
    r"\b(?:const|static)\s+(\w+)\s*:\s*&\s*(?:'static\s+)?str\s*=\s*\"([^\"\\\n]{1,100})\""
)
_RUST_MACRO = regex(
    r"\b((?:std::)?env|dotenvy?)::var(?:_os)?\(\s*\"(\w+)\"\s*\)((?:\s*\.\s*\w+\(?)?)"
)
_RUST_KEEPS = frozenset(
    {"map", "map_err", "context", "with_context", "wrap_err", "wrap_err_with", "and_then", "ok",
     "parse", "trim", "as_deref", "as_ref", "filter", "ok_or", "ok_or_else", "change_context",
     "into_diagnostic", "inspect_err", "as_str", "clone", "to_owned", "to_string", "or_else",
     "transpose", "attach_printable", "log_err"}
)  # fmt: skip
"""Methods of a chain that neither unwrap the value nor give a default."""
_RUST_STOPS = regex(r"\bpanic!|\bexit\(|\bunreachable!|\breturn\s+Err\b|\bbail!|\babort\(")
_RUST_TEST = regex(
    r"#!?\[\s*(?:cfg\s*\((?!\s*not\b).*\btest\b|(?:\w+::)*test\b|rstest\b|test_case\b)", re.DOTALL
)
_RUST_TEST_BYTES = regex(rb"#!?\[[^\]\n]{0,120}\b(?:test|rstest|test_case)\b")
_RUST_CALL_BYTES = regex(
    rb"\b(?:var|var_os|with_prefix|prefixed|raw|from_env)(?=\s*\()|\b(?:option_)?env(?=\s*!)"
)
_RUST_ARG_BYTES = regex(rb"#\[\s*(?:arg|clap|structopt)\b")
_RUST_ARG = regex(r"^#\[\s*(?:arg|clap|structopt)\s*\(")
_RUST_ARG_ENV = regex(r"\benv\b\s*(?:=\s*\"([^\"\\\n]{1,100})\")?")


def _rust_tests(tree: SyntaxTree) -> list[tuple[int, int]]:
    """The byte ranges of items that only tests compile."""
    ranges = []
    kinds = frozenset({"attribute_item", "inner_attribute_item"})
    for attribute in tree.around(_RUST_TEST_BYTES, kinds):
        if not _RUST_TEST.match(tree.text(attribute)):
            continue
        if attribute.type == "inner_attribute_item":
            holder = attribute.parent
            if holder is not None:
                ranges.append((holder.start_byte, holder.end_byte))
            continue
        item = attribute.next_named_sibling
        while item is not None and item.type in ("attribute_item", "line_comment", "block_comment"):
            item = item.next_named_sibling
        if item is not None:
            ranges.append((item.start_byte, item.end_byte))
    return ranges


_DEEP = 20
_SHORT = 600
"""Bytes of a call that is read for its type argument."""
_FROM_ENV = regex(r"envy::from_env::<\s*(\w+)\s*>")
_TURBOFISH = regex(r"\.from_env::<\s*(\w+)\s*>")
_RESULT = regex(r"^(?:\w+::)*(?:Result\s*<\s*)?(?:\w+::)*(\w+)")
_SERDE = regex(r"#\[\s*serde\s*\(([^\]]{0,400})\)\s*\]")
_SERDE_NAME = regex(r"\brename\s*=\s*\"([^\"\n]{1,100})\"")


def _serde_words(attributes: str) -> str:
    return " ".join(match[1] for match in _SERDE.finditer(attributes))


class _Rust(_Reading):
    structures: dict[str, Node] | None = None
    """Name → structure of the file, when something is filled from the environment by fields."""

    def run(self) -> None:
        tree = self.tree
        self.tests = _rust_tests(tree)
        text = self.text
        self.bare = _RUST_IMPORT.search(text) is not None
        self.constants = dict(_RUST_CONST.findall(text))
        kinds = frozenset({"call_expression", "macro_invocation"})
        for node in tree.around(_RUST_CALL_BYTES, kinds):
            if node.type == "call_expression":
                self._call(node)
            else:
                self._macro(node)
        for node in tree.around(_RUST_ARG_BYTES, frozenset({"attribute_item"})):
            self._attribute(node)

    def _call(self, node: Node) -> None:
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return
        if function.type not in ("scoped_identifier", "identifier"):
            return
        name = self.tree.text(function)
        last = name.rpartition("::")[2]
        if last in _RUST_FUNCTIONS:
            path = name.rpartition("::")[0].rpartition("::")[2]
            if path not in ("env", "dotenvy", "dotenv") and not (name == last and self.bare):
                return
            given = [one for one in arguments.named_children if "comment" not in one.type]
            if given:
                self._read(node, given[0], f"{path or 'env'}::{last}")
        elif last in ("with_prefix", "prefixed", "raw", "from_env"):
            self._loader(node, name, arguments)

    def _loader(self, node: Node, name: str, arguments: Node) -> None:
        holder = name.rpartition("::")[0].rpartition("::")[2]
        if (holder, name.rpartition("::")[2]) not in (
            ("Environment", "with_prefix"),
            ("Env", "prefixed"),
            ("envy", "prefixed"),
            ("envy", "from_env"),
            ("Env", "raw"),
        ):
            return
        prefix = next((_literal(self.tree, one) for one in arguments.named_children), None) or ""
        if holder == "envy" and self._fields(node, prefix):
            return
        if prefix and holder == "Environment" and not prefix.endswith("_"):
            prefix += "_"
        self.loaders.append(EnvLoader(prefix, self.tree.place(node), name))

    def _fields(self, node: Node, prefix: str) -> bool:
        """The keys that envy fills a structure of this file from; false when it lies elsewhere."""
        if self.structures is None:
            self.structures = {
                self.tree.text(label): one
                for one in self.tree.walk(frozenset({"struct_item"}))
                if (label := one.child_by_field_name("name")) is not None
            }
        holder = self.structures.get(self._filled(node))
        body = holder.child_by_field_name("body") if holder is not None else None
        if holder is None or body is None:
            return False
        whole = "default" in _serde_words(self._attributes_of(holder))
        found = []
        for field in body.named_children:
            label, declared = field.child_by_field_name("name"), field.child_by_field_name("type")
            if field.type != "field_declaration" or label is None or declared is None:
                continue
            words = _serde_words(self._attributes_of(field))
            if "flatten" in words or "with_prefix" in words:
                return False
            if "skip" in words or "skip_deserializing" in words:
                continue
            name = _SERDE_NAME.search(words)
            key = prefix + (name[1] if name else self.tree.text(label)).upper()
            given = whole or "default" in words
            optional = given or self.tree.text(declared).startswith("Option<")
            found.append(EnvRead(key, self.tree.place(label), "envy", not optional, given))
        for one in found:
            self.add(node, one)
        return bool(found)

    def _filled(self, node: Node) -> str:
        """The type that ``envy::…from_env`` makes: its own argument, else what the function gives;
        ``Self`` is the type of the block around it."""
        above: Node | None = node
        call = _FROM_ENV.match(self.tree.text(node)[:_SHORT])
        name = call[1] if call else ""
        function = block = None
        for _ in range(_DEEP):
            if above is None or block is not None:
                break
            short = above.end_byte - above.start_byte < _SHORT
            if not name and short and above.type == "call_expression":
                found = _TURBOFISH.search(self.tree.text(above))
                name = found[1] if found else ""
            if above.type == "function_item" and function is None:
                function = above
            if above.type == "impl_item":
                block = above
            above = above.parent
        if not name and function is not None:
            given = function.child_by_field_name("return_type")
            match = _RESULT.search(self.tree.text(given)) if given is not None else None
            name = match[1] if match else ""
        if name == "Self" and block is not None:
            kind = block.child_by_field_name("type")
            name = self.tree.text(kind) if kind is not None else ""
        return name

    def _attributes_of(self, node: Node) -> str:
        texts, before = [], node.prev_named_sibling
        while before is not None and before.type in ("attribute_item", "line_comment"):
            if before.type == "attribute_item":
                texts.append(self.tree.text(before))
            before = before.prev_named_sibling
        return " ".join(texts)

    def _read(self, node: Node, argument: Node, via: str) -> None:
        tree = self.tree
        required, has_default, default = self._fate(node)
        template = EnvRead("", tree.place(argument), via, required, has_default, default)
        for key in self._keys(node, argument):
            if key == "\0":
                if not self._wrapper(node, argument, template):
                    self.add(node, self.dynamic(node, key, template))
            elif "\0" in key:
                self.add(node, self.dynamic(node, key, template))
            elif _KEY.fullmatch(key):
                self.add(node, replace(template, key=key))

    def _keys(self, node: Node, argument: Node) -> list[str]:
        """What the argument may be, ``\\0`` standing for what is put in at run time."""
        tree = self.tree
        while argument.type in ("reference_expression", "parenthesized_expression"):
            inner = argument.named_children
            if not inner:
                break
            argument = inner[-1]
        literal = _literal(tree, argument)
        if literal is not None:
            return [literal]
        if argument.type == "macro_invocation":
            return _format_keys(tree.text(argument)) or ["\0"]
        if argument.type == "call_expression":  # name.as_str(), "X".to_string()
            function = argument.child_by_field_name("function")
            if function is not None and function.type == "field_expression":
                value = function.child_by_field_name("value")
                return self._keys(node, value) if value is not None else ["\0"]
            return ["\0"]
        name = _last_name(tree, argument)
        if name in self.constants:
            return [self.constants[name]]
        if argument.type == "identifier":
            holder = _above(node, "function_item", "closure_expression")
            body = tree.text(holder)[:20_000] if holder is not None else ""
            match = re.search(rf"\blet\s+(?:mut\s+)?{re.escape(name)}\b([^;]{{0,600}});", body)
            if match:
                found = _format_keys(match[1])
                found += [
                    one for one in re.findall(r'"(\w{3,})"', match[1]) if _UPPER.fullmatch(one)
                ]
                if found:
                    return list(dict.fromkeys(found))
        return ["\0"]

    def _wrapper(self, node: Node, argument: Node, read: EnvRead) -> bool:
        holder = _above(node, "function_item")
        name = _last_name(
            self.tree,
            argument.named_children[-1]
            if argument.type == "reference_expression" and argument.named_children
            else argument,
        )
        if holder is None or not name:
            return False
        parameters = holder.child_by_field_name("parameters")
        label = holder.child_by_field_name("name")
        if parameters is None or label is None:
            return False
        names = [
            self.tree.text(pattern)
            for one in parameters.named_children
            if one.type == "parameter" and (pattern := one.child_by_field_name("pattern"))
        ]
        if name not in names:
            return False
        index = names.index(name)
        default = None
        if len(names) > index + 1 and not read.required:
            body = self.tree.text(holder)
            if len(re.findall(rf"\b{re.escape(names[index + 1])}\b", body)) > 1:
                default = index + 1
        self.wrappers.append(
            EnvWrapper(self.tree.text(label), index, default, read.required, read.place, "rust")
        )
        return True

    def _fate(self, node: Node) -> tuple[bool, bool, str | None]:
        """(required, has a default, the literal default): what the method chain does with it."""
        current = node
        optional = False  # after `.ok()`: then `?` says that there is none, and nothing stops
        parsed = False  # `.ok().map(parse).transpose()`: what fails from here on is the parsing
        for _ in range(30):
            parent = current.parent
            if parent is None:
                break
            if parent.type == "try_expression":
                return not optional, False, None
            if parent.type == "await_expression" or parent.type == "parenthesized_expression":
                current = parent
                continue
            if parent.type != "field_expression":
                break
            method = parent.child_by_field_name("field")
            call = parent.parent
            if method is None or call is None or call.type != "call_expression":
                break
            name = self.tree.text(method)
            arguments = call.child_by_field_name("arguments")
            if name in ("expect", "unwrap"):
                return True, False, None
            if name.startswith(("unwrap_or", "map_or")):
                body = self.tree.text(arguments) if arguments is not None else ""
                if _RUST_STOPS.search(body):
                    return True, False, None
                return False, True, self._first_string(_given_in_the_end(arguments))
            if name not in _RUST_KEEPS:
                break
            if name == "ok":
                optional = True
            elif name == "transpose":
                parsed = optional
            elif parsed:
                pass
            elif name.startswith(("ok_or", "context", "with_context", "wrap_err")):
                optional = False
            if name == "or_else" and _RUST_FALLBACK.search(
                self.tree.text(arguments) if arguments is not None else ""
            ):
                return False, True, None
            if name == "or_else" and "var(" in self.tree.text(arguments or method):
                return False, False, None  # another key does as well
            current = call
        return False, False, None

    def _first_string(self, node: Node | None) -> str | None:
        if node is None:
            return ""
        found = [
            one
            for one in self.tree.walk(frozenset({"string_literal", "raw_string_literal"}), node)
            if _above(one, "macro_invocation") is None
        ]
        return _literal(self.tree, found[-1]) if found else None

    def _macro(self, node: Node) -> None:
        tree = self.tree
        label = node.child_by_field_name("macro")
        if label is None:
            return
        name = tree.text(label).rpartition("::")[2]
        body = tree.text(node)
        if name in ("env", "option_env"):
            strings = list(tree.walk(frozenset({"string_literal"}), node))
            key = _literal(tree, strings[0]) if strings else None
            if key and _KEY.fullmatch(key):
                required = name == "env"
                self.add(node, EnvRead(key, tree.place(strings[0]), f"{name}!", required))
            return
        if "env::var" not in body and "dotenv" not in body:
            return
        for match in _RUST_MACRO.finditer(body):
            line = max(body.rfind("\n", 0, match.start()) + 1, match.start() - 300)
            if "//" in body[line : match.start()]:
                continue  # commented out
            offset = node.start_byte + len(body[: match.start(2) - 1].encode("utf-8", "replace"))
            follower = match[3]
            required = "expect" in follower or follower.strip() in (".unwrap(", ".unwrap")
            default = "unwrap_or" in follower
            read = EnvRead(match[2], tree.place_at(offset), "env::var", required, default)
            self.add(node, read)

    def _attribute(self, node: Node) -> None:
        """``#[arg(long, env = "KEY")]``; without a name it is the field's, in upper case."""
        text = self.tree.text(node)
        if not _RUST_ARG.match(text):
            return
        match = _RUST_ARG_ENV.search(re.sub(r'"[^"]*"', _keep_env_name, text))
        if match is None:
            return
        has_default = "default_value" in text
        key = match[1] or ""
        field = node.next_named_sibling
        while field is not None and field.type in ("attribute_item", "line_comment"):
            field = field.next_named_sibling
        kind = ""
        if field is not None and field.type == "field_declaration":
            label, declared = field.child_by_field_name("name"), field.child_by_field_name("type")
            kind = self.tree.text(declared) if declared is not None else ""
            if not key and label is not None:
                key = self.tree.text(label).upper()
        if key:
            optional = has_default or kind.startswith(("Option<", "Vec<", "bool"))
            read = EnvRead(key, self.tree.place(node), "clap", not optional, has_default)
            self.add(node, read)


_RUST_FALLBACK = regex(r"\bOk\s*\(|\bSome\s*\(")


def _keep_env_name(match: re.Match[str]) -> str:
    """Strings that cannot be a key are blanked, so that the word ``env`` in a help is none."""
    return match[0] if _KEY.fullmatch(match[0][1:-1]) else '""'


def _format_keys(text: str) -> list[str]:
    found = []
    for body in re.findall(r'\bformat!\s*\(\s*"([^"\\\n]{1,120})"', text):
        key = re.sub(r"\{[^{}]*\}", "\0", body)
        if re.fullmatch(r"[A-Za-z0-9_\0]+", key):
            found.append(key)
    return found


# -- TypeScript and JavaScript -------------------------------------------------------------

_PEEL = frozenset(
    {"parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression",
     "type_assertion"}
)  # fmt: skip
_OTHER_STOP = regex(
    r"\b(?:if\s{0,4}\(\s{0,4}\w{1,80}\s{1,4}&&\s{1,4}\w{1,80}\s{0,4}\)|catch\s{0,4}(?:\(\w{1,80}\))?)"
    r"\s{0,4}\{[^{}]{0,400}(?:\{[^{}]{0,200}\}[^{}]{0,400}){0,8}\}"
)
"""Errors for two values that are there both, and for what a file could not be read for."""
_FUNCTIONS = (
    "function_declaration",
    "function_expression",
    "arrow_function",
    "method_definition",
    "generator_function_declaration",
)
_WHOLE = frozenset(
    {"parse", "safeParse", "parseAsync", "cleanEnv", "createEnv", "validate", "parseEnv", "decode",
     "customCleanEnv", "makeValidator", "assert", "create", "from", "load"}
)  # fmt: skip
_OPTIONAL_SCHEMA = regex(r"\b(?:default|optional|nullish|catch|devDefault)\b|undefined")
_SCHEMA = regex(r"\b(?:z|str|num|bool|url|port|Joi|joi|v|t|yup|string|host|email|json|Type|s)\b")


_JS_ENV = regex(rb"\benv\b")
_JS_PROCESS = regex(rb"\benv\b[^=;\n]{0,200}\}\s*=\s*(?:globalThis\.|global\.)?process\b(?!\.)")


class _Script(_Reading):
    def run(self) -> None:
        tree = self.tree
        self.aliases: dict[str, str] = {}
        self.whole = False
        kinds = frozenset({"member_expression", "subscript_expression"})
        for node in tree.around(_JS_ENV, kinds):
            if source := self._source(node):
                self._use(node, source)
        for node in tree.around(_JS_PROCESS, frozenset({"variable_declarator"})):
            self._declared(node)
        if self.aliases:
            names = "|".join(re.escape(name) for name in sorted(self.aliases))
            pattern = re.compile(rf"(?<![\w$.]){names}(?![\w$])".encode("utf-8", "replace"))
            for node in tree.around(pattern, frozenset({"identifier"})):
                if source := self._source(node):
                    self._use(node, source)
        if _OF_NEST in self.text:
            for node in tree.around(_NEST_READ, frozenset({"call_expression"})):
                self._asked(node)
        self._whole()

    def _asked(self, call: Node) -> None:
        """``configService.get("KEY", default)`` of NestJS."""
        tree = self.tree
        function, given = (
            call.child_by_field_name("function"),
            call.child_by_field_name("arguments"),
        )
        if function is None or given is None or not given.named_children:
            return
        name = _last_name(tree, function)
        label, *rest = [one for one in given.named_children if "comment" not in one.type]
        key = _literal(tree, label)
        if name not in ("get", "getOrThrow") or key is None or not _UPPER.fullmatch(key):
            return
        required, has_default, default = self._fate(call, "")
        values = [one for one in rest if one.type != "object"]  # `{ infer: true }`
        if values and not has_default:
            has_default, default = True, _literal(tree, values[0])
        via = f"ConfigService.{name}"
        required = (required or name == "getOrThrow") and not has_default
        self.add(call, EnvRead(key, tree.place(label), via, required, has_default, default))

    def _use(self, node: Node, source: str) -> None:
        """What becomes of an expression that is the whole environment."""
        for _ in range(12):
            parent = node.parent
            if parent is None:
                return
            if parent.type in _PEEL or (
                parent.type == "binary_expression"  # (process.env || {}).X
                and parent.child_by_field_name("left") == node
            ):
                node = parent
                continue
            break
        else:
            return
        if parent.type in ("member_expression", "subscript_expression"):
            if parent.child_by_field_name("object") == node:
                self._access(parent)
        elif parent.type == "variable_declarator":
            if parent.child_by_field_name("value") == node:
                self._declared(parent)
        elif parent.type == "arguments":
            call = parent.parent
            function = call.child_by_field_name("function") if call is not None else None
            if function is not None and _last_name(self.tree, function) in _WHOLE:
                self.whole = True
        elif parent.type == "pair":
            label = parent.child_by_field_name("key")
            if label is not None and self.tree.text(label) in ("runtimeEnv", "env"):
                self.whole = self.whole or "createEnv" in self.text

    def _source(self, node: Node | None) -> str:
        """``process.env`` or ``import.meta.env`` when the expression is one; else empty."""
        for _ in range(12):
            if node is None:
                return ""
            if node.type in _PEEL:
                inner = [one for one in node.named_children if "comment" not in one.type]
                # `<any>x` has the type first, `x as any` last.
                node = (inner[-1] if node.type == "type_assertion" else inner[0]) if inner else None
                continue
            break
        if node is None:
            return ""
        if node.type == "identifier":
            return self.aliases.get(self.tree.text(node), "")
        if node.type == "binary_expression":  # (process.env || {}).X, import.meta.env ?? {}
            return self._source(node.child_by_field_name("left"))
        if node.type not in ("member_expression", "subscript_expression"):
            return ""
        holder = node.child_by_field_name("object")
        if node.type == "member_expression":
            label = node.child_by_field_name("property")
            if label is None or self.tree.text(label) != "env":
                return ""
        elif _literal(self.tree, node.child_by_field_name("index")) != "env":
            return ""
        return self._holder(holder)

    def _holder(self, node: Node | None) -> str:
        for _ in range(12):
            if node is None or node.type not in _PEEL:
                break
            inner = node.named_children
            node = (inner[-1] if node.type == "type_assertion" else inner[0]) if inner else None
        if node is None:
            return ""
        text = self.tree.text(node)[:60]
        if node.type == "meta_property" or text == "import.meta":
            return "import.meta.env"
        if text in ("process", "globalThis.process", "global.process", "window.process"):
            return "process.env"
        return {"Bun": "Bun.env"}.get(text, "")

    def _declared(self, node: Node) -> None:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None or value is None:
            return
        source = self._source(value)
        if source and name.type == "identifier":
            self.aliases[self.tree.text(name)] = source
        elif name.type == "object_pattern":
            if source:
                self._destructured(name, source)
            elif holder := self._holder(value):  # const { env } = process
                for one in name.named_children:
                    if (
                        one.type == "shorthand_property_identifier_pattern"
                        and self.tree.text(one) == "env"
                    ):
                        self.aliases["env"] = holder
                    elif one.type == "pair_pattern":
                        label = one.child_by_field_name("key")
                        inner = one.child_by_field_name("value")
                        if label is None or inner is None or self.tree.text(label) != "env":
                            continue
                        if inner.type == "object_pattern":
                            self._destructured(inner, holder)

    def _destructured(self, pattern: Node, source: str) -> None:
        tree = self.tree
        for one in pattern.named_children:
            label, default = one, None
            if one.type == "object_assignment_pattern":
                label = one.child_by_field_name("left") or one
                default = one.child_by_field_name("right")
            elif one.type == "pair_pattern":
                label = one.child_by_field_name("key") or one
                inner = one.child_by_field_name("value")
                if inner is not None and inner.type == "assignment_pattern":
                    default = inner.child_by_field_name("right")
            elif one.type != "shorthand_property_identifier_pattern":
                continue
            key = _literal(tree, label) or tree.text(label)
            if _KEY.fullmatch(key):
                required = default is None and self._guarded(key, key)
                self.add(
                    one,
                    EnvRead(
                        key, tree.place(label), source, required, default is not None,
                        _literal(tree, default),
                    ),
                )  # fmt: skip

    def _access(self, node: Node) -> None:
        source = self._source(node.child_by_field_name("object"))
        if not source:
            return
        tree = self.tree
        parent = node.parent
        if parent is not None and parent.type == "assignment_expression":
            left = parent.child_by_field_name("left")
            operator = tree.text(parent)[node.end_byte - parent.start_byte :][:5].strip()
            if left == node and not operator.startswith(("??=", "||=")):
                return
        if parent is not None and tree.source.startswith(b"delete ", parent.start_byte):
            return
        if node.type == "member_expression":
            label = node.child_by_field_name("property")
            key = tree.text(label) if label is not None else ""
            if label is None or not _KEY.fullmatch(key):
                return
            required, has_default, default = self._fate(node, key)
            read = EnvRead(key, tree.place(label), source, required, has_default, default)
            self.add(node, read)
            return
        index = node.child_by_field_name("index")
        if index is None:
            return
        literal = _literal(tree, index)
        required, has_default, default = self._fate(node, literal or "")
        read = EnvRead("", tree.place(index), source, required, has_default, default)
        if literal is not None:
            if _KEY.fullmatch(literal):
                self.add(node, replace(read, key=literal))
            return
        parts = self._parts(index)
        if parts.strip("\0"):
            if "\0" in parts and not self._wrapper(node, index, parts, read):
                self.add(node, self.dynamic(node, parts, read))
            elif "\0" not in parts:
                self.add(node, replace(read, key=parts))
        elif not self._wrapper(node, index, "\0", read):
            self.add(node, self.dynamic(node, "\0", read))

    def _parts(self, node: Node) -> str:
        """A computed key with ``\\0`` for its unknown parts."""
        tree = self.tree
        if node.type == "template_string":
            return re.sub(r"\$\{[^{}]*\}", "\0", tree.text(node)[1:-1])
        if node.type == "binary_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            ends = [_literal(tree, one) for one in (left, right)]
            return "\0".join(end or "" for end in ends)
        if node.type == "identifier":
            name = re.escape(tree.text(node))
            match = re.search(rf"\bconst\s+{name}(?:\s*:\s*\w+)?\s*=\s*['\"](\w+)['\"]", self.text)
            if match:
                return match[1]
        return "\0"

    def _wrapper(self, node: Node, index: Node, parts: str, read: EnvRead) -> bool:
        holder = _above(node, *_FUNCTIONS)
        tree = self.tree
        names = re.findall(r"[A-Za-z_$][\w$]*", tree.text(index))
        if holder is None or not names:
            return False
        parameters = holder.child_by_field_name("parameters")
        single = holder.child_by_field_name("parameter")
        given = parameters.named_children if parameters is not None else []
        if single is not None:
            given = [single]
        listed = [re.match(r"[A-Za-z_$][\w$]*", tree.text(one).lstrip(".")) for one in given]
        position = next(
            (i for i, one in enumerate(listed) if one is not None and one[0] in names), None
        )
        if position is None:
            return False
        label = holder.child_by_field_name("name")
        name = tree.text(label) if label is not None else ""
        above = holder.parent
        if not name and above is not None:
            if above.type == "variable_declarator":
                label = above.child_by_field_name("name")
            elif above.type in ("pair", "assignment_expression"):
                label = above.child_by_field_name("key") or above.child_by_field_name("left")
            name = tree.text(label).rpartition(".")[2] if label is not None else ""
        if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
            return False
        body = tree.text(holder)
        following = listed[position + 1] if position + 1 < len(listed) else None
        default = None
        if following is not None and len(re.findall(rf"\b{re.escape(following[0])}\b", body)) > 1:
            default = position + 1
        prefix, _, rest = parts.partition("\0")
        suffix = rest.rpartition("\0")[2]
        stops = _OTHER_STOP.sub("", body)
        required = "throw" in stops or "process.exit" in stops
        self.wrappers.append(
            EnvWrapper(name, position, default, required, read.place, "javascript", prefix, suffix)
        )
        return True

    def _fate(self, node: Node, key: str) -> tuple[bool, bool, str | None]:
        current, name = node, ""
        for _ in range(20):
            parent = current.parent
            if parent is None:
                break
            if parent.type in _PEEL:
                current = parent
                continue
            if parent.type == "binary_expression":
                operator = parent.child_by_field_name("operator")
                left = parent.child_by_field_name("left")
                right = parent.child_by_field_name("right")
                if (
                    operator is not None
                    and operator.type in ("||", "??")
                    and right is not None
                    and left == current
                ):
                    text = self.tree.text(right)[:300]
                    if "throw" in text or re.match(r"\w*(?:fail|die|raise|missing)\w*\(", text):
                        return True, False, None
                    return False, True, _literal(self.tree, right)
            if parent.type == "variable_declarator":
                label = parent.child_by_field_name("name")
                name = self.tree.text(label) if label is not None else ""
            break
        return self._guarded(key, name), False, None

    def _guarded(self, key: str, name: str) -> bool:
        """Whether the file throws or exits when the key (or the variable it went to) is empty."""
        text = self.text
        if "throw" not in text and "process.exit" not in text:
            return False
        targets = [rf"(?:process\.env|import\.meta\.env)\.{re.escape(key)}\b"] if key else []
        if re.fullmatch(r"[A-Za-z_$][\w$]*", name):
            targets.append(rf"\b{re.escape(name)}\b")
        for one in targets:
            match = re.search(rf"\bif\s*\(\s*!\s*{one}\s*\)\s*\{{?([^}}]{{0,400}})", text)
            stop = re.search(r"\bthrow\b|process\.exit", match[1]) if match else None
            # Behind another condition the throw is about something else.
            if match and stop and not re.search(r"\bif\s*\(|=>", match[1][: stop.start()]):
                return not _within_a_choice(text, match.start())
        return False

    def _whole(self) -> None:
        """``schema.parse(process.env)``: the upper-case keys of the file's objects are read."""
        tree = self.tree
        if not self.whole and not re.search(r"\bcreateEnv\s*\(", self.text):
            return
        if _RENAMED_ENV.search(self.text):
            return
        for pair in tree.walk(frozenset({"pair"})):
            label, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if label is None or value is None:
                continue
            key = _literal(tree, label) or tree.text(label)
            if not _UPPER.fullmatch(key) or len(key) < 3 or self._source_read(value):
                continue
            schema = tree.text(value)[:400]
            required = bool(_SCHEMA.match(schema)) and not _OPTIONAL_SCHEMA.search(schema)
            required = required and not self._is_chosen(pair)
            default = "default" in schema.lower()
            self.add(pair, EnvRead(key, tree.place(label), "schema", required, default))

    def _is_chosen(self, pair: Node) -> bool:
        """Whether an object's key is one only where something else is switched on:
        ``...(providers.includes("oidc") ? { … } : {})``."""
        current, parent = pair, pair.parent
        while parent is not None and parent.type in _OBJECT_PARTS:
            if parent.type in ("ternary_expression", "binary_expression"):
                first = parent.child_by_field_name("condition") or parent.child_by_field_name(
                    "left"
                )
                if first is not None and first != current:
                    return not _EVERYWHERE.search(self.tree.text(first)[:400])
            current, parent = parent, parent.parent
        return False

    def _source_read(self, node: Node) -> bool:
        return node.type in ("member_expression", "subscript_expression") and bool(
            self._source(node.child_by_field_name("object"))
        )


_OBJECT_PARTS = frozenset(
    {
        "object",
        "pair",
        "spread_element",
        "parenthesized_expression",
        "ternary_expression",
        "binary_expression",
        "as_expression",
        "satisfies_expression",
    }
)
_EVERYWHERE = regex(
    r"(?i)prod|NODE_ENV|debug|test|\bdev|stag|local|environment|\bCI\b|docker|window|server|browser"
    r"|\blive\b|build|import\.meta|require\.main|__name__|\bsys\.|platform|version"
)
"""What tells one environment from another, not one feature from another: what a branch behind it
asks for, some deployment needs."""
_CHOICE = regex(r"(?:\}\s{0,4}else\s{1,4})?if\s{0,4}\(([^\n]{1,300})")


def _within_a_choice(text: str, at: int) -> bool:
    """Whether a statement stands in the block of an ``if`` that asks for a feature."""
    head = text[max(0, at - 4000) : at].split("\n")
    depth = len(head.pop())
    for line in reversed(head):
        stripped = line.lstrip()
        if stripped and len(line) - len(stripped) < depth:
            found = _CHOICE.match(stripped)
            return found is not None and not _EVERYWHERE.search(found[1])
    return False


_COMPONENT_READ = regex(r"\b(import\.meta\.env|process\.env)(?:\?)?\.([A-Za-z_]\w*)")
_MARKUP_COMMENT = regex(r"<!--.*?-->|/\*.*?\*/|(?<![:\w\"'])//[^\n]*", re.DOTALL)


def _component_reads(text: str, path: str) -> Iterator[EnvRead]:
    """Vue, Svelte and Astro files: plain member reads, by pattern."""
    text = _MARKUP_COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    line, done = 1, 0
    for match in _COMPONENT_READ.finditer(text):
        line += text.count("\n", done, match.start())
        done = match.start()
        column = match.start(2) - (text.rfind("\n", 0, match.start()) + 1) + 1
        tail = text[match.end() : match.end() + 4]
        has_default = re.match(r"\s*(?:\|\||\?\?)", tail) is not None
        yield EnvRead(match[2], Place(path, line, column), match[1], False, has_default)


# -- Python --------------------------------------------------------------------------------

_PY_GET = {
    "os.getenv", "getenv", "os.environ.get", "environ.get", "os.environ.pop", "environ.pop",
    "os.environ.setdefault", "environ.setdefault",
}  # fmt: skip
_NONE = regex(r"(?:^|\bdefault\s{0,3}=\s{0,3})None$")
_PY_ENV_CALL = regex(r"(?:env|config|environ)(?:\.\w+)?")
_PY_CATCHES = regex(
    r"except\s*:|except[^:]*\b(?:KeyError|LookupError|EnvError|ImproperlyConfigured"
    r"|UndefinedValueError|Exception)\b"
)
_PY_LOOKED = regex(r"\bin\s+(?:os\.)?environ\b")
_PY_ASKED = regex(r"\b(?:getenv|environ\.get)\(\s*[\"'](\w+)[\"']")
"""``if os.environ.get("X"):`` before ``os.environ["X"]``."""
_PY_OWN_PREFIX = regex(r"(?m)^[ \t]*\w+\.prefix[ \t]*=[ \t]*[\"'](\w{1,60})[\"']")
"""django-environ puts it before every key."""
_PY_PREFIX = regex(r"\benv_prefix[\"']?\s*[=:]\s*[\"'](\w*)[\"']")
_PY_ALIAS = regex(r"\b(?:env|alias|validation_alias)\s*=\s*[\"'](\w+)[\"']")


_PY_ENV = regex(rb"\b(?:getenv(?=\s*\()|environ\s*\[|environ\.\w+(?=\s*\())")
_PY_MORE = regex(_PY_ENV.pattern + rb"|\b(?:env|config|environ)(?:\.\w+)?(?=\s*\()")
_PY_SETTINGS = regex(rb"\bBaseSettings\b")


class _Python(_Reading):
    def run(self) -> None:
        tree = self.tree
        text = self.text
        self.readers = bool(re.search(r"\b(?:decouple|environs?|starlette\.config)\b", text))
        own = _PY_OWN_PREFIX.search(text)
        self.prefix = own[1] if own is not None else ""
        pattern = _PY_MORE if self.readers else _PY_ENV
        for node in tree.around(pattern, frozenset({"subscript", "call"})):
            if node.type == "subscript":
                self._subscript(node)
            else:
                self._call(node)
        for node in tree.around(_PY_SETTINGS, frozenset({"class_definition"})):
            self._class(node)

    def _subscript(self, node: Node) -> None:
        tree = self.tree
        value = node.child_by_field_name("value")
        index = node.child_by_field_name("subscript")
        if value is None or index is None or tree.text(value) not in ("os.environ", "environ"):
            return
        parent = node.parent
        if parent is not None:
            if parent.type == "delete_statement":
                return
            if parent.type == "assignment" and parent.child_by_field_name("left") == node:
                return
        required = not (self._caught(node, _literal(tree, index) or "") or self._is_chosen(node))
        read = EnvRead("", tree.place(index), "os.environ", required)
        self._keyed(node, index, read)

    def _keyed(self, node: Node, index: Node, read: EnvRead) -> None:
        tree = self.tree
        literal = _literal(tree, index)
        if literal is not None:
            if _KEY.fullmatch(literal):
                self.add(node, replace(read, key=literal))
            return
        if index.type == "string":  # an f-string
            parts = re.sub(r"\{[^{}]*\}", "\0", string_value(tree, index))
            self.add(node, self.dynamic(node, parts, read))
            return
        name = tree.text(index)
        match = re.search(rf"^{re.escape(name)}\s*(?::\s*\w+)?=\s*[\"'](\w+)[\"']", self.text, re.M)
        if match:
            self.add(node, replace(read, key=match[1]))
        elif not self._wrapper(node, name, read):
            self.add(node, self.dynamic(node, "\0", read))

    def _wrapper(self, node: Node, name: str, read: EnvRead) -> bool:
        holder = _above(node, "function_definition")
        if holder is None:
            return False
        parameters = holder.child_by_field_name("parameters")
        label = holder.child_by_field_name("name")
        if parameters is None or label is None:
            return False
        names = [
            match[0]
            for one in parameters.named_children
            if (match := re.match(r"\w+", self.tree.text(one))) and match[0] not in ("self", "cls")
        ]
        if name not in names:
            return False
        index = names.index(name)
        default = index + 1 if len(names) > index + 1 else None
        body = self.tree.text(holder)
        required = read.required or bool(re.search(r"\braise\b", body))
        self.wrappers.append(
            EnvWrapper(self.tree.text(label), index, default, required, read.place, "python")
        )
        return True

    def _call(self, node: Node) -> None:
        tree = self.tree
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return
        name = tree.text(function)[:80]
        given = [one for one in arguments.named_children if one.type != "comment"]
        if not given:
            return
        if name in _PY_GET:
            has_default, default = self._default(given)
            if name.endswith("setdefault"):
                return
            raised = False
            if not has_default:
                has_default, default, raised = self._or(node)
            read = EnvRead("", tree.place(given[0]), name, raised, has_default, default)
            self._keyed(node, given[0], read)
        elif self.readers and _PY_ENV_CALL.fullmatch(name):
            key = _literal(tree, given[0])
            if key and _UPPER.fullmatch(key):
                has_default, default = self._default(given)
                # These readers raise without a default, and `None` is one.
                empty = any(_NONE.search(tree.text(one)) for one in given[1:])
                required = not (has_default or empty or self._caught(node))
                required = required and not self._is_chosen(node)
                key = self.prefix + key
                read = EnvRead(
                    key, tree.place(given[0]), f"{name}()", required, has_default, default
                )
                self.add(node, read)

    def _default(self, given: list[Node]) -> tuple[bool, str | None]:
        for one in given[1:]:
            if one.type == "keyword_argument":
                label = one.child_by_field_name("name")
                if label is not None and self.tree.text(label) == "default":
                    return True, _literal(self.tree, one)
            else:
                if self.tree.text(one) == "None":
                    return False, None
                return True, _literal(self.tree, one)
        return False, None

    def _or(self, node: Node) -> tuple[bool, str | None, bool]:
        """``getenv("X") or "default"``; and whether a missing value raises."""
        parent = node.parent
        if parent is not None and parent.type == "boolean_operator":
            right = parent.child_by_field_name("right")
            if right is not None and right != node and " or " in self.tree.text(parent):
                return True, _literal(self.tree, right), False
        if parent is not None and parent.type == "assignment":
            left = parent.child_by_field_name("left")
            name = self.tree.text(left) if left is not None else ""
            if re.fullmatch(r"\w+", name):
                match = re.search(
                    rf"\bif\s+(?:not\s+{name}|{name}\s+is\s+None)\s*:\s*\n?\s*(raise|sys\.exit|exit)\b",
                    self.text,
                )
                return False, None, match is not None
        return False, None, False

    def _caught(self, node: Node, key: str = "") -> bool:
        """Whether a ``KeyError`` is handled, or the key is looked for first."""
        try_ = _above(node, "try_statement")
        if try_ is not None:
            handlers = [one for one in try_.named_children if one.type == "except_clause"]
            inside = not any(h.start_byte <= node.start_byte < h.end_byte for h in handlers)
            if inside and any(
                _PY_CATCHES.match(text) and "raise" not in text
                for text in (self.tree.text(one) for one in handlers)
            ):
                return True
        above = _above(node, "if_statement", "conditional_expression")
        if above is not None:
            text = self.tree.text(above)[:400]
            return _PY_LOOKED.search(text) is not None or key in _PY_ASKED.findall(text)
        return False

    def _is_chosen(self, node: Node) -> bool:
        """Whether a read stands in the branch of a feature: ``if USE_S3:``."""
        current, parent = node, node.parent
        while parent is not None and parent.type not in ("function_definition", "lambda"):
            if parent.type in ("if_statement", "elif_clause"):
                asked = parent.child_by_field_name("condition")
                if asked is not None and asked != current:
                    return not _EVERYWHERE.search(self.tree.text(asked)[:400])
            current, parent = parent, parent.parent
        return False

    def _class(self, node: Node) -> None:
        tree = self.tree
        bases = node.child_by_field_name("superclasses")
        body = node.child_by_field_name("body")
        if bases is None or body is None or "BaseSettings" not in tree.text(bases):
            return
        match = _PY_PREFIX.search(tree.text(body))
        prefix = match[1] if match else ""
        self.loaders.append(EnvLoader(prefix, tree.place(node), "BaseSettings"))
        for statement in body.named_children:
            inner = statement.named_children[0] if statement.named_children else None
            if statement.type != "expression_statement" or inner is None:
                continue
            if inner.type != "assignment" or inner.child_by_field_name("type") is None:
                continue
            left = inner.child_by_field_name("left")
            right = inner.child_by_field_name("right")
            if left is None or left.type != "identifier" or tree.text(left) == "model_config":
                continue
            value = tree.text(right) if right is not None else ""
            alias = _PY_ALIAS.search(value)
            key = alias[1] if alias else prefix + tree.text(left)
            kind = inner.child_by_field_name("type")
            optional = kind is not None and re.search(r"None|Optional", tree.text(kind)) is not None
            if right is None and kind is not None and _is_nested(self.text, tree.text(kind)):
                continue
            bare = right is None or (
                value.startswith("Field(") and ("..." in value or "default" not in value)
            )
            if value.startswith("Field(") and re.match(r"Field\(\s*[^.\s\w]*[\"'\d\[{]", value):
                bare = False
            read = EnvRead(
                key.upper(), tree.place(left), "BaseSettings",
                bare and not optional, not bare, _literal(tree, right),
            )  # fmt: skip
            self.add(node, read)


def _is_nested(text: str, kind: str) -> bool:
    """Whether a field's type is another model of its file: as a rule code makes it, no variable."""
    name = kind.strip("\"'")
    return name.isidentifier() and (
        re.search(rf"(?m)^class {name}(?:\((?![^)\n]*(?:Enum|str\b|int\b))|:)", text) is not None
    )


# -- shell ---------------------------------------------------------------------------------

_SHELL_USE = regex(r"\$(?:\{([A-Z_][A-Z0-9_]*)(?:(:?[-=?+])([^}\n]{0,200}))?|([A-Z_][A-Z0-9_]*))")
_SHELL_SET = regex(
    r"^[ \t]*(?:export[ \t]+|local[ \t]+|readonly[ \t]+|declare[ \t]+(?:-\w+[ \t]+)?)*"
    r"([A-Z_][A-Z0-9_]*)=([^\n]*)",
    re.MULTILINE,
)
_SHELL_LOOP = regex(r"\b(?:for|read(?:[ \t]+-\w+)*)[ \t]+([A-Z_][A-Z0-9_]*)\b")
_SHELL_COMMENT = regex(r"(?m)(?:^|(?<=[ \t;]))#[^\n]*$")


def _shell_reads(text: str, path: str) -> Iterator[EnvRead]:
    """Upper-case variables that a script uses and does not set itself."""
    text = _SHELL_COMMENT.sub(lambda match: " " * len(match[0]), text)
    own = {
        match[1]
        for match in _SHELL_SET.finditer(text)
        # `X="${X:-default}"` is a read with a default, not a variable of the script's own.
        if not match[2].lstrip("\"'").startswith(("$" + match[1], "${" + match[1]))
    }
    own |= set(_SHELL_LOOP.findall(text))
    line, done = 1, 0
    for match in _SHELL_USE.finditer(text):
        key = match[1] or match[4]
        if key in own or len(key) < 2:
            continue
        line += text.count("\n", done, match.start())
        done = match.start()
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
        operator, word = match[2] or "", match[3]
        yield EnvRead(
            key,
            Place(path, line, column),
            "${}",
            required="?" in operator,
            has_default="-" in operator or "=" in operator,
            default=word if word and ("-" in operator or "=" in operator) else None,
        )
