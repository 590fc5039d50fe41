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

    A key made of a request holds method, path, query string and who asks.
    """,
)
def cache_key_scoped(key_scopes: KeyScopes) -> None:
    """Keys hold everything that the cached answer depends on, the user above all.

    Why: a cache hit skips the filter that the query has.
    Decides: per written template, (a) the function that writes (of a get-or-set the function that
    it is given) fetches for the authenticated user or tenant (`req.user`, claims, a current user,
    a tenant id) and the key has nothing of it; (b) the key is made of the request's path and has
    neither its query string nor a user; medium when nothing runs it. A check of ownership or
    permission before the write, admin-only code and keys with a digest of all parameters pass.
    Blind spots: row-level security and other filters that the query does not show.
    """
    for one in key_scopes.unscoped:
        write = one.write
        if one.who:
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
