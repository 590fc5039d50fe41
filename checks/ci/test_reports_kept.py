"""Test results outlive the job."""

from pytest_reconaudit.api import (
    Confidence,
    JobTests,
    Place,
    Severity,
    WorkflowTests,
    audit,
    report,
)


@audit(
    pillar=4,
    severity=Severity.LOW,
    confidence=Confidence.LIKELY,
    impact="Which test failed, how often and since when has to be read out of logs that are gone"
    " after some weeks.",
    fix="""Write a report and keep it, above all when the tests fail.

```yaml
- run: cargo nextest run --profile ci         # writes target/nextest/ci/junit.xml
- uses: actions/upload-artifact@v4
  if: ${{ !cancelled() }}
  with: { name: test-results, path: target/nextest/ci/junit.xml, retention-days: 14 }
```""",
)
def ci_test_reports_kept(workflow_tests: WorkflowTests) -> None:
    """Jobs that run tests keep what the tests found.

    Why: a log answers "is it red"; flaky tests, slow tests and falling coverage are seen only in
    reports that somebody can compare.
    Decides: (a) a job runs tests or coverage, by itself or through scripts, make targets, package
    scripts and composite actions, and no step uploads results (upload-artifact, Codecov, a test
    reporter …) or writes a summary: one low finding for the file, a note in a library whose jobs
    run one test command. (b) the upload of test results lacks `if: always()` or `!cancelled()`, so
    it is skipped when a test fails: low. Uploads of coverage only, uploads for failures only, local
    actions that cannot be followed and artifacts that are no build products pass.
    Blind spots: whether the uploaded file holds what its name says; results that the test program
    sends by itself.
    """
    bare = [job for job in workflow_tests.jobs if not job.kept]
    small = all(job.small for job in workflow_tests.jobs)
    if bare:
        first = bare[0]
        place, text = first.tests[0]
        names = ", ".join(repr(job.job) for job in bare[:5])
        count = f"job{'s' if len(bare) > 1 else ''} {names}{' …' if len(bare) > 5 else ''}"
        report(
            at=place,
            says=f"{count} run{'' if len(bare) > 1 else 's'} tests and no step keeps a report",
            severity=Severity.INFO if small else Severity.LOW,
            evidence=text,
            related=_lines(bare)[1:],
            clause="a",
            key="a",
        )
    skipped = [job for job in workflow_tests.jobs if job.skipped_upload is not None]
    if skipped:
        uploads = [job.skipped_upload for job in skipped if job.skipped_upload is not None]
        place, text = uploads[0]
        report(
            at=place,
            says=f"job {skipped[0].job!r} uploads its test results only when the tests pass"
            + (f" (with {len(uploads) - 1} more)" if len(uploads) > 1 else ""),
            evidence=text,
            related=uploads[1:],
            clause="b",
            fix="Add `if: ${{ !cancelled() }}` to the upload.",
            key="b",
        )


def _lines(jobs: list[JobTests]) -> list[tuple[Place, str]]:
    return [one for job in jobs for one in job.tests]
