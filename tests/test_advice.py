"""What a finding says beside its message: impact and fix by clause, and where it stands."""

from __future__ import annotations

from pathlib import Path

from pytest_reconaudit.audit import audit, collecting, meta_of, report
from pytest_reconaudit.engine import builtin_checks
from pytest_reconaudit.model import Place, Severity, lines_of
from tests.trees import audit_tree


@audit(
    pillar=5,
    severity=Severity.LOW,
    impact="It drifts.",
    fix="Moor it.",
    advice={"b": ("It sinks.", "Pump."), "c": ("", "Paint it.")},
)
def dock_boats_moored(boat: str) -> None:
    """Boats are moored.

    Why: tides. Decides: by rope.
    """
    for clause in "abc":
        report(Place("boats.txt", 1), f"{boat} is adrift", clause=clause, key=clause)
    report(Place("boats.txt", 2), f"{boat} is adrift", clause="b", fix="Call for help.")


def test_each_clause_has_its_own_advice() -> None:
    meta = meta_of(dock_boats_moored)
    assert meta is not None
    with collecting(meta, "tern") as found:
        dock_boats_moored("tern")
    assert [(one.impact, one.remediation) for one in found] == [
        ("It drifts.", "Moor it."),
        ("It sinks.", "Pump."),
        ("It drifts.", "Paint it."),
        ("It sinks.", "Call for help."),
    ]


def test_advice_is_for_clauses_that_the_check_explains() -> None:
    for meta, _ in builtin_checks():
        for clause, (impact, fix) in meta.advice.items():
            assert f"({clause})" in meta.decides, f"{meta.id}: no clause {clause}"
            assert impact or fix, meta.id


def test_lines_are_listed_once_and_cut_openly() -> None:
    places = [Place("a.sh", line) for line in (7, 9, 9, 11, 12, 13, 14)]
    assert lines_of(places[:1]) == "line 7"
    assert lines_of(places[:3]) == "lines 7, 9"
    assert lines_of(places) == "lines 7, 9, 11, 12, 13 …"


def test_the_order_of_layers_is_shown_for_the_language(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt\n"
        'CMD ["python", "berths.py"]\n'
    )
    (tmp_path / "requirements.txt").write_text("flask==3.1.0\n")
    for name in ("berths", "moorings", "tides"):
        (tmp_path / f"{name}.py").write_text(f"import {name}\n")
    (one,) = [
        finding
        for result in audit_tree(tmp_path, "docker-layer-order")
        for finding in result.findings
    ]
    assert "COPY requirements.txt ./\nRUN pip install" in one.remediation
    assert "npm" not in one.remediation
