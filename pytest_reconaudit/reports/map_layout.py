"""Where each box and line of the deployment map is drawn. Pure arithmetic; the page draws it.

Four columns: pipelines, images, services (grouped by the file that they stand in) and the ports of
each service. Lines between services run in the margin on the right. A row is a service, so the map
grows downwards with the platform and stays readable in the width of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from pytest_reconaudit.model import (
    DeploymentMap,
    Finding,
    MapEdge,
    MapNode,
    Place,
    Span,
)

__all__ = ["Box", "Line", "MapPage", "findings_by_node", "map_page"]

_ROW = 34
_BOX = 24
_GROUP = 30
_CHAR = 6.4
"""Width of a character of the labels, in user units: 11.5 px text, on the generous side."""
_PIPELINES = (12, 150)
_IMAGES = (226, 250)
_SERVICES = (540, 190)
_PORTS_X = 742
_PORT = 54
_PORTS_SHOWN = 4
_RIGHT = 980
_WIDTH = 1090


class Box(Struct, frozen=True):
    """One node as drawn."""

    node: MapNode
    anchor: str
    """Id of its entry in the list below the map."""
    x: float
    y: float
    width: float
    label: str
    findings: Sequence[Finding]
    height: float = _BOX

    @property
    def worst(self) -> int | None:
        """The worst severity on it; ``None`` when nothing is said of it."""
        return max((int(one.severity) for one in self.findings), default=None)

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


class Line(Struct, frozen=True):
    """One edge as drawn: an SVG path."""

    path: str
    kind: str
    title: str
    wrong: bool
    source: str
    target: str


class Heading(Struct, frozen=True):
    """The name of a group of services."""

    text: str
    full: str
    x: float
    y: float


class MapPage(Struct, frozen=True):
    """The whole map."""

    left: int
    """Where it begins: columns that hold nothing take no room."""
    width: int
    height: float
    boxes: Sequence[Box]
    lines: Sequence[Line]
    headings: Sequence[Heading]
    columns: Sequence[tuple[str, float]]
    left_out: int
    """Ports that had no room in their row; they are in the list."""


def findings_by_node(
    deployment: DeploymentMap, findings: Iterable[Finding]
) -> dict[str, list[Finding]]:
    """Node id → the findings at a line that is about it, the narrowest node winning.

    A finding whose own place is about no node goes to the first related place that is.
    """
    spans: dict[str, list[tuple[Span, MapNode]]] = {}
    for node in deployment.nodes:
        for span in node.spans:
            spans.setdefault(span.path, []).append((span, node))

    def on(place: Place) -> MapNode | None:
        fitting = [pair for pair in spans.get(place.path, ()) if pair[0].holds(place)]
        return min(fitting, key=lambda pair: _size(pair[0]))[1] if fitting else None

    found: dict[str, list[Finding]] = {}
    for finding in findings:
        places = (finding.place, *(note.place for note in finding.related))
        met = next((seen for place in places if (seen := on(place)) is not None), None)
        if met is None:
            continue
        found.setdefault(met.id, []).append(finding)
        # A port is about one line; a finding on several lines is on each of their ports.
        for place in places:
            port = on(place)
            if port is not None and port.kind == "port" and finding not in found.get(port.id, ()):
                found.setdefault(port.id, []).append(finding)
    return found


def _size(span: Span) -> int:
    if span.first is None:
        return 10**9
    return (span.last or 10**8) - span.first


def map_page(
    deployment: DeploymentMap, findings: Mapping[str, Sequence[Finding]], anchors: Mapping[str, str]
) -> MapPage | None:
    """The layout; ``None`` when there is neither a service nor an image to show.

    :param findings: by node, see :func:`findings_by_node`.
    :param anchors: node id → element id of its entry in the list.
    """
    services = deployment.of_kind("service")
    images = deployment.of_kind("image")
    if not services and not images:
        return None
    draw = _Drawing(deployment, findings, anchors)
    draw.services(services)
    draw.beside(images, "runs", _IMAGES)
    building = {edge.source for edge in deployment.edges if edge.kind == "builds"}
    pipelines = [node for node in deployment.of_kind("pipeline") if node.id in building]
    draw.beside(pipelines, "builds", _PIPELINES)
    draw.lines()
    left = 0 if pipelines else _IMAGES[0] - _PIPELINES[0]
    return MapPage(
        left=left,
        width=_WIDTH - left,
        height=draw.bottom() + 12,
        boxes=tuple(draw.boxes.values()),
        lines=draw.drawn,
        headings=draw.headings,
        columns=tuple(
            (name, x)
            for name, x, shown in (
                ("pipelines", _PIPELINES[0], pipelines),
                ("images", _IMAGES[0], images),
                ("services", _SERVICES[0], services),
                ("ports in the container", _PORTS_X, deployment.of_kind("port")),
            )
            if shown
        ),
        left_out=draw.left_out,
    )


class _Drawing:
    def __init__(
        self,
        deployment: DeploymentMap,
        findings: Mapping[str, Sequence[Finding]],
        anchors: Mapping[str, str],
    ) -> None:
        self.deployment = deployment
        self.findings = findings
        self.anchors = anchors
        self.boxes: dict[str, Box] = {}
        self.headings: list[Heading] = []
        self.drawn: list[Line] = []
        self.left_out = 0
        self._ends: dict[float, float] = {}

    def box(self, node: MapNode, x: float, y: float, width: float, label: str) -> None:
        self.boxes[node.id] = Box(
            node, self.anchors[node.id], x, y, width, label, self.findings.get(node.id, ())
        )

    def bottom(self) -> float:
        return max((box.y + box.height for box in self.boxes.values()), default=40.0)

    def services(self, services: Sequence[MapNode]) -> None:
        ports: dict[str, list[MapNode]] = {}
        for node in self.deployment.of_kind("port"):
            ports.setdefault(node.group, []).append(node)
        groups: dict[str, list[MapNode]] = {}
        for node in services:
            groups.setdefault(node.group, []).append(node)
        x, width = _SERVICES
        y = 34.0
        for group, members in groups.items():
            paths = dict.fromkeys(span.path for node in members for span in node.spans)
            # Files that a base file is merged with are part of what stands here.
            more = [path for path in paths if path not in group]
            full = " + ".join([group, *more])
            name = " + ".join([group, *(path.rpartition("/")[2] for path in more)])
            self.headings.append(Heading(_short(name, width + 330), full, x, y + 14))
            y += _GROUP - 6
            for node in members:
                self.box(node, x, y, width, _short(node.title, width - 26))
                own = sorted(ports.get(node.id, ()), key=lambda one: int(one.title))
                for index, port in enumerate(own[:_PORTS_SHOWN]):
                    self.box(port, _PORTS_X + index * (_PORT + 5), y, _PORT, port.title)
                self.left_out += max(0, len(own) - _PORTS_SHOWN)
                y += _ROW
            y += 10

    def beside(self, nodes: Sequence[MapNode], kind: str, column: tuple[int, int]) -> None:
        """A column whose boxes stand as near as may be to what they lead to."""
        wanted: list[tuple[float, str, MapNode]] = []
        for node in nodes:
            reached = [
                self.boxes[edge.target].y
                for edge in self.deployment.edges
                if edge.source == node.id and edge.kind == kind and edge.target in self.boxes
            ]
            middle = sum(reached) / len(reached) if reached else 1e9
            wanted.append((middle, node.id, node))
        x, width = column
        y = 40.0
        for middle, _, node in sorted(wanted, key=lambda one: one[:2]):
            y = max(y, middle) if middle < 1e9 else y
            self.box(node, x, y, width, _short(node.title, width - 26))
            y += _BOX + 6

    def lines(self) -> None:
        lanes = 0
        for edge in self.deployment.edges:
            source, target = self.boxes.get(edge.source), self.boxes.get(edge.target)
            if source is None or target is None:
                continue
            if edge.kind in ("builds", "runs"):
                start, end = source.x + source.width, target.x
                bend = (end - start) / 2
                path = (
                    f"M{start:.0f} {source.middle:.0f} C{start + bend:.0f} {source.middle:.0f}"
                    f" {end - bend:.0f} {target.middle:.0f} {end:.0f} {target.middle:.0f}"
                )
            elif edge.kind in ("needs", "asks") and source.middle != target.middle:
                reach = min(115.0, 16 + abs(source.middle - target.middle) / 5 + (lanes % 5) * 4)
                lanes += 1
                # Two lines that leave or reach a row do so a little apart.
                shift = (lanes % 3 - 1) * 3
                up, down = source.middle - shift, target.middle + shift
                path = (
                    f"M{self.row_end(source):.0f} {up:.0f} H{_RIGHT}"
                    f" C{_RIGHT + reach:.0f} {up:.0f} {_RIGHT + reach:.0f} {down:.0f}"
                    f" {_RIGHT} {down:.0f} H{self.row_end(target):.0f}"
                )
            else:
                continue
            title = self._title(edge, source, target)
            self.drawn.append(
                Line(path, edge.kind, title, edge.wrong, source.anchor, target.anchor)
            )

    def row_end(self, box: Box) -> float:
        """Where the row of a service or port ends: right of its last port."""
        if not self._ends:
            for one in self.boxes.values():
                if one.node.kind in ("service", "port"):
                    end = one.x + one.width + 4
                    self._ends[one.y] = max(end, self._ends.get(one.y, 0.0))
        return self._ends[box.y]

    @staticmethod
    def _title(edge: MapEdge, source: Box, target: Box) -> str:
        said = f" ({edge.says})" if edge.says else ""
        at = f", {edge.place}" if edge.place is not None else ""
        return f"{source.node.title} {edge.kind} {target.node.title}{said}{at}"


def _short(text: str, width: float) -> str:
    """A label that fits; a path keeps its end, which tells it from the others."""
    room = max(4, int(width / _CHAR))
    if len(text) <= room:
        return text
    return "…" + text[-(room - 1) :] if "/" in text else text[: room - 1] + "…"
