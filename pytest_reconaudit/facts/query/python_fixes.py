"""What to write instead of a query per row, in the words of the library that a Python file uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from pytest_reconaudit.patterns import regex

__all__ = [
    "Repeated",
    "fix_of_list",
    "fix_of_page",
    "fix_of_queries",
    "fix_of_relations",
    "fix_of_rows",
]

_QUERYSET = regex(r"(?:await\s+)?((?:\w+\.)*[A-Z]\w*\.objects\b.*|[a-z_]\w*(?:\.\w+\([^()]*\))*)$")
_WHOLE = regex(r"(?:\w+\.)*[A-Z]\w*\.objects(?:\.all\(\))?$")
"""A queryset without conditions that its source, cut off, might leave out."""
_SPACED = regex(r"([(\[]) | ?,? ([)\]])")
_ITERATES = regex(r"\.(?:iterator|all)\([^()]*\)$")
_LONGEST = 90
_LEAST = 2
_MOST = 6
"""Relations that a sample names."""


def fix_of_relations(relations: Sequence[tuple[str, str]], over: str, library: str) -> str:
    """Loads along what a loop over rows follows.

    :param relations: (``Order.customer``, ``select`` or ``count``) of each.
    :param over: what the loop goes over, as source.
    """
    names = [one.partition(" (")[0] for one, _ in relations]
    if library == "sqlalchemy":
        options = ", ".join(f"selectinload({one})" for one in dict.fromkeys(names[:_MOST]))
        model = names[0].partition(".")[0]
        return _fenced(
            f"Load it along where the rows of `{model}` are asked for (`joinedload` does it in the"
            " same statement where each row leads to one other):",
            f".options({options})",
        )
    own = [name for name, (_, kind) in zip(names, relations, strict=True) if kind == "select"]
    plain = [one for one in own if one.count(".") == 1 and " " not in one]
    if len(plain) != len(names) or len({one.partition(".")[0] for one in plain}) != 1:
        parts = names[0].split(".")
        base = _base(over)
        if len(parts) < _LEAST or not parts[1].isidentifier():
            return ""
        if relations[0][1] == "count":
            figure = f'annotate(n=Count("{parts[1]}"))  # then row.n'
            return _fenced("Let the query count:", f"{base}.{figure}")
        return _fenced(
            f"Load `{parts[1]}` along and read `{parts[1]}.all()` of each row: what is filtered,"
            " ordered or counted anew per row asks again, and belongs into the query (`annotate`,"
            " or `Prefetch` with a queryset).",
            f'{base}.prefetch_related("{parts[1]}")',
        )
    fields = _quoted(one.rpartition(".")[2] for one in plain)
    return _fenced(
        "Load what each row leads to with the rows, by a JOIN:",
        f"{_base(over)}.select_related({fields})",
    )


class Repeated(Struct, frozen=True):
    """A statement that a loop repeats."""

    kind: str
    """``select``, ``count``, ``exists``, ``insert``, ``update``, ``delete`` or ``upsert``."""
    table: str
    library: str
    over: str
    """What the loop goes over, as source."""
    variable: str
    """The element's name."""
    via: str
    """The function that sends it, when the loop only calls it; else empty."""
    source: tuple[str, ...]
    """The text of the statement; where that names no condition what stands around it."""
    key: str = ""
    """The column that it asks by where its source does not say so: its model's primary key, or what
    the function compares that sends it."""


def fix_of_queries(one: Repeated, relations: Mapping[str, frozenset[str]]) -> str:
    """Asks or writes once for all elements; empty for a library that is not known here.

    :param relations: model of Django → its foreign keys.
    """
    sample = _SAMPLES.get((one.library, one.kind))
    if sample is None:
        return ""
    told, code = sample
    model = _model(one.table)
    key, keys = ("key", "keys") if one.via else _asked_by(one)
    key = one.key if key == "key" and one.key else key
    if one.library == "django" and key in ("pk", "id") and one.kind == "select":
        code = "found = MODEL.objects.in_bulk(KEYS)"
    elif (
        one.library == "django"
        and one.kind == "select"
        and key not in relations.get(model, ())
        and not _SCALAR.search(key)
    ):
        # Is it another row, or many? What a row is found by is for the loop to say.
        told, code = (
            "Ask once for all of them before the loop:",
            "MODEL.objects.filter(KEY__in=KEYS)",
        )
    elif one.library == "django" and one.kind == "select" and _picks(one, _CHOSEN):
        told = "Ask once before the loop, sorted so that the wanted row of each comes last:"
        code = (
            "rows = MODEL.objects.filter(KEY__in=KEYS).order_by(...)\n"
            "found = {one.OWN: one for one in rows}  # of each key the last stays"
        )
    elif one.library == "sqlalchemy" and one.kind == "select" and _picks(one, _CHOSEN):
        return _ONE_OF_EACH
    # The row itself would be asked for by each.
    own = f"{key}_id" if key in relations.get(model, ()) else key
    code = code.replace("MODEL", model).replace("KEYS", keys).replace("OWN", own)
    code = code.replace("KEY", key)
    if not one.via and _picks(one, _FURTHER):
        told = told.removesuffix(":") + ", with the statement's other conditions:"
    if one.via:
        told = f"`{one.via}` does it for one: give it a sibling for all that is called once:"
    return _fenced(told, code)


