"""What to do about guards and tasks, said in the names of the code."""

from __future__ import annotations

import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.target import Target
from tests import trees


@pytest.mark.parametrize(
    ("tree", "line", "says", "leaves_out"),
    [
        ("async-guards-released/bad-vacant", 24, "OnceCell", "Clone what is needed"),
        ("async-guards-released/bad-vacant", 35, "`Store` has no `Clone`", "OnceCell"),
        ("async-guards-released/bad-vacant", 41, "Clone what is needed", "Arc"),
        (
            "async-guards-released/bad-permit",
            18,
            "let permit = self.room.acquire().await;",
            "OnceCell",
        ),
        ("async-guards-released/bad-maps", 30, "Clone what is needed", "OnceCell"),
        ("async-work-bounded/bad-transaction", 12, "after its commit (line 14)", "concurrent"),
        ("async-work-bounded/bad-transaction", 23, "inside of the spawned future", "commit"),
        (
            "async-calls-nonblocking/bad-held-service",
            46,
            "keep it as `Rc<S>`",
            "Move a clone of `self.service`",
        ),
        (
            "async-calls-nonblocking/bad-held-service",
            46,
            "At src/depots.rs:7 it stands in the guard of a `match`: take it out before",
            "std::mem::replace",
        ),
        ("async-app-data-correct/bad-unused-session", 19, "Take the middleware", "before/after"),
    ],
)
def test_the_remedy_fits_the_code(tree: str, line: int, says: str, leaves_out: str) -> None:
    check = tree.partition("/")[0]
    target = Target(trees.CHECKS / tree)
    items = plan(target, [pair for pair in builtin_checks() if pair[0].id == check])
    (finding,) = [
        one
        for item in items
        for one in judge(item, target, Policy()).findings
        if one.place.line == line
    ]
    assert says in finding.remediation
    assert leaves_out not in finding.remediation


def test_a_session_that_nothing_takes_logs_nobody_out() -> None:
    check = "async-app-data-correct"
    target = Target(trees.CHECKS / check / "bad-unused-session")
    items = plan(target, [pair for pair in builtin_checks() if pair[0].id == check])
    (finding,) = [one for item in items for one in judge(item, target, Policy()).findings]
    assert "logged out" not in finding.impact
    assert "no code takes a session" in finding.message
