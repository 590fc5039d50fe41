"""What to write instead of a statement per element, for Django: the statement's own words.

Code is given where all of a statement is known: its manager, the key that varies, the other
conditions. Else words say what is to be done, and name what has to be kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.facts.query.loop_bodies import BesideStatement
from pytest_reconaudit.facts.query.made_names import names_of_round
from pytest_reconaudit.facts.query.python_fixes import base_of, fenced, model_name
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments, arguments_and_end

__all__ = ["Followed", "LoopedStatement", "fix_of_django", "fix_of_followed"]

_STARTS = regex(
    r"\bget_object_or_404\(\s*([A-Z]\w*)\s*,|(?<![\w.])((?:[a-z_]\w*\.){0,2}[A-Z]\w*)\s*\.\s*(\w*objects|_default_manager)\s*\."
)
_STEP = regex(r"\s*\.?\s*([a-z_]\w*)\s*\(")
_KEYWORD = regex(r"(\w+)\s*=(?!=)\s*(.+)", re.DOTALL)
_ROOTS = regex(r"(?<![\w.\"'])[A-Za-z_]\w*")
_ASSIGNED = regex(
    r"(?m)^[ \t]*([a-z_]\w*(?:[ \t]*,[ \t]*[a-z_]\w*)*)[ \t]*(?::[^=\n]{1,80})?[-+]?=(?!=)"
)
_NARROWS = frozenset({"get", "filter", "aget", "get_object_or_404"})
_ONE = frozenset({"get", "first", "afirst", "aget", "get_object_or_404"})
_CHOOSES = frozenset({"order_by", "latest", "earliest", "last", "reverse", "distinct"})
_PLAIN = frozenset({"all", "select_related", "prefetch_related", "only", "defer", "using"})
_SCALAR = regex(
    r"(?:^|_)(?:key|id|pk|uu?id|slug|hash|sha\d*|md5|email|name|username|code|token|number|url|path"
    r"|domain|barcode|symbol|sku|isbn|phone|ip)$"
)
"""A column of which one row has each value."""
_SENT = regex(r"\brequest\b|\bjson\.loads\(|\.getlist\(|\.split\(|\bdata\b|\bpayload\b")
_ORDERED = regex(r"\b(?:position|order|rank|sort_order|sequence|index)\b\s*(?:\+=|=)|\benumerate\(")
_MISSING = regex(
    r"except[ \t(][^\n:]{0,200}?\b(?:DoesNotExist|Exception)\b[^\n:]{0,80}:"
    r"[ \t]*\n[ \t]*(?!continue\b|pass\b)\S"
)
_LONGEST = 90
_MOST_STEPS = 8
_MOST_TEXT = 900


class LoopedStatement(Struct, frozen=True):
    """A statement of Django that a loop repeats."""

    kind: str
    table: str
    """As calls are told by: ``order_line``."""
    via: str
    """The function that sends it, when the loop only calls it; else empty."""
    over: str
    variable: str
    source: str
    """The text of the function's lines from where the statement begins."""
    body: str
    """The text of the loop's body."""
    above: str
    """The text of its function above the loop."""
    others: Sequence[tuple[str, str, int]] = ()
    """(kind, in words, line) of the other statements of the loop."""
    further: Sequence[BesideStatement] = ()
    several: bool = False
    """:attr:`via` is given more than one value of each element."""
    sibling: str = ""
    """In words a function beside :attr:`via` that does it for many."""
    stays: Collection[tuple[str, int]] = ()
    """(in words, line) of the other statements whose result the round goes on with."""


class Followed(Struct, frozen=True):
    """What a loop over rows asks for of each."""

    what: str
    """``Order.customer.country``, ``Order.lines.filter()``, ``Order.vat.all() (by Order.x)``."""
    kind: str
    over: str
    """What the loop goes over, as source."""
    loaded: bool
    """Its queryset loads it along, which this asks in vain."""


def fix_of_followed(followed: Sequence[Followed]) -> str:
    """Loads along what loops over rows of Django's models ask for of each."""
    loops = tuple(dict.fromkeys(one.over for one in followed))
    return "\n\n".join(
        text
        for over in loops[:_MOST_OTHERS]
        if (text := _of_loop([one for one in followed if one.over == over], over))
    )


