"""List endpoints bring a page, not a table."""

from pytest_reconaudit.api import Confidence, ListFile, Severity, audit, report

PICKED = "The whole table is read and carried for some of its rows: the time grows with the table."
SLICED = "All of these rows are read and carried for one page: the time grows with their number."
WORKED = (
    "All of these rows are read and carried for what is made of them: the time grows with them."
)
FILTER = """
Put the condition into the query, on an indexed column; what it takes from other tables is joined or
looked up before. A limit comes after that alone: one before the rows are picked out loses some.
"""


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="The answer, its memory and its time grow with the table until the endpoint fails.",
    fix="""
    Take one page, with a cap that the caller cannot lift:

    ```rust
    let per_page = query.per_page.unwrap_or(20).min(100);
    let rows = orders::table.order(orders::id.desc())
        .filter(orders::id.lt(after)).limit(per_page).load(conn)?;
    ```

    ```python
    per_page = min(request_limit or 20, 100)
    rows = Order.objects.filter(id__lt=after).order_by("-id")[:per_page]
    ```

    ```ts
    const take = Math.min(query.limit ?? 20, 100)
    const rows = await db.order.findMany({ take, cursor, orderBy: { id: "desc" } })
    ```
    """,
    advice={
        "b": (
            "A caller can ask for a page as large as the table.",
            "Cap it: `.min(100)`, `Math.min(size, 100)`, `Query(20, le=100)`.",
        ),
    },
)
def query_list_bounded(list_file: ListFile) -> None:
    """A query that answers a collection's GET has a limit.

    Why: what is quick with a hundred rows fails with a million.
    Decides: looks at queries for any number of rows in functions that surely run while a GET of a
    collection (no parameter at the end of its path) is answered. (a) No limit and no condition on
    something that the request says (rows that are picked out in memory are told as such, and those
    of which Rust code takes one page in memory, whatever they are asked by): medium of a table that
    surely grows, by its name (orders, messages, events) or by a time of creation beside the key of
    an owner in its definition, low of one that nothing is known of or that holds parts of an
    installation (networks, hosts, pools) or rules by which something happens, and of what one
    person runs for themselves by its README (Rust); a note for tables that somebody fills by hand,
    registries, exports, views for staff alone, requests that say they want all, for what the
    program brings whole when it starts too or a job works on, and for what answers on a developer's
    machine alone. A branch that the request's own call does not take passes, and so does what fills
    the boxes of a form or of a filter on a page that is rendered. Of scripts catalogues (brands,
    locations) and what other programs ask for are notes, and low is what administrators alone may
    ask for, a state that rows leave again, and people who are employed; rows of which something
    else is made (sums, counts) are told as such. Of SQLAlchemy the people of one tenant and what
    those who run a platform enter (instruments, modifiers) are low, keys alone that go into a set a
    note, and rows of which something else is made are told as such. Of Django REST framework rows
    that a GET answers through a serializer with `many=True`, uncut and filtered by no more than a
    tenant or a state, or of which a page is cut when all are serialized, and, told once at the
    settings, the lists of views where these name no pagination. (b) A page size that comes from
    outside and that no function on the way bounds (Rust): info. Aggregates, lookups by key,
    children of one parent and tables that are small by their name (roles, settings, countries,
    plans ...) and lists of Supabase, which bounds them by itself, pass.
    Blind spots: how many rows a table has; limits that a helper adds; what routes do not tell.
    """
    for one in list_file.unbounded:
        if one.limit:
            says = f"{one.request} takes its page size `{one.limit}` uncapped ({one.function})"
        else:
            tables = ", ".join(dict.fromkeys([one.table, *(table for _, table in one.others)]))
            fit = " that fit its conditions" if one.narrowed else ""
            says = f"{one.request} brings all rows of {tables}{fit}: no limit ({one.function})"
        if one.worked is not None:
            says = f"{one.request} brings all rows of {tables}{fit} and makes something else of"
            says += f" them in memory ({one.worked}): no limit ({one.function})"
        if one.filtered is not None:
            says = f"{one.request} brings all rows of {one.table}{fit} and picks some out in memory"
            says += f" ({one.filtered}): no limit ({one.function})"
        if one.sliced is not None:
            says = f"{one.request} brings all rows of {one.table} that fit and takes one page of"
            says += f" them in memory ({one.sliced}): no limit ({one.function})"
        report(
            at=one.at,
            says=says,
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.limit or one.table,
            related=[
                (place, word)
                for place, word in (
                    (one.filtered, "picked out in memory"),
                    (one.sliced, "one page is taken"),
                    (one.worked, "what is made of them"),
                )
                if place is not None
            ]
            + [(place, f"all rows of {table}") for place, table in one.others],
            impact=SLICED
            if one.sliced
            else PICKED
            if one.filtered
            else WORKED
            if one.worked
            else "",
            fix=one.remedy if one.sliced or not one.filtered else FILTER,
            clause="b" if one.limit else "a",
            key=one.function,
        )
