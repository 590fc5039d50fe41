"""Every route that is registered is reached."""

from pytest_reconaudit.api import Confidence, Note, RustRoutes, Severity, TwiceRouted, audit, report


@audit(
    pillar=1,
    severity=Severity.CRITICAL,
    impact="The routes answer 404 although they are written, registered and tested one by one.",
    fix="""
    Register the longer prefix first, or put both into one scope:

    ```rust
    App::new()
        .service(web::scope("/api/admin").configure(admin))
        .service(web::scope("/api").configure(api))
    ```
    """,
    advice={
        "c": (
            "The server panics at its start.",
            "Register the path once, `get(list).post(create)`, with one name for each parameter.",
        ),
        "d": (
            "Requests that are meant for it go to another handler, with the word as a parameter.",
            "Register the path with the word before the one with the parameter.",
        ),
    },
)
def rust_routes_reachable(rust_routes: RustRoutes) -> None:
    """No earlier scope takes a route's path, and no route is registered twice.

    Why: Actix Web asks services in their order, and a scope answers for everything below its
    prefix, with 404 where it has nothing; axum does not start with two handlers for one path.
    Decides: follows registrations from the server's start. (a) Actix: a scope stands before a
    sibling whose path begins with the scope's prefix, by whole segments. (b) The same prefix twice
    as siblings. Either loses the routes that the first scope does not have itself. (c) axum: one
    method of one path twice in one router, or the same path with other names for its parameters.
    (d) Actix: a path with a parameter stands before one with a word in its place (`/{id}`, `/new`),
    of one method, in one scope: high.
    Where one of the two depends on a condition that the other does not: medium. Scopes with guards,
    other parents, other routers, arms of one `if` or `match`, tests that contradict each other (`x`
    and `!x`), and registrations under `cfg` pass.
    Blind spots: services of other crates, routes of macros.
    """
    for one in rust_routes.shadowed:
        prefix = one.scope.prefix or "/"
        first = one.lost[0]
        more = f" and {len(one.lost) - 1} more" if len(one.lost) > 1 else ""
        related = [Note(route.place, f"{route.request} is lost") for route in one.lost]
        how = "is there twice" if one.again else "stands before it"
        report(
            at=one.at,
            says=f"{first.request}{more} answer{'' if more else 's'} 404: "
            f"scope {prefix} {how}, and the first one takes every path below it{_where(one.test)}",
            severity=Severity.MEDIUM if one.test else None,
            confidence=Confidence.LIKELY if one.test else None,
            evidence=first.request,
            related=[Note(one.scope.place, f"the scope {prefix} that takes it"), *related],
            clause="b" if one.again else "a",
            key=f"{prefix} {first.request}",
        )
    for two in rust_routes.outrun:
        report(
            at=two.lost.place,
            says=f"{two.lost.request} never gets there: {two.first.path} stands before it, and"
            f" takes its requests{_where(two.test)}",
            severity=Severity.MEDIUM if two.test else Severity.HIGH,
            confidence=Confidence.LIKELY if two.test else None,
            evidence=two.lost.request,
            related=[Note(two.first.place, two.first.request)],
            clause="d",
            key=two.lost.request,
        )
    for pair in rust_routes.twice:
        second = pair.second
        why = (
            f"{pair.first.path} and {second.path} are one path with two names for a parameter"
            if pair.renamed
            else f"{second.request} has two handlers"
        )
        report(
            at=second.place,
            says=f"the server panics at its start: {why}{_where(pair.test)}",
            severity=Severity.MEDIUM if pair.test else None,
            confidence=Confidence.LIKELY if pair.test else None,
            evidence=second.request,
            related=[Note(pair.first.place, pair.first.request)],
            fix=_cure(pair),
            clause="c",
            key=second.request,
        )


def _cure(pair: TwiceRouted) -> str:
    """What to do about one path that is registered twice."""
    both = f"({pair.first.place} and {pair.second.place})"
    if pair.test:
        return (
            f"Let the conditions of the two registrations {both} exclude each other, or register"
            " the path once, outside of them."
        )
    if pair.renamed:
        return ""
    return (
        f"Keep one of the two registrations of {pair.second.request} {both} and delete the other"
        " one with its handler, or give one of them a path of its own."
    )


def _where(test: str) -> str:
    """The words for what happens under a condition only."""
    return f" (where both are registered: one stands in `{test}`)" if test else ""
