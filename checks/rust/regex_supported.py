"""Patterns are ones that the regex crate takes."""

from pytest_reconaudit.api import RegexFile, Severity, audit, report

ENGINES = ("look", "backreference", "atomic", "conditional", "recursion")
"""What other engines have, and this one will not."""
WRITTEN = "Correct the pattern; what is meant literally is escaped: `\\{`, `\\(`, `\\[`."


@audit(
    pillar=1,
    severity=Severity.HIGH,
    impact="Compiling the pattern fails every time, and so does whatever needs it.",
    fix="""
    The `regex` crate has neither look-around nor backreferences. Ask several simple questions:

    ```rust
    // before: Regex::new(r"^(?=.*[A-Z])(?=.*[0-9]).{8,}$").unwrap()
    let strong = text.len() >= 8
        && text.chars().any(|c| c.is_ascii_uppercase())
        && text.chars().any(|c| c.is_ascii_digit());
    ```

    Or use the `fancy-regex` crate, which has both and no promise of linear time.
    """,
)
def rust_regex_supported(regex_file: RegexFile) -> None:
    """Every literal pattern for the regex crate is one that it compiles.

    Why: the pattern is only looked at when it runs, so the fault waits for the first user.
    Decides: reads literals (and constants of the same file) that are given to `Regex::new`,
    `RegexSet::new` and the builders of the `regex` crate, whose name must come from that crate.
    Look-ahead, look-behind, backreferences, atomic groups, unknown escapes, brackets that do not
    match and repetitions of nothing are findings. `fancy_regex`, `pcre2`, renamed crates and
    patterns put together at run time pass.
    Blind spots: constants of other files; limits on size.
    """
    for one, place in regex_file.refused:
        end = ": unwrap panics" if one.panics else ""
        name = f"{one.owner}::{one.function}" if one.owner else one.function
        where = f" in {name}" if name else ""
        report(
            at=place,
            says=f"the regex crate refuses {one.refused}{where}{end}",
            evidence=one.pattern,
            fix="" if any(word in one.refused for word in ENGINES) else WRITTEN,
        )
