"""Specialised linters that the user asked for find nothing."""

from pytest_reconaudit.api import Linted, Severity, SkipReason, audit, lines_of, report, skip


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="A defect inside one file that the specialised linter knows.",
    fix="""
    Follow the page of the rule. Accept one with
    `# recon: ignore[lint-clean:RULE] reason` on its line or the line above.
    """,
)
def lint_clean(linted: Linted) -> None:
    """The linters that were asked for have nothing to say.

    Why: style and syntax within one file are what hadolint, actionlint, zizmor, squawk and
    kubeconform know best; with `--recon-with` their findings meet the same gate, waivers and
    report as those that cross files.

    Decides: the linter found on PATH judges Dockerfiles (hadolint), workflows (actionlint; zizmor
    with actions), the newest migration of each history (squawk) or manifests (kubeconform), as
    copies in a private folder, so that nothing of the target configures it; with
    `--recon-with-config` it runs in the target and obeys it. Its levels become severities: error
    or high, warning or medium, info or low, style or note; one finding per rule and file. What
    one of our own checks says of the same line is not said twice.

    Blind spots: those of the linter. One that is missing, crashes or takes over two minutes is
    a skip with the reason. kubeconform fetches its schemas from where it is set to.
    """
    if not linted.files:
        skip(SkipReason.NO_INPUT, f"no {linted.judges} for {linted.name} to judge")
    if linted.failed:
        skip(SkipReason.NO_TOOL, linted.failed)
    for group in linted.groups():
        one = group[0]
        lines = lines_of(other.place for other in group[1:])
        more = f"; {len(group) - 1} more in this file: {lines}" if group[1:] else ""
        report(
            at=one.place,
            says=f"{one.message} ({linted.name} {one.rule}){more}",
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            related=[(other.place, other.message) for other in group[1:]],
            clause=one.rule,
            key=f"{linted.name} {one.rule}",
            fix=f"See {one.url}." if one.url else "",
        )
