"""Every job of a workflow can run."""

from pytest_reconaudit.api import JobReach, Problem, Severity, SkipReason, audit, report, skip


@audit(
    pillar=5,
    severity=Severity.CRITICAL,
    impact="The work it stands for (a deployment, a release, a test) never happens, and the run"
    " is green all the same: a skipped job is no failure.",
    fix="""Make the conditions of a job and of the jobs that it needs hold together, or split the
job that they share.

```yaml
build-image:
  if: github.event_name == 'push'          # was: && github.ref == 'refs/heads/main'
deploy-staging:
  needs: build-image
  if: github.event_name == 'push' && github.ref == 'refs/heads/develop'
```""",
    advice={
        "a": (
            "GitHub refuses the file: no job of it runs.",
            "Name a job of this workflow, or drop the entry.",
        ),
        "c": ("", "Mend the job that it needs, or need another one."),
        "d": ("The step's work is never done.", "Correct the condition, or delete the step."),
        "f": (
            "",
            """The payload holds no list of files. Filter by `paths:` under `on:`, or ask in a
step of an earlier job which files changed (`git diff --name-only`, or an action such as
dorny/paths-filter), and test its output.""",
        ),
        "e": ("", "Add that job to `needs`: only jobs that run before are known."),
    },
)
def ci_jobs_reachable(job_reach: JobReach | Problem) -> None:
    """Every job, and every step in it, can run under some trigger.

    Why: GitHub skips a job whose condition is false, and with it every job that needs it, without
    a word. A deployment that needs an image built on another branch only is skipped for ever.
    Decides: every event, activity type and ref that the triggers allow is tried. (a) ``needs:``
    names no job: critical, GitHub refuses the file. (b) the ``if`` of the job and those of the jobs
    that it needs, followed upwards, never hold together: critical, medium for a job that only tells
    people. (c) it needs a job found so: high. (d) a step's ``if`` never holds: low. (e) the ``if``
    asks for a job to which no ``needs`` leads, whose results are empty: critical (an ``if`` of a
    job is told of the jobs that its ``needs`` need, too). (f) the ``if``
    looks for a text in a number of the payload (``changed_files`` is a count): high. ``always()``
    and ``!cancelled()`` break the chain.
    What is not known before the run (inputs, outputs, secrets, variables, matrix, the payload,
    functions that are not modelled) counts as possible; a reusable workflow gets its caller's
    event, so anything is possible there. ``if: false`` is a switch and only noted.
    Blind spots: conditions on outputs, path filters, environments' protection rules, and jobs that
    a fork or a missing secret keeps from running.
    """
    if isinstance(job_reach, Problem):
        skip(SkipReason.UNPARSABLE, f"{job_reach.place}: {job_reach.message}")
        return
    job, name = job_reach.job, job_reach.job.id
    events = ", ".join(sorted(job_reach.workflow.events))
    others = [other.id for other in job_reach.workflow.jobs[:30] if other is not job]
    known = ", ".join(sorted(others)) if job_reach.unknown_needs else ""
    for need in job_reach.unknown_needs:
        report(
            at=need.place,
            says=f"job {name!r} needs {need.id!r}, which is no job of this workflow"
            f" (it has: {known or 'no other'}); GitHub refuses the whole file",
            evidence=f"needs: {need.id}",
            clause="a",
            key=f"{name} {need.id}",
        )
    if job_reach.impossible:
        _impossible(job_reach)
    elif job_reach.dead_needs:
        first = job_reach.dead_needs[0]
        dead = ", ".join(repr(need.id) for need in job_reach.dead_needs)
        report(
            at=first.place,
            says=f"job {name!r} needs {dead}, which never runs, so it never runs either",
            severity=Severity.HIGH,
            evidence=f"needs: {first.id}",
            related=[(link.place, f"if: {link.text}") for link in job_reach.chain],
            clause="c",
            key=name,
        )
    elif job_reach.switched_off:
        report(
            at=job.if_place,
            says=f"job {name!r} is switched off by a constant condition",
            severity=Severity.INFO,
            evidence=f"if: {job.if_}",
            key=name,
        )
    for dead_step in job_reach.dead_steps:
        report(
            at=dead_step.place,
            says=f"step {dead_step.step.label!r} of job {name!r} never runs: its condition is false"
            f" whenever the job runs (on: {events})",
            severity=Severity.LOW,
            evidence=f"if: {dead_step.text}",
            related=[
                (job.if_place if job.if_ else job.place, f"job {name}: if: {job.if_ or 'any'}"),
                (job_reach.workflow.on_place, f"triggers: {events}"),
            ],
            clause="d",
            key=f"{name} {dead_step.step.label}",
        )


def _impossible(job_reach: JobReach) -> None:
    job, chain = job_reach.job, job_reach.chain
    clause, at, says = job_reach.why()
    severity = Severity.HIGH if clause == "f" else None
    report(
        at=at or (job.if_place if job.if_ else job.place),
        says=f"job {job.id!r} never runs: {says}",
        severity=Severity.MEDIUM if job_reach.only_tells else severity,
        evidence=f"if: {job.if_}" if job.if_ else f"needs: {', '.join(n.id for n in job.needs)}",
        related=[
            *((link.place, f"{link.job.id}: if: {link.text}") for link in chain),
            (job_reach.workflow.on_place, f"on: {', '.join(sorted(job_reach.workflow.events))}"),
        ],
        clause=clause,
        key=job.id,
    )
