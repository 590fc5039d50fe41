"""Patterns are compiled once."""

from pytest_reconaudit.api import (
    RecompiledRegexes,
    RegexFile,
    Severity,
    audit,
    lines_of,
    report,
)


@audit(
    pillar=2,
    severity=Severity.LOW,
    impact="Compiling takes far longer than a match in a short text, and is done again each time.",
    fix="""
    Compile when it is first used, and keep that:

    ```rust
    static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\\w+$").unwrap());
    ```
    """,
)
def rust_regex_compiled_once(regex_file: RegexFile) -> None:
    """A literal pattern is not compiled again in a loop or for every request.

    Why: compiling a pattern allocates and runs for microseconds to milliseconds.
    Decides: a literal `Regex::new` of the `regex` crate inside a loop, in a function that a `for`
    loop calls (or whose caller one calls), or in a function that runs while a request is answered
    (reached from a handler, or one that takes the request): low; medium in a middleware, which all
    requests go through; a note where only tests, benchmarks and examples run the function or its
    loop, for loops of programs and scripts that one runs, where nothing of the workspace serves
    requests, for requests that write or sign in (once each, outside of loops), in loops that wait
    for a time or a message in each round, and for functions of a server of which nobody knows how
    often they are called. A loop over a list that is written out compiles each literal of it.
    `LazyLock`, `OnceLock`, `Lazy`, `lazy_static!`, `thread_local!` and the like pass, as do
    constructors, `main`, tests and patterns that are put together at run time.
    Blind spots: functions that are called through values or traits.
    """
    for function in regex_file.recompiled:
        count = len(function.found)
        patterns = "1 pattern" if count == 1 else f"{count} patterns"
        tried = ", but nothing except tests runs it" if function.idle else ""
        report(
            at=function.places[0],
            says=f"{function.shown} compiles {patterns} {function.why}"
            f" ({lines_of(function.places)}){tried}",
            severity=_severity(function),
            evidence=function.found[0].pattern,
            related=[(place, "compiled here") for place in function.places[1:]],
            fix=function.sample,
            key=function.function,
        )


def _severity(function: RecompiledRegexes) -> Severity:
    if function.idle or function.by_hand:
        return Severity.INFO
    return Severity.MEDIUM if function.for_all else Severity.LOW
