"""A secret has no default."""

from pytest_reconaudit.api import (
    FallbackFile,
    Severity,
    audit,
    fallback_fix,
    fallback_sentence,
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
    (JWT, session, cookie, encryption) that no workflow hands over and not every stack and whose
    file, or one that names what it is put into, signs, verifies or encrypts; high otherwise; a
    made-up password of a store is medium, low where its host's default is the own machine; low in
    examples and development tools; one less where no source but tests names the function that holds
    it, two where other code asks whether the setting still has its default; a note in a Python
    settings module over which another one lays a file of the deployment (`vars().update(yaml…)`).
    (b) compose: `${KEY:-literal}` high, medium for a database's or dashboard's own password. (c)
    compose: a secret or a URL's password spelled out: high; a placeholder for a third-party image
    medium, low for what is shown to a server outside of the stack or opens a database that
    publishes no port. (d) a signing key of fewer than 16 characters in an env file that ships; low
    in one for development that no image, stack or script takes. (b) and (c) are medium at most in a
    stack that runs the mounted sources of what it builds, or that gives `localhost` for its own
    address. Low, too, where a stack that is built from the sources is named by no other file and
    all its secrets are made up. One less where the value says that it is for tests or an example,
    or a comment on its line to change it; low in a file of stores alone that nothing restarts, or
    with the user's name for a password. Passes: `not set`, `${X}`, `${X:?}`, empty defaults, paths
    of secret files, defaults that a check at start compares with and refuses, keys that a helper or
    a check at start demands, values that are only measured or never read, override and development
    files, tests, stacks that are there for tests (`regtest`, a service of tests that starts by
    default), `.expect()`.

    Blind spots: defaults behind constants or configuration libraries; rotated copies elsewhere.
    """
    file = fallback_file
    for group in file.groups():
        first = group[0]
        report(
            at=first.place,
            says=fallback_sentence(group),
            severity=first.severity,
            evidence="; ".join(f"{one.key}: {one.shown}" for one in group[:6]),
            related=[
                *((one.place, f"{one.key}: {one.shown}") for one in group[1:]),
                *((place, f"{one.key} {note}") for one in group for place, note in one.copies),
                *((at, f"{one.key}: here, too") for one in group for at in one.elsewhere or ()),
            ],
            fix=fallback_fix(first),
            clause={"code": "a", "default": "b", "literal": "c", "short": "d"}[first.kind],
            key=f"{first.kind} {first.severity.label} {first.uncalled}".rstrip(),
        )
