"""Rows come with one query, not with one query each."""

from pytest_reconaudit.api import (
    Confidence,
    Place,
    QueryFile,
    RepeatedQuery,
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
    Decides: a call by which Diesel, sqlx, SeaORM, Prisma, TypeORM, Drizzle, Knex, Kysely,
    Sequelize, Mongoose, SQLAlchemy, Django or a cursor sends a statement, in a loop's body or in a
    closure given to an iterator's adaptor, or in a function that such code surely calls (one
    level). In Django also a foreign key that a loop over a queryset follows without select_related.
    Critical: a SELECT or COUNT per row of an unlimited query, in a file that serves requests. High:
    the same per row of one parent, writes per row. Medium: per element of a list that comes from
    elsewhere, at most ten rounds, rows of a batch, or what no request is known to wait for, or
    beside a mail, a provider or a queue that each round waits for as well (scripts; writes are low
    there). Batches, retries, pages, workers, one per database or table, literal
    lists, enums, `eq_any` over groups, DDL, batched `findUnique`, statements sent only for what is
    not remembered yet, embedded databases, migrations, seeds and tests pass.
    Blind spots: deeper call chains; lazy relations outside of Django; how many elements there are.
    """
    for one in query_file.repetitions:
        first = one.sites[0]
        lines = lines_of([Place(one.path, site.line, 1) for site in one.sites])
        where = f"; runs for {one.request}" if one.request else ""
        also = f"; each round waits for {first.errand} too" if first.errand else ""
        report(
            at=Place(one.path, first.line, 1),
            says=f"{one.function or 'the module'} makes {_rounds(first)}: {lines}{where}{also}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=f"{first.loop.label} {first.loop.over}: {first.relation or first.statement}",
            related=_places(one.path, one.sites),
            key=one.function,
        )


def _rounds(site: RepeatedQuery) -> str:
    article = "an" if site.statement[0] in "IU" else "a"
    what = f"{article} {site.statement}" if not site.relation else f"a query for {site.relation}"
    calls = f" (by {site.via})" if site.via else ""
    pool = ", all at once" if site.loop.concurrent else ""
    return f"{what}{calls} per element of `{site.loop.over}` (line {site.loop.line}{pool})"


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
