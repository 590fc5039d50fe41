"""The deployment map: where things are drawn, what leads where, what the reports carry of it."""

from __future__ import annotations

import json
import re

from msgspec.structs import replace

from pytest_reconaudit.model import DeploymentMap, MapNode, Note, Place, Run, Severity
from pytest_reconaudit.reports import html_page, json_report, markdown
from pytest_reconaudit.reports.map_layout import Box, MapPage, findings_by_node, map_page
from tests import sample_run


def laid_out(deployment: DeploymentMap) -> MapPage:
    anchors = {node.id: f"n-{number}" for number, node in enumerate(deployment.nodes)}
    page = map_page(deployment, {}, anchors)
    assert page is not None
    return page


def overlap(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    above = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (beside or above)


def test_thirty_services_fit_without_touching() -> None:
    page = laid_out(sample_run.thirty_services())
    assert len([box for box in page.boxes if box.node.kind == "service"]) == 30
    pairs = [(a, b) for n, a in enumerate(page.boxes) for b in page.boxes[n + 1 :]]
    assert [(a.label, b.label) for a, b in pairs if overlap(a, b)] == []
    for box in page.boxes:
        assert box.x >= 0
        assert box.x + box.width <= page.width
        assert box.y + box.height <= page.height
    assert page.height < 1600


def test_labels_fit_their_boxes() -> None:
    long = MapNode("service:x", "service", "a-very-long-service-name" * 4, "f" * 90, None)
    (box,) = laid_out(DeploymentMap((long,))).boxes
    assert len(box.label) * 6 < box.width
    path = replace(long, kind="image", title="services/" + "deep/" * 20 + "Dockerfile")
    (box,) = laid_out(DeploymentMap((path,))).boxes
    assert box.label.endswith("Dockerfile")


def test_lines_join_what_they_name() -> None:
    page = laid_out(sample_run.tidewater_map())
    kinds = sorted(line.kind for line in page.lines)
    assert kinds == ["asks", "asks", "builds", "needs", "runs", "runs", "runs", "runs"]
    (wrong,) = [line for line in page.lines if line.wrong]
    assert wrong.title == "gateway asks 4000 (proxy_pass), gateway/nginx.conf:9"


def test_ports_without_room_are_counted() -> None:
    owner = sample_run.service("api", "compose.yaml", 1, 9)
    ports = [sample_run.port(owner, number, 3) for number in range(1000, 1009)]
    page = laid_out(DeploymentMap((owner, *ports)))
    assert page.left_out == 5
    assert len(page.boxes) == 5


def test_nothing_to_show_is_no_map() -> None:
    assert map_page(DeploymentMap(), {}, {}) is None
    assert 'id="map"' not in html_page.render(sample_run.empty())
    assert "Deployment map" not in markdown.render(sample_run.empty())


def test_a_finding_belongs_to_the_narrowest_thing() -> None:
    deployment = sample_run.tidewater_map()

    def at(path: str, line: int) -> list[str]:
        one = sample_run.finding("ports-consistent", Severity.HIGH, path, line, "x")
        return list(findings_by_node(deployment, [one]))

    assert at("compose.yaml", 16) == ["port:compose.yaml:berths:4000"]
    assert at("compose.yaml", 17) == ["service:compose.yaml:berths"]
    assert at("services/berths/Dockerfile", 3) == ["image:services/berths/Dockerfile"]
    assert at("src/elsewhere.rs", 3) == []


def test_a_finding_elsewhere_goes_where_it_points() -> None:
    one = sample_run.finding("ports-bind-configurable", Severity.HIGH, "src/main.rs", 4, "x")
    pointing = replace(one, related=(Note(Place("compose.yaml", 46), "the service"),))
    found = findings_by_node(sample_run.tidewater_map(), [pointing])
    assert list(found) == ["service:compose.yaml:postgres"]


def test_every_box_leads_to_its_entry_and_from_there_to_its_findings() -> None:
    text = html_page.render(sample_run.believable())
    ids = set(re.findall(r' id="([^"]+)"', text))
    boxes = re.findall(r'<a href="#(n-[^"]+)" class="n ', text)
    assert len(boxes) == 13
    assert set(boxes) <= ids
    section = text[text.index('id="map"') :]
    rows = re.findall(r'<a href="#(f-[^"]+)">', section)
    assert rows
    assert set(rows) <= ids


def test_markdown_lists_the_services() -> None:
    text = markdown.render(sample_run.believable())
    table = text[text.index("## Deployment map") :]
    assert "| gateway | `compose.yaml:31` | `nginx:1.27` | 80, 9090 |" in table
    assert "berths:4000 (does not agree)" in table
    assert "8080 (nothing listens)" in table


def test_json_carries_the_graph() -> None:
    data = json.loads(json_report.render(sample_run.believable()))
    nodes = {node["id"]: node for node in data["deployment"]["nodes"]}
    assert nodes["port:deploy/k8s/berths.yaml:Deployment/berths:8080"]["state"] == "nobody"
    for edge in data["deployment"]["edges"]:
        assert edge["source"] in nodes
        assert edge["target"] in nodes
        assert edge["place"]["line"] >= 1


def test_equal_graphs_give_equal_pages() -> None:
    run = Run("x", Severity.HIGH, (), deployment=sample_run.thirty_services())
    assert html_page.render(run) == html_page.render(run)
