"""Functions do what they are named for."""

from pytest_reconaudit.api import CrateBodies, Severity, audit, report

MIGRATIONS = """
Write it, or take the claim away: a function that cannot do its work yet says so to its caller.

```rust
pub async fn run_migrations(&self) -> AppResult<()> {
    self.pool.get()?.run_pending_migrations(MIGRATIONS)?;
    Ok(())
}
```
"""

MACHINE = ("cpu", "memory", "mem_", "disk", "heap", "ram_", "uptime")


@audit(
    pillar=1,
    severity=Severity.MEDIUM,
    impact="Everybody who reads the name, a dashboard or a 200 believes that it works.",
    fix=(
        "Write it, or take the claim away: a function that cannot do its work yet returns an error"
        " in place of success, or is not offered at all."
    ),
    advice={
        "a": (
            "Who reads, plots or alerts on the figure takes it for measured, and it is made up.",
            "Count or measure it where it arises, or leave it out.",
        ),
        "c": ("The request ends in a panic.", "Write it, or answer 501 until it is written."),
        "d": (
            "Dashboards and alerts stay quiet whatever happens.",
            "Answer with the registry: `TextEncoder::new().encode_to_string(&registry.gather())`.",
        ),
        "e": (
            "Who tunes them changes nothing.",
            "Use them where the thing is made, or delete them.",
        ),
        "f": (
            "The probe is green while what it asks about is down.",
            "Ask for real: `SELECT 1`, `PING`, with a short timeout.",
        ),
        "g": (
            "Memory and time series grow with every id; anybody can make them grow.",
            "Count by the route's pattern: `req.match_pattern()`, axum's `MatchedPath`.",
        ),
        "h": (
            "Callers get a made-up answer with a 200 and cannot tell it from a real one.",
            "Write it, or answer 501 until it is written.",
        ),
    },
)
def rust_no_placeholder(crate_bodies: CrateBodies) -> None:
    """No function of a service is a placeholder for what its name says.

    Why: a stub that returns success is worse than a missing function: nothing fails, and nobody
    looks again.
    Decides: (a) A measurement (`*_usage`, `*_rate`, `get_*metrics*`) that returns a constant:
    medium. (b) An action (`run_`, `apply_`, `verify_`, `send_` …) that only returns success or
    writes a log line, with a comment that admits it or a name that weighs: high, critical for
    transactions and authentication; a helper named for a transaction that opens none: critical. (c)
    `todo!()` that a request reaches, by calls of which each means one function: high; in an `if` or
    the arm of a `match` medium, low where no function that requests reach makes its variant, a note
    where its own words say that it cannot happen; variants that nothing makes pass. (d) A metrics
    route with a constant answer: high beside a registry that is written out elsewhere, else medium.
    (e) Settings in a public type or preset that no code takes: low. (f) A health function that
    names a database, cache or queue and never asks it: medium. (g) Counters by the raw path of
    requests: medium. (h) A function of any name that a known route runs, that makes its answer out
    of nothing, and whose own comment says that the work is to come: medium. What nothing calls
    counts one step less. Defaults of traits, `const fn`, platform variants, features, types named
    for doing nothing, estimates and reservations, constants without a sign that they stand for
    something, and a liveness route that answers a constant pass.
    Blind spots: bodies that do a little of what they promise; constants inside a function.
    """
    for one in crate_bodies.placeholders:
        report(
            at=one.place,
            says=one.says,
            severity=one.severity,
            confidence=one.confidence,
            evidence=one.evidence,
            related=one.related,
            fix=one.cure or _fix(one.clause, one.key),
            clause=one.clause,
            key=f"{one.clause} {one.key}",
        )


def _fix(clause: str, key: str) -> str:
    """What fits the thing that is not done, where the words for all of its kind do not."""
    if clause == "b" and "migration" in key:
        return MIGRATIONS
    if clause == "a" and any(word in key.lower() for word in MACHINE):
        return "Measure it (by the crate `sysinfo`, or what the system tells), or leave it out."
    return ""
