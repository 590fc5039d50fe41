"""Load tests can fail, and fail for the right reason."""

from pytest_reconaudit.api import JudgedScript, Severity, SkipReason, audit, report, skip


@audit(
    pillar=4,
    severity=Severity.MEDIUM,
    impact="The load test is green whatever the server does, or red for a reason of its own.",
    fix="""
    Import what is used, feed a rate both values, accept only what is a success:

    ```js
    import { textSummary } from 'https://jslib.k6.io/k6-summary/0.1.0/index.js';

    const ok = check(res, { 'is 200': (r) => r.status === 200 });
    errorRate.add(!ok);
    ```
    """,
    advice={
        "b": ("The load test stops before its first request.", "Commit the data file, or make it."),
        "c": (
            "The job that runs the load test is green even when every request fails.",
            """
            Set limits in the script:

            ```js
            thresholds: { http_req_duration: ['p(95)<500'], http_req_failed: ['rate<0.01'] }
            ```
            """,
        ),
        "e": (
            "A server that refuses every request passes: the figures are those of the refusals.",
            "Log in first and accept only the status of a success.",
        ),
        "f": (
            "The result is quoted for a load that was never made.",
            "Correct the comment or the stages.",
        ),
        "g": (
            "Every request of the job is refused.",
            "Start the application in the job, or hand the address of a deployed one over.",
        ),
        "h": ("", "Name a metric that the script feeds, and a limit that can be crossed."),
        "i": ("The load test stops before its first request.", "Merge the keys that stand twice."),
    },
)
def load_script_sound(load_script: JudgedScript) -> None:
    """A load test runs, has limits that can be crossed, and takes no error for a success.

    Why: a load test is believed because it is green; most of the ways to be green need no server.
    Decides: k6 scripts (known by their imports, in any folder) and Artillery configurations. (a) A
    name is used that nothing imports or declares, or a scenario runs a function that the script
    does not export: high. (b) A data file is not in the repository: medium. (c) No thresholds:
    medium when CI runs it, else a note; none that counts failures: low beside one on latency. (d) A
    `Rate` is only ever given 1 (or only 0): medium with a threshold on it, else low. (e) A check
    takes 401, 403, 404, 500 or 502 as well as 200: medium, low where its name only asks whether the
    server stands (`status < 500`); not where it says that a refusal is meant, nor 404 of a DELETE.
    (f) The opening comment speaks of twice as many users as the stages make, or of half: low. (g) A
    CI job runs it against localhost and starts nothing: medium, once per workflow. (h) A threshold
    on a metric that nobody declares, which k6 refuses: high; one that cannot be crossed: medium.
    (i) A key stands twice in an Artillery file: high. Thresholds of shared modules and computed
    options are left alone.
    Blind spots: configuration given on the command line (`--config`), JMeter, Locust and Gatling.
    """
    if load_script.unparsable:
        skip(SkipReason.UNPARSABLE, load_script.unparsable)
    for fault in load_script.faults:
        report(
            at=fault.place,
            says=fault.says,
            severity=fault.severity,
            confidence=fault.confidence,
            evidence=fault.evidence,
            related=fault.related,
            impact=fault.impact,
            fix=fault.fix,
            clause=fault.clause,
            key=f"{fault.clause} {fault.key}",
        )
