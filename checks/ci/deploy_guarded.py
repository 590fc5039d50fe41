"""Deployments are tested before, checked behind and reversible."""

from pytest_reconaudit.api import DeployJob, Severity, WorkflowDeploys, audit, report

_BACK = """Write down what runs before anything changes (`grep ^TAG= .env > .previous`), and start
that again in a step with `if: failure()` (in a cluster: `kubectl rollout undo`). It goes back only
as far as the rest allows: remove old images (`docker system prune`) once the new version has proven
itself, and let migrations that run before it leave a schema that the version before can use."""


@audit(
    pillar=5,
    severity=Severity.MEDIUM,
    impact="A version that does not start, or fails its tests, replaces one that worked, and the"
    " way back is thought up while users wait.",
    fix="""Test first, look whether the new version lives, and go back when it does not.

```yaml
deploy:
  needs: [test]
  environment: production
  steps:
    - run: ssh "$HOST" "cd /srv/shop && TAG=$TAG docker compose up -d --wait"
    - run: curl --fail --retry 10 --retry-all-errors https://shop.example.org/healthz
    - if: failure()
      run: ssh "$HOST" "cd /srv/shop && TAG=$(cat .previous) docker compose up -d --wait"
```""",
    advice={
        "a": ("A version that fails its tests reaches users.", ""),
        "b": ("The way back is thought up while users wait.", ""),
        "c": ("A version that does not start is found by the users.", ""),
        "d": ("Each deployment is an outage, as long as the new version takes to start.", ""),
    },
)
def ci_deploy_guarded(workflow_deploys: WorkflowDeploys) -> None:
    """A deployment waits for tests, is checked, and can be taken back.

    Why: most outages begin with a change; what limits them is a gate before it, a check right
    behind it and a way back that needs no thinking.
    Decides: a deployment is a command or action that puts a version into service: over ssh or
    another Docker host, into a cluster that the job did not make itself, or by a cloud's own tool;
    also inside the scripts, make targets and composite actions that the job calls. (a) a push to a
    branch starts it and neither an `environment:` nor a test, in the job before it or in the jobs
    that it needs, stands in between: high, medium when another workflow's tests run beside it.
    (b) no rollback: no `rollout undo`, `helm --atomic`, `--wait` or `rollback`, no step for a
    failure that redeploys, no previous version kept, no version to choose by hand: medium. (c)
    nothing behind it asks whether it lives (a request, `rollout status`, `--wait`, a smoke test):
    medium. (d) `compose down` before `up`: low. Preview environments and static pages are no
    deployments here. Tags and workflows that others start (`workflow_run`, `workflow_call`) pass
    (a); Argo Rollouts, Flagger and platforms that keep, check and switch versions themselves pass
    (b) and (c).
    Blind spots: approvals and branch protection in GitHub's settings; what a script on the server
    does: such a deployment is judged by (a) only.
    """
    jobs = workflow_deploys.jobs
    ungated = [job for job in jobs if job.ungated]
    if ungated:
        beside = all(job.beside for job in ungated)
        where = f"; {ungated[0].beside} tests it at the same time, without stopping it"
        _group(
            ungated,
            "deploys on every push with no test before it",
            Severity.MEDIUM if beside else Severity.HIGH,
            "a",
            rest=where if beside else "",
            fix="Let it need the job that tests (`needs: [test]`), or give it an `environment:`"
            " with required reviewers.",
        )
    _group(
        [job for job in jobs if job.no_way_back],
        "deploys and has no way back: no rollback, no previous version kept",
        Severity.MEDIUM,
        "b",
        fix=_BACK,
    )
    _group(
        [job for job in jobs if job.unchecked],
        "deploys, and nothing asks whether the new version lives",
        Severity.MEDIUM,
        "c",
        fix="Ask its health path, with `--fail` and a time limit, or wait: `rollout status`,"
        " `up --wait`, `helm --wait`.",
    )
    stops = [(down, up) for job in jobs for down, up in job.interrupted]
    if stops:
        down, up = stops[0]
        report(
            at=down.place,
            says=f"`compose down` before `up` ({up.own}): the service is away until the new version"
            " has started",
            severity=Severity.LOW,
            evidence=down.text,
            related=[(work.place, work.text) for pair in stops for work in pair][1:],
            clause="d",
            fix="`docker compose up -d` alone replaces what changed.",
            key="d",
        )


def _group(
    jobs: list[DeployJob], says: str, severity: Severity, clause: str, fix: str, rest: str = ""
) -> None:
    """One finding for all jobs of the file."""
    if not jobs:
        return
    first = jobs[0]
    work = first.deploys[0].work
    related = [place for job in jobs for place in job.places]
    if clause == "b":
        related += [one for job in jobs for one in job.hinders]
    more = f" (with {len(jobs) - 1} more: {', '.join(one.job.id for one in jobs[1:6])})"
    switched = next((job.switched for job in jobs if job.switched), "")
    template = f"; off in this repository by `{switched}`, on in those made from it"
    report(
        at=work.place,
        says=f"job {first.job.id!r} {says}"
        + (more if len(jobs) > 1 else "")
        + rest
        + (template if switched else ""),
        severity=severity,
        evidence=work.text,
        related=[one for one in dict.fromkeys(related) if one[0] != work.place],
        clause=clause,
        fix=fix,
        key=f"{clause} {first.job.id}",
    )
