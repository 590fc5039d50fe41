"""The health check of a deployment script can stop it."""

from pytest_reconaudit.api import (
    GateFault,
    HealthGates,
    Severity,
    audit,
    lines_of,
    report,
)

_CRIES_WOLF = (
    "Every deployment ends as a failure, the good ones too, so the result is soon overlooked; and"
    " the new version stays in service either way."
)


@audit(
    pillar=5,
    severity=Severity.HIGH,
    impact="A version that does not answer stays in service, and the deployment says it succeeded.",
    advice={
        "b": (
            "The check fails for every version, good or bad: it tells nothing about the new one.",
            """Ask the port that is published and a path that the service has, and take the version
before back when it does not answer:

```bash
if ! curl -fsS --retry 30 --retry-connrefused http://localhost:8080/api/health; then
  TAG="$PREVIOUS_TAG" docker compose up -d --no-build   # the tag that ran before
  exit 1
fi
```""",
        ),
        "c": (
            "Whoever reads the log believes that the old version is back; the broken one serves.",
            """Do what is announced: start the tag that ran before, and ask whether it answers.

```bash
TAG="$PREVIOUS_TAG" docker compose up -d --no-build --wait
```""",
        ),
        "d": (
            "Every deployment is an outage, and one that fails leaves nothing running.",
            """Drop the `down`: `up -d` replaces the containers that changed and leaves the others.
Build before it, so that nothing stops while the images are made.

```bash
docker compose build
docker compose up -d --wait
```""",
        ),
        "e": (
            "The check says nothing about the deployment: it passes or fails whatever happens.",
            "Wait for what the kind has: `kubectl rollout status deployment/NAME --timeout=120s`.",
        ),
        "f": (
            "A version that answers every request with an error counts as healthy.",
            "Add `--fail` (`-f`) to `curl`, or compare `%{http_code}`, and end with a failure.",
        ),
        "h": (
            "A service that does not answer stays in service, and the script says it succeeded.",
            """Remember in the loop which services failed (`failed+=("$name")`), go on with the
others, and end with a failure after the loop when the list is not empty.""",
        ),
        "g": (
            "The next steps run against a service that is not ready.",
            "Wait in a loop with a limit, and end with a failure when it runs out.",
        ),
    },
    fix="""End with a failure when the check fails, and take the version back:

```bash
for attempt in {1..30}; do
  curl -fsS http://localhost:8080/api/health && exit 0
  sleep 2
done
echo "not healthy, rolling back" >&2
docker compose up -d --no-build "api@${PREVIOUS}"   # the version before
exit 1
```""",
)
def deploy_health_gate_works(health_gates: HealthGates) -> None:
    """A deployment that is not healthy does not end well.

    Why: the check after `up -d` is the only moment at which a broken version can be noticed before
    users do. A time-out that prints a warning and goes on to "complete" checks nothing.
    Decides: deployment scripts (by name or by what they run), played through with each health check
    failing: counters, loops, functions, `set -e`, traps. (a) every way through ends with 0: high,
    medium when another check of the script stops it. (g) a readiness wait with `|| echo`: medium.
    (h) a loop over services that asks each once and only prints: medium. (b) the URL's port is
    published by no service that the script starts, or its path is served by no route of that
    service: high. (c) a rollback that only prints: medium. (d) `compose down` before `up`: medium.
    (e) a status field or condition that the kind does not have: low. (f) the only check is `curl`
    without `--fail` and without a look at the answer: medium. Summaries behind a real check,
    branches that repair what was asked for, `rollout status` and checks that never end pass.
    Blind spots: checks in other languages or on another machine; a status that is passed on by
    files.
    """
    groups: dict[str, list[GateFault]] = {}
    for fault in health_gates.faults:
        groups.setdefault(fault.clause, []).append(fault)
    for clause, faults in groups.items():
        worst = max(fault.severity for fault in faults)
        group = sorted(faults, key=lambda fault: (-fault.severity, fault.place.key()))
        first = group[0]
        stops = clause == "b" and all(fault.stops for fault in group)
        lines = lines_of(fault.place for fault in group)
        more = f" ({len(group)} checks: {lines})" if len(group) > 1 else ""
        report(
            at=first.place,
            says=f"{first.says}{more}",
            severity=worst,
            impact=_CRIES_WOLF if stops else "",
            evidence=first.evidence,
            related=[
                *first.related,
                *((one.place, one.says) for one in group[1:]),
                *(note for one in group[1:] for note in one.related),
            ],
            clause=clause,
            key=f"{clause} {first.evidence}",
        )
