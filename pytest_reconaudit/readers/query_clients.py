"""Database calls of scripts through clients without models: Supabase's, and MongoDB's driver."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.query_call import (
    FoundQuery,
    binding_near,
    expression_text,
    table_name,
)

__all__ = ["client_queries"]

_SUPABASE_KIND = {"select": "select", "insert": "insert", "update": "update", "upsert": "upsert",
                  "delete": "delete"}  # fmt: skip
_TABLE = regex(r"[\"'`](\w+)[\"'`]$|([A-Z][A-Z0-9_]*(?:\.\w+)?)$")
_NO_CLIENT = regex(r"\bstorage\s*\??\.\s*$|\b(?:Array|Buffer|Object|Observable|Readable)\s*\.\s*$")
_BUILT = regex(r"\.\s*(?:select|selectDistinct|delete)\s*\(")
"""What stands before ``from`` in builders of SQL."""
_ONE_ROW = regex(r"\.\s*(?:single|maybeSingle|csv)\s*\(")
_HEAD_ONLY = regex(r"\bhead\s*:\s*true\b")
_BOUND = regex(r"\.\s*limit\(\s*([^(),]{1,60})|\.\s*(range)\(")
_ROWS = regex(r"\.\s*(?:insert|upsert)\(\s*(?:\[|\w+(?:s|Rows|List|\.map\())")
_MOST_ROWS = "1000"
"""Supabase brings no more rows of one answer, whatever is asked, as it is set up."""
_SENT_IN = frozenset({"return_statement", "arrow_function", "array", "await_expression"})
_LINKS = 40
_LONG = 400
"""Characters before a name: longer ones are the tail of a chain, not its beginning."""

_MONGO = {
    "find": "select", "findOne": "select", "aggregate": "select", "distinct": "select",
    "countDocuments": "count", "estimatedDocumentCount": "count", "insertOne": "insert",
    "insertMany": "insert", "updateOne": "update", "updateMany": "update", "replaceOne": "update",
    "findOneAndUpdate": "update", "findOneAndReplace": "update", "findOneAndDelete": "delete",
    "deleteOne": "delete", "deleteMany": "delete",
}  # fmt: skip
_COLLECTION = regex(
    r"\bcollection\s*(?:<[^<>()]{0,80}>)?\(\s*(?:[\"'`](\w+)[\"'`]|[\w.]+)\s*\)\s*[!?]?\.?$"
)
_NAMED = regex(r"(?:^|\.)(?:(\w*?)_?[cC]ollection|[cC]ollections\.(\w+)|(\w*?)Col)\.$")
_MONGO_BOUND = regex(r"\.\s*limit\(\s*([^()]{1,60})\)|\blimit\s*:\s*([^,}\s]+)|\$limit\W+(\w+)")
_UPSERT = regex(r"\bupsert\s*:\s*true\b")
_AGGREGATES = regex(r"\$(?:group|count|facet|bucket)\b")
_MANY = frozenset({"find", "aggregate"})


def client_queries(code: Code) -> Iterator[FoundQuery]:
    """Every call of a file that sends a statement through one of these clients."""
    source = code.source
    if b"upabase" in source:
        yield from _supabase(code)
    if b"ollection" in source and b"mongodb" in source and b"mongoose" not in source:
        yield from _mongo(code)


def _chain(code: Code, call: Call) -> list[Call]:
    """The calls of the chain that a call begins, itself left out, in their order."""
    found = [
        one
        for one in code.calls[max(call.index - _LINKS, 0) : call.index]
        if one.start == call.start and one.end > call.end
    ]
    return sorted(found, key=lambda one: one.end)


def _supabase(code: Code) -> Iterator[FoundQuery]:
    """``supabase.from("orders").select("*").eq("id", id)``: told by the call that names the
    table."""
    for call in code.calls_named(("from", "rpc")):
        if not call.arguments or not 0 < call.receiver[1] - call.receiver[0] < _LONG:
            continue
        given = code.text(call.arguments[0])
        table = _TABLE.match(given)
        before = expression_text(code, call.start, call.name_at)
        if table is None or _NO_CLIENT.search(before) or _BUILT.search(before):
            continue
        later = _chain(code, call)
        last = later[-1] if later else call
        if not _is_sent(code, last):
            continue
        text = expression_text(code, call.start, last.end)
        receiver = code.text(call.receiver).split(".")[0]
        name = (table[1] or "").lower()
        if call.name == "rpc":
            yield FoundQuery(
                call, "call", "supabase", (call.start, last.end), text, name, receiver
            )  # fmt: skip
            continue
        verb = later[0].name if later else ""
        if verb not in _SUPABASE_KIND:
            continue
        kind = _SUPABASE_KIND[verb]
        if kind == "select" and _HEAD_ONLY.search(text):
            kind = "count"
        bound = _BOUND.search(text)
        limit = (bound[1] or "paginated").strip() if bound is not None else _MOST_ROWS
        yield FoundQuery(
            later[0], kind, "supabase", (call.start, last.end), text, name, receiver,
            kind == "select" and _ONE_ROW.search(text) is None,
            limit if kind == "select" else "", (), _ROWS.search(text) is not None,
        )  # fmt: skip


def _is_sent(code: Code, last: Call) -> bool:
    """Whether a chain is awaited, handed back or one of several that are awaited together."""
    if last.awaited or last.name in ("then", "throwOnError"):
        return True
    around = code.node(last.start, last.end)
    parent = around.parent if around is not None else None
    return parent is not None and parent.type in _SENT_IN


def _mongo(code: Code) -> Iterator[FoundQuery]:
    """``db.collection("orders").find({ … })``, or what a variable or field holds of it."""
    for call in code.calls_named(_MONGO):
        if not 0 < call.receiver[1] - call.receiver[0] < _LONG:
            continue
        before = expression_text(code, call.start, call.name_at)
        head = "".join(before.split()).replace("?.", ".").replace("!.", ".")
        name = _collection(code, call, head)
        if name is None:
            continue
        later = _chain(code, call)
        last = later[-1] if later else call
        text = expression_text(code, call.start, last.end)
        kind = _MONGO[call.name]
        if kind == "update" and _UPSERT.search(text):
            kind = "upsert"
        if call.name == "aggregate" and _AGGREGATES.search(text):
            kind = "count"
        bound = _MONGO_BOUND.search(text)
        limit = next((word.strip() for word in bound.groups() if word), "") if bound else ""
        yield FoundQuery(
            call, kind, "mongo", (call.start, last.end), text, table_name(name) if name else "",
            code.text(call.receiver).split(".")[0], kind == "select" and call.name in _MANY,
            limit if kind == "select" else "", (), call.name == "insertMany",
        )  # fmt: skip


def _collection(code: Code, call: Call, head: str) -> str | None:
    """The name of the collection that a call asks, empty where it is not told; ``None`` where it
    is no collection."""
    match = _COLLECTION.search(head.removesuffix("."))
    if match is not None:
        return match[1] or ""
    root = head.rstrip(".")
    if root.isidentifier():
        binding = binding_near(code, root, call.start, call.scope)
        if binding is not None:
            made = _COLLECTION.search(expression_text(code, *binding.value).rstrip("; \n"))
            if made is not None:
                return made[1] or ""
            if "Collection<" in binding.type:
                return root.removesuffix("Collection")
    named = _NAMED.search(head)
    return next((word for word in named.groups() if word), "") if named is not None else None
