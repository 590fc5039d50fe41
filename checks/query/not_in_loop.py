"""Rows come with one query, not with one query each."""

from pytest_reconaudit.api import Confidence, Place, QueryFile, Severity, audit, report


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
    `options` of their query load it along (one each of the list's own model or of what those who
    run a platform enter passes: a session asks for each of them once; a note where a decorator
    keeps what the function gives). Of Django REST framework what a list's serializer asks for each
    row and its queryset does not load along: nested serializers, `source="a.b"`, method fields
    (medium, high with more than two; for the rows of one parent or of the user who asks medium from
    four on, else a note, low where only the route names a parent; once per queryset; not where the
    routes name no list, and of a `to_representation` without super() what it reads itself), and a
    list that a serializer `(data=…, many=True)` saves row by row (medium for a request, low where
    it asks how many there are, not with a `list_serializer_class`). Likewise what a template's loop
    surely reads of each row, by its own tags and those of what it includes, of a list that a
    `ListView`, a `get_context_data` or a `render` hands it (low, medium with more than one; of one
    parent's rows, or what a form offers, low from two on), likewise what Flask's `render_template`
    hands a template of SQLAlchemy's rows (medium also with one, where all rows of a table that
    grows are brought), and what Pydantic reads of each when FastAPI answers with a list by its
    `response_model`. Of GraphQL what the function of a field asks for (`@ResolveField`,
    `@FieldResolver`, a map of resolvers, `@strawberry.field`, Graphene's `resolve_…`), straight, by
    a service or by a `QueryHandler`, where a query of the repository answers a list of its parent,
    or of what leads to it (medium; low for the rows of one parent or of the user who asks, ten rows
    at the most, staff, or a list that another type's field answers; once per class; not by a
    loader, a cache or Prisma's `findUnique`, where the parent may have it already, nor
    `__resolveReference`). High: a SELECT or COUNT per row of what answers a list's GET, if it is
    unlimited or there are several. Medium: per element of another list that is many by what the
    source says (what is called bulk, batch, many or import, rows, results), one INSERT each, rows
    that all get the same. Low: per element of a list that a caller puts together for its request
    (ids of a body; of scripts and Rust a list of keys that are looked up while a request waits), a
    SELECT or INSERT for each row that a known request waits for where nothing says how many there
    are (of those who run the platform the lists that they look at), some that are few, rows that a
    function writes which nothing is known to call, what is asked for the words of an error alone,
    what sees no more than one tenant may (`withOrg(id, (tx) => …)`, `SET LOCAL`), and what is asked
    with the same key in every round, which belongs before the loop, and look-ups beside a write
    whose result their round goes on with. A note only, where nobody is known to wait (a view of
    Django that no live table of URLs leads to; `BackgroundTasks` and listeners of Slack's Bolt;
    every call on the way leaves out the parameter under which the loop stands, or hands over a list
    of one or two), only some rounds send it, a round of Python waits for a mail, a service or a
    stored file too, staff alone or a timer (`/cron/`) may ask, or an author mostly means it: the
    list is short by nature (what somebody picks by hand for one thing: in a form, its tags, its
    members; one owner's, one parent's, groups of which callers hand over one, what a cache or a
    bulk load left over) or not known to be long, a round reads what it has written, a comment says
    so, each row gets values of its own, a failure is that element's own (Rust: its `match` goes on
    with the next), a comparison picks a few, rows are found or made, the first that fits ends it, a
    mail or a queue is handed something too, a page for administrators, started by hand, on a
    developer's machine alone, pipelined on one connection, or beside a branch that writes all at
    once and a remark that says why. Queued tasks, the row of one key, batches, retries, pages,
    workers, literal lists (also those of one or two that all callers hand over), enums, `eq_any`
    over groups, DDL, batched `findUnique`, rows that a session gathers, what is remembered,
    embedded databases, migrations, seeds and tests pass.
    Blind spots: deeper call chains; lazy relations of other libraries; what only some rows ask;
    relations that a field of GraphQL follows by its ORM alone, and fields that `GraphQLObjectType`
    holds; pages of Django's admin; what `marshal_with` reads;
    serializers that are chosen or changed at run time; what template tags of the project ask; how
    many elements there are.
    """
    for one in query_file.repetitions:
        first = one.sites[0]
        report(
            at=Place(one.path, first.line, 1),
            says=one.told,
            severity=one.severity,
            confidence=one.confidence,
            impact=one.cost,
            fix=one.remedy,
            evidence=f"{first.loop.label} {first.loop.over}: {first.relation or first.statement}",
            related=one.places,
            key=one.function,
        )
    for each in query_file.lists:
        report(
            at=each.at,
            says=each.told,
            severity=each.severity,
            confidence=Confidence.LIKELY,
            impact=each.cost,
            fix=each.remedy,
            evidence=each.evidence,
            related=each.places,
            key=each.key,
        )
