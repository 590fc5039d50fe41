"""No real secret is in the repository."""

from pytest_reconaudit.api import (
    CommittedFile,
    Place,
    Severity,
    audit,
    leak_advice,
    leak_groups,
    leak_sentence,
    report,
)


@audit(
    pillar=3,
    severity=Severity.CRITICAL,
    impact="Whoever can read the repository, now or later, has the secret.",
    fix="""
    Replace the secret at its provider first: it is known. Then take it out of the file (and out
    of history, with `git filter-repo`), inject it from a secret store and keep only an example.

    ```diff
    -STRIPE_SECRET_KEY=sk_live_…
    +STRIPE_SECRET_KEY=            # from the secret store
    ```
    """,
    advice={
        "b": (
            "The next real value that somebody fills in is committed, and stays in the history.",
            """
            Take the file out of git, keep an example; real values come from a secret store.

            ```bash
            git rm --cached production.env && echo production.env >> .gitignore
            ```
            """,
        ),
        "c": (
            "Whoever can read the repository, or the process list while it runs, has the password.",
            """
            Replace the password first: it is known. Then let the script take it from outside:

            ```bash
            : "${PGPASSWORD:?set PGPASSWORD}"
            ```
            """,
        ),
    },
)
def env_secrets_not_committed(committed_file: CommittedFile) -> None:
    """No real secret is in the repository.

    Why: a repository is copied to every laptop, runner and backup. A secret in it is known for
    good, even after it has been deleted.

    Decides: (a) a value under a secret name, 8 characters or more, entropy 3.0 bits a character or
    more, that is no placeholder: critical when it is random, high in an env file that says it is
    for development, whose addresses are all local or which holds the very default that a compose
    file falls back to, or the value of a template; medium where two of these hold, and in an
    example, template or development file; made of words: high in a production env file, medium
    elsewhere. Provider tokens and private keys count under any name; the id of an AWS key whose
    secret the file takes from elsewhere: low; the key of a self-signed certificate, or of one that
    a key of the repository signed (those of one folder are told together), or of a store that the
    repository starts (MinIO): medium; of a certificate for this machine, and the password
    of a mail host for trials: a note. A value that several files hold is said once. (b) A
    production env file with secret keys, even with placeholders only, or an env file tracked in
    spite of `.gitignore`: medium. (c) `user:password@host` or `PGPASSWORD=…` spelled out in a
    script that deploys: medium. Passes: references (`${X}`, `vault://…`), empty values,
    placeholders, public and publishable keys, lock files, tests and fixtures. Declared public in a
    comment above: a note. Allow-listed by path for gitleaks, detect-secrets, trufflehog or
    ggshield: medium at most.

    Blind spots: secrets under innocent names; binary files; git history.
    """
    file = committed_file
    groups = leak_groups(file)
    for group in groups:
        first = group.leaks[0]
        impact, fix = leak_advice(file, group.leaks)
        report(
            at=Place(file.path, 1) if group.clause == "b" else first.place,
            impact=impact,
            fix=fix,
            says=leak_sentence(file, group.clause, group.leaks),
            severity=group.severity,
            evidence="; ".join(one.named for one in group.leaks[:6]),
            related=group.others(),
            clause=group.clause,
            key=f"{group.clause} {group.severity.label}",
        )
    more = f" (and {len(file.ignored_too)} more)" if file.ignored_too else ""
    if file.ignored is not None and not any(one.clause == "b" for one in groups):
        report(
            at=Place(file.path, 1),
            says=f"{file.path}{more} is tracked although {file.ignored.pattern!r} ignores it: real "
            "values put into it will be committed",
            severity=Severity.MEDIUM if file.judged else Severity.LOW,
            evidence=file.ignored.pattern,
            related=[
                (file.ignored.place, f"ignore rule {file.ignored.pattern}"),
                *((Place(path, 1), "tracked too") for path in file.ignored_too),
            ],
            clause="b",
            key=file.path,
        )
