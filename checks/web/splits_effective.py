"""What is said to be loaded later is not loaded at once."""

from pytest_reconaudit.api import Severity, SplitFile, audit, lines_of, report

_SAYS = {
    "a": "{what} is no split: its loader resolves what is there already",
    "b": "import() of {what} splits nothing: the module is imported statically too",
    "c": "{count} lines hold {pages} pages in one module: {what}",
    "d": "the build of {entry} loads at once what import() names ({count}): {what}",
    "e": "the build of {entry} loads pages at once ({count}): {what}",
}


@audit(
    pillar=2,
    severity=Severity.MEDIUM,
    impact="The first page waits for code that only other pages need.",
    fix="""
    Import the part in one way only, from where it is shown:

    ```tsx
    // before
    const Chart = lazy(() => Promise.resolve({ default: ChartComponent }));
    // after
    const Chart = lazy(() => import("./Chart"));
    ```
    """,
    advice={
        "b": ("", "Remove the static import, or give what it needs a module of its own."),
        "c": ("", "Give each page a module of its own, so that its route can load it alone."),
    },
)
def web_splits_effective(split_file: SplitFile) -> None:
    """Parts that are loaded on demand lie in files of their own.

    Why: a bundler makes a file of its own of an `import()` only when nothing loads the module
    earlier.
    Decides: (a) `lazy()` and its like get a loader that resolves a value instead of an
    `import()`. (b) a module that `import()` names is imported statically as well, by a module
    that is loaded with the importing one or with the page; one finding per module (one for
    three and more that one module undoes), low for a small part of a page, a note where six modules
    and more import it besides; imports of types alone pass.
    (c) three or more page components (`…Page`, in a folder of pages also `…View` and its like) in
    one module of over 800 lines: low. With a finished build: (d) an entry loads its own dynamic
    imports at once; (e) an entry loads modules of pages at once, those for login and landing left
    out. Tests, stories, scripts for Node and loaders that are handed on (`lazy(load)`) pass, and
    applications that lie on their user's machine (Electron, Tauri, React Native).
    Blind spots: modules that only a framework's convention loads; computed specifiers.
    """
    for one in split_file.splits:
        pages = len(one.what.split(", "))
        says = _SAYS[one.clause].format(
            what=one.what, count=one.count, pages=pages, entry=one.evidence
        )
        if one.importer:
            says = (
                f"{len(one.together)} import() split nothing: {one.importer} imports their modules "
                f"statically too: {lines_of(one.together)}"
            )
        elif one.clause == "b" and one.count > 1:
            says += f" ({one.count} places)"
        report(
            at=one.place,
            says=says,
            severity=(
                Severity.INFO
                if one.shared and one.small
                else Severity.LOW
                if one.clause == "c" or one.small
                else Severity.MEDIUM
            ),
            evidence=one.evidence,
            related=one.related,
            clause=one.clause,
            key=f"{one.clause} {one.what if one.clause in 'ab' else one.evidence}",
        )