def _picks(one: Repeated, pattern: re.Pattern[str]) -> bool:
    return not one.via and any(pattern.search(text) for text in one.source)


def _asked_by(one: Repeated) -> tuple[str, str]:
    """(what a round asks by, what gives that of all), as the source says."""
    pattern = _BY if one.library == "django" else _WHERE
    match = next((found for text in one.source if (found := pattern.search(text))), None)
    if match is None:
        return "key", "keys"
    key, value = match[1], match[2]
    if "__" in key or value.partition(".")[0] != one.variable or not one.variable.isidentifier():
        return ("key" if "__" in key else key), "keys"
    if value == one.variable:
        return key, one.over if one.over.isidentifier() else "keys"
    over = one.over if one.over.isidentifier() else "rows"
    return key, f"[{value} for {one.variable} in {over}]"


_BY = regex(r"\.(?:get|filter|aget)\(\s*(?:Q\(\s*)?(\w+)\s*=\s*([\w.]+)\s*[,)]")
_CHOSEN = regex(r"\.(?:order_by|latest|earliest|last|limit)\(")
"""What takes one row of several."""
_FURTHER = regex(
    r"\.(?:get|filter|aget)\(\s*(?:Q\(\s*)?\w+\s*=\s*[\w.]+\s*,\s*\w|\)\s*\.(?:filter|exclude)\("
    r"|\.where\([^,()]*,\s*\w|\)\s*\.where\("
)
_ONE_OF_EACH = (
    "Ask once before the loop for the wanted row of each: `DISTINCT ON` of the key, or its highest"
    " value with `GROUP BY`."
)
_WHERE = regex(r"[\w.]*\b[A-Z]\w*\.(\w+)\s*==\s*([\w.]+)\s*[,)]")
_SCALAR = regex(
    r"(?:^|_)(?:key|id|pk|uu?id|slug|hash|sha\d*|md5|email|name|username|code|token|number|url|path"
    r"|domain|date|type|kind|barcode|symbol|sku|isbn|phone|title|label|ip)$"
)
"""A column that holds a plain value."""
_ASK = "Ask once for all of them before the loop, and look each up in what came:"
_COUNT = "Let one grouped query count for all of them before the loop:"
_EXISTS = "Ask once which of them are there, before the loop:"
_INSERT = "Gather the rows in the loop and write them with one statement behind it:"
_UPDATE = "Change them with one statement, as far as no signal or own `save` has to run:"
_DELETE = "Delete them with one statement, as far as no own `delete` has to run:"
_SAMPLES = {
    ("django", "select"): (
        _ASK,
        "found = {one.OWN: one for one in MODEL.objects.filter(KEY__in=KEYS)}",
    ),
    ("django", "count"): (
        _COUNT,
        """counts = dict(
    MODEL.objects.filter(KEY__in=KEYS).values_list("KEY").annotate(n=Count("pk"))
)""",
    ),
    ("django", "exists"): (
        _EXISTS,
        'there = set(MODEL.objects.filter(KEY__in=KEYS).values_list("KEY", flat=True))',
    ),
    ("django", "insert"): (_INSERT, "MODEL.objects.bulk_create(rows)"),
    ("django", "update"): (
        _UPDATE,
        """MODEL.objects.filter(pk__in=ids).update(field=value)  # the same value for all
MODEL.objects.bulk_update(rows, ["field"])  # each its own""",
    ),
    ("django", "delete"): (_DELETE, "MODEL.objects.filter(pk__in=ids).delete()"),
    ("sqlalchemy", "select"): (
        _ASK,
        """stmt = select(MODEL).where(MODEL.KEY.in_(KEYS))
found = {one.KEY: one for one in session.scalars(stmt)}  # AsyncSession: await session.scalars""",
    ),
    ("sqlalchemy", "count"): (
        _COUNT,
        """stmt = (
    select(MODEL.KEY, func.count())
    .where(MODEL.KEY.in_(KEYS))
    .group_by(MODEL.KEY)
)""",
    ),
    ("sqlalchemy", "exists"): (_EXISTS, "stmt = select(MODEL.KEY).where(MODEL.KEY.in_(KEYS))"),
    ("sqlalchemy", "insert"): (_INSERT, "session.execute(insert(MODEL), rows)  # a list of dicts"),
    ("sqlalchemy", "update"): (
        "Change them with one statement:",
        "session.execute(update(MODEL).where(MODEL.id.in_(ids)).values(field=value))",
    ),
    ("sqlalchemy", "delete"): (
        "Delete them with one statement:",
        "session.execute(delete(MODEL).where(MODEL.id.in_(ids)))",
    ),
    ("sql", "select"): (
        _ASK,
        'cursor.execute("SELECT ... WHERE KEY = ANY(%s)", (KEYS,))  # PostgreSQL; else IN (...)',
    ),
    ("sql", "count"): (
        _COUNT,
        'cursor.execute("SELECT KEY, COUNT(*) FROM ... WHERE KEY = ANY(%s) GROUP BY KEY", (KEYS,))',
    ),
    ("sql", "insert"): (_INSERT, 'cursor.executemany("INSERT INTO ... VALUES (%s, %s)", rows)'),
    ("sql", "update"): (
        "Send the changes together:",
        'cursor.executemany("UPDATE ... SET ... WHERE id = %s", rows)',
    ),
    ("sql", "delete"): (
        "Delete them with one statement:",
        'cursor.execute("DELETE FROM ... WHERE id = ANY(%s)", (ids,))',
    ),
}


