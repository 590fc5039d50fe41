"""package.json lists what is used, where it is used."""

from pytest_reconaudit.api import (
    Confidence,
    Dependency,
    Note,
    PackageDependencies,
    Place,
    Severity,
    audit,
    report,
)


@audit(
    pillar=2,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="The manifest promises what the code does not need, and somebody keeps that up to date.",
    fix="Take the line out, and install anew with the package manager of the repository.",
    advice={
        "b": (
            "The image carries tools that only the build needs.",
            "Move them to `devDependencies`.",
        ),
        "c": ("Every visitor loads the whole library.", "Import the functions that are used."),
        "d": ("Nobody knows whether the pin is still needed.", "Say it in `overrides`."),
        "f": (
            "The import works only where the installer hoists what this package lists.",
            "Move the line to the package that imports it.",
        ),
    },
)
def web_deps_lean(dependencies: PackageDependencies) -> None:
    """No dependency is left over, and tools of the build are devDependencies.

    Why: each package is something to fetch, to update and to trust.
    Decides: (a) a dependency that no file below the package names: no import, script, page,
    configuration, Dockerfile or workflow, by its name or by a program that it brings; and that no
    package which this one depends on, or which comes along with one, asks for as a peer, by the
    lockfile or its package.json. Where a script runs a program that nothing explains, what may
    bring it passes. One finding per package.json, one for all of them where eight or more list the
    same in vain: low; without a lockfile that tells peers it is only a hint, a note where
    a generator from elsewhere writes part of the code, and what others mostly ask for (engines of
    editors, charts, stores) passes. (b) Tools of build, test and style under
    `dependencies` where the image installs for production only: low. (c) moment, the whole of
    lodash, or all icons of a library in what a browser loads: a note. (d) A dependency that is
    named nowhere, but has one exact version, as pins against flaws have, or that is listed for such
    a pin as a rule: a note. (e) What is unused among devDependencies, or in a package that is there
    for tests, documents or tools: a note. (f) What another package of the workspace imports without
    listing it: a note. Types (told with what they are of), plugins, presets (named in
    part), drivers, compilers, members of the workspace, what overrides, resolutions or patches
    hold, what a remark or the configuration of knip or depcheck speaks of, programs for one system,
    what siblings import whose sources the build takes in (not what a published one lists itself,
    unless packages stay external), what another dependency loads lazily (drivers, template
    engines) or as an optional dependency by the lockfile, what is named for its install scripts
    or in the history of releases, command lines among devDependencies (run by hand), packages
    that install for code elsewhere, examples, templates, and frameworks that load all pass.
    Blind spots: packages that are loaded by a computed name, or by one that does not list
    them; plugins that are left over.
    """
    one, nothing = dependencies, "nothing in the package imports, runs or configures"
    if one.unused:
        be, them = ("is", "it") if len(one.unused) == 1 else ("are", "them")
        says = f"{be} listed, but {nothing} {them}{one.doubt}"
        severity = Severity.INFO if one.doubt else Severity.LOW
        _told(one.unused, says, severity, "a", one.confidence, more=one.beside, fix=one.cure)
    for dependency, use in one.lent:
        says = f"is not imported here, but by a package that does not list it: {use.place}"
        _told((dependency,), says, Severity.INFO, "f", more=[use])
    for alike in one.everywhere:
        says = f"is listed by {len(alike)} packages that neither import, run nor configure it"
        _told(alike, says, Severity.LOW, "a", one.confidence, names=alike[0].name)
    for notes, what, clause in (
        (one.aside, "for work, tests or documents", "e"),
        (one.pins, "perhaps to hold a version of what other packages bring", "d"),
    ):
        if notes:
            them = "it" if len(notes) == 1 else "them"
            _told(notes, f"listed {what}, but {nothing} {them}", Severity.INFO, clause)
    if one.tools and one.install is not None:
        many = len(one.tools) > 1
        _told(
            one.tools,
            f"{'are tools' if many else 'is a tool'} of the build, and the image installs"
            f" {'them' if many else 'it'} for production",
            Severity.LOW,
            "b",
            more=[one.install],
        )
    for heavy in one.heavy:
        first = heavy.uses[0].place
        report(
            at=heavy.dependency.place,
            says=f"{heavy.says} ({first}{' and others' if len(heavy.uses) > 1 else ''})",
            severity=Severity.INFO,
            evidence=heavy.dependency.name,
            related=heavy.uses[:20],
            clause="c",
        )


def _told(
    found: tuple[Dependency, ...],
    what: str,
    severity: Severity,
    clause: str,
    confidence: Confidence | None = None,
    more: list[Note] | None = None,
    names: str = "",
    fix: str = "",
) -> None:
    count = f"{len(found)} dependencies: " if len(found) > 1 and not names else ""
    names = names or ", ".join(one.name for one in found[:5]) + (" …" if len(found) > 5 else "")
    places: list[tuple[Place, str]] = [(one.place, one.name) for one in found[1:]]
    report(
        at=found[0].place,
        says=f"{count}{names} {what}",
        severity=severity,
        confidence=confidence,
        evidence=names,
        related=[*places, *((note.place, note.message) for note in more or ())],
        fix=fix,
        clause=clause,
        key=f"{clause} {found[0].name}",
    )
