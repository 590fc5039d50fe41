"""What to write instead of a query per row, in the words of the library that a Python file uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from pytest_reconaudit.patterns import regex

__all__ = [
    "base_of",
    "fenced",
    "fix_of_list",
    "fix_of_page",
    "fix_of_relations",
    "fix_of_rows",
    "model_name",
]

_QUERYSET = regex(r"(?:await\s+)?((?:\w+\.)*[A-Z]\w*\.objects\b.*|[a-z_]\w*(?:\.\w+\([^()]*\))*)$")
_WHOLE = regex(r"(?:\w+\.)*[A-Z]\w*\.objects(?:\.all\(\))?$")
"""A queryset without conditions that its source, cut off, might leave out."""
_SPACED = regex(r"([(\[]) | ?,? ([)\]])")
_ITERATES = regex(r"\.(?:iterator|all)\([^()]*\)$")
_LONGEST = 90
_MOST = 6
"""Relations that a sample names."""


def fix_of_relations(relations: Sequence[str]) -> str:
    """Loads along what a loop over rows of SQLAlchemy follows.

    :param relations: ``Order.customer``.
    """
    names = list(dict.fromkeys(one.partition(" (")[0] for one in relations))
    model = names[0].partition(".")[0]
    own = [one for one in names if one.partition(".")[0] == model]
    others = [one for one in names if one not in own]
    options = ", ".join(f"{_loader(one)}({one})" for one in own[:_MOST])
    told = fenced(
        f"Load it along where the rows of `{model}` are asked for:", f".options({options})"
    )
    for one in others[:_MOST]:
        told += (
            f"\n\nChain `.{_loader(one)}({one})` behind the option that leads to"
            f" `{one.partition('.')[0]}`."
        )
    return told


def _loader(relation: str) -> str:
    """A JOIN brings what each row has one of, by its name; rows of which each has many come with a
    statement of their own."""
    return "selectinload" if relation.endswith("s") else "joinedload"


def fix_of_rows(asks: Sequence[str]) -> str:
    """Loads along what a template asks of each row of SQLAlchemy.

    :param asks: ``Order.customer``, ``Order.lines.count()``, ``Vote by each Order``.
    """
    plain = [one for one in asks if one.count(".") == 1 and " " not in one]
    text = fix_of_relations(plain) if plain else ""
    if len(plain) < len(asks):
        again = (
            "Count or sum what each row asks for with one grouped query for all rows of the page"
            " (`select(key, func.count()).group_by(key)`), and hand the template the result."
        )
        text = f"{text}\n\n{again}" if text else again
    return text


def fix_of_list(
    queryset: str,
    loads: Iterable[tuple[str, bool]],
    asks: Sequence[str],
    *,
    keys: Sequence[str] = (),
    loaded: Collection[str] = (),
    shared: bool = False,
    others: Sequence[tuple[str, Sequence[tuple[str, bool]]]] = (),
) -> str:
    """Loads along what a serializer asks of each row.

    :param queryset: the source of the view's queryset, cut off where it is long.
    :param loads: (path of a relation, whether a JOIN brings it).
    :param asks: what is asked anew whatever was loaded: ``Order.lines.filter()``.
    :param keys: of what nothing but the key is read: ``Order.customer``.
    :param loaded: the relations that the queryset loads along already.
    :param shared: several views are of this queryset, each with relations of its own.
    :param others: views with querysets of their own, and what each of these has to load along.
    """
    every = list(dict.fromkeys(loads))
    text = ""
    if every and shared:
        names = _quoted(path for path, _ in every)
        text = fenced(
            "Let each view name what its rows need, and the shared queryset load that along"
            " (`select_related` does it by a JOIN where each row leads to one other):",
            f"related = [{names}]  # of this view\n\nqueryset.prefetch_related(*self.related)",
        )
    elif every:
        base = base_of(queryset) if _WHOLE.match(queryset) else "queryset"
        more = "".join(
            f"\nqueryset{_steps(own)}  # of {view}" for view, own in others[:_MOST] if own
        )
        text = fenced("Load it along with the queryset:", f"{base}{_steps(every)}{more}")
    parts = [text] if text else []
    if keys:
        columns = ", ".join(f"`{one.rpartition('.')[2]}_id`" for one in dict.fromkeys(keys))
        parts.append(
            f"Read {columns} where only the key is wanted: the row has it, the other one need not"
            " be asked for."
        )
    if asks:
        parts.append(_asked_again(asks, loaded))
    if parts:
        parts.append(_COUNTED)
    return "\n\n".join(parts)


_COUNTED = (
    "Then count the queries of one page (`assertNumQueries`): method fields, properties, nested"
    " serializers and those of a base may ask for more than is seen here."
)


def _asked_again(asks: Sequence[str], loaded: Collection[str]) -> str:
    """What to do about that which each row asks for whatever is loaded along."""
    whole = [one.partition(" (")[0] for one in asks]
    there = list(dict.fromkeys(one.split(".")[1] for one in whole if one.count(".") > 1))
    there = [one for one in there if one in loaded]
    text = (
        "Ask for what is filtered or counted per row once for all rows: a `Prefetch(...,"
        " queryset=..., to_attr=...)` for rows, `annotate` with `Count`, `Sum`, `Exists` or"
        " `Subquery` for a figure, under a name that no property has."
    )
    if there:
        named = ", ".join(f"`{one}`" for one in there)
        text += (
            f" {named} {'is' if len(there) == 1 else 'are'} loaded along already, but a manager's"
            " `filter()`, `order_by()`, `count()` or `aggregate()` does not look there: reading"
            " `.all()` of each row and choosing in Python asks nothing more."
        )
    elif loaded and any(" by each " in one for one in whole):
        named = ", ".join(f"`{one}`" for one in sorted(loaded)[:_MOST])
        text += f" Where {named}, which the queryset loads along, holds the same, read that."
    return text


def _steps(loads: Sequence[tuple[str, bool]]) -> str:
    joined = _quoted(path for path, one in loads if one)
    fetched = _quoted(path for path, one in loads if not one)
    steps = f".select_related({joined})" if joined else ""
    return steps + (f".prefetch_related({fetched})" if fetched else "")


def fix_of_page(table: str, library: str) -> str:
    """Takes one page of a table; empty for a library that is not known here."""
    if library == "drf":
        return fenced(
            "Let the settings cut every list into pages (clients then read `results`):",
            """REST_FRAMEWORK = {
    ...,
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
}""",
        )
    if library == "pages":
        return fenced(
            "Take the page of the queryset, and serialize that alone:",
            """page = self.paginate_queryset(queryset)
