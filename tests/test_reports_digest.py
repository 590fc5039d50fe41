"""The figures and sentences that all reports share."""

from __future__ import annotations

import itertools

import pytest
from msgspec.structs import replace

from pytest_reconaudit.model import Confidence, Outcome, Pillar, Run, Severity
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.reports.digest import Digest
from tests import sample_run
from tests.sample_run import crashed, finding, item, skipped


def run(*items: object, fail_on: Severity | None = Severity.HIGH) -> Digest:
    return Digest(Run("t", fail_on, tuple(items)))


def sentences(digest: Digest) -> list[str]:
    return ["".join(span.text for span in sentence) for sentence in digest.sentences]


@pytest.mark.parametrize(
    ("severity", "confidence", "fail_on", "accepted"),
    list(itertools.product(Severity, Confidence, [None, *Severity], ["", "waived"])),
)
def test_the_gate(
    severity: Severity, confidence: Confidence, fail_on: Severity | None, accepted: str
) -> None:
    one = finding("docker-x", severity, "a", 1, "says", confidence=confidence, suppressed=accepted)
    fails = (
        fail_on is not None
        and not accepted
        and severity >= max(fail_on, Severity.LOW)
        and confidence in (Confidence.CERTAIN, Confidence.LIKELY)
    )
    assert one.fails(fail_on) is fails
    assert (Policy(fail_on).outcome([one]) is Outcome.FAILED) is fails


def test_figures_of_the_believable_run() -> None:
    digest = Digest(sample_run.believable())
    assert (len(digest.findings), len(digest.defects), len(digest.notes)) == (13, 12, 1)
    assert list(digest.counts.values()) == [2, 5, 3, 2, 1]
    assert len(digest.failing) == 6, "the possible one does not fail"
    assert len(digest.suppressed) == 2
    assert digest.verdict == "failed"
    assert digest.outcomes[Outcome.ERROR] == 1
    assert sum(len(digest.of(pillar).findings) for pillar in digest.run.pillars) == 13


def test_healthy_counts_subjects_and_never_an_accepted_defect() -> None:
    accepted = finding("docker-a", Severity.LOW, "x", 1, "says", suppressed="later")
    note = finding("docker-a", Severity.INFO, "y", 1, "says")
    digest = run(
        item("docker-a", "x", accepted),
        item("docker-a", "y", note),
        item("docker-b", "z"),
        skipped("docker-b", "unresolved: ${X}", "w"),
        crashed("docker-c", "", "the check crashed"),
    )
    found = {one.check: (one.passed, one.judged, one.entirely) for one in digest.healthy}
    assert found == {"docker-a": (1, 2, False), "docker-b": (1, 1, True)}
    assert [one.check for one in digest.verified] == ["docker-b"]


def test_unjudged_is_grouped_by_reason_and_names_partial_skips() -> None:
    partly = item(
        "docker-a", "x", finding("docker-a", Severity.LOW, "x", 1, "s"), reason="unresolved: ${B}"
    )
    digest = run(
        partly,
        skipped("k8s-b", "no-input: no manifest"),
        skipped("k8s-a", "no-input: no manifest"),
        skipped("k8s-a", "no-server"),
    )
    assert [(one.kind, one.detail, one.checks) for one in digest.unjudged] == [
        ("no-input", "no manifest", (("k8s-a", ()), ("k8s-b", ()))),
        ("no-server", "", (("k8s-a", ()),)),
        ("unresolved", "${B}", (("docker-a", ("x",)),)),
    ]
    assert digest.unjudged_checks == {"no-input": 2, "no-server": 1, "unresolved": 1}
    assert digest.skipped_checks == 3


