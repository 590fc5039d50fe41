"""A secret has no default."""

from collections.abc import Sequence

from pytest_reconaudit.api import (
    Fallback,
    FallbackFile,
    Severity,
    audit,
    fallback_fix,
    lines_of,
    report,
)


@audit(
    pillar=3,
    severity=Severity.HIGH,
    impact="A deployment that forgets the key runs on a secret that everybody can read here.",
    fix="""
    Stop at start when the secret is not set; generate one in development scripts.

    ```diff
    -let secret = env::var("JWT_SECRET").unwrap_or_else(|_| "change-this".into());
    +let secret = env::var("JWT_SECRET").expect("JWT_SECRET is not set");
    ```
    ```diff
    -      JWT_SECRET: ${JWT_SECRET:-change-this}
    +      JWT_SECRET: ${JWT_SECRET:?set JWT_SECRET}
    ```
    """,
    advice={
        "c": (
            (
                "Whoever can read the repository has the secret of every stack started from "
                "this file."
            ),
            """
            Take the value from outside, and refuse to start without it:

            ```diff
            -      POSTGRES_PASSWORD: hunter2
            +      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}
            ```
            """,
        ),
        "d": (
            "Whoever has the file has the key, and one so short can be found by trying.",
            """
            Take it out of the file: a long key in the repository is as known as a short one.
            Give each deployment one of its own from outside: `openssl rand -hex 32`.
            """,
        ),
    },
)
def env_secret_fallback_absent(fallback_file: FallbackFile) -> None:
    """A secret has no default.

    Why: a default is what runs when nobody has set the key, and nothing tells. Who reads the
    repository can then sign tokens or log in. "change-this" is no protection: it is the value.

    Decides: (a) code that reads a secret key with a literal default: critical for a signing key
    (JWT, session, cookie, encryption) that no workflow hands over and whose file, or one that names
    what it is put into, signs, verifies or encrypts; high otherwise; a made-up password of a store
    is medium, low where its host's default is the own machine; low in examples and development
    tools; one less where no source but tests names the function that holds it; a note in a Python
    settings module over which another one lays a file of the deployment (`vars().update(yaml…)`).
    (b) compose: `${KEY:-literal}` high, medium for a database's or dashboard's own password. (c)
    compose: a secret or a URL's password spelled out: high; a placeholder for a third-party image
    medium. (d) a signing key of fewer than 16 characters in an env file that ships; low in one for
    development that no image, stack or script takes. (b) and (c) are medium at most in a stack that
    runs the mounted sources of what it builds, or that gives `localhost` for its own address. Low,
    too, where a stack that is built from the sources is named by no other file and all its secrets
    are made up. One less where the value says that it is for tests, or a comment on its line to
    change it; low in a file of stores alone that nothing restarts, or with the user's name for a
    password. Passes: `not set`, `${X}`, `${X:?}`, empty defaults, paths of secret files, defaults
    that a check at start compares with and refuses, keys that a helper or a check at start demands,
    values that are only measured or never read, override and development files, tests, stacks that
    are there for tests (`regtest`, a service of tests that starts by default), `.expect()`.

    Blind spots: defaults behind constants or configuration libraries; rotated copies elsewhere.
    """
    file = fallback_file
    for group in file.groups():
        first = group[0]
        report(
            at=first.place,
            says=_says(file, group),
            severity=first.severity,
            evidence="; ".join(f"{one.key}: {one.shown}" for one in group[:6]),
            related=[
                *((one.place, f"{one.key}: {one.shown}") for one in group[1:]),
                *((place, f"{one.key} {note}") for one in group for place, note in one.copies),
            ],
            fix=fallback_fix(first),
            clause={"code": "a", "default": "b", "literal": "c", "short": "d"}[first.kind],
            key=f"{first.kind} {first.severity.label} {first.uncalled}".rstrip(),
        )


def _says(file: FallbackFile, group: Sequence[Fallback]) -> str:
    first = group[0]
    keys = list(dict.fromkeys(one.key for one in group[:5]))
    names = ", ".join(keys)
    many = len(keys) > 1
    lines = lines_of(one.place for one in group)
    count = f"{len(group)} times, {lines}" if len(group) > 1 else lines
    if first.kind == "short":
        hides = all("CRYPT" in one.upper() or "CIPHER" in one.upper() for one in keys)
        what = "encryption" if hides else "signing"
        keys_are = f"are {what} keys" if many else f"is {'an' if hides else 'a'} {what} key"
        where = "a file that ships"
        if first.severity is Severity.LOW:
            where = "a file for development, which no image, stack or script here takes"
        return f"{names} {keys_are} of fewer than 16 characters in {where} ({count})"
    if first.kind == "literal":
        return f"{names} {'are' if many else 'is'} spelled out in the stack's file ({count})"
    shipped = all(any("same value" in note for _, note in one.copies) for one in group)
    same = ", the very value that a template ships" if shipped else ""
    if first.uncalled:
        return (
            f"whoever calls {first.uncalled} without {names} gets the default{same}; no source but "
            f"tests names it ({count})"
        )
    has = f"{names} {'have usable defaults' if many else 'has a usable default'}{same}"
    it = "them" if many else "it"
    if first.kind == "code":
        return f"{has}: code that runs without {it} gets {it} ({count})"
    return f"{has}: unset, the service runs on {it} ({count})"
