"""What is said to be loaded later is not loaded at once."""

from pytest_reconaudit.api import Severity, Split, SplitFile, audit, lines_of, report

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
        "b": (
            "What is shown first waits for code that is not needed yet.",
            "Remove the static import, or give what it needs a module of its own.",
        ),
        "c": (
            "Whoever opens one of these pages loads all of them.",
            "Give each page a module of its own, so that its route can load it alone.",
        ),
    },
)
def web_splits_effective(split_file: SplitFile) -> None:
    """Parts that are loaded on demand lie in files of their own.

    Why: a bundler makes a file of its own of an `import()` only when nothing loads the module
    earlier.
    Decides: (a) `lazy()` and its like get a loader that resolves a value instead of an `import()`.
    (b) a module that `import()` names is imported statically as well, by a module that is loaded
    with the importing one or with the page; one finding per module (one for three and more that one
    module undoes): medium where over 100 kB of source are loaded for the static import alone, else
    low; a note where that is less than 15 kB and no package of its own, of what is no page less
    than 100 kB and no component, a note also where six modules and more import a small part of a
    page, where a module that only hands on (`export … from`) names it, and for the pages that
    people come to first; imports of types alone pass. (c) three or more page components (`…Page`,
    in a folder of pages also `…View` and its like) in one module of over 800 lines: low. With a
    finished build: (d) an entry loads its own dynamic imports at once; (e) an entry loads modules
    of pages at once, those for login and landing left out. Tests, stories, scripts for Node and
    loaders that are handed on (`lazy(load)`) pass, and applications that lie on their user's
    machine (Electron, Tauri, React Native).
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
        elif one.clause == "b":
            says += f" by {one.related[0].place.path}"
            says += f" and {one.users - 1} more" if one.users > 1 else ""
            says += f" ({one.count} places)" if one.count > 1 else ""
        if one.weight is not None and (told := one.weight.told()):
            says += f"; {told} loaded at once for that alone"
        report(
            at=one.place,
            says=says,
            severity=_severity(one),
            evidence=one.evidence,
            related=one.related,
            clause=one.clause,
            key=f"{one.clause} {one.what if one.clause in 'ab' else one.evidence}",
        )


_HEAVY = 100_000
"""Characters of source."""


def _severity(one: Split) -> Severity:
    if one.clause == "c":
        return Severity.LOW
    if one.weight is None:
        return Severity.MEDIUM
    if one.early or one.light:
        return Severity.INFO
    return Severity.MEDIUM if one.weight.source > _HEAVY else Severity.LOW