@pytest.mark.parametrize(
    ("items", "fail_on", "verdict", "words"),
    [
        ((), Severity.HIGH, "empty", "Nothing was judged"),
        ((skipped("a-b", "no-input: x"),), Severity.HIGH, "empty", "no clean bill of health"),
        ((item("a-b", "x"),), Severity.HIGH, "passed", "Gate passed"),
        ((item("a-b", "x"),), None, "off", "No gate is set"),
        ((item("a-b", "x"), crashed("a-c", "", "boom")), Severity.HIGH, "crashed", "1 check item"),
        (
            (item("a-b", "x", finding("a-b", Severity.HIGH, "p", 1, "s")),),
            Severity.HIGH,
            "failed",
            "Gate failed by 1 finding (high or above).",
        ),
        (
            (item("a-b", "x", finding("a-b", Severity.HIGH, "p", 1, "s"), fail_on=None),),
            None,
            "off",
            "every finding is advice",
        ),
    ],
)
def test_verdict(items: tuple[object, ...], fail_on: Severity, verdict: str, words: str) -> None:
    digest = run(*items, fail_on=fail_on)
    assert digest.verdict == verdict
    assert words in digest.verdict_text


def test_a_server_that_gave_no_answer_leaves_no_clear_verdict() -> None:
    why = ("--recon-dsn: cannot connect: refused", "--recon-redis: no answer within 10 s")
    calm = Digest(replace(run(item("a-b", "x")).run, unreached=why))
    assert calm.verdict == "unreached"
    assert calm.verdict_text == (
        "No clear verdict: --recon-dsn and --recon-redis gave no answer; the rest stays below the"
        " gate."
    )
    said = ["".join(span.text for span in sentence) for sentence in calm.sentences]
    assert f"Nothing was compared with a server that was named ({why[0]})." in said
    bad = run(item("a-b", "x", finding("a-b", Severity.HIGH, "p", 1, "s")), fail_on=Severity.HIGH)
    assert Digest(replace(bad.run, unreached=why)).verdict == "failed"
    assert Digest(replace(calm.run, fail_on=None)).verdict == "unreached"


def test_sentences_name_the_hot_spot_and_the_gaps() -> None:
    many = [
        finding(f"ci-{n}", Severity.MEDIUM, "ci.yml" if n < 4 else f"f{n}", n, "says")
        for n in range(1, 7)
    ]
    digest = run(*(item(one.check, "s", one) for one in many), skipped("k8s-a", "no-input: none"))
    assert sentences(digest) == [
        "6 findings in 4 files: 6 medium.",
        "None of them fails the gate (high or above).",
        "First to fix: ci.yml:1 (medium, ci-1).",
        "ci.yml alone holds 3 of them.",
        "1 check could not judge everything (1 no-input).",
    ]
    assert sentences(run(item("a-b", "x"))) == [
        "No finding. 1 item judged.",
        "1 check found nothing wrong (1 subject judged).",
    ]
    assert sentences(run())[0] == "Nothing was judged; this is no clean bill of health."


def test_groups_share_cause_and_cure() -> None:
    ones = [finding("ci-a", Severity.LOW, "f", n, "says", fix="same") for n in (1, 2)]
    other = finding("ci-a", Severity.LOW, "f", 3, "says", fix="other")
    worse = finding("ci-b", Severity.HIGH, "z", 9, "says", fix="same")
    digest = run(item("ci-a", "s", *ones, other), item("ci-b", "s", worse))
    assert [(group.check, len(group.findings)) for group in digest.groups] == [
        ("ci-b", 1),
        ("ci-a", 2),
        ("ci-a", 1),
    ]
    assert digest.of(Pillar.DEPLOYMENT).groups


def test_kinds_of_trouble_come_before_their_repetitions() -> None:
    severities = (Severity.MEDIUM, Severity.HIGH)
    ones = [
        finding(check, severity, path, line, f"{check} {path}:{line}")
        for severity in severities
        for check, path in (("ci-a", "a.yml"), ("docker-b", "b"), ("query-c", "z.rs"))
        for line in (1, 2)
    ]
    unsure = finding("cache-d", Severity.HIGH, "a", 1, "says", confidence=Confidence.LIKELY)
    found = run(item("docker-b", "b", *ones, unsure)).findings
    assert [one.severity for one in found] == [Severity.HIGH] * 7 + [Severity.MEDIUM] * 6
    assert [f"{one.check} {one.place.line}" for one in found[:7]] == [
        "docker-b 1",
        "query-c 1",
        "cache-d 1",
        "ci-a 1",
        "ci-a 2",
        "docker-b 2",
        "query-c 2",
    ]
