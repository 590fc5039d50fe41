"""What is cached for one user is not served to another."""

from pytest_reconaudit.api import Confidence, KeyScopes, Severity, audit, report


@audit(
    pillar=3,
    severity=Severity.HIGH,
    confidence=Confidence.LIKELY,
    impact="Whoever asks second is shown the first one's data.",
    fix="""
    Put the user or tenant that the data is fetched for into the key:

    ```ts
    const key = `orders:${req.user.id}:page:${page}`;   // not `orders:page:${page}`
    ```

    ```python
    key = f"orders:{request.user.id}:page:{page}"       # not f"orders:page:{page}"
    ```

    ```rust
    let key = format!("orders:{}:page:{page}", claims.user_id);
    ```

    A key made of a request holds method, path, query string and who asks.
    """,
)
def cache_key_scoped(key_scopes: KeyScopes) -> None:
    """Keys hold everything that the cached answer depends on, the user above all.

    Why: a cache hit skips the filter that the query has.
    Decides: per written template, (a) the function that writes (of a get-or-set the function that
    it is given) fetches for the authenticated user or tenant (`req.user`, claims, a current user, a
    tenant id) and the key has nothing of it; (b) the key is made of the request's path and has
    neither its query string nor a user; medium when nothing runs it. A check of ownership or
    permission before the write, admin-only code, keys of limits and counters, and keys with a
    digest of all parameters pass. (c) a handler whose whole answer is kept under its URL reads who
    asks, or its login is checked below: Django's `cache_page` without a `vary_on_cookie` or
    `vary_on_headers` under it (what varies above it, or in a middleware, is told after the answer
    was kept, save where the answer is rendered later, as those of Django REST framework and
    `TemplateResponse` are; medium when the handler itself reads no user), Flask-Caching's `cached`
    without a key of its own, Nest's `CacheInterceptor`. A prefix of the key that is computed, and
    answers told to be private, pass. (d) A parameter that selects what is kept by its name (a page,
    a limit, a range of dates, a search, a filter, an operation), which the written value is made of
    and the key is not, in a function that looks under that key first: medium, high for what
    somebody may do, low when nothing runs it. What is asked for before the cache is looked at, a
    key with a digest or the whole of what is asked for, and a value that only what comes after the
    write narrows pass, as does a parameter that no call gives. Ids are left to (a): one may tell
    the other.
    Blind spots: row-level security and other filters that the query does not show.
    """
    for one in key_scopes.unscoped:
        write = one.write
        if one.missing:
            words = ", ".join(f"`{name}`" for name in one.missing)
            report(
                at=write.place,
                says=f"the key {write.template} has nothing of {words}, which"
                f" {'selects' if len(one.missing) == 1 else 'select'} what is kept under it"
                f"{'' if one.used else '; nothing runs it yet'}",
                impact=(
                    "Whoever asks with another value is given the first one's answer, until the key"
                    " runs out."
                ),
                severity=(Severity.HIGH if one.grants else Severity.MEDIUM)
                if one.used
                else Severity.LOW,
                evidence=write.op.text,
                fix=f"Put {words} into the key, or keep only what is asked for without it.",
                clause="d",
                key=f"d {write.template}",
            )
        elif one.who:
            report(
                at=write.place,
                says=f"{write.template} is one key for all, and what is written under it is fetched"
                f" for one: {one.who}",
                evidence=write.op.text,
                related=[(one.who_place, f"fetches for one: {one.who}")],
                clause="a",
                key=write.template,
            )
        else:
            report(
                at=write.place,
                says=f"the key {write.template} holds the request's path, neither its query string"
                f" nor who asks{'' if one.used else '; nothing runs it yet'}",
                severity=Severity.HIGH if one.used else Severity.MEDIUM,
                evidence=write.op.text,
                clause="b",
                key=write.template,
            )
    for kept in key_scopes.kept:
        answer = kept.answer
        says = f"{answer.function} is kept by {answer.keeper} under its URL alone"
        if answer.who.endswith(("_required", "_test")):
            says += f", and {answer.who} below it is not asked once an answer is kept"
        elif answer.who:
            says += f", and what it answers goes by {answer.who}"
        if answer.late:
            says += f"; {answer.late} above {answer.keeper} comes after the answer was kept"
        report(
            at=kept.place,
            says=says,
            severity=Severity.HIGH if answer.who else Severity.MEDIUM,
            evidence=answer.keeper,
            related=[(kept.who_place, f"reads {answer.who}")] if answer.who else [],
            clause="c",
            key=answer.function,
            fix=_FIXES[answer.keeper],
        )


_FIXES = {
    "cache_page": """
    Say below the decorator that keeps the answer what it varies on: `@vary_on_headers("Cookie")`
    (`"Authorization"` too where tokens are sent; on a method of a class by `method_decorator`).
    Each who asks then gets an answer of their own. Where who asks only decides whether they may see
    it, check that first in a view that is not kept, and keep what is worked out by
    `cache.get_or_set` under a key of what it is about.
    """,
    "cached": "Give the decorator a key of the user: `@cache.cached(600, make_cache_key=by_user)`.",
    "CacheInterceptor": "Extend `CacheInterceptor` and let `trackBy` put the user into the key.",
}