def _of_loop(followed: Sequence[Followed], over: str) -> str:
    joined: list[str] = []
    fetched: list[str] = []
    figures: list[str] = []
    again: list[str] = []
    there: list[str] = []
    for one in followed:
        parts = one.what.partition(" (")[0].split(".")
        if len(parts) < _LEAST or not parts[1].isidentifier() or " " in parts[0]:
            continue
        asked = parts[-1] if parts[-1].endswith(")") else ""
        if not asked and one.kind != "count":
            joined.append("__".join(parts[1:]))
        elif asked == "all()":
            fetched.append(parts[1])
        elif asked in ("", "count()"):
            figures.append(f'Count("{parts[1]}", distinct=True)')
        elif asked == "exists()":
            again.append(f"`{parts[1]}.exists()` (`Exists` with `OuterRef`)")
        elif one.loaded:
            there.append(f"`{parts[1]}`")
        else:
            again.append(f"`{parts[1]}.{asked}`")
    base = base_of(over)
    text: list[str] = []
    steps = ""
    if joined:
        steps += f".select_related({_quoted(joined)})"
    if fetched:
        steps += f".prefetch_related({_quoted(fetched)})"
    if steps:
        text.append(fenced("Load what each row leads to with the rows:", f"{base}{steps}"))
    if figures:
        counted = ", ".join(
            f"n_{number}={one}" if len(set(figures)) > 1 else f"n={one}"
            for number, one in enumerate(dict.fromkeys(figures), 1)
        )
        text.append(fenced("Let the query of the rows count:", f"{base}.annotate({counted})"))
    if there:
        named = ", ".join(dict.fromkeys(there))
        text.append(
            f"{named} {'is' if len(set(there)) == 1 else 'are'} loaded along already, but a"
            " manager's `filter()`, `order_by()` or `aggregate()` does not look there and asks"
            " anew: choose from `.all()` of each row in Python, or give the queryset a `Prefetch`"
            " with the wanted rows (`queryset=..., to_attr=...`)."
        )
    if again:
        text.append(
            f"Ask for {', '.join(dict.fromkeys(again))} of all rows at once: a `Prefetch` with a"
            " queryset of the wanted rows and `to_attr`, or `annotate` for a figure."
        )
    return "\n\n".join(text)


def _quoted(names: Sequence[str]) -> str:
    every = [
        one
        for one in dict.fromkeys(names)
        if not any(other.startswith(f"{one}__") for other in names)
    ]
    return ", ".join(f'"{one}"' for one in every)


_LEAST = 2


class _Asked(Struct, frozen=True):
    """A statement taken apart."""

    base: str
    """``OrderLine.objects``."""
    steps: tuple[str, ...]
    """The names of what is called."""
    key: str
    """What of the rows is compared with what the loop is about; empty where that is not plain."""
    value: str
    conditions: tuple[str, ...]
    """The other arguments."""
    fits: bool
    """All of them stay what they are in every round."""
    pairs: tuple[str, ...] = ()
    """What of the rows is compared with what is a round's own, by equality."""


def fix_of_django(one: LoopedStatement, relations: Mapping[str, Collection[str]]) -> str:
    """Asks or writes once for all elements.

    :param relations: model → its foreign keys.
    """
    model = _own_name(one)
    if one.via:
        text = _by_function(one, model)
    elif one.kind in ("select", "count", "exists"):
        text = _reads(one, model, relations)
    else:
        text = _writes(one, model)
    if _ASYNC.search(one.source) is not None or _ASYNC.search(one.body) is not None:
        text = _awaited(text)
    rest = _rest(one)
    return f"{text}\n\n{rest}" if rest else text


