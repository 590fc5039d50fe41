"""Synthetic platforms of any size: what one more service costs, and that it stays the same.

``python -m tests.bench.synthetic [SIZE…]`` writes a platform of each size into a temporary folder,
audits it, and prints seconds, items and what a service costs. Twice the services may cost twice the
time, no more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOCKERFILE = """\
FROM rust:1.82-slim AS build
WORKDIR /src
COPY services/{name}/Cargo.toml services/{name}/Cargo.lock ./
RUN mkdir src && echo 'fn main() {{}}' > src/main.rs && cargo build --release
COPY services/{name}/src ./src
RUN cargo build --release

FROM debian:12.7-slim
RUN useradd --uid 10001 app
COPY --from=build /src/target/release/{name} /usr/local/bin/{name}
USER 10001
EXPOSE {port}
CMD ["/usr/local/bin/{name}"]
"""
MAIN = """\
use actix_web::{{web, App, HttpResponse, HttpServer}};

#[actix_web::main]
async fn main() -> std::io::Result<()> {{
    let port: u16 = std::env::var("PORT").unwrap_or_else(|_| "{port}".into()).parse().unwrap();
    let peer = std::env::var("PEER_URL").expect("PEER_URL");
    HttpServer::new(move || {{
        App::new()
            .route("/health", web::get().to(HttpResponse::Ok))
            .route("/{name}", web::get().to(list))
    }})
    .bind(("0.0.0.0", port))?
    .run()
    .await
}}

async fn list() -> HttpResponse {{
    HttpResponse::Ok().finish()
}}
"""
CARGO = """\
[package]
name = "{name}"
version = "0.1.0"
edition = "2021"

[dependencies]
actix-web = "4"
"""
COMPOSE = """\
  {name}:
    build: {{context: ., dockerfile: services/{name}/Dockerfile}}
    restart: unless-stopped
    environment:
      PORT: "{port}"
      PEER_URL: http://{peer}:{peer_port}
    ports: ["{host}:{port}"]
    mem_limit: 256m
    cpus: 0.5
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:{port}/health"]
"""
MANIFEST = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: {{app: {name}}}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: {name}
          image: registry.example/{name}:1.0.{number}
          ports: [{{containerPort: {port}, name: http}}]
          env:
            - {{name: PORT, value: "{port}"}}
            - {{name: PEER_URL, value: "http://{peer}:{peer_port}"}}
          readinessProbe: {{httpGet: {{path: /health, port: http}}}}
          resources: {{requests: {{cpu: 50m, memory: 64Mi}}, limits: {{memory: 128Mi}}}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app: {name}}}
  ports: [{{port: {port}, targetPort: http}}]
"""


def write(root: Path, size: int) -> None:
    """A platform of ``size`` services: image, code, compose service, manifest and env file each."""
    compose = ["services:\n"]
    for number in range(size):
        peer = (number + 1) % size
        given = {
            "name": f"svc-{number:04}",
            "number": number,
            "port": 3000 + number % 2000,
            "host": 20000 + number,
            "peer": f"svc-{peer:04}",
            "peer_port": 3000 + peer % 2000,
        }
        folder = root / "services" / str(given["name"])
        (folder / "src").mkdir(parents=True)
        (folder / "Dockerfile").write_text(DOCKERFILE.format(**given))
        (folder / "Cargo.toml").write_text(CARGO.format(**given))
        (folder / "Cargo.lock").write_text("version = 4\n")
        (folder / "src/main.rs").write_text(MAIN.format(**given))
        (folder / ".env.example").write_text(f"PORT={given['port']}\nPEER_URL=http://peer\n")
        manifests = root / "deploy" / "k8s"
        manifests.mkdir(parents=True, exist_ok=True)
        (manifests / f"{given['name']}.yaml").write_text(MANIFEST.format(**given))
        compose.append(COMPOSE.format(**given))
    (root / "compose.yaml").write_text("".join(compose))


def audited(root: Path) -> tuple[float, int]:
    """(seconds of the whole process, items)."""
    report = root.parent / "report.json"
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-P", "-m", "pytest", f"--recon-target={root}", "-q",
         "--recon-fail-on=never", "--recon-no-replay"],
        check=True, stdout=subprocess.DEVNULL, cwd=root.parent,
    )  # fmt: skip
    seconds = time.perf_counter() - start
    subprocess.run(
        [sys.executable, "-P", "-m", "pytest", f"--recon-target={root}", "-q",
         "--recon-fail-on=never", "--recon-no-replay", f"--recon-report={report}"],
        check=True, stdout=subprocess.DEVNULL, cwd=root.parent,
    )  # fmt: skip
    return seconds, len(json.loads(report.read_text())["items"])


def main(sizes: list[int]) -> None:
    os.environ.pop("PYTEST_ADDOPTS", None)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder, "platform")
            write(root, size)
            seconds, items = audited(root)
        each = seconds / size * 1000
        print(f"{size} services: {seconds:.2f} s, {items} items, {each:.2f} ms per service")


if __name__ == "__main__":
    main([int(text) for text in sys.argv[1:]] or [250, 500, 1000])
