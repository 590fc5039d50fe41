"""The deployment graph of a small platform: every relation with the line that says so."""

from __future__ import annotations

import pytest

from pytest_reconaudit.facts.deployment import deployment_map
from pytest_reconaudit.model import DeploymentMap, Place
from pytest_reconaudit.target import Target

FILES = {
    "api/Cargo.toml": '[package]\nname = "api"\nversion = "0.1.0"\nedition = "2021"\n'
    '[dependencies]\nactix-web = "4"\n',
    "api/src/main.rs": """\
use actix_web::{web, App, HttpResponse, HttpServer};
#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().route("/live", web::get().to(HttpResponse::Ok)))
        .bind("0.0.0.0:4000")?
        .run()
        .await
}
""",
    "api/Dockerfile": "FROM rust:1.82 AS build\nCOPY . .\nRUN cargo build --release\n"
    'FROM debian:12.7-slim\nCOPY --from=build /target/release/api /api\nCMD ["/api"]\n',
    "gateway/nginx.conf": "events {}\nhttp {\n  server {\n    listen 8080;\n    location / {\n"
    "      proxy_pass http://api:4100;\n    }\n  }\n}\n",
    "compose.yaml": """\
services:
  api:
    build: ./api
    environment:
      DATABASE_URL: postgres://${DB_USER}:${DB_PASSWORD:?}@store:5432/${DB_NAME}
    expose: ["4000"]
    depends_on: [store]
  gateway:
    image: nginx:1.27.3
    volumes: ["./gateway/nginx.conf:/etc/nginx/nginx.conf:ro"]
    ports: ["80:8080"]
    depends_on: [api]
  store:
    image: postgres:16.4
""",
    "k8s/api.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
        - name: api
          image: registry.example/api:1.4.2
          ports: [{containerPort: 4100}]
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec:
  selector: {app: api}
  ports: [{port: 80, targetPort: 4100}]
""",
    ".github/workflows/ship.yml": """\
on: push
jobs:
  image:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: docker build -t registry.example/api:1.4.2 api
""",
    "scripts/mail.sh": "#!/bin/sh\nset -eu\ndocker run --rm -d --name mail -p 1025:1025 mailhog/mailhog:v1.0.1\n",
    "infra/main.tf": 'resource "x" "y" {\n  image = "ghcr.io/example/worker:2.0.1"\n}\n',
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> DeploymentMap:
    root = tmp_path_factory.mktemp("platform")
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return deployment_map(Target(root))


def edge(graph: DeploymentMap, source: str, kind: str, target: str) -> tuple[Place | None, bool]:
    (found,) = [
        one for one in graph.edges if (one.source, one.kind, one.target) == (source, kind, target)
    ]
    return found.place, found.wrong


API, GATEWAY, STORE = (f"service:compose.yaml:{name}" for name in ("api", "gateway", "store"))
IMAGE = "image:api/Dockerfile"


def test_who_builds_and_runs(graph: DeploymentMap) -> None:
    place, _ = edge(graph, "pipeline:.github/workflows/ship.yml", "builds", IMAGE)
    assert place is not None
    assert (place.path, place.line) == (".github/workflows/ship.yml", 7)
    assert edge(graph, IMAGE, "runs", API)[0] is not None
    assert edge(graph, "image:nginx:1.27.3", "runs", GATEWAY)[0] == Place("compose.yaml", 9, 5)
    (pod,) = [n.id for n in graph.of_kind("service") if n.group == "k8s/api.yaml"]
    assert edge(graph, IMAGE, "runs", pod)[0] is not None


def test_who_listens_and_who_only_claims(graph: DeploymentMap) -> None:
    states = {node.id: node.state for node in graph.of_kind("port")}
    assert states["port:compose.yaml:api:4000"] == "listens"
    assert states["port:compose.yaml:gateway:8080"] == "listens"
    assert states["port:compose.yaml:store:5432"] == "listens"
    (lost,) = [n for n in graph.of_kind("port") if n.title == "4100" and "k8s" in n.id]
    assert lost.state == "nobody"
    place, _ = edge(graph, API, "listens", "port:compose.yaml:api:4000")
    assert place is not None
    assert (place.path, place.line) == ("api/src/main.rs", 5)


def test_who_needs_and_asks_whom(graph: DeploymentMap) -> None:
    assert edge(graph, API, "needs", STORE)[0] == Place("compose.yaml", 7, 18)
    place, wrong = edge(graph, API, "asks", "port:compose.yaml:store:5432")
    assert place is not None
    assert (place.line, wrong) == (5, False)
    place, wrong = edge(graph, GATEWAY, "asks", "port:compose.yaml:api:4100")
    assert place is not None
    assert (place.path, place.line, wrong) == ("gateway/nginx.conf", 6, True)


def test_routes_and_keys(graph: DeploymentMap) -> None:
    assert [node.title for node in graph.of_kind("route")] == ["GET /live"]
    edge(graph, IMAGE, "serves", "route:api:GET /live")
    place, _ = edge(graph, API, "sets", "key:DATABASE_URL")
    assert place is not None
    assert place.line == 5


def test_what_scripts_and_terraform_start(graph: DeploymentMap) -> None:
    titles = {node.title: node.place for node in graph.of_kind("service")}
    assert titles["mail"] is not None
    assert (titles["mail"].path, titles["mail"].line) == ("scripts/mail.sh", 3)
    assert titles["ghcr.io/example/worker:2.0.1"] == Place("infra/main.tf", 2, 12)


def test_every_edge_joins_two_nodes(graph: DeploymentMap) -> None:
    ids = [node.id for node in graph.nodes]
    assert len(ids) == len(set(ids))
    for one in graph.edges:
        assert one.source in ids
        assert one.target in ids
