"""Rows come with one query, not with one query each."""

from pytest_reconaudit.api import (
    Confidence,
    Place,
    QueryFile,
    RepeatedQuery,
    Repetition,
    SerializedList,
    Severity,
    audit,
    lines_of,
    report,
)


@audit(
    pillar=2,
    severity=Severity.HIGH,
    confidence=Confidence.CERTAIN,
    impact="Each element costs a round trip of its own: the time grows with the data.",
    fix="""
    Ask once for all of them, then join in memory; write all rows with one statement:

    ```rust
    let n: HashMap<Uuid, i64> = projects.filter(owner_id.eq_any(&ids)).group_by(owner_id)
        .select((owner_id, count_star())).load::<(Uuid, i64)>(conn)?.into_iter().collect();
    ```

    ```python
    users = User.objects.annotate(n=Count("projects"))  # select_related, selectinload, bulk_create
    ```

    ```ts
    const projects = await db.project.findMany({ where: { ownerId: { in: ids } } }) // createMany
    ```
    """,
)
def query_not_in_loop(query_file: QueryFile) -> None:
    """No loop makes a database round trip per element.

    Why: each round trip costs a millisecond or more, and the number of them grows with the data.
    Decides: a call by which an ORM, a query builder or a cursor sends a statement, in a loop's
    body, in a closure given to an iterator's adaptor, or in a function that these surely call
    (straight, or through up to two others). In Django also a foreign key that a loop over a
    queryset follows without select_related, or a property of its rows that makes a query; of
    SQLAlchemy a relationship that rows load lazily, straight or in a method (`serialize`), where no
    `options` of their query load it along. Of Django REST framework what a list's serializer asks
    for each row and its queryset does not load along: nested serializers, `source="a.b"`, method
    fields (medium, high with more than two; for the rows of one parent or of the user who asks
    medium from four on, else a note; once per queryset; not where the routes name no list). High: a
    SELECT or COUNT per row of what answers a list's GET, if it is unlimited or there are several.
    Medium: per element of another list that is many by what the source says (a list in a request's
    body, what is called bulk, batch, many or import, rows, results), one INSERT each, rows that all
    get the same. Low: some that are few, and what is asked with the same key in every round, which
    belongs before the loop. A note only, where nobody is known to wait, only some rounds send it, a
    round of Python waits for a mail or a service too, staff alone may ask, or an author mostly
    means it: the list is short by nature (one owner's, one parent's, groups of which callers hand
    over one) or not known to be long, a round reads what it has written, a
    comment says so, each row gets values of its own, a failure is that element's own, a comparison
    picks a few, rows are found or made, the first that fits ends it, a mail or a queue is handed
    something too, a page for administrators, started by hand, on a developer's machine alone,
    pipelined on one connection, or beside a branch that writes all at once and a remark that says
    why. Queued tasks, the row of one key, batches, retries, pages, workers, literal lists (also
    those of one or two that all callers hand over), enums, `eq_any` over groups, DDL, batched
    `findUnique`, rows that a session gathers, what is remembered, embedded databases, migrations,
    seeds and tests pass.
    Blind spots: deeper call chains; lazy relations of other libraries; what only some rows ask;
    serializers that are chosen or changed at run time; how many elements there are.
    """
    for one in query_file.repetitions:
        first = one.sites[0]
        rounds = "; it makes ".join(_rounds(one, site) for site in one.loops[:_LOOPS])
        where = f"; runs for {one.request}" if one.request else ""
        also = f"; each round calls {first.errand} too" if first.errand else ""
        who = one.function or ("a handler" if one.request else "the module")
        report(
            at=Place(one.path, first.line, 1),
            says=f"{who} makes {rounds}{where}{also}",
            severity=one.severity,
            confidence=one.confidence,
            impact=one.cost,
            fix=_HOIST if one.same else one.remedy,
            evidence=f"{first.loop.label} {first.loop.over}: {first.relation or first.statement}",
            related=one.places,
            key=one.function,
        )
    for each in query_file.serialized:
        _listed(each)


def _listed(one: SerializedList) -> None:
    """A list of Django REST framework whose rows ask for more one by one."""
    asked = [f"{each.what} ({each.place})" for each in one.queries[:_SHOWN]]
    more = f" and {len(one.queries) - _SHOWN} more" if len(one.queries) > _SHOWN else ""
    report(
        at=one.at,
        says=f"{one.view} answers with a list of {one.serializer}, of which each row makes a query"
        f" for {', '.join(asked)}{more}: what its queryset loads along does not cover"
        f" {'it' if len(one.queries) == 1 else 'them'}{one.also}",
        severity=one.severity,
        confidence=Confidence.LIKELY,
        impact="Each row of the answer adds round trips of its own while the caller waits.",
        fix=one.remedy,
        evidence=one.queryset,
        related=[
            *((each.place, each.what) for each in one.queries if each.place != one.at),
            *one.elsewhere,
        ],
        key=f"{one.view} {one.serializer}",
    )


_SHOWN = 5
_HOIST = "Ask before the loop and use the answer in every round."
_LOOPS = _OTHERS = 3
"""Loops of a function, and other statements of a loop, that are told in its message."""


def _rounds(one: Repetition, site: RepeatedQuery) -> str:
    """What a loop's first statement is, and where all of its statements are."""
    mine = [each for each in one.beside(site) if each in one.sites and each.what == site.what]
    places = [Place(one.path, each.line, 1) for each in mine]
    loop = f"`{site.loop.over}` (line {site.loop.line}{site.pace})"
    told = f"{site.what} {site.share} {loop}: {lines_of(places)}{site.hoisted}"
    others = one.others_of(site)
    if not others:
        return told
    more = f" and {len(others) - _OTHERS} more" if len(others) > _OTHERS else ""
    return f"{told}; in the same loop {'; '.join(others[:_OTHERS])}{more}"
