"""What is said to be loaded later is not loaded at once."""

from pytest_reconaudit.api import Severity, Split, SplitFile, audit, report

_SAYS = {
    "a": "{what} is no split: its loader resolves what is there already",
    "c": "{count} lines hold {pages} pages in one module: {what}",
    "d": "the build of {entry} loads at once what import() names ({count}): {what}",
    "e": "the build of {entry} loads pages at once ({count}): {what}",
}

_CUT = "Remove the static import, or give what it needs a module of its own."
_TURNED = (
    "Import it statically there too, or leave it: as long as the others do, the `import()` gains"
    " nothing."
)
_NOTHING = "The `import()` waits for what has been loaded already; no file is split off by it."


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
            _CUT,
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
    (b) a module that `import()` names is imported statically as well; one finding per module (one
    for three and more that one module undoes). Where one import alone, of the module or of what
    holds all who import it, brings it into what a page loads at once: medium where over 100 kB of
    source are loaded for it alone, else low, one finding for all that one import undoes; a note
    where that is less than 15 kB and no package of its own, of what is no page less than 100 kB and
    no component, where six modules and more import a small part of a page, where a module that only
    hands on (`export … from`) names it, and for the pages that people come to first. Where several
    imports bring it there, no one of which could be cut: a note, low for over 100 kB that fewer
    than six modules import. Where the page loads it later, but with whatever loads the `import()`:
    a note. Imports of types alone pass. (c) three or more page components (`…Page`,
    in a folder of pages also `…View` and its like) in one module of over 800 lines: low. With a
    finished build: (d) an entry loads its own dynamic imports at once; (e) an entry loads modules
    of pages at once, those for login and landing left out. Tests, stories, scripts for Node and
    loaders that are handed on (`lazy(load)`) pass, and applications that lie on their user's
    machine (Electron, Tauri, React Native).
    Blind spots: modules that only a framework's convention loads; computed specifiers.
    """
    for one in split_file.splits:
        pages = len(one.what.split(", "))
        says = one.undone() or _SAYS[one.clause].format(
            what=one.what, count=one.count, pages=pages, entry=one.evidence
        )
        turned = one.clause == "b" and one.way != "one"
        report(
            at=one.place,
            says=says,
            severity=_severity(one),
            evidence=one.evidence,
            related=one.related,
            impact=_NOTHING if turned else "",
            fix=_TURNED if turned else one.cure,
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
    if one.early or one.light or one.way == "within":
        return Severity.INFO
    if one.way == "several":
        many = one.shared or one.weight.source <= _HEAVY
        return Severity.INFO if many else Severity.LOW
    return Severity.MEDIUM if one.weight.source > _HEAVY else Severity.LOW
