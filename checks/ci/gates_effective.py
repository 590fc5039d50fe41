"""Gates in workflows can fail."""

from pytest_reconaudit.api import Gate, Severity, SkipReason, WorkflowGates, audit, report, skip

_SEARCH = """Keep the pattern out of its own search: `--exclude-dir=.github`, or write it so that it
does not match itself (`[s]upport@example.org`). Then run it on a clean clone."""
_TEMPLATE = """Decide which of the two is right: change the file that holds the text, or leave it
out of the search by name. Then run it on a clean clone: other files may hold the text too."""

_NEW_ONES = "New errors, beside those that the baseline forgives, stop nobody."
_WITH_BASELINE = "Take the mask away once the baseline is complete: then only new errors fail."


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="A red test, a vulnerable dependency or a broken build ships with a green check mark.",
    fix="""Remove the mask; quarantine a flaky test by its name instead of the whole suite.

```yaml
- run: npm test              # was: npm test || true
- run: npm audit --json > audit.json || true   # a report may be masked
- run: npm audit --audit-level high            # when the gate itself is not
- run: curl --fail --retry 10 --retry-all-errors http://localhost:8080/health
```""",
)
def ci_gates_effective(workflow_gates: WorkflowGates) -> None:
    """A failing test, lint, build, audit or health check fails its job.

    Why: a gate that cannot fail is worse than none: everybody believes in it.
    Decides: (a) `|| true`, `|| echo`, `continue-on-error: true`, an `exit 0` behind it without `set
    -e`, a pipe into `tee` without `pipefail`, or `--passWithNoTests` without tests, on test, lint,
    type, build, audit, coverage and readiness commands, also inside the package.json script that
    the step calls: high, critical when all of a job's several gates are masked step by step, medium
    for lint and for a `curl --fail` of a health path, when another step runs the same gate
    unmasked, or in a workflow that is only started by hand; low for a job of audits alone that is
    let go as a whole or only writes reports, for coverage without a threshold behind tests that can
    fail, for an audit beside a scan of all dependencies that can fail, and for a gate with a
    committed baseline. (b) steps named like a gate (high) or a deployment (medium) that only print.
    (c) a search that forbids a text which the workflow or a committed template holds. (d) the job's
    only health check is `curl` without `--fail` and without a look at status or body: medium; low
    where a loop waits with it, silent where the job then tests or asks what it waited for. Scripts
    that are not there (ci-npm-scripts-exist), reports beside a real gate, fallbacks that are
    remembered or fail, what is called advisory, outcomes tested later, scans uploaded to code
    scanning, values in `$(…)` and stand-ins for a required check pass.
    Blind spots: gates inside scripts of other languages; thresholds set in tool configuration.
    """
    workflow = workflow_gates.workflow
    if workflow.problems:
        first = workflow.problems[0]
        skip(SkipReason.UNPARSABLE, f"{first.place}: {first.message}")
    _masked(workflow_gates)
    for idle in workflow_gates.idle:
        what = "deployment" if idle.deploys else "gate"
        more = f" ({_count(len(idle.others), 'more step')} like it)" if idle.others else ""
        report(
            at=idle.place,
            says=f"job {idle.job!r}: the {what} step {idle.name!r} only prints text{more}",
            severity=Severity.MEDIUM if idle.deploys else Severity.HIGH,
            evidence=idle.text,
            related=[(place, f"only prints: {name}") for place, name in idle.others],
            clause="b",
            impact="Nothing is deployed, and the run says that it was." if idle.deploys else "",
            fix="Run the real command, or delete the step: an echo checks and deploys nothing.",
            key=f"b {idle.job} {idle.name}",
        )
    for search in workflow_gates.self_failing:
        itself = search.found.path == search.place.path
        holder = "this workflow itself" if itself else f"{search.found}"
        report(
            at=search.place,
            impact="The job is red whatever anybody changes, so its result is ignored.",
            says=f"job {search.job!r} fails when the repository holds {search.pattern!r}, and"
            f" {holder} does: the gate is always red",
            evidence=search.text,
            related=[(search.found, "holds the forbidden text")],
            clause="c",
            fix=_SEARCH if itself else _TEMPLATE,
            key=f"c {search.pattern}",
        )
    for probe in workflow_gates.blind_probes:
        kind = "wait of job" if probe.waits else "health check of job"
        report(
            at=probe.place,
            says=f"the only {kind} {probe.job!r} is curl without --fail: a 404 or 500 passes",
            severity=Severity.LOW if probe.waits else Severity.MEDIUM,
            evidence=probe.text,
            clause="d",
            impact="A version that answers every request with an error passes.",
            fix="Add `--fail` (or `-f`), or compare `%{http_code}`.",
            key=f"d {probe.job}",
        )
    nothing = workflow_gates.idle or workflow_gates.self_failing or workflow_gates.blind_probes
    if not workflow_gates.gates and not nothing:
        skip(SkipReason.NO_INPUT, "no step is a gate")


def _masked(workflow_gates: WorkflowGates) -> None:
    """One finding per job and severity."""
    groups: dict[tuple[str, Severity, bool], list[Gate]] = {}
    for gate in workflow_gates.gates:
        if gate.mask and not (gate.reports and gate.elsewhere):
            groups.setdefault((gate.job, gate.severity, gate.baseline), []).append(gate)
    for (job, severity, advisory), group in groups.items():
        gates = sorted(group, key=lambda gate: gate.place.key())
        first = gates[0]
        others = [(gate.place, f"{gate.kind}: {gate.text} ({gate.mask})") for gate in gates[1:]]
        masks = [(gate.mask_place, "the mask") for gate in gates[:1] if gate.mask_place]
        twins = [(gate.elsewhere, "the same, not masked") for gate in gates if gate.elsewhere]
        twins += [(gate.covered, "can fail for the same") for gate in gates if gate.covered]
        more = f", and {_count(len(others), 'more gate')} of the job" if others else ""
        same = f"; {first.elsewhere} runs it unmasked" if first.elsewhere else ""
        same += f"; the scan at {first.covered} still stops for most of it" if first.covered else ""
        same += "; a baseline is kept for it, so it is advisory by now" if advisory else ""
        every = ": no gate of the job can fail" if severity is Severity.CRITICAL else ""
        rest = f"{more}{every}{same}"
        report(
            at=first.place,
            says=f"job {job!r}: the {first.kind} gate is masked by `{first.mask}`{rest}",
            severity=severity,
            evidence=first.text,
            related=[*masks, *others, *twins],
            impact=_NEW_ONES if advisory else "",
            fix=_WITH_BASELINE if advisory else "",
            clause="a",
            key=f"a {job} {first.step} {first.tool}",
        )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