_ASYNC = regex(r"\bawait\b|\basync\s+(?:for|with)\b")
_IN_ASYNC = (
    (regex(r"\bone for one in "), "one async for one in "),
    (regex(r"(?m)^for (?=\w+ in )"), "async for "),
    (regex(r"= dict\(\n    (.+)\n\)"), r"= {\n    key: n async for key, n in \1\n}"),
    (regex(r"= set\((.+)\)"), r"= {one async for one in \1}"),
    (regex(r"= (.+)\.in_bulk\("), r"= await \1.ain_bulk("),
    (
        regex(r"(?m)^((?!await )[\w.()'\"=, ]+)\.(bulk_create|bulk_update|update|delete)\("),
        r"await \1.a\2(",
    ),
)


def _awaited(text: str) -> str:
    """The code of an advice as async code has it: no queryset is gone over by a plain ``for``
    there."""
    parts = text.split("```")
    for index in range(1, len(parts), 2):
        for pattern, instead in _IN_ASYNC:
            parts[index] = pattern.sub(instead, parts[index])
    return "```".join(parts)


def _own_name(one: LoopedStatement) -> str:
    """The model's name, as the statement writes it."""
    start = _STARTS.search(one.source[:_MOST_TEXT]) if not one.via else None
    named = (start[1] or start[2].rpartition(".")[2]) if start is not None else ""
    model = model_name(one.table)
    return named if named.replace("_", "").lower() == model.lower() else model


def _by_function(one: LoopedStatement, model: str) -> str:
    what = f"`{model}`" if one.table else "it"
    if one.kind in ("select", "count", "exists"):
        if one.sibling:
            return f"`{one.via}` asks for {what} for one element; {one.sibling} does for many."
        if one.several:
            return (
                f"`{one.via}` asks for {what} by more than one value of the element: give it a"
                " sibling for all of them (an OR of a `Q` for each, as a list for each column would"
                " also find what no element means), with the same conditions, that is called once"
                " before the loop, and look each up in a dict by the tuple of these values."
            )
        return (
            f"`{one.via}` asks for {what} for one element: give it a sibling for all of them, with"
            " the same conditions, that is called once before the loop (or hand it what was asked"
            " for there)."
        )
    return (
        f"`{one.via}` writes {what} for one element: let it make the row, and write all of them"
        " behind the loop (`bulk_create`, `bulk_update`), as far as no signal and no `save()` of"
        " their own has to run."
    )


def _reads(one: LoopedStatement, model: str, relations: Mapping[str, Collection[str]]) -> str:
    asked = _asked(one)
    if asked is None:
        return (
            f"Ask once before the loop for the `{model}` rows of all elements, with the"
            " statement's own conditions, and look each up in what came."
        )
    if len(asked.pairs) > 1:
        return _by_several(one, asked)
    keys = _keys(one, asked)
    if not asked.key or not keys or not asked.fits or _CHOOSES & set(asked.steps):
        return _in_words(one, asked)
    owned = relations.get(model, ()) or relations.get(asked.base.partition(".")[0], ())
    given = ", ".join((*asked.conditions, f"{asked.key}__in={keys}"))
    rows = f"{asked.base}.filter({given})"
    if one.kind == "count":
        code = f'counts = dict(\n    {rows}.values_list("{asked.key}").annotate(n=Count("pk"))\n)'
        return fenced("Let one grouped query count for all of them before the loop:", code)
    if one.kind == "exists":
        code = f'there = set({rows}.values_list("{asked.key}", flat=True))'
        caution = _caution(one, asked)
        return fenced(f"Ask once which of them are there, before the loop{caution}:", code)
    primary = asked.key in ("id", "pk")
    if primary and asked.value == one.variable and asked.steps[-1] in _ONE:
        return _over_rows(one, asked, rows, keys)
    kept = f".filter({', '.join(asked.conditions)})" if asked.conditions else ""
    if primary:
        return fenced(
            f"Ask once for all of them before the loop, and look each up in what came"
            f"{_caution(one, asked)}:",
            f"found = {asked.base}{kept}.in_bulk({keys})",
        ) + _careful(one, asked, typed=True)
    if asked.steps[-1] in _ONE and (asked.key in owned or _SCALAR.search(asked.key)):
        own = f"{asked.key}_id" if asked.key in owned else asked.key
        return fenced(
            "Ask once for all of them before the loop, and look each up in what came:",
            f"found = {{one.{own}: one for one in {rows}}}",
        ) + _careful(one, asked)
    return fenced(
        f"Ask once for all of them before the loop, and gather what came by `{asked.key}`:", rows
    )


