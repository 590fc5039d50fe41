"""The audit as JSON; ``docs/report-json.md`` and ``report.schema.json`` describe it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from pytest_reconaudit.model import Finding, MapEdge, MapNode, Outcome, Place, Run, Severity
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.reports.digest import WORST_FIRST, Digest

__all__ = ["SCHEMA_VERSION", "data", "render", "schema"]

SCHEMA_VERSION = 1

_SURROGATE = regex("[\ud800-\udfff]")


def render(run: Run) -> str:
    """The report as text that ends in a newline. Any text survives, also what no UTF-8 file may
    hold as it is (lone surrogates, from file names that are not UTF-8): those are escaped."""
    text = json.dumps(data(run), indent=1, ensure_ascii=False)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def data(run: Run) -> dict[str, Any]:
    """The same as plain builtins."""
    digest = Digest(run)
    return {
        "schema": SCHEMA_VERSION,
        "target": run.target,
        "cycle": run.cycle,
        "interrupted": run.interrupted,
        "unreached": list(run.unreached),
        "summary": {
            **_figures(digest),
            "gate": {
                "fail_on": None if run.fail_on is None else run.fail_on.label,
                "failed": digest.failed,
                "failing_findings": len(digest.failing),
            },
            "pillars": {
                str(int(pillar)): {"title": pillar.title, **_figures(digest.of(pillar))}
                for pillar in run.pillars
            },
        },
        "findings": [_finding(finding, run.fail_on) for finding in digest.findings],
        "suppressed": [
            {**_finding(finding, run.fail_on), "reason": finding.suppressed}
            for finding in digest.suppressed
        ],
        "items": [
            {
                "check": item.check,
                "pillar": int(item.pillar),
                "title": item.title,
                "subject": item.subject,
                "outcome": item.outcome.value,
                "reason": item.reason,
            }
            for item in run.items
        ],
        "deployment": {
            "nodes": [_node(node) for node in run.deployment.nodes],
            "edges": [_edge(edge) for edge in run.deployment.edges],
        },
    }


def schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) that every report satisfies."""
    text = (files(__package__) / "report.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _figures(digest: Digest) -> dict[str, Any]:
    return {
        "findings": len(digest.findings),
        "suppressed": len(digest.suppressed),
        "severity": {severity.label: digest.counts[severity] for severity in WORST_FIRST},
        "outcomes": {outcome.value: digest.outcomes[outcome] for outcome in Outcome},
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"path": place.path, "line": place.line, "column": place.column}


def _node(node: MapNode) -> dict[str, Any]:
    return {
        "id": node.id,
        "kind": node.kind,
        "title": node.title,
        "group": node.group,
        "place": _place(node.place),
        "state": node.state,
        "details": list(node.details),
    }


def _edge(edge: MapEdge) -> dict[str, Any]:
    return {
        "source": edge.source,
        "target": edge.target,
        "kind": edge.kind,
        "place": _place(edge.place),
        "says": edge.says,
        "wrong": edge.wrong,
    }


def _finding(finding: Finding, fail_on: Severity | None) -> dict[str, Any]:
    return {
        "check": finding.check,
        "pillar": int(finding.pillar),
        "severity": finding.severity.label,
        "confidence": finding.confidence.value,
        "path": finding.place.path,
        "line": finding.place.line,
        "column": finding.place.column,
        "message": finding.message,
        "evidence": finding.evidence,
        "impact": finding.impact,
        "remediation": finding.remediation,
        "fingerprint": finding.fingerprint,
        "related": [
            {
                "path": note.place.path,
                "line": note.place.line,
                "column": note.place.column,
                "message": note.message,
            }
            for note in finding.related
        ],
        "clause": finding.clause,
        "subject": finding.subject,
        "fails": finding.fails(fail_on),
    }
