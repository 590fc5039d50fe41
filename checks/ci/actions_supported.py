"""Workflows use actions that still work."""

from pytest_reconaudit.api import (
    ACTIONS_TABLE_DATE,
    ActionFile,
    EndedAction,
    Place,
    Severity,
    SkipReason,
    UsedAction,
    also_in,
    audit,
    lines_of,
    report,
    skip,
)

_WORDS = {
    "stopped": "no longer works",
    "retired": "is retired",
    "archived": "is archived",
    "old": "is outdated",
}


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="A stopped action fails its step and the job with it; an archived one breaks with the"
    " next change of the runners, and nobody will fix it.",
    fix="""Move to the major version that the finding names.

```yaml
- uses: actions/upload-artifact@v4     # was: @v3
  with:
    name: report-${{ matrix.os }}      # from v4 on a name must be unique within a run
```""",
)
def ci_actions_supported(action_file: ActionFile) -> None:
    """Every action is a version that GitHub still runs and somebody still maintains.

    Why: GitHub switches services and runtimes off on a date; workflows that nobody touched since
    fail from that day on, or lose their uploads and their cache.
    Decides: a built-in table, whose date stands in the evidence. Stopped: artifact actions up to
    v3, the pages actions built on them, cache up to v2 and exact older versions or commits of v3
    and v4 (high), CodeQL up to v2 (medium). Archived repositories: medium. ``checkout`` and
    ``setup-*`` up to v3 run on a Node that is gone: low. CodeQL ``analyze`` in a job without
    ``init``: medium. What several workflows use is told of the first by path. A commit pin counts
    as the version that its comment names; newer majors than the table's, branches, local actions
    and steps for GitHub Enterprise Server pass.
    Blind spots: actions that the table does not know; a commit pin without a comment, except those
    of the stopped artifact and cache releases; what a called action uses inside.
    """
    if action_file.problems:
        first = action_file.problems[0]
        skip(SkipReason.UNPARSABLE, f"{first.place}: {first.message}")
        return
    groups: dict[tuple[str, str], list[UsedAction]] = {}
    for use in action_file.uses:
        if use.cause:
            groups.setdefault(use.cause, []).append(use)
    for cause, uses in groups.items():
        others = action_file.told[cause]
        if others is not None:
            _ended(uses, uses[0].ended, others)
    for use in action_file.uses:
        if use.without_init:
            report(
                at=use.place,
                says=f"job {use.job!r} runs codeql-action/{use.path} without codeql-action/init"
                " before it: there is no database to analyse, the step fails",
                severity=Severity.MEDIUM,
                evidence=f"uses: {use.text}",
                fix="Run `github/codeql-action/init` with the languages first, in the same job.",
                key=f"{use.job} without init",
            )


def _ended(uses: list[UsedAction], row: EndedAction | None, others: tuple[Place, ...]) -> None:
    if row is None:
        return
    first = uses[0]
    since = f" since {row.since}" if row.since else ""
    lines = lines_of(use.place for use in uses)
    times = f" ({len(uses)} times: {lines})" if len(uses) > 1 else ""
    name = first.text if len({use.text for use in uses}) == 1 else f"{row.action}@{first.version}"
    word = _WORDS[row.kind]
    report(
        at=first.place,
        says=f"{name} {word}{since}{times}: {row.reason}; use {row.replacement}{also_in(others)}",
        severity=row.severity,
        evidence=f"uses: {first.text} (table of {ACTIONS_TABLE_DATE})",
        related=[(use.place, f"uses: {use.text}") for use in uses[1:]]
        + [(place, "the same") for place in others],
        fix=f"Replace it by {row.replacement}.",
        key=f"{row.action} {first.version or first.ref}",
    )
