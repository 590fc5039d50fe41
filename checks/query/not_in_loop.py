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
    impact="A list of 100 rows costs 101 round trips; response time grows with the data.",
    fix="""
    Ask once for all of them, then join in memory:

    ```rust
    // before
    for user in users { let n = projects.filter(owner_id.eq(user.id)).count().get_result(conn)?; }
    // after
    let n: HashMap<Uuid, i64> = projects.filter(owner_id.eq_any(&ids)).group_by(owner_id)
        .select((owner_id, count_star())).load::<(Uuid, i64)>(conn)?.into_iter().collect();
    ```

    Rust: `belonging_to` + `grouped_by`, `.values(&rows)` in chunks below 65,535 binds, `= ANY($1)`.
    Prisma: `where: { id: { in: ids } }`, `include`, `createMany`. Django: `select_related`,
    `prefetch_related`, `bulk_create`, `annotate(Count(...))`. SQLAlchemy: `selectinload`,
    `Model.id.in_(ids)`, `insert(Model), rows`. Updates: `UPDATE ... FROM (VALUES ...)`.
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
    fields (medium; high with several of a page). Critical: a SELECT or COUNT per row of an
    unlimited query while a known request is answered. High: the same per row of a page or of one
    parent in a file that serves requests, and rows that a request changes one by one although all
    get the same. Medium: per element of another list that is many by what the source says (a list
    in a request's body, what is called bulk, batch, many or import, rows, results), one INSERT
    each, what no request is known to wait for. Low: at most ten rounds. A note only, where an
    author mostly means it: the list is short by nature or not known to be long, a comment says so,
    each row gets values of its own, a failure is that element's own, a comparison picks a few, rows
    are found or made, the first that fits ends it, a mail or a queue is handed something too, a
    page for administrators, or started by hand. Queued tasks, the row of one key, batches, retries,
    pages, workers, literal lists, enums, `eq_any` over groups, DDL, batched `findUnique`, rows that
    a session gathers, what is remembered, embedded databases, migrations, seeds and tests pass.
    Blind spots: deeper call chains; lazy relations of other libraries; what only some rows ask;
    serializers that are chosen or changed at run time; how many elements there are.
    """
    for one in query_file.repetitions:
        first = one.sites[0]
        apart = {site.loop.line: site for site in reversed(one.sites)}
        firsts = sorted(apart.values(), key=lambda site: site.line)[:_LOOPS]
        rounds = "; it makes ".join(_rounds(one, site) for site in firsts)
        where = f"; runs for {one.request}" if one.request else ""
        also = f"; each round calls {first.errand} too" if first.errand else ""
        who = one.function or ("a handler" if one.request else "the module")
        report(
            at=Place(one.path, first.line, 1),
            says=f"{who} makes {rounds}{where}{also}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=f"{first.loop.label} {first.loop.over}: {first.relation or first.statement}",
            related=_places(one.path, (*one.sites, *one.others)),
            key=one.function,
        )
    for each in query_file.serialized:
        _listed(each)


def _listed(one: SerializedList) -> None:
    """A list of Django REST framework whose rows ask for more one by one."""
    asked = [f"{each.what} ({each.place})" for each in one.queries[:_SHOWN]]
    more = f" and {len(one.queries) - _SHOWN} more" if len(one.queries) > _SHOWN else ""
    also = f"; so does {', '.join(name for name, _ in one.others)}" if one.others else ""
    report(
        at=one.at,
        says=f"{one.view} answers with a list of {one.serializer}, of which each row makes a query"
        f" for {', '.join(asked)}{more}: what its queryset loads along does not cover"
        f" {'it' if len(one.queries) == 1 else 'them'}{also}",
        severity=one.severity,
        confidence=Confidence.LIKELY,
        evidence=one.queryset,
        related=[
            *((each.place, each.what) for each in one.queries if each.place != one.at),
            *((place, f"queryset of {name}") for name, place in one.others),
        ],
        key=f"{one.view} {one.serializer}",
    )


_SHOWN = 5
_LOOPS = 3
"""Loops of a function that are told in its message."""


def _rounds(one: Repetition, site: RepeatedQuery) -> str:
    """What a loop's first statement is, and where all of its statements are."""
    article = "an" if site.statement[0] in "IUaeu" else "a"
    what = f"{article} {site.statement}" if not site.relation else f"a query for {site.relation}"
    calls = f" (by {site.via})" if site.via else ""
    pool = ", all at once" if site.loop.concurrent else ""
    places = [Place(one.path, other.line, 1) for other in one.sites if _same(other, site)]
    loop = f"(line {site.loop.line}{pool})"
    return f"{what}{calls} per element of `{site.loop.over}` {loop}: {lines_of(places)}"


def _same(site: RepeatedQuery, other: RepeatedQuery) -> bool:
    return site.loop.line == other.loop.line


def _places(path: str, sites: tuple[RepeatedQuery, ...]) -> list[tuple[Place, str]]:
    notes = {}
    for site in sites:
        notes[Place(path, site.loop.line, 1)] = f"loop over {site.loop.over}"
    for site in sites:
        notes[Place(path, site.line, 1)] = site.relation or site.statement
        if site.via_place is not None:
            notes[site.via_place] = f"{site.statement} in {site.via}"
    notes.pop(Place(path, sites[0].line, 1))
    return list(notes.items())
