"""The summary on the terminal: one screen, worst first, nothing hostile gets through."""

from __future__ import annotations

import re

import pytest

from pytest_reconaudit.model import Outcome, Run, Severity
from pytest_reconaudit.reports import terminal
from pytest_reconaudit.reports.digest import Digest
from pytest_reconaudit.reports.text import cells
from tests import golden, sample_run

RUNS = ("believable", "hostile", "big", "empty")


def text(run: Run, **options: object) -> str:
    lines = terminal.summary(run, **options)
    return "\n".join(line.text for line in lines) + "\n"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("terminal-24.txt", {}),
        ("terminal-50.txt", {"height": 50, "reports": ["audit/CYCLE3_PILLAR5_AUDIT.md"]}),
        ("terminal-v.txt", {"verbose": 1}),
        ("terminal-vv.txt", {"verbose": 2}),
        ("terminal-q.txt", {"verbose": -1}),
    ],
)
def test_golden(name: str, options: dict[str, object]) -> None:
    golden.check(name, text(sample_run.believable(), **options))


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("height", [10, 24, 30, 50])
@pytest.mark.parametrize("width", [80, 132])
def test_never_more_than_a_screen(name: str, height: int, width: int) -> None:
    run = getattr(sample_run, name)()
    lines = terminal.summary(run, width=width, height=height, reports=["a.md", "b.html"])
    assert len(lines) <= max(height, 24) - 2
    assert max(cells(line.text) for line in lines) <= width


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("verbose", [-1, 0, 1, 2])
def test_no_control_character_and_no_newline_gets_through(name: str, verbose: int) -> None:
    for line in terminal.summary(getattr(sample_run, name)(), verbose=verbose):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202e\ud800-\udfff]", line.text)


def test_every_pillar_shows_its_worst_finding_first() -> None:
    run = sample_run.believable()
    shown = text(run)
    for pillar in run.pillars:
        worst = Digest(run).of(pillar).defects[0]
        assert f"{worst.place}: " in shown
        assert f"[{worst.check}]" in shown
    severities = [
        Severity[label.upper()]
        for label in re.findall(
            r"^ (?:FAIL|    ) (\w+) +\S", shown.partition("P5")[2], re.MULTILINE
        )
    ]
    assert len(severities) >= 3
    assert severities == sorted(severities, reverse=True)


def test_hidden_findings_are_counted_and_named() -> None:
    run = sample_run.big(200)
    lines = text(run, height=40, reports=["out/CYCLE1_PILLAR2_AUDIT.md", "out/index.html"])
    digest = Digest(run)
    shown = len(re.findall(r"^ (?:FAIL|    ) (?:critical|high|medium|low) ", lines, re.MULTILINE))
    hidden = sum(int(n) for n in re.findall(r"^ {5}(\d+) more", lines, re.MULTILINE))
    assert shown + hidden == len(digest.defects)
    assert "CYCLE1_PILLAR2_AUDIT.md" in lines
    assert "-v lists them" in text(run, height=40)


def test_verbose_lists_everything() -> None:
    run = sample_run.big(300)
    shown = " ".join(text(run, verbose=1).split())
    for one in run.findings:
        assert f"{one.place}: " in shown
    full = " ".join(text(sample_run.believable(), verbose=2).split())
    for one in sample_run.believable().findings:
        assert " ".join(one.evidence.split()) in full
        assert one.impact in full


def test_failing_and_advisory_differ_without_color() -> None:
    lines = text(sample_run.believable(), height=60).splitlines()
    flagged = [line for line in lines if line.startswith(" FAIL ")]
    assert len(flagged) == 6
    assert any(re.match(r"      high     deploy/k8s/tariffs.yaml", line) for line in lines)


LONG = (
    "services/bookings/app/alembic/versions/9f1c77ab03d2_give_every_berth_of_all_harbours_a_uuid.py"
)


@pytest.mark.parametrize("width", [60, 80, 100, 132])
@pytest.mark.parametrize("verbose", [0, 1, 2])
def test_the_line_of_a_long_path_stays_whole(width: int, verbose: int) -> None:
    one = sample_run.finding("db-migrations-applied", Severity.HIGH, LONG, 1115, "pending " * 40)
    run = Run("calm", Severity.HIGH, (sample_run.item("db-migrations-applied", "x", one),))
    shown = text(run, width=width, verbose=verbose)
    assert re.search(r"\S{5}\.py:1115:?\s", shown)
    assert "db-migrations-applied" in shown
    if verbose:
        assert f"{LONG}:1115:" in "".join(shown.split())


def test_a_finding_that_is_only_possible_says_so() -> None:
    shown = text(sample_run.believable(), verbose=1)
    assert "[k8s-probes-work, possible]" in shown
    assert shown.count("possible]") == 1


def test_crashes_and_accepted_findings_are_named() -> None:
    shown = text(sample_run.believable())
    assert "ERROR env-syntax-portable[config/legacy.env.example]" in shown
    assert "2 findings accepted: 1 in the baseline, 1 waived" in shown


def test_color_is_optional_and_changes_no_text() -> None:
    run = sample_run.believable()
    plain = terminal.summary(run, color=False)
    styled = terminal.summary(run)
    assert [line.text for line in plain] == [line.text for line in styled]
    assert all(styles == () for line in plain for _, styles in line.spans)
    assert any("red" in styles for line in styled for _, styles in line.spans)


def test_healthy_run_is_short_and_green() -> None:
    run = Run("calm", Severity.HIGH, (sample_run.item("docker-multi-stage", "Dockerfile"),))
    assert run.items[0].outcome is Outcome.PASSED
    lines = terminal.summary(run)
    assert "no findings" in lines[1].text
    assert "green" in lines[-1].spans[0][1]