def _by_several(one: LoopedStatement, asked: _Asked) -> str:
    """Of rows that more than one value of each element finds."""
    model = asked.base.partition(".objects")[0]
    columns = ", ".join(asked.pairs)
    each = f"Q({', '.join(f'{key}=...' for key in asked.pairs)})"
    plain = [text for text in asked.conditions if text.partition("=")[0].strip() not in asked.pairs]
    also = ""
    if plain:
        kept = [text for text in plain if len(text) <= _LONGEST and "`" not in text]
        named = f" (`{', '.join(kept)}`)" if len(kept) == len(plain) else ""
        also = f", with its other conditions{named}"
    how = (
        f"an OR of `{each}` for each element{also}, as a list for each column would also find what"
        " no element means"
    )
    quoted = ", ".join(f'"{key}"' for key in asked.pairs)
    if one.kind == "count":
        return (
            f"Count the `{model}` rows of all elements with one query grouped by these columns"
            f' (`values({quoted}).annotate(n=Count("pk"))`): {how}.'
        )
    if one.kind == "exists":
        return (
            f"Ask once before the loop which of them are there (`values_list({quoted})`, into a set"
            f" of tuples): {how}."
        )
    chosen = [step for step in asked.steps if step in _CHOOSES]
    order = f", in the statement's own order (`{chosen[0]}`)" if chosen else ""
    return (
        f"Ask once before the loop for the `{model}` rows of all elements{order}: {how}. Look each"
        f" up in a dict by the tuple of `{columns}`."
    )


def _over_rows(one: LoopedStatement, asked: _Asked, rows: str, keys: str) -> str:
    """Of keys that a loop looks up one after the other."""
    name = re.search(
        rf"(?m)^[ \t]*([a-z_]\w*)[ \t]*=[^=\n]*(?:_or_404\(|{re.escape(asked.base)})", one.body
    )
    row = name[1] if name is not None else "row"
    told = (
        "Ask once for all of them and go over the rows that came, instead of the keys (they may be"
        " text, by which `in_bulk()` of a number finds nothing):"
    )
    text = fenced(told, f"for {row} in {rows}:")
    more = []
    if _MISSING.search(one.body):
        more.append(
            f"A key without a row, which the loop reports, is one of `{keys}` that did not come;"
            " one that is no key at all now fails for all of them: check them first."
        )
    elif "except" not in one.body and asked.steps[-1] in _REFUSES:
        more.append("A key without a row ends the loop now: compare what came with the keys.")
    if _ORDERED.search(one.body):
        more.append("The rows come in the order of the query: sort them as the keys are.")
    return "\n\n".join((text, " ".join(more))) if more else text


def _careful(one: LoopedStatement, asked: _Asked, *, typed: bool = False) -> str:
    """What gets lost where rows are looked up in a dict: how a key without a row is refused, and
    how its text is compared.

    :param typed: that is said already.
    """
    said = []
    if asked.steps and asked.steps[-1] in _REFUSES:
        said.append(
            "A key without a row fails now: look each up by `.get()`, and refuse as it does."
        )
    outside = "[" in asked.value or ".get(" in asked.value or _comes_from_request(one)
    if outside and not typed:
        said.append("Keys that a request sends may be text: make them what the column holds first.")
    return f"\n\n{' '.join(said)}" if said else ""


_REFUSES = frozenset({"get", "aget", "get_object_or_404", "aget_object_or_404"})


def _caution(one: LoopedStatement, asked: _Asked) -> str:
    """What has to be known of keys that a request sends, where rows are found by their own."""
    if asked.key not in ("id", "pk") and not asked.key.endswith("_id"):
        return ""
    outside = "[" in asked.value or ".get(" in asked.value or _comes_from_request(one)
    return " (by the primary key's type: convert what comes as text)" if outside else ""


def _comes_from_request(one: LoopedStatement) -> bool:
    if _SENT.search(one.over):
        return True
    if not one.over.isidentifier():
        return False
    found = re.findall(rf"(?m)^[ \t]*{re.escape(one.over)}[ \t]*=(?!=)([^\n]*)$", one.above)
    return bool(found) and _SENT.search(found[-1]) is not None


