"""YAML at C speed, with lines: PyYAML's libyaml loader plus ``Map``/``Seq`` that know their places.

YAML 1.2 booleans (only ``true`` and ``false``), no sexagesimal numbers, no dates: ``on:`` stays a
key, ``no`` and ``22:22`` stay text. Duplicate keys are kept as problems (the last one wins, as
every loader has it). An alias bomb or absurd nesting is a problem, not a hang.

The mechanism (a generator constructor for map and seq over the C composer) costs nothing over
the plain C loader; ruamel.yaml knows lines too but is eighteen times slower.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import yaml
from msgspec import Struct

from pytest_reconaudit.model import Place, Problem
from pytest_reconaudit.patterns import regex

__all__ = ["Map", "Seq", "YamlDocument", "YamlFile", "place_of", "read_yaml"]

MAX_NODES = 500_000
"""Nodes a document may have once its aliases are followed."""
MAX_DEPTH = 200
_MAX_FILE_DOCUMENTS = 5_000
_CHAIN = regex(rf"(?:[-?][ \t]++){{{MAX_DEPTH},}}")
"""``- - - -``: lists in lists on one line."""
_ALIAS = regex(r"(?:^|[\s\[{,])\*[^\s*,\]}]", re.MULTILINE)
"""What may be an alias; a ``*`` in a glob or a cron line mostly is not."""


class Map(dict[Any, Any]):
    """A mapping that knows its file and the places of its keys and values."""

    __slots__ = ("column", "duplicates", "end", "key_at", "line", "path", "value_at")
    path: str
    line: int
    column: int
    end: int
    """The last line, inclusive."""
    key_at: dict[Any, tuple[int, int]]
    value_at: dict[Any, tuple[int, int]]

    @property
    def place(self) -> Place:
        """Where the mapping begins (its first key)."""
        return Place(self.path, self.line, self.column)

    def key_place(self, key: Any) -> Place:
        """Where ``key`` stands, for one merged in (``<<``) where its anchor has it; the mapping's
        own place when absent."""
        at = self.key_at.get(key)
        return Place(self.path, *at) if at else self.place

    def value_place(self, key: Any) -> Place:
        """Where the value of ``key`` begins; the mapping's own place when absent."""
        at = self.value_at.get(key)
        return Place(self.path, *at) if at else self.place

    def map(self, key: Any) -> Map:
        """The mapping under ``key``; an empty one at the key's place when it is none."""
        value = self.get(key)
        return value if isinstance(value, Map) else _empty_map(self.key_place(key))

    def seq(self, key: Any) -> Seq:
        """The list under ``key``; an empty one when it is none."""
        value = self.get(key)
        return value if isinstance(value, Seq) else _empty_seq(self.key_place(key))

    def maps(self, key: Any) -> list[Map]:
        """The mappings in the list under ``key``, anything else left out."""
        return [item for item in self.seq(key) if isinstance(item, Map)]

    def str(self, key: Any, default: str = "") -> str:
        """The scalar under ``key`` as text; ``default`` when absent, null or no scalar."""
        value = self.get(key)
        if value is None or isinstance(value, (Map, Seq)):
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        return f"{value}"


class Seq(list[Any]):
    """A list that knows its file and the place of each item."""

    __slots__ = ("column", "end", "item_at", "line", "path")
    path: str
    line: int
    column: int
    end: int
    item_at: list[tuple[int, int]]

    @property
    def place(self) -> Place:
        return Place(self.path, self.line, self.column)

    def item_place(self, index: int) -> Place:
        if 0 <= index < len(self.item_at):
            return Place(self.path, *self.item_at[index])
        return self.place


class YamlDocument(Struct, frozen=True):
    """One document: ``root`` is a :class:`Map`, a :class:`Seq`, a scalar or ``None``."""

    path: str
    line: int
    root: Any

    @property
    def map(self) -> Map:
        """The root when it is a mapping, else an empty mapping."""
        if isinstance(self.root, Map):
            return self.root
        return _empty_map(Place(self.path, self.line, 1))


