"""Dependencies are taken in the form that is needed."""

from pytest_reconaudit.api import (
    SUCCESSORS_DATE,
    Confidence,
    CrateWeight,
    Severity,
    audit,
    report,
)

SEVERITIES = {
    "a": Severity.LOW,
    "b": Severity.LOW,
    "c": Severity.LOW,
    "d": Severity.LOW,
    "e": Severity.LOW,
    "f": Severity.INFO,
}


@audit(
    pillar=2,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="Builds take longer and the program is larger than what it does asks for.",
    fix="""
    Switch default features off and name what is used:

    ```toml
    # "sso" and "credentials-process" where people sign in by a profile; an HTTPS client
    aws-config = { version = "1", default-features = false, features = ["rt-tokio", "sso"] }
    reqwest = { version = "0.12", default-features = false, features = ["rustls-tls", "json"] }
    tokio = { version = "1", features = ["rt-multi-thread", "macros", "net", "time"] }
    ```
    """,
    advice={
        "b": (
            "Two TLS stacks are compiled, shipped and watched for advisories.",
            'Choose one: `default-features = false, features = ["rustls-tls"]`.',
        ),
        "d": (
            "Two ways to do one thing are maintained, and the code has to know which is meant.",
            "Keep one. Where the other is there for old data, say so in a comment.",
        ),
        "e": (
            "Faults and security holes of it are mended by nobody.",
            f"Move to the successor (table as of {SUCCESSORS_DATE}).",
        ),
        "f": ("Both are compiled and shipped.", "`cargo tree -d` says who wants the older one."),
    },
)
def rust_deps_lean(crate_weight: CrateWeight) -> None:
    """Heavy dependencies come without what nobody needs.

    Why: default features and second crates for one purpose cost minutes of every build.
    Decides: reads Cargo.toml and Cargo.lock. (a) `aws-sdk-*` and `aws-config` with all default
    features where the code hands over keys: low, else a note. (b) reqwest asks for rustls and keeps
    native-tls, its default: medium; it alone brings native-tls into a program that has rustls: low,
    told once, at the package of the repository that lists reqwest itself (not where a crate from
    elsewhere takes the same reqwest: what that one asks for is not known). Where Cargo.lock has
    native-tls or OpenSSL for another crate too, the first is a note and the second passes.
    (c) tokio with `full` in a library of its own, or where neither the code names anything of its
    files, network, processes and signals nor another crate of the lock file needs tokio: low, else
    a note. (d) Two crates for one purpose (password hashes; a logger and tracing-subscriber): low.
    (e) A crate that an advisory says nobody maintains, that has a successor, and that the code
    names: low, told once for a workspace. (f) A heavy crate in two incompatible versions in the
    lock file: a note. What lies only in packages that are there for tests is a note. Dependencies
    of tests, optional second crates, forks by path or git, and hash schemes whose comments or code
    speak of a migration pass.
    Blind spots: which features of other crates the code uses is not looked at.
    """
    for thing in crate_weight.found:
        both = thing.key == "reqwest both"
        severity = Severity.MEDIUM if both else SEVERITIES[thing.clause]
        report(
            at=thing.places[0].place,
            says=thing.says,
            severity=Severity.INFO if thing.minor else severity,
            evidence=", ".join(dict.fromkeys(note.message for note in thing.places)),
            related=thing.places[1:],
            fix=thing.fix,
            clause=thing.clause,
            key=thing.key,
        )