def _in_words(one: LoopedStatement, asked: _Asked) -> str:
    model = asked.base.partition(".objects")[0]
    chosen = [step for step in asked.steps if step in _CHOOSES]
    by = f" by `{asked.key}`" if asked.key else ""
    kept = [text for text in asked.conditions if len(text) <= _LONGEST]
    also = ""
    if kept and asked.fits:
        also = f", with its other conditions (`{', '.join(kept)}`)"
    elif asked.conditions:
        also = ", with its other conditions"
    if "__" in asked.key and asked.key.rpartition("__")[2] in _COMPARES:
        return _compared(one, asked, model, also, chosen)
    if one.kind == "count":
        grouped = by or " by the key"
        return f"Count the `{model}` rows of all elements with one query grouped{grouped}{also}."
    if chosen:
        return (
            f"Ask once before the loop for the `{model}` rows of all elements{by}{also}, in the"
            f" statement's own order (`{chosen[0]}`), and keep the wanted one of each in a dict."
        )
    return (
        f"Ask once before the loop for the `{model}` rows of all elements{by}{also}, and look each"
        " up in what came."
    )


def _compared(
    one: LoopedStatement, asked: _Asked, model: str, also: str, chosen: Sequence[str]
) -> str:
    """Of a condition that is no equality: neither groups nor a dict tell whose a row is."""
    if one.kind == "count":
        return (
            f"Count the `{model}` rows of all elements with one `aggregate()` before the loop: a"
            f' `Count("pk", filter=Q({asked.key}=...))` for each{also}.'
        )
    order = f", in the statement's own order (`{chosen[0]}`)" if chosen else ""
    return (
        f"Ask once before the loop for the `{model}` rows that any element may mean{also}{order},"
        f" and choose those of each (`{asked.key}`) from what came."
    )


def _writes(one: LoopedStatement, model: str) -> str:
    if one.kind == "insert":
        used = re.search(rf"(?m)^[ \t]*([a-z_]\w*)[ \t]*=[ \t]*{re.escape(model)}\b", one.body)
        after = ""
        if used is not None and len(re.findall(rf"\b{used[1]}\b", one.body)) > 1:
            after = f" What the loop does with each `{used[1]}` then comes behind it."
        return fenced(
            f"Gather the rows in the loop and write them with one statement behind it; neither"
            f" signals nor a `save()` of `{model}` run then:",
            f"{model}.objects.bulk_create(rows)",
        ) + (f"\n\n{after.strip()}" if after else "")
    if one.kind == "update":
        return (
            f"Change the `{model}` rows with one statement behind the loop: `update()` of a"
            " queryset where all get the same value, `bulk_update(rows, fields)` where each gets"
            " its own; neither signals nor a `save()` of their own run then."
        )
    if one.kind == "delete":
        return (
            f"Delete the `{model}` rows with one statement: `delete()` of the queryset of all of"
            " them; a `delete()` of their own does not run then."
        )
    return (
        f"Ask once which of the `{model}` rows are there, then `bulk_create` the others and"
        " `bulk_update` those (or `bulk_create(..., update_conflicts=True)`, where a unique key"
        " tells them); neither signals nor a `save()` of their own run then."
    )


def _rest(one: LoopedStatement) -> str:
    """What is to be done about the loop's other statements."""
    told: list[str] = []
    for kind, what, line in one.others[:_MOST_OTHERS]:
        if kind in ("select", "count", "exists"):
            told.append(f"ask once for {what} of line {line} likewise")
        elif (what, line) in one.stays:
            told.append(f"{what} of line {line} stays, as the round goes on with its result")
        elif kind == "insert":
            told.append(f"gather {what} of line {line} for one `bulk_create`")
        else:
            told.append(f"gather {what} of line {line} for one statement behind the loop")
    adds = [each for each in one.further if each.kind == "add"]
    for each in adds[:1]:
        manager = each.text.rpartition(".")[0]
        told.append(
            f"call `{manager}.{each.text.rpartition('.')[2][:-1]}*rows)` once for all (line"
            f" {each.line})"
            + ("; it passes over those that are there" if each.text.endswith(".add()") else "")
        )
    told += [
        f"`{each.text}` of line {each.line} asks in each round too"
        for each in one.further
        if each.kind == "ask" and not adds
    ]
    told += [
        f"`{each.text}` of line {each.line} still is a statement for each"
        for each in one.further
        if each.kind in ("save", "delete")
    ]
    return f"In the same loop: {'; '.join(told)}." if told else ""


