"""The frontend can be built from a fresh clone, and there is one of it."""

from pytest_reconaudit.api import Buildable, Severity, audit, report

_COST = "The build, or the page or program that needs the file, fails."
_LEFT = "Whoever checks the types of the file, or comes to import it, fails."
_TAKEN = "Where another package takes the file in, a fresh install lacks what it imports."
_DELETE = "Delete the file where nobody needs it any more; else restore what it imports."
_START = (
    "The program fails as soon as it loads the file, at its start mostly: no bundler and no"
    " compiler tells of it before."
)
_TYPES = "The check of types fails, and editors know nothing of what is named."
_UNCHECKED = "No build fails of it; what the code says of its types is not so."
_RESTORE = "Restore the file, or name the one that has what is imported now."


@audit(
    pillar=1,
    severity=Severity.HIGH,
    impact=_COST,
    fix="Restore the file, or take the line out that needs it.",
    advice={
        "a": ('`vite build` ends with "Could not resolve entry module".', "Commit `index.html`."),
        "b": (
            "`vite build` cannot resolve the imports; only the editor can.",
            "Tell Vite of the aliases: `resolve.alias` in a vite.config, or `vite-tsconfig-paths`.",
        ),
        "d": (
            "Every build that loads the file fails.",
            "Correct the line; run `tsc --noEmit` in CI.",
        ),
        "e": ("Users see the characters, or a name is another one than was meant.", "Delete them."),
        "f": ("Code that is kept up and shipped to nobody.", "Add a route, or delete the page."),
        "h": ("Code that is kept up and shipped to nobody.", "Delete the file, or import it."),
        "g": (
            "Two sets of dependencies, configurations and builds; nobody knows which one is real.",
            "Keep one of the two and delete the other's package.json and configuration.",
        ),
        "i": (
            "A fresh install lacks the package: the build, or the start of the server, fails.",
            "List the package.",
        ),
        "j": (
            "It is gone, or another version, as soon as the one that brings it changes.",
            "List the package.",
        ),
    },
)
def web_app_buildable(frontend: Buildable) -> None:
    """What a bundler needs of a frontend package is in the repository and can be read.

    Why: a missing page, a broken import or a stray bracket stops every build, and is often first
    seen in the deployment.
    Decides: (a) an application that `vite build` makes has no `index.html`, and its configuration
    names no other root or input: critical. (b) Imports of an application with a page go by aliases
    of tsconfig.json, and there is no vite.config: high. (c) A relative import, or one by an alias
    that leads to other files, leads to no file of a fresh clone, also because the capitals differ:
    high; medium when it is not known what the application loads, or nothing of it is used but
    types, by which it is dropped from the build, unless a configuration keeps imports as written
    (low where no script checks types, a note where no TypeScript is at hand at all); low when no
    import leads to the file, a note when no check of types reads it either, as where every tsconfig
    leaves it out. Where types alone are at stake, `@ts-ignore` passes, and `@ts-nocheck` makes a
    note of it. (d) A source that surely no compiler takes: JSX in a `.ts` file, a bare `>` in JSX,
    a Markdown heading, a merge conflict, unbalanced brackets, a `const` or `let` twice in one
    block: critical where the application loads it, medium for configurations of test tools and for
    load tests, low where nothing loads it. What only the grammar of the audit cannot read is no
    finding. (e) CJK or Greek letters in the code or between elements of JSX, when the rest of the
    file is ASCII: medium. (f) Modules in `pages/`, `views/` or `screens/` that make JSX, which no
    route loads and nothing imports, when others are reached: low. (h) Such a module that is a part
    of a page, by its name (`…Dialog`, `…Section`), because it lacks the default export of what the
    routes load, or because it lies beside the one page of its folder or among more parts than
    pages: a note. (g) The root package and a folder such as `frontend/` are frontends of different
    frameworks, without a workspace: medium. (i) A package is imported that no package.json lists
    here or above, nor the lockfile has: high; medium when it is not known what is loaded, or
    nothing but a lockfile could tell, low for more than four at once then; a note when nothing
    loads the file, or none imports it but such files, or no other package leads to it, low where a
    check of types reads it; what `tsc` builds is all loaded. (j) Such a package that by the
    lockfile comes with another one, or whose lockfile is too large to be read: low; a note where
    another package by the same lockfile lists it, and no image is made in its folder (or lists some
    of them, the package is private and the lockfile could not be read); medium under pnpm, which
    hides it, when the application surely loads it. Three such packages of a workspace are one
    finding; what must be there once (NestJS, Vue, TypeORM …) belongs into `peerDependencies` of a
    plugin. Of packages that Node runs (c), (d), (i) and (j) are asked. Tests, stories, scripts,
    templates of generators, guarded imports, files that a build step writes (ignored by git,
    outputs of tasks, or of scripts by `--out`), what an image copies to another place, names of
    languages, routes made of files, libraries and server-side frameworks pass.
    Blind spots: aliases that a configuration computes; imports inside of components of Astro;
    scoped packages of which nothing else here is known.
    """
    for fault in frontend.faults:
        impact, fix = ("", "")
        if fault.clause == "c" and fault.unloaded:
            impact, fix = _LEFT, _DELETE
        elif fault.clause == "c":
            late = _START if fault.at_start else ""
            impact, fix = (_TYPES if fault.only_types else late), fault.fix or _RESTORE
            if fault.only_types and fault.severity is Severity.INFO:
                impact = _UNCHECKED
        elif fault.fix:
            impact, fix = (_LEFT if fault.unloaded else ""), fault.fix
            if fault.at_others:
                impact = _TAKEN
        report(
            at=fault.place,
            says=fault.says,
            severity=fault.severity,
            confidence=fault.confidence,
            evidence=fault.evidence,
            related=fault.related,
            impact=impact,
            fix=fix,
            clause=fault.clause,
            key=fault.key or fault.clause,
        )
