"""Jobs keep what they download and compile."""

from pytest_reconaudit.api import Severity, WorkflowCaches, audit, report


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="Every run fetches and compiles the same dependencies again: minutes of waiting and of"
    " paid runner time per push.",
    fix="""Add the cache that belongs to the tool.

```yaml
- uses: Swatinem/rust-cache@v2            # cargo
- uses: actions/setup-node@v4
  with: { node-version: 22, cache: npm }  # npm, yarn, pnpm
- uses: actions/setup-python@v5
  with: { python-version: '3.13', cache: pip }
- uses: docker/build-push-action@v6
  with: { cache-from: type=gha, cache-to: 'type=gha,mode=max' }
```""",
)
def ci_cache_used(workflow_caches: WorkflowCaches) -> None:
    """Jobs that install or compile dependencies cache them.

    Why: the dependencies change once a week, the jobs run fifty times a day.
    Decides: a job runs at least two commands that install or compile (`cargo build|test|install`,
    `npm ci`, `pip install -r`, `docker build` …; scripts, make targets and composite actions are
    followed) and nothing in it caches: no cache action, no `cache:` of a set-up action (or one that
    caches by itself), no sccache, no `cache-from`. One low finding for the file. Jobs for tags,
    releases or schedules only, scans, `cargo fmt`, jobs with one such command, runners that are not
    GitHub's own and unknown local actions pass.
    Blind spots: a cache that exists and never hits; caches inside a Dockerfile's build.
    """
    jobs = workflow_caches.uncached
    if not jobs:
        return
    first = jobs[0]
    more = ", ".join(f"{job.job} ({', '.join(job.kinds)})" for job in jobs[1:6])
    rest = f"; so do {more}" if more else ""
    related = list(first.others)
    for job in jobs[1:]:
        related += [(job.place, f"job {job.job!r}: {job.text}"), *job.others]
    report(
        at=first.place,
        says=f"job {first.job!r} runs {len(first.others) + 1} commands that fetch or compile"
        f" dependencies ({', '.join(first.kinds)}) and caches nothing{rest}",
        evidence=first.text,
        related=related,
        key="uncached",
    )
