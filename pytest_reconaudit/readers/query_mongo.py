"""Database calls of Rust's driver of MongoDB."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.query_call import FoundQuery, binding_near, expression_text

__all__ = ["mongo_queries"]

_KINDS = {
    "find": "select", "find_one": "select", "aggregate": "select", "distinct": "select",
    "count_documents": "count", "estimated_document_count": "count", "insert_one": "insert",
    "insert_many": "insert", "update_one": "update", "update_many": "update",
    "replace_one": "update", "find_one_and_update": "update", "find_one_and_replace": "update",
    "delete_one": "delete", "delete_many": "delete", "find_one_and_delete": "delete",
}  # fmt: skip
_COMMON = frozenset({"find", "aggregate", "distinct", "insert_many", "update_many", "delete_many"})
"""What other libraries have, too."""
_COLLECTION = regex(
    r"(?i)\b(?:\w*_)?coll(?:ection)?s?\b|\bcollection\w*\s*(?:::<[^()]{0,200}>)?\s*\(|\bCollection\s*<"
)
_NAMED = regex(r"\bcollection\s*+(?:::<[^()]{0,200}>)?\s*+\(\s*+(?:\"(\w+)\"|([A-Z][A-Z_0-9]*+))")
_CONSTANTS = regex(r"\bconst\s+([A-Z][A-Z_0-9]*)\s*:[^=;]{1,40}=\s*\"(\w+)\"")
_ROOT = regex(r"[&*(\s]*(?:self\s*\.\s*)?([a-z_]\w*)")
_FIELDS = regex(r"\b([a-z_]\w*)\s*+:\s*+&?\s*+(?:mongodb::)?(?:sync::)?Collection\s*<")
"""What is declared to be a collection: fields and parameters."""
_ASKED = regex(r"[&*\s]*([a-z_]\w*)(?:\.clone\(\))?")
_CHAINED = regex(
    r"\s*\.\s*(?:sort|limit|skip|projection|with_options|session|batch_size|hint|upsert|with_type"
    r"|return_document|ordered|comment|collation|max_time|allow_disk_use|array_filters|selector)\s*\("
)
_AWAITED = regex(r"\s*\.\s*await\b")
_LIMIT = regex(r"\.\s*limit\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)|\blimit\s*:\s*([^,}]+)")
_STAGE = regex(r"\"\$limit\"\s*:\s*([^,}]+)")
_OPTIONS = regex(r"\.\s*with_options\(\s*(?:Some\(\s*)?([a-z_]\w*)")
_UPSERTS = regex(r"\bupsert\s*\(\s*true\s*\)|\bupsert\s*:\s*(?:Some\(\s*)?true\b")
_AGGREGATES = regex(r"\"\$(?:group|count|facet|bucket)\"")
_LONG = 600
_DEEP = 8


def mongo_queries(code: Code) -> Iterator[FoundQuery]:
    """Every call of a file that asks a collection."""
    source = code.source
    if b"mongodb" not in source and b"bson" not in source:
        return
    blocking = b"mongodb::sync" in source
    whole = source.decode("utf-8", "replace")
    fields = frozenset(_FIELDS.findall(whole))
    constants = {name: value.lower() for name, value in _CONSTANTS.findall(whole)}
    only = {_name(one, constants) for one in _NAMED.finditer(whole)}
    default = only.pop() if len(only) == 1 else ""
    for call in code.calls_named(_KINDS):
        if call.macro or call.receiver[0] == call.receiver[1]:
            continue
        end = _sent(code, call)
        if not end and blocking:
            end = call.end
        if not end:
            continue
        on, declared = _called_on(code, call)
        root = _ROOT.match(on)
        if not (
            call.name not in _COMMON
            or (root is not None and root[1] in fields)
            or _COLLECTION.search(f"{on}\n{declared}")
        ):
            continue
        named = _NAMED.search(f"{on}\n{declared}")
        table = _name(named, constants) if named is not None else default
        yield _made(code, call, end, table)


def _sent(code: Code, call: Call) -> int:
    """Where the chain ends that a call begins and that is awaited; 0 where none is."""
    at = call.end
    tail = code.text(at, min(at + _LONG, len(code.source)))
    place = 0
    for _ in range(_DEEP):
        if _AWAITED.match(tail, place) is not None:
            return at + len(tail[:place].encode())
        match = _CHAINED.match(tail, place)
        if match is None:
            return 0
        place = _closed(tail, match.end())
    return 0


def _closed(text: str, at: int) -> int:
    """Right behind where the bracket before a position is closed."""
    depth = 1
    for index in range(at, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if not depth:
            return index + 1
    return len(text)


def _called_on(code: Code, call: Call) -> tuple[str, str]:
    """What a call is made on, and the declaration of that."""
    on = expression_text(code, *call.receiver)[-_LONG:]
    root = _ROOT.match(on)
    if root is None:
        return on, ""
    binding = binding_near(code, root[1], call.start, call.scope)
    if binding is None:
        return on, ""
    return on, f"{binding.type}\n{expression_text(code, *binding.value)[:_LONG]}"


def _made(code: Code, call: Call, end: int, table: str) -> FoundQuery:
    written = code.text(call.name_at, end)
    text = "\n".join([written, *_variables(code, call), *_options(code, call, written)])
    kind = _KINDS[call.name]
    if kind == "update" and _UPSERTS.search(text):
        kind = "upsert"
    if call.name == "aggregate" and _AGGREGATES.search(text):
        kind = "count"
    limited = _STAGE.search(text) if call.name == "aggregate" else _LIMIT.search(text)
    limit = next((one.strip() for one in limited.groups() if one), "") if limited else ""
    return FoundQuery(
        call,
        kind,
        "mongodb",
        (call.start, end),
        text,
        table,
        "",
        call.name in ("find", "aggregate") and kind == "select",
        limit,
        (),
        call.name == "insert_many",
    )


def _variables(code: Code, call: Call) -> Iterator[str]:
    """What the variables that a call is given were made of."""
    for span in call.arguments[:3]:
        plain = _ASKED.fullmatch(code.text(span)[:200])
        binding = binding_near(code, plain[1], call.start, call.scope) if plain else None
        if binding is not None:
            yield expression_text(code, *binding.value)
        elif plain is not None and "option" in plain[1]:
            yield ".limit(options)"
        elif plain is not None:
            yield f'doc! {{ "": {plain[1]} }}'  # what somebody else filters by


def _options(code: Code, call: Call, written: str) -> Iterator[str]:
    """What the options of a chain were made of; those of somebody else may hold a limit."""
    given = _OPTIONS.search(written)
    if given is not None:
        binding = binding_near(code, given[1], call.start, call.scope)
        yield expression_text(code, *binding.value) if binding is not None else ".limit(options)"


def _name(match: re.Match[str], constants: dict[str, str]) -> str:
    """The name of a collection, as it is made: by itself or by a constant of the file."""
    return match[1].lower() if match[1] else constants.get(match[2], match[2].lower())
