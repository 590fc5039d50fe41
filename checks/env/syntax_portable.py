"""An env file means the same to everybody who reads it."""

from pytest_reconaudit.api import Confidence, PortableFile, Severity, audit, report


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    confidence=Confidence.LIKELY,
    impact="The same file gives a program another value in the container than on the laptop.",
    fix="""
    One key once, no `export`, no blanks around `=`, comments on lines of their own. Where
    `docker --env-file` reads the file, no quotes either: it keeps them.

    ```diff
    -export GREETING = "Good morning"  # shown on top
    +# shown on top
    +GREETING=Good-morning
    ```
    """,
    advice={
        "b": (
            "The variable under the name that was meant is never set.",
            "Type the key anew, in ASCII letters.",
        ),
    },
)
def env_syntax_portable(portable_file: PortableFile) -> None:
    """An env file means the same to everybody who reads it.

    Why: Compose, `docker --env-file`, a shell and the dotenv libraries have grammars of their own.
    Quotes that one strips the other keeps, a comment that one drops the other passes on.

    Decides: every value is computed as Docker Compose, `docker --env-file`, a sourcing shell,
    node's dotenv and Rust's dotenvy read it. (a) keys whose value differs between two of these
    that this repository uses for the file (or for the file it is the template of): medium.
    (b) a key with a character outside ASCII, also in a here-document that writes an env file:
    high, nobody can set that variable; what deploy-config-parses says already is left to it.
    Passes: differences of style, files with one reader.

    Blind spots: line endings and byte order marks; readers in other repositories.
    """
    file = portable_file
    for clause in "ba":
        faults = [one for one in file.faults if one.clause == clause]
        if not faults:
            continue
        names = ", ".join(one.key for one in faults[:5]) + (" …" if len(faults) > 5 else "")
        if clause == "b":
            says = f"{names}: the name has a character outside ASCII, so the key is never set"
        else:
            readers = " and ".join(file.consumers)
            says = f"{readers} do not read {names} alike ({len(faults)} keys)"
        report(
            at=faults[0].place,
            says=says,
            severity=Severity.HIGH if clause == "b" else Severity.MEDIUM,
            confidence=Confidence.CERTAIN if clause == "b" else None,
            evidence="; ".join(one.shown for one in faults[:4]),
            related=[(one.place, one.shown) for one in faults],
            clause=clause,
            key=f"{clause} {names if clause == 'b' else ''}",
        )