_MOST_OTHERS = 3


def _asked(one: LoopedStatement) -> _Asked | None:
    text = one.source[:_MOST_TEXT]
    start = _STARTS.search(text)
    if start is None:
        return None
    inner = {
        name.strip() for names in _ASSIGNED.findall(one.body) for name in names.split(",")
    } | set(_ROOTS.findall(one.variable))
    if start[1]:
        try:
            given = list(arguments(text, start.end()))
        except Unclosed:
            given = []
        return _taken_apart(one, f"{start[1]}.objects", ("get_object_or_404",), given, inner)
    steps: list[str] = []
    conditions: list[str] = []
    plain = True
    at = start.end() - 1
    for _ in range(_MOST_STEPS):
        step = _STEP.match(text, at)
        if step is None:
            break
        try:
            given, at = arguments_and_end(text, step.end())
        except Unclosed:
            return None
        steps.append(step[1])
        if step[1] in _NARROWS:
            conditions += given
        elif step[1] not in _PLAIN | _CHOOSES | _ONE | {"exists", "count", "values_list", "values"}:
            plain = False
        # What a row is then, no dict of rows has.
        plain = plain and step[1] not in ("values", "only", "defer")
    asked = _taken_apart(one, f"{start[2]}.{start[3]}", tuple(steps), conditions, inner)
    if asked is None or plain:
        return asked
    return replace(asked, fits=False)


def _taken_apart(
    one: LoopedStatement,
    base: str,
    steps: tuple[str, ...],
    given: Sequence[str],
    inner: Collection[str],
) -> _Asked | None:
    key, value = "", ""
    others: list[str] = []
    pairs: dict[str, None] = {}
    body = one.body.split("\n")
    mine = names_of_round(body, ".py", 1, len(body), _ROOTS.findall(one.variable))
    # What a round gives more than one value, it mostly looks for by the element.
    mine |= {name for name, n in Counter(_ASSIGNED.findall(one.body)).items() if n > 1}
    fits = bool(steps)
    for argument in given:
        keyword = _KEYWORD.match(argument)
        roots = set(_ROOTS.findall(keyword[2] if keyword is not None else argument))
        varies = keyword is not None and not mine.isdisjoint(roots)
        if keyword is not None and varies and keyword[1].rpartition("__")[2] not in _COMPARES:
            pairs[keyword[1]] = None
        if keyword is not None and not key and roots & set(_ROOTS.findall(one.variable)):
            key, value = keyword[1], " ".join(keyword[2].split())
            continue
        others.append(" ".join(argument.split()))
        if keyword is None or roots & set(inner) or len(argument) > _LONGEST or "\n" in argument:
            fits = False
    if "__" in key:
        # ``slug__iexact`` compares otherwise than ``__in`` does.
        plain = key.rpartition("__")[2]
        fits = fits and plain not in _COMPARES
    return _Asked(base, steps, key, value, tuple(others), fits, tuple(pairs))


_COMPARES = frozenset(
    {"iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "gt",
     "gte", "lt", "lte", "in", "range", "regex", "iregex", "isnull", "exact", "date", "year"}
)  # fmt: skip


def _keys(one: LoopedStatement, asked: _Asked) -> str:
    """What gives the keys of all elements; empty where that is not plain."""
    over = " ".join(one.over.split())
    if not one.variable.isidentifier() or "(" in asked.value or len(over) > _LONGEST // 2:
        return ""
    if asked.value == one.variable:
        return over
    if not re.match(rf"{re.escape(one.variable)}[.\[]", asked.value):
        return ""
    return f"[{asked.value} for {one.variable} in {over}]"