serializer = self.get_serializer(page, many=True)
return self.get_paginated_response(serializer.data)""",
        )
    if library == "django":
        return (
            f"Bring one page of the `{model_name(table)}` rows, in the order that they have here:"
            " `pagination_class` of Django REST framework, `paginate_by` of a `ListView`, else"
            " `Paginator`. Where figures of all rows are answered alone, let the query make them"
            " (`aggregate`, `annotate`)."
        )
    return ""


def model_name(table: str) -> str:
    """What the class of a table is called by custom: ``OrderLine`` of ``order_line``."""
    return "".join(word[:1].upper() + word[1:] for word in table.split("_")) or "Model"


def base_of(source: str) -> str:
    """A queryset to build on, when its source is short and whole."""
    found = _QUERYSET.match(_SPACED.sub(lambda one: one[1] or one[2], " ".join(source.split())))
    if found is None or len(found[1]) > _LONGEST or found[1].count("(") != found[1].count(")"):
        return "queryset"
    text = found[1]
    while (cut := _ITERATES.sub("", text)) != text:
        text = cut
    return text


def _quoted(names: Iterable[str]) -> str:
    every = list(dict.fromkeys(names))
    more = ", ..." if len(every) > _MOST else ""
    return ", ".join(f'"{one}"' for one in every[:_MOST]) + more


def fenced(told: str, code: str) -> str:
    """A sentence with Python below it, in Markdown."""
    return f"{told}\n\n```python\n{code}\n```"