class YamlFile(Struct, frozen=True):
    """All documents of a file that could be read, and what could not."""

    path: str
    documents: tuple[YamlDocument, ...]
    problems: tuple[Problem, ...]
    """Syntax errors: the documents after one are lost."""
    duplicates: tuple[Problem, ...] = ()
    """A key seen twice in one mapping, at the second."""


def place_of(value: Any, fallback: Place) -> Place:
    """The place of a node when it carries one."""
    return value.place if isinstance(value, (Map, Seq)) else fallback


def _empty_map(place: Place) -> Map:
    empty = Map()
    _stamp(empty, place.path, place.line or 1, place.column or 1, place.line or 1)
    empty.key_at, empty.value_at = {}, {}
    return empty


def _empty_seq(place: Place) -> Seq:
    empty = Seq()
    _stamp(empty, place.path, place.line or 1, place.column or 1, place.line or 1)
    empty.item_at = []
    return empty


def _stamp(node: Map | Seq, path: str, line: int, column: int, end: int) -> None:
    node.path, node.line, node.column, node.end = path, line, column, end


class _Loader(yaml.CSafeLoader):
    """CSafeLoader with YAML 1.2 core scalars and placed containers."""

    recon_path = ""
    recon_duplicates: list[Problem]


_Loader.yaml_implicit_resolvers = {}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", regex(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", regex(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", regex(r"^[-+]?[0-9]{1,18}$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    regex(r"^[-+]?(?:[0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})(?:[eE][-+]?[0-9]{1,3})?$"),
    list("-+0123456789."),
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:merge", regex(r"^<<$"), ["<"])


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> int | str:
    # A leading zero is octal in YAML 1.1 and decimal in 1.2; a mode or a zip code is text to us.
    text = str(node.value)
    digits = text.lstrip("+-")
    return text if len(digits) > 1 and digits[0] == "0" else int(text)


def _construct_map(loader: _Loader, node: yaml.Node) -> Iterator[Map]:
    result = Map()
    start, end = node.start_mark, node.end_mark
    _stamp(result, loader.recon_path, start.line + 1, start.column + 1, end.line + 1)
    if end.column == 0 and end.line > start.line:
        result.end = end.line
    key_at: dict[Any, tuple[int, int]] = {}
    value_at: dict[Any, tuple[int, int]] = {}
    result.key_at, result.value_at = key_at, value_at
    yield result
    if not isinstance(node, yaml.MappingNode):
        return
    own = {id(key) for key, _ in node.value}
    merged: list[tuple[Any, yaml.Mark, yaml.Mark]] = []
    loader.flatten_mapping(node)
    for key_node, value_node in node.value:
        key = _plain_key(loader, key_node)
        mark = key_node.start_mark
        if id(key_node) in own:
            if key in key_at:
                first = key_at[key][0]
                loader.recon_duplicates.append(
                    Problem(
                        Place(loader.recon_path, mark.line + 1, mark.column + 1),
                        f"key {key!r} is already set at line {first}; the last one wins",
                    )
                )
            key_at[key] = (mark.line + 1, mark.column + 1)
            vmark = value_node.start_mark
            value_at[key] = (vmark.line + 1, vmark.column + 1)
        else:
            merged.append((key, mark, value_node.start_mark))
        result[key] = loader.construct_object(value_node, deep=True)
    _place_merged(result, merged)


def _place_merged(result: Map, merged: list[tuple[Any, yaml.Mark, yaml.Mark]]) -> None:
    """What ``<<`` brought stands where it is written; of several the last merged is in effect."""
    own = frozenset(result.key_at)
    for key, mark, vmark in merged:
        if key not in own:
            result.key_at[key] = (mark.line + 1, mark.column + 1)
            result.value_at[key] = (vmark.line + 1, vmark.column + 1)


def _plain_key(loader: _Loader, node: yaml.Node) -> Any:
    key = loader.construct_object(node, deep=True)
    try:
        hash(key)
    except TypeError:
        return str(key)
    return key


def _construct_seq(loader: _Loader, node: yaml.Node) -> Iterator[Seq]:
    result = Seq()
    start, end = node.start_mark, node.end_mark
    _stamp(result, loader.recon_path, start.line + 1, start.column + 1, end.line + 1)
    if end.column == 0 and end.line > start.line:
        result.end = end.line
    result.item_at = []
    yield result
    if not isinstance(node, yaml.SequenceNode):
        return
    for item in node.value:
        result.item_at.append((item.start_mark.line + 1, item.start_mark.column + 1))
        result.append(loader.construct_object(item, deep=True))


def _construct_unknown(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    """``!reset``, ``!Ref`` …: keep the value, drop the tag; nothing of it is executed."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value)
    if isinstance(node, yaml.SequenceNode):
        return next(_filled(_construct_seq(loader, node)))
    return next(_filled(_construct_map(loader, node)))


def _filled(steps: Iterator[Any]) -> Iterator[Any]:
    first = next(steps)
    for _ in steps:
        pass
    yield first


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:map", _construct_map)
_Loader.add_constructor("tag:yaml.org,2002:seq", _construct_seq)
_Loader.add_multi_constructor("!", _construct_unknown)
_Loader.add_multi_constructor("tag:", _construct_unknown)


def read_yaml(text: str, path: str) -> YamlFile:
    """Every document of ``text``. Never raises on bad input: see ``problems``."""
    if _too_deep(text):
        place = Place(path, 1, 1)
        return YamlFile(path, (), (Problem(place, f"nested deeper than {MAX_DEPTH} levels"),))
    found = _read(text, path)
    if any(problem.message.startswith(_TAKEN_ANCHOR) for problem in found.problems):
        return _read(_with_own_anchors(text), path)
    return found


_TAKEN_ANCHOR = "found duplicate anchor"
_MAX_ANCHORS = 2_000
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def _with_own_anchors(text: str) -> str:
    """The text with a name of its own for every anchor, of the same length.

    YAML lets a later anchor take a name over, and an alias means the last one before it; the
    library refuses that. Anchors for which no free name of that length is left stay as they are.
    """
    try:
        marks = [
            (token.start_mark.index, f"{token.value}", isinstance(token, yaml.AnchorToken))
            for token in yaml.scan(text, Loader=yaml.CSafeLoader)
            if isinstance(token, (yaml.AnchorToken, yaml.AliasToken))
        ]
    except yaml.YAMLError:
        return text
    if len(marks) > _MAX_ANCHORS:
        return text
    used = {name for _, name, _ in marks}
    current: dict[str, str] = {}
    pieces: list[str] = []
    end = 0
    for index, name, is_anchor in marks:
        if text[index : index + 1 + len(name)] != ("&" if is_anchor else "*") + name:
            return text
        if is_anchor:
            current[name] = name if name not in current else _free_name(len(name), used) or name
        pieces += [text[end : index + 1], current.get(name, name)]
        end = index + 1 + len(name)
    return "".join((*pieces, text[end:]))


def _free_name(length: int, used: set[str]) -> str:
    """A name that no anchor has yet; empty when there is none."""
    for letters in islice(product(_LETTERS, repeat=length), len(used) + 1):
        name = "".join(letters)
        if name not in used:
            used.add(name)
            return name
    return ""


def _read(text: str, path: str) -> YamlFile:
    place = Place(path, 1, 1)
    loader = _Loader(text)
    loader.recon_path = path
    duplicates: list[Problem] = []
    loader.recon_duplicates = duplicates
    documents: list[YamlDocument] = []
    problems: list[Problem] = []
    aliased = "&" in text and _ALIAS.search(text) is not None
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                continue
            if aliased and _expanded(node, {}) > MAX_NODES:
                at = Place(path, node.start_mark.line + 1, 1)
                problems.append(Problem(at, "aliases expand to too many nodes (an alias bomb)"))
                break
            root = loader.construct_document(node)
            documents.append(YamlDocument(path, node.start_mark.line + 1, root))
            if len(documents) >= _MAX_FILE_DOCUMENTS:
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = place if mark is None else Place(path, mark.line + 1, mark.column + 1)
        parts = [part for part in (error.context, error.problem) if part]
        ended = _ended_text(text, at.line or 1)
        if ended is not None:
            at = Place(path, ended[1], 1)
            parts.append(f"the text that begins in line {ended[0]} ends here, further left than it")
        problems.append(Problem(at, ", ".join(parts) or "not valid YAML"))
    except yaml.YAMLError as error:
        problems.append(_unmarked(error, text, path))
    except RecursionError:
        problems.append(Problem(place, "a value contains itself or is nested too deep"))
    except (ValueError, TypeError) as error:
        problems.append(Problem(place, f"not valid YAML: {error}"))
    finally:
        loader.dispose()
    return YamlFile(path, tuple(documents), tuple(problems), tuple(duplicates))


_TEXT_BEGINS = regex(r"(?:[:-]|!\w+)[ \t]+[|>][-+\d]{0,2}[ \t]*(?:#.*)?$")
_MOST_TEXT = 2_000


def _ended_text(text: str, line: int) -> tuple[int, int] | None:
    """(line where a block of text begins, line that ends it) where a line above another one stands
    further left than the key of the block: what YAML then reads as keys was meant to be text."""
    lines = text.split("\n")
    above = range(min(line, len(lines)), max(line - _MOST_TEXT, 0), -1)
    head = next((at for at in above if _TEXT_BEGINS.search(lines[at - 1][:_LONGEST_HEAD])), 0)
    inside = [at for at in range(head + 1, min(line, len(lines)) + 1) if lines[at - 1].strip()]
    if not head or not inside:
        return None
    ends = next((at for at in inside if _indent(lines[at - 1]) < _indent(lines[inside[0] - 1])), 0)
    left = ends and _indent(lines[ends - 1]) < _indent(lines[head - 1])
    left = left and _ENTRY.match(lines[ends - 1][:_LONGEST_HEAD]) is None
    return (head, ends) if left else None


_LONGEST_HEAD = 300
_ENTRY = regex(r"\s*(?:-(?:\s|$)|[\"']?[\w./ -]{1,80}[\"']?\s*:(?:\s|$)|#)")
"""What may follow a text that ended where it was meant to."""


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _unmarked(error: yaml.YAMLError, text: str, path: str) -> Problem:
    """A reader error (a control character) has an offset instead of a mark."""
    match = re.search(r"position (\d+)", str(error))
    line = 1
    bad = re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
    elif match:
        line = text.count("\n", 0, int(match[1])) + 1
    reason = getattr(error, "reason", None) or "not valid YAML"
    return Problem(Place(path, line, 1), str(reason))


def _too_deep(text: str) -> bool:
    """Whether nesting could exhaust the C composer's stack, told without parsing.

    Only files with very many brackets, or very deep indentation, are counted at all.
    """
    if text.count("[") + text.count("{") > MAX_DEPTH:
        depth = 0
        for char in re.findall(r"[\[\]{}]", text):
            depth += 1 if char in "[{" else -1
            if depth > MAX_DEPTH:
                return True
            depth = max(depth, 0)
    if _CHAIN.search(text) is not None:
        return True
    if re.search(rf"^[ -]{{{MAX_DEPTH},}}", text, re.MULTILINE) is None:
        return False
    indents = {len(line) - len(line.lstrip(" -?")) for line in text.split("\n")}
    return len(indents) > MAX_DEPTH


def _expanded(node: yaml.Node, sizes: dict[int, int]) -> int:
    """How many nodes a consumer that follows every alias would visit."""
    known = sizes.get(id(node))
    if known is not None:
        return known
    sizes[id(node)] = 1  # a cycle counts once here and is caught by the RecursionError above
    total = 1
    if isinstance(node, yaml.SequenceNode):
        total += sum(_expanded(item, sizes) for item in node.value)
    elif isinstance(node, yaml.MappingNode):
        total += sum(_expanded(k, sizes) + _expanded(v, sizes) for k, v in node.value)
    sizes[id(node)] = min(total, MAX_NODES + 1)
    return sizes[id(node)]
