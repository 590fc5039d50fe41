"""The audit as one HTML file: no network, no build step, readable without its script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from pytest_reconaudit.model import (
    Confidence,
    Finding,
    MapEdge,
    MapNode,
    Note,
    Outcome,
    Pillar,
    Run,
    Severity,
)
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.reports import map_layout, prose
from pytest_reconaudit.reports.digest import WORST_FIRST, Digest
from pytest_reconaudit.reports.text import block, count, one_line

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["render"]

_NOT_AN_ID = regex(r"[^A-Za-z0-9-]+")
_MANY = 400
"""From here on a closed finding's body stays unparsed until it is opened (see page.js)."""
_NOTES_OPEN = 10
"""Related places that are listed at once; the others fold away."""


def render(run: Run) -> str:
    """The page. A pure function of the run."""
    digest = Digest(run)
    style, script = _asset("page.css"), _asset("page.js")
    ids = _Ids()
    sections = [_Section.of(digest.of(pillar), pillar, ids) for pillar in run.pillars]
    rows = [row for section in sections for row in section.rows]
    chart, nodes = _map(run, rows, ids)
    return _template().render(
        csp=(
            f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
            " img-src data:; base-uri 'none'; form-action 'none'"
        ),
        style=style,
        script=script,
        run=run,
        digest=digest,
        sections=sections,
        first=_first(digest, rows),
        lazy=len(rows) >= _MANY,
        severities=WORST_FIRST,
        domains=_tally(row.domain for row in rows),
        checks=_tally(row.finding.check for row in rows),
        catalogue=_catalogue(run, ids),
        chart=chart,
        nodes=nodes,
        services=len(run.deployment.of_kind("service")),
    )


class _Lead(Struct, frozen=True):
    """A line of what to do first."""

    finding: Finding
    more: int
    """Findings of the same kind besides it."""
    id: str


def _first(digest: Digest, rows: Sequence[_Row]) -> list[_Lead]:
    ids = {id(row.finding): row.id for row in rows}
    return [
        _Lead(one, len(group.findings) - 1, ids[id(one)])
        for group in digest.first
        if id(one := group.findings[0]) in ids
    ]


class _Row(Struct, frozen=True):
    """A finding as the page shows it."""

    finding: Finding
    id: str
    check_id: str
    fails: bool
    excerpt: Sequence[tuple[int, str, bool]]
    notes: Sequence[Note]
    more_notes: Sequence[Note]
    guide: Sequence[Any]

    @property
    def domain(self) -> str:
        return self.finding.check.partition("-")[0]

    @property
    def unsure(self) -> str:
        """How sure the check is, when it is not certain."""
        confidence = self.finding.confidence
        return "" if confidence is Confidence.CERTAIN else confidence.value


class _Section(Struct, frozen=True):
    """One pillar of the page."""

    pillar: Pillar
    digest: Digest
    rows: Sequence[_Row]

    @classmethod
    def of(cls, digest: Digest, pillar: Pillar, ids: _Ids) -> _Section:
        guides: dict[str, Sequence[Any]] = {}
        rows = []
        for finding in digest.findings:
            guide = guides.get(finding.remediation)
            if guide is None:
                guide = guides[finding.remediation] = _flow(prose.blocks(finding.remediation))
            rows.append(
                _Row(
                    finding,
                    ids.new("f-" + finding.fingerprint),
                    ids.of_check(finding.check),
                    finding.fails(digest.run.fail_on),
                    _excerpt(digest.run, finding),
                    finding.related[:_NOTES_OPEN],
                    finding.related[_NOTES_OPEN:],
                    guide,
                )
            )
        return cls(pillar, digest, rows)


class _Entry(Struct, frozen=True):
    """One check of the run, for the list at the end."""

    id: str
    check: str
    title: str
    pillar: Pillar
    outcomes: Sequence[tuple[str, int]]


class _MapEntry(Struct, frozen=True):
    """One node of the deployment map, for the list below it."""

    id: str
    node: MapNode
    title: str
    """Its own, of a port with its service's."""
    edges: Sequence[tuple[MapEdge, str]]
    """What it has to do with others, with the other's title."""
    findings: Sequence[tuple[Finding, str]]
    """Findings on it, with the id of their row."""


