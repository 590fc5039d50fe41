"""Every Rust file of a build parses, and every module has its file."""

from pytest_reconaudit.api import BrokenFile, CrateSources, Note, Place, Severity, audit, report

CAUSES = {
    "character": "has {what} in the code: {text}",
    "conflict": "holds the marks of an unsolved merge conflict",
    "bracket": "does not parse: {what}",
    "words": "does not parse: `{what}` with nothing between the words",
}

SHOWN = frozenset(
    {"snippets", "snippet", "examples", "example", "samples", "tutorial", "tutorials"}
)
"""Folders of what is there to be read."""


@audit(
    pillar=1,
    severity=Severity.CRITICAL,
    impact="The package does not compile.",
    fix="Take the character or the stray text out; `cargo check` names what is left.",
    advice={
        "b": (
            "The package does not compile (E0583, E0761).",
            "Keep one file per module: `x.rs` or `x/mod.rs`. Declare only what is there.",
        ),
        "c": (
            "Nobody compiles or tests it; it rots, and readers take it for the program's code.",
            """
            Delete what is named here, and only that: a file that it declares may belong to another
            target. What was meant to be read is declared by `mod` where its folder begins.
            """,
        ),
    },
)
def rust_sources_parse(crate_sources: CrateSources) -> None:
    """What cargo compiles is Rust, and its modules are where they are declared.

    Why: one stray character ends every build of the repository.
    Decides: follows `mod` from each target of a package (`#[path]`, `include!` and inline modules
    too). (a) A file that is read does not parse: critical; high when only tests, examples or
    conditional builds read it. What the grammar does not take in is confirmed in the text: a
    character that cannot stand there, the marks of a merge, brackets that do not match, two words
    side by side. (b) `mod x;` with neither `x.rs` nor `x/mod.rs`, or with both: the same. Modules
    under `#[cfg]`, in macros, git-ignored or written by a build script pass. (c) Files among the
    sources that no target of any package reads: low, one finding per package; a note below folders
    of examples and snippets. Fixtures, files that are all comments or begin by saying that they are
    not used, those in a folder that code of the package names and that holds no module, those whose
    `mod` line is commented out with all that they declare, and packages whose modules are made by
    macros, pass; so do crates that are kept as inputs (four or more builds side by side in a folder
    of another one, which nothing there builds).
    Blind spots: syntax errors of other kinds, types, borrows: only the compiler knows those.
    """
    crate = crate_sources
    for file in crate.broken:
        _broken(file)
    for module in crate.misplaced:
        first, second = (*module.files, "")[:2]
        if module.missing:
            absent = f"neither {first} nor {second} is there" if second else f"{first} is not there"
            says = f"module {module.name} has no file: {absent}"
        else:
            says = f"module {module.name} has two files: {first} and {second}"
        report(
            at=module.place,
            says=says,
            severity=Severity.CRITICAL if module.always else Severity.HIGH,
            evidence=f"mod {module.name};",
            related=[]
            if module.missing
            else [(Place(one, 1, 1), "stands for it") for one in module.files],
            clause="b",
            key=module.name,
        )
    if crate.unread:
        tops = [one for one in crate.unread if one not in crate.beneath] or [*crate.unread]
        listed = ", ".join(tops[:5]) + (" …" if len(tops) > 5 else "")
        below = len(crate.unread) - len(tops)
        if below:
            listed += f", and the {below} below {'it' if len(tops) == 1 else 'them'}"
        count = "1 file" if len(crate.unread) == 1 else f"{len(crate.unread)} files"
        report(
            at=Place(tops[0], 1, 1),
            says=f"{count} among the sources of {crate.package.manifest.package} that no target"
            f" reads: {listed}",
            severity=Severity.INFO if SHOWN.intersection(tops[0].split("/")) else Severity.LOW,
            related=[
                (Place(one, 1, 1), "declared by one that nothing reads")
                if one in crate.beneath and one not in tops
                else (Place(one, 1, 1), "in no module tree")
                for one in crate.unread
                if one != tops[0]
            ],
            clause="c",
            key=crate.package.path,
        )


def _broken(file: BrokenFile) -> None:
    first = file.broken[0]
    related = [Note(Place(file.path, one.line, one.column), one.what) for one in file.broken[1:]]
    if file.declared is not None:
        related.append(Note(file.declared, "declared here"))
    report(
        at=Place(file.path, first.line, first.column),
        says=f"{file.path} {CAUSES[first.kind].format(what=first.what, text=first.text)}",
        severity=Severity.CRITICAL if file.always else Severity.HIGH,
        evidence=first.text,
        related=related,
        clause="a",
        key=first.kind,
    )
