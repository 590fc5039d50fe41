"""What can run side by side is not awaited one by one."""

from pytest_reconaudit.api import AwaitFile, Confidence, Severity, audit, report


@audit(
    pillar=2,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="The waiting times add up, where the longest alone would do.",
    fix="""
    Start them together and wait once:

    ```ts
    // before
    const stays = await fetchStays(ward);
    const doctors = await fetchDoctors(ward);
    // after
    const [stays, doctors] = await Promise.all([fetchStays(ward), fetchDoctors(ward)]);
    ```
    """,
    advice={
        "c": (
            (
                "A browser sends six at a time, so the page waits longer with every element, and "
                "the server answers as many requests for each visitor."
            ),
            "Let one request answer for all of them.",
        ),
        "b": (
            "Each round waits for the one before: the waiting time grows with the number of items.",
            """
            Let several rounds run at a time (here five); a `try` around what a round awaits moves
            with it into the function:

            ```ts
            // before
            for (const item of items) await load(item);
            // after
            for (let at = 0; at < items.length; at += 5) {
              await Promise.all(items.slice(at, at + 5).map((item) => load(item)));
            }
            ```
            """,
        ),
    },
)
def web_awaits_parallel(await_file: AwaitFile) -> None:
    """Operations that do not need each other run together.

    Why: every `await` in a loop or a row waits a whole round trip before the next request
    leaves.
    Decides: (a) three or more declarations in a row that each await a read (`get`, `fetch`, `load`,
    `find` …), none using a value of the others, where a page, a component or a request is known to
    wait for them: low, as are two in what loads a whole page (a page or layout of Next.js,
    `getServerSideProps`, a `loader`); else two, what nobody is known to wait for (such as jobs of a
    clock, a queue or a trigger), and what computes, makes an address or waits for the machine's own
    files and modules alone (or may, where one of several stores is the machine itself), are a note.
    (b) a loop over a collection that awaits an operation on its item: in what a browser runs low
    for what asks or carries (fetch, upload …), for what changes nothing, for what sends its item
    and is caught in its round (so that the other rounds go on), and for keys of a cache; low for
    reads that a request waits for; else a note, for the order of changes may matter, as are loops
    over what is written out in the code, or keyed by an enum or a union of literals: they stay
    short. Nothing is said of functions that keep their answer in a variable outside of them or in
    their object, or behind a cache whose key is the same in every round, of calls that are handed
    one connection or transaction, or take that of their caller (`getRepository(ctx, …)`,
    `@Transactional()`), and when a round uses what an earlier one changed or puts text after it,
    when the loop can end early (`break`, `return`, `throw`), pauses, yields or works in batches, in
    a `catch`, for `for await`, `while` and counted loops, steps, migrations, commands, pages,
    queues and plugins, one shared browser page, connection, terminal or repository, transactions
    and locks, mails and refunds, database calls, rounds that end in writes to it, commands of
    Redis, and where a remark asks for order or limits. What workflows and jobs do, and reads of one
    row by its key that a service of the same program answers a request, what only asks a database
    whose driver is synchronous (or has one among several), what is done once when a platform is set
    up, or in its settings, what a server does to take something away (by name or under `DELETE`),
    modules that are loaded one after another, what is kept on the user's own machine, what only
    listeners of events, timers and calls whose promise is dropped lead to, what asks a database in
    the page itself, what an interval runs, loops over what a lookup left over (`!known.has(id)`),
    functions that a composable returns and nobody takes, and what asks a service that counts how
    fast it is asked, are a note; scripts that are run by hand, and checks, pass.
    (c) a page that asks a server for each element of a collection all at once
    (`ids.map((id) => get(`/orders/${id}`))`, also by the function that is called): low; a note for
    other people's servers and for short lists; what is cut to ten elements before passes.
    Five loops and more of one package are told once, at the first.
    Blind spots: a server that allows few requests at a time; order that only the server knows.
    """
    for one in await_file.waits:
        report(
            at=one.places[0].place,
            says=one.told,
            severity=one.severity,
            evidence=one.evidence,
            fix=one.fix,
            related=[*one.places[1:], *one.operations, *one.beside],
            clause=one.clause,
            key=f"{one.clause} {one.function}" + (" note" if one.severity is Severity.INFO else ""),
        )

    for fan in await_file.fans:
        report(
            at=fan.at,
            says=fan.told,
            severity=fan.severity,
            evidence=fan.addresses[0],
            fix=fan.remedy,
            related=fan.related,
            clause="c",
            key=f"c {fan.function} {fan.over}",
        )
