"""Cells and a summary table for pytest-html's report. Pure text; the hooks are in the plugin."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from pytest_reconaudit.model import Finding, Pillar, Run, Severity
from pytest_reconaudit.reports.digest import Digest
from pytest_reconaudit.reports.text import one_line

__all__ = ["header_cells", "row_cells", "summary_html"]


def header_cells() -> list[str]:
    """The headers of the columns Pillar, Severity and Place, each sortable."""
    return [
        f'<th class="sortable" data-column-type="{name.lower()}">{name}</th>'
        for name in ("Pillar", "Severity", "Place")
    ]


def row_cells(item: Mapping[str, Any] | None) -> list[str]:
    """The cells of one row, in the order of :func:`header_cells`.

    pytest-html sorts by a cell's text, so the severity leads with its priority.

    :param item: an ``ItemResult.to_dict()``, or ``None`` for a test that is no check.
    """
    if item is None:
        return [_cell(name, "") for name in ("pillar", "severity", "place")]
    pillar = Pillar(item["pillar"])
    findings = [Finding.from_dict(finding) for finding in item["findings"]]
    live = sorted((f for f in findings if not f.suppressed), key=Finding.sort_key)
    severity = place = ""
    if live:
        worst = live[0]
        severity = _severity(worst.severity)
        place = str(worst.place) + (f" (+{len(live) - 1})" if len(live) > 1 else "")
    return [
        _cell("pillar", f"{int(pillar)} {pillar.title}"),
        _cell("severity", severity),
        _cell("place", place),
    ]


def summary_html(run: Run) -> str:
    """A pillar × severity table with the gate's verdict above it."""
    digest = Digest(run)
    pad = 'style="padding: 2px 10px; text-align: right"'
    names = "".join(f"<th {pad}>{_severity(severity)}</th>" for severity in digest.counts)
    body = []
    for pillar in run.pillars:
        own = digest.of(pillar)
        figures = "".join(f"<td {pad}>{number}</td>" for number in own.counts.values())
        name = _text(f"{int(pillar)} {pillar.title}")
        body.append(
            f'<tr><th style="padding: 2px 10px 2px 0; text-align: left">{name}</th>{figures}'
            f"<td {pad}>{len(own.verified)}</td></tr>"
        )
    return (
        f'<div class="recon-summary"><h2>Platform audit of {_text(run.target)}</h2>'
        f"<p>{_text(digest.verdict_text)}</p>"
        f"<table><thead><tr><th></th>{names}<th {pad}>checks healthy</th></tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _severity(severity: Severity) -> str:
    return "note" if severity is Severity.INFO else f"{severity.priority} {severity.label}"


def _text(words: str) -> str:
    return escape(one_line(words))


def _cell(name: str, words: str) -> str:
    return f'<td class="col-{name}">{_text(words)}</td>'