def fix_of_rows(asks: Sequence[str]) -> str:
    """Loads along what a template asks of each row of SQLAlchemy.

    :param asks: ``Order.customer``, ``Order.lines.count()``, ``Vote by each Order``.
    """
    plain = [one for one in asks if one.count(".") == 1 and " " not in one]
    text = fix_of_relations([(one, "select") for one in plain], "", "sqlalchemy") if plain else ""
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
    shared: bool = False,
    others: Sequence[tuple[str, Sequence[tuple[str, bool]]]] = (),
) -> str:
    """Loads along what a serializer asks of each row.

    :param queryset: the source of the view's queryset, cut off where it is long.
    :param loads: (path of a relation, whether a JOIN brings it).
    :param asks: what is asked anew whatever was loaded: ``Order.lines.filter()``.
    :param shared: several views are of this queryset, each with relations of its own.
    :param others: views with querysets of their own, and what each of these has to load along.
    """
    every = list(dict.fromkeys(loads))
    text = ""
    if every and shared:
        names = _quoted(path for path, _ in every)
        text = _fenced(
            "Let each view name what its rows need, and the shared queryset load that along"
            " (`select_related` does it by a JOIN where each row leads to one other):",
            f"related = [{names}]  # of this view\n\nqueryset.prefetch_related(*self.related)",
        )
    elif every:
        base = _base(queryset) if _WHOLE.match(queryset) else "queryset"
        more = "".join(
            f"\nqueryset{_steps(own)}  # of {view}" for view, own in others[:_MOST] if own
        )
        text = _fenced("Load it along with the queryset:", f"{base}{_steps(every)}{more}")
    if asks:
        again = (
            "Ask for what is filtered or counted per row once: a `Prefetch(..., queryset=...,"
            " to_attr=...)` for rows, `annotate` with `Count`, `Exists` or `Subquery` for a figure."
        )
        text = f"{text}\n\n{again}" if text else again
    return text


def _steps(loads: Sequence[tuple[str, bool]]) -> str:
    joined = _quoted(path for path, one in loads if one)
    fetched = _quoted(path for path, one in loads if not one)
    steps = f".select_related({joined})" if joined else ""
    return steps + (f".prefetch_related({fetched})" if fetched else "")


def fix_of_page(table: str, library: str) -> str:
    """Takes one page of a table; empty for a library that is not known here."""
    if library == "drf":
        return _fenced(
            "Let the settings cut every list into pages (clients then read `results`):",
            """REST_FRAMEWORK = {
    ...,
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
}""",
        )
    model = _model(table)
    if library == "django":
        return _fenced(
            "Take one page (`paginate_by` of a `ListView`, `pagination_class` of Django REST"
            " framework, else `Paginator` or a slice):",
            f'{model}.objects.order_by("-pk")[:100]',
        )
    if library == "sqlalchemy":
        return _fenced(
            "Take one page, from the key that the page before ended with:",
            f"select({model}).where({model}.id > after).order_by({model}.id).limit(100)",
        )
    return ""


def _model(table: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in table.split("_")) or "Model"


def _base(source: str) -> str:
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


def _fenced(told: str, code: str) -> str:
    return f"{told}\n\n```python\n{code}\n```"
