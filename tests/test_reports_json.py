"""The JSON report: its schema, its documentation, its bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pytest_reconaudit.model import Severity
from pytest_reconaudit.reports import json_report
from tests import golden, sample_run

RUNS = ("believable", "hostile", "big", "empty")
DOCS = Path(__file__).parent.parent / "docs" / "report-json.md"


def test_golden() -> None:
    golden.check("report.json", json_report.render(sample_run.believable()))


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(json_report.schema())


@pytest.mark.parametrize("name", RUNS)
def test_report_satisfies_the_schema(name: str) -> None:
    text = json_report.render(getattr(sample_run, name)())
    text.encode("utf-8")
    Draft202012Validator(json_report.schema()).validate(json.loads(text))


@pytest.mark.parametrize("name", RUNS)
def test_text_round_trips_and_repeats(name: str) -> None:
    run = getattr(sample_run, name)()
    text = json_report.render(run)
    assert json.loads(text) == json_report.data(run)
    assert text == json_report.render(getattr(sample_run, name)())
    assert text.endswith("}\n")


def spoiled(**changes: Any) -> dict[str, Any]:
    data = json.loads(json_report.render(sample_run.believable()))
    data["findings"][0].update(changes)
    return data


@pytest.mark.parametrize(
    "changes",
    [{"line": 0}, {"severity": "fatal"}, {"pillar": 7}, {"confidence": "high"}, {"check": ""}],
)
def test_schema_refuses_nonsense(changes: dict[str, Any]) -> None:
    assert not Draft202012Validator(json_report.schema()).is_valid(spoiled(**changes))


def test_summary_agrees_with_the_lists() -> None:
    data = json_report.data(sample_run.believable())
    summary = data["summary"]
    assert summary["findings"] == len(data["findings"]) == 13
    assert summary["suppressed"] == len(data["suppressed"]) == 2
    assert summary["gate"] == {"fail_on": "high", "failed": True, "failing_findings": 6}
    assert sum(finding["fails"] for finding in data["findings"]) == 6
    assert sum(summary["outcomes"].values()) == len(data["items"])
    for label, number in summary["severity"].items():
        assert number == sum(finding["severity"] == label for finding in data["findings"])
        assert number == sum(one["severity"][label] for one in summary["pillars"].values())
    ranks = [Severity[finding["severity"].upper()] for finding in data["findings"]]
    assert ranks == sorted(ranks, reverse=True)
    assert {one["reason"] for one in data["suppressed"]} == {
        "in the baseline",
        "binds port 80 until the proxy moves, TIDE-411",
    }


def keys(value: Any, path: str = "") -> set[str]:
    """Every key of some JSON, as dotted paths without indexes."""
    if isinstance(value, list):
        return {key for one in value for key in keys(one, path)}
    if not isinstance(value, dict):
        return set()
    return {f"{path}{name}" for name in value} | {
        key for name, one in value.items() for key in keys(one, f"{path}{name}.")
    }


def described(schema: dict[str, Any], node: dict[str, Any], path: str = "") -> set[str]:
    """Every key that the schema describes, in the same form."""
    if "$ref" in node:
        node = {**schema["$defs"][node["$ref"].rpartition("/")[2]], **node}
    found: set[str] = set()
    for part in (*node.get("allOf", ()), *node.get("oneOf", ())):
        found |= described(schema, part, path)
    if "items" in node:
        found |= described(schema, node["items"], path)
    for name, one in node.get("properties", {}).items():
        found |= {f"{path}{name}"} | described(schema, one, f"{path}{name}.")
    return found


def test_every_key_is_in_the_schema_and_in_the_documentation() -> None:
    written = keys(json_report.data(sample_run.believable()))
    by_name = re.compile(
        r"\.(?:[1-6]|critical|high|medium|low|info|passed|advisory|failed|skipped|error)\b"
    )
    plain = {key for key in written if not by_name.search(f".{key}") or key.endswith("gate.failed")}
    schema = json_report.schema()
    missing = plain - described(schema, schema)
    assert not missing
    text = DOCS.read_text("utf-8")
    for key in plain:
        assert f"`{key.rpartition('.')[2]}`" in text, key