_ON_MAP = ("service", "image", "port", "pipeline")


def _map(
    run: Run, rows: Sequence[_Row], ids: _Ids
) -> tuple[map_layout.MapPage | None, list[_MapEntry]]:
    """The drawn map and the list of what is on it."""
    deployment = run.deployment
    nodes = deployment.of_kind(*_ON_MAP)
    if not nodes:
        return None, []
    row_ids = {id(row.finding): row.id for row in rows}
    found = map_layout.findings_by_node(deployment, (row.finding for row in rows))
    anchors = {node.id: ids.new("n-" + node.id) for node in nodes}
    titles = {node.id: node.title for node in deployment.nodes}
    edges: dict[str, list[tuple[MapEdge, str]]] = {}
    for edge in deployment.edges:
        if edge.target in anchors:
            edges.setdefault(edge.source, []).append((edge, titles[edge.target]))
    entries = [
        _MapEntry(
            anchors[node.id],
            node,
            f"{titles[node.group]}:{node.title}" if node.group in titles else node.title,
            edges.get(node.id, ()),
            [
                (one, row_ids[id(one)])
                for one in sorted(found.get(node.id, ()), key=Finding.sort_key)
            ],
        )
        for node in nodes
    ]
    return map_layout.map_page(deployment, found, anchors), entries


class _Ids:
    """Element ids: unique in the page, safe in a URL, equal in equal runs."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._checks: dict[str, str] = {}

    def new(self, wanted: str) -> str:
        base = _NOT_AN_ID.sub("-", wanted) or "x"
        name, number = base, 1
        while name in self._taken:
            number += 1
            name = f"{base}.{number}"
        self._taken.add(name)
        return name

    def of_check(self, check: str) -> str:
        if check not in self._checks:
            self._checks[check] = self.new("check-" + check)
        return self._checks[check]


def _excerpt(run: Run, finding: Finding) -> list[tuple[int, str, bool]]:
    lines = run.excerpts.get(str(finding.place), ())
    return [(number, block(text), number == finding.place.line) for number, text in lines]


def _flow(blocks: Iterable[prose.Block]) -> list[tuple[str, Any]]:
    """Blocks with consecutive items of a list gathered: what a template can walk."""
    flow: list[tuple[str, Any]] = []
    for one in blocks:
        if one.kind in ("bullet", "number"):
            if not flow or flow[-1][0] != one.kind:
                flow.append((one.kind, []))
            flow[-1][1].append(one)
        else:
            flow.append((one.kind, one))
    return flow


def _tally(names: Iterable[str]) -> list[tuple[str, int]]:
    counted: dict[str, int] = {}
    for name in names:
        counted[name] = counted.get(name, 0) + 1
    return sorted(counted.items())


def _catalogue(run: Run, ids: _Ids) -> list[_Entry]:
    found: dict[str, dict[Outcome, int]] = {}
    about: dict[str, tuple[str, Pillar]] = {}
    for item in run.items:
        counted = found.setdefault(item.check, dict.fromkeys(Outcome, 0))
        counted[item.outcome] += 1
        about.setdefault(item.check, (item.title, item.pillar))
    return [
        _Entry(
            ids.of_check(check),
            check,
            *about[check],
            [(outcome.value, number) for outcome, number in found[check].items() if number],
        )
        for check in sorted(found)
    ]


# What the template uses


def _asset(name: str) -> Any:
    from markupsafe import Markup

    return Markup((files(__package__) / name).read_text("utf-8"))


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    def safe(value: Any) -> Any:
        """Every text that reaches the page: nothing in it stays invisible."""
        return value if isinstance(value, Markup) else block(str(value))

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=safe,
    )
    environment.filters.update(count=count, one_line=one_line, inline=prose.spans)
    environment.globals.update(INFO=Severity.INFO)
    return environment.from_string((files(__package__) / "page.html.j2").read_text("utf-8"))
