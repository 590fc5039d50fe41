"""What the guides say is there."""

from pytest_reconaudit.api import (
    Claim,
    Confidence,
    JudgedDocument,
    Severity,
    audit,
    lines_of,
    report,
)

CLAUSES = {
    "a": (
        Severity.MEDIUM,
        ("path", "script", "command", "symbol", "index", "route", "setting"),
    ),
    "b": (Severity.LOW, ("number",)),
}
MOST = 40
"""Places of one claim, and links, that are listed."""
ALL = 200
HAVE = (
    "It is there, under another name or in another file: say so here, or put it where it belongs."
)
REST = "correct the names, or take the passages out; mark what is planned as planned."
REPLACE = "Delete it, or write what this package is and how it is run here."
FAILS = "Whoever follows the document fails there, and trusts the rest of it less."


@audit(
    pillar=6,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="Whoever looks for it finds nothing, and trusts the rest of the document less.",
    fix="Correct the name, or take the passage out; mark what is planned as planned.",
    advice={
        "b": (
            "Nobody can tell whether the figure was ever true.",
            "Commit the result of the measurement, or take the figure out.",
        ),
        "c": (
            "Whoever follows the link ends on an error page.",
            "Correct the path, write the document, or take the link out.",
        ),
    },
)
def docs_claims_backed(judged_document: JudgedDocument) -> None:
    """What READMEs and guides name in code format is in the repository.

    Why: a document that was true once sends new people the wrong way.
    Decides: reads READMEs and guides. (a) A script, compose file or service, npm, make or cargo
    command that the reader is told to run, and that is not there: medium, low for tests, `lint`,
    `format` and the like; after `cd x` the package in `x` must have the script; where another
    manifest or a ConfigMap has it, that is said. A path, component, index, route (in code format,
    in a list or table, or asked by curl of a port whose server is known), or three and more
    variables to set that nothing reads: low; so is all of it beside tests and examples, below
    folders of experiments, proposals and what was put away, in what was written for one event, and
    in the README of a generator that nobody has replaced. (b) A README states requests per second
    or users, and no result of a measurement is there: low. What something else is reckoned from
    (`at 10 req/s`, `10 req/s × 86,400`) is no claim. (c) Links of guides to files that are not
    there, or to a path of one machine: low, all together. What several documents claim is told
    once. In status reports and change logs (a) and (b) are notes. A claim is only judged when it
    must mean this repository: its folder is here and the document names other files of it rightly.
    What is said inside another repository's clone and templates whose output is not here pass.
    Plans, specifications, examples, how a route is added or named, things that the reader or a
    build makes or whose text the document gives, git-ignored files, other machines' paths,
    websites' pages and translations pass.
    Blind spots: prose, trees and listings; whether a command that exists does what is said.
    """
    document = judged_document
    for clause, (severity, kinds) in CLAUSES.items():
        # What makes it as grave as it is comes first.
        refuted = tuple(sorted(document.of(*kinds), key=lambda claim: not claim.stops))
        if not refuted:
            continue
        listed = "; ".join(claim.told for claim in refuted[:5])
        more = f" and {len(refuted) - 5} more" if len(refuted) > 5 else ""
        related = [note for claim in refuted for note in claim.notes]
        claims = "1 claim is" if len(refuted) == 1 else f"{len(refuted)} claims are"
        run = any(claim.stops for claim in refuted)
        if document.is_aside or document.is_starter or not run:
            severity = min(severity, Severity.LOW)
        starter = "it is still the README that a generator wrote: " if document.is_starter else ""
        lines = lines_of(place for claim in refuted for place in (claim.place, *claim.again))
        report(
            at=refuted[0].place,
            says=f"{starter}{claims} not backed ({lines}): {listed}{more}",
            fix=REPLACE if document.is_starter else _cure(refuted),
            severity=Severity.INFO if document.is_report else severity,
            evidence=", ".join(claim.text for claim in refuted),
            related=related[1:ALL],
            impact=FAILS if run else "",
            clause=clause,
            key=clause,
        )
    if document.links:
        _links(document)


def _cure(refuted: tuple[Claim, ...]) -> str:
    defined = [claim for claim in refuted if claim.is_defined]
    if not defined:
        return ""
    if len(defined) == len(refuted):
        return HAVE
    named = ", ".join(f"`{claim.text}`" for claim in defined[:5])
    return f"What is there elsewhere ({named}): say where, or move it. Of the rest {REST}"


def _links(document: JudgedDocument) -> None:
    links = document.links
    first = links[0]
    files = len({claim.place.path for claim in links})
    related = [note for claim in links[:MOST] for note in claim.notes]
    where = f" in {files} documents" if files > 1 else f" ({lines_of(one.place for one in links)})"
    many = f"{len(links)} links{where} lead nowhere" if len(links) > 1 else "a link leads nowhere"
    listed = ", ".join(f"`{claim.text}`" for claim in links[:5])
    more = f" and {len(links) - 5} more" if len(links) > 5 else ""
    report(
        at=first.place,
        says=f"{many}: {listed}{more}",
        severity=Severity.LOW,
        confidence=Confidence.CERTAIN,
        evidence=", ".join(claim.text for claim in links[:MOST]),
        related=related[1:],
        clause="c",
        key="c",
    )
