"""What a container runs, the tools in its image, and the addresses that a command asks."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.docker.builds import image_builds
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.docker.tools_in_image import missing_tool, tools_in_image
from pytest_reconaudit.facts.k8s.workloads import workloads
from pytest_reconaudit.facts.network.programs import (
    Program,
    command_server,
    dockerfiles_of_image,
    program_of_container,
    program_of_dockerfile,
    program_of_service,
    server_of_image,
)
from pytest_reconaudit.readers.dockerfile import image_reference
from pytest_reconaudit.readers.urls import local_url, urls_in
from pytest_reconaudit.target import Target

CRATE = '[package]\nname = "{0}"\nversion = "0.1.0"\n'
RUST = """
    FROM rust:1.81 AS build
    WORKDIR /src
    COPY . .
    RUN cargo build --release

    FROM debian:bookworm-slim
    COPY --from=build /src/target/release/{0} /usr/local/bin/{1}
    CMD ["{1}"]
    """


def tree(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return Target(root)


def of_file(target: Target, path: str = "Dockerfile") -> Program:
    dockerfile = next(one for one in dockerfiles(target) if one.path == path)
    program = program_of_dockerfile(target, dockerfile)
    assert program is not None
    return program


def of_service(target: Target, name: str) -> Program | None:
    stack = stacks(target)[0]
    service = stack.service(name)
    assert service is not None
    return program_of_service(target, stack, service)


# -- from a Dockerfile ---------------------------------------------------------------------


def test_a_binary_of_a_workspace_names_its_package(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
            "crates/api/Cargo.toml": CRATE.format("pier-api"),
            "crates/api/src/main.rs": "fn main() {}\n",
            "crates/jobs/Cargo.toml": CRATE.format("pier-jobs"),
            "crates/jobs/src/main.rs": "fn main() {}\n",
            "Dockerfile": RUST.format("pier-api", "serve-it"),
        },
    )
    program = of_file(target)
    assert program.package == "crates/api"
    assert program.server == ""
    assert program.base is not None
    assert program.base.name == "debian"
    assert program.command == ("serve-it",)


def test_a_start_script_is_read(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {
            "Cargo.toml": CRATE.format("pier"),
            "src/main.rs": "fn main() {}\n",
            "src/bin/tide.rs": "fn main() {}\n",
            "docker/entrypoint.sh": '#!/bin/sh\nset -e\n./wait-for db:5432\nexec pier "$@"\n',
            "Dockerfile": """
                FROM alpine:3.20
                COPY target/release/pier /usr/local/bin/
                COPY docker/entrypoint.sh /entrypoint.sh
                ENTRYPOINT ["/entrypoint.sh"]
                """,
        },
    )
    assert of_file(target).package == ""


def test_nginx_configuration_is_followed_through_stages(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {
            "package.json": '{"name": "quay-web", "scripts": {"build": "vite build"}}',
            "deploy/nginx.conf": "events {}\n",
            "deploy/conf.d/site.conf": "server { listen 80; }\n",
            "Dockerfile": """
                FROM node:20 AS build
                WORKDIR /web
                COPY . .
                RUN npm run build

                FROM nginx:1.27-alpine AS serve
                COPY --from=build /web/deploy/nginx.conf /etc/nginx/nginx.conf
                COPY deploy/conf.d/ /etc/nginx/conf.d/
                COPY --from=build /web/dist /usr/share/nginx/html
                """,
            "compose.yaml": "services:\n  web:\n    build: .\n",
        },
    )
    program = of_file(target)
    assert program.server == "nginx"
    assert dict(program.placed) == {
        "/etc/nginx/nginx.conf": "deploy/nginx.conf",
        "/etc/nginx/conf.d/site.conf": "deploy/conf.d/site.conf",
    }
    assert program.configs_known
    assert program.package is None


def test_a_configuration_that_is_written_while_building_is_not_known(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {"Dockerfile": "FROM nginx:1.27\nRUN printf 'x' > /etc/nginx/conf.d/default.conf\n"},
    )
    assert not of_file(target).configs_known


def test_environment_of_the_image(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {"Dockerfile": 'FROM alpine\nARG V\nENV PORT=8080 NAME="a b" TAG=$V\nCMD ["x"]\n'},
    )
    assert of_file(target).environment == {"PORT": "8080", "NAME": "a b", "TAG": None}


@pytest.mark.parametrize(
    ("words", "server"),
    [
        (["nginx", "-g", "daemon off;"], "nginx"),
        (["sh", "-c", "envsubst < a > b && exec nginx -g 'daemon off;'"], "nginx"),
        (["npx", "serve", "-s", "dist"], "serve"),
        (["npm", "run", "preview"], "vite-preview"),
        (["tini", "--", "redis-server", "/etc/redis.conf"], "redis"),
        (["caddy", "run"], "caddy"),
        (["node", "server.js"], ""),
        (["npm", "start"], ""),
        ([], ""),
    ],
)
def test_ready_made_servers_by_command(words: list[str], server: str) -> None:
    assert command_server(words) == server


@pytest.mark.parametrize(
    ("image", "server"),
    [
        ("nginx:1.27", "nginx"),
        ("nginxinc/nginx-unprivileged", "nginx"),
        ("bitnami/postgresql:16", "postgres"),
        ("supabase/postgres", "postgres"),
        ("valkey/valkey:8", "redis"),
        ("example/shop", ""),
    ],
)
def test_ready_made_servers_by_image(image: str, server: str) -> None:
    assert server_of_image(image_reference(image)) == server


# -- from an image name --------------------------------------------------------------------

BUILDS = {
    "api/Cargo.toml": CRATE.format("pier-api"),
    "api/src/main.rs": "fn main() {}\n",
    "api/Dockerfile": RUST.format("pier-api", "pier-api"),
    "web/package.json": '{"name": "pier-web"}',
    "web/Dockerfile": "FROM nginx:1.27\nCOPY . /usr/share/nginx/html\n",
    ".github/workflows/images.yml": """
        on: push
        env:
          REGISTRY: ghcr.io
        jobs:
          images:
            runs-on: ubuntu-latest
            steps:
              - uses: docker/metadata-action@v5
                id: meta
                with:
                  images: ${{ env.REGISTRY }}/${{ github.repository }}-web
              - uses: docker/build-push-action@v6
                with:
                  context: ./api
                  tags: |
                    ${{ env.REGISTRY }}/example/pier-api:latest
                    ${{ env.REGISTRY }}/example/pier-api:${{ github.sha }}
              - uses: docker/build-push-action@v6
                with:
                  context: web
                  tags: ${{ steps.meta.outputs.tags }}
        """,
}


@pytest.mark.parametrize(
    ("image", "found", "certain"),
    [
        ("ghcr.io/example/pier-api:1.2", ["api/Dockerfile"], True),
        ("pier-api", ["api/Dockerfile"], True),
        ("registry.example.org/other/pier-api", ["api/Dockerfile"], False),
        ("ghcr.io/example/pier-web@sha256:0123", ["web/Dockerfile"], False),
        ("example/api", ["api/Dockerfile"], False),
        ("ghcr.io/example/pier-ui", [], True),
        ("nginx:1.27", [], True),
        ("$REGISTRY/$IMAGE", [], True),
        ("", [], True),
    ],
)
def test_images_are_joined_with_who_builds_them(
    tmp_path: Path, image: str, found: list[str], certain: bool
) -> None:
    joined = dockerfiles_of_image(tree(tmp_path, BUILDS), image)
    assert [one.path for one, _, _ in joined] == found
    assert all(sure is certain for _, _, sure in joined)


def test_names_of_scripts_bake_and_skaffold(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {
            "a/Dockerfile": "FROM alpine\n",
            "b/Dockerfile": "FROM alpine\n",
            "c/Dockerfile": "FROM alpine\n",
            "release.sh": 'NAME=pier\ndocker build --tag="$REGISTRY/$NAME-a:1" -t other a\n',
            "docker-bake.hcl": 'target "b" {\n  context = "b"\n  tags = ["example/b:1"]\n}\n',
            "skaffold.yaml": (
                "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n"
                "    - image: example/c\n      context: c\n"
            ),
        },
    )
    names = {one.dockerfile: one.names for one in image_builds(target)}
    assert names["a/Dockerfile"] == ("$REGISTRY/pier-a:1", "other")
    assert names["b/Dockerfile"] == ("example/b:1",)
    assert names["c/Dockerfile"] == ("example/c",)
    assert [one.path for one, _, _ in dockerfiles_of_image(target, "x/pier-a:9")] == [
        "a/Dockerfile"
    ]


# -- from a service or container -----------------------------------------------------------


def test_services_with_commands_and_mounts(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {
            **BUILDS,
            "edge.conf": "server { listen 81; }\n",
            "compose.yaml": """
                services:
                  api:
                    build: ./api
                  edge:
                    image: nginx:1.27
                    volumes:
                      - ./edge.conf:/etc/nginx/conf.d/default.conf:ro
                  named:
                    image: nginx:1.27
                    volumes:
                      - conf:/etc/nginx/conf.d
                  cache:
                    image: redis:7
                    command: redis-server --save ''
                  shell:
                    image: redis:7
                    entrypoint: ["sleep", "infinity"]
                  foreign:
                    image: ghcr.io/somebody/else:1
                volumes: {conf: {}}
                """,
        },
    )
    api, edge = of_service(target, "api"), of_service(target, "edge")
    assert api is not None
    assert api.package == "api"
    assert edge is not None
    assert edge.placed == (("/etc/nginx/conf.d/default.conf", "edge.conf"),)
    assert edge.dockerfile is None
    named, cache = of_service(target, "named"), of_service(target, "cache")
    assert named is not None
    assert not named.configs_known
    assert cache is not None
    assert cache.server == "redis"
    shell, foreign = of_service(target, "shell"), of_service(target, "foreign")
    assert shell is not None
    assert shell.server == ""
    assert foreign is not None
    assert (foreign.server, foreign.package) == ("", None)


def test_containers(tmp_path: Path) -> None:
    target = tree(
        tmp_path,
        {
            **BUILDS,
            "k8s/all.yaml": """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: pier}
                spec:
                  selector: {matchLabels: {app: pier}}
                  template:
                    metadata: {labels: {app: pier}}
                    spec:
                      containers:
                        - {name: api, image: "ghcr.io/example/pier-api:2"}
                        - name: edge
                          image: nginx:1.27
                          volumeMounts: [{name: c, mountPath: /etc/nginx/conf.d}]
                        - {name: none, image: "$(IMAGE)"}
                """,
        },
    )
    pod = workloads(target)[0].object.pod
    assert pod is not None
    api, edge, none = (program_of_container(target, one) for one in pod.containers)
    assert api is not None
    assert (api.package, api.certain) == ("api", True)
    assert api.joined is not None
    assert api.joined.place.path == ".github/workflows/images.yml"
    assert edge is not None
    assert not edge.configs_known
    assert none is None or none.dockerfile is None


# -- tools ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("base", "steps", "tool", "there"),
    [
        ("alpine:3.20", "", "wget", True),
        ("alpine:3.20", "", "curl", False),
        ("alpine:3.20", "RUN apk add --no-cache curl=8.9-r1", "curl", True),
        ("alpine:3.20", "RUN apk add --virtual .b curl && apk del .b", "curl", False),
        ("alpine", "RUN apk --no-cache add postgresql16-client", "pg_isready", True),
        ("debian:bookworm-slim", "", "curl", False),
        ("debian:12", "RUN apt-get update && apt-get install -y curl", "curl", True),
        ("debian:12", "RUN apt-get install -y curl && apt-get purge -y curl", "curl", False),
        ("debian:12", "RUN apt-get install -y $TOOLS", "curl", None),
        ("debian:12", "RUN ./install.sh", "curl", None),
        ("debian:12", "COPY --from=x /usr/bin/curl /usr/bin/", "curl", True),
        ("debian:12", "COPY --from=x / /", "curl", None),
        ("node:20-slim", "", "curl", False),
        ("node:20-slim", "", "node", True),
        ("node:20", "", "curl", True),
        ("node:20", "", "nc", None),
        ("python:3.12-alpine", "", "python", True),
        ("nginx:1.27", "", "curl", True),
        ("nginx:1.27", "", "wget", False),
        ("nginx:1.27-alpine-slim", "", "curl", False),
        ("postgres:16", "", "pg_isready", True),
        ("postgres:16-alpine", "", "bash", True),
        ("scratch", "", "sh", False),
        ("gcr.io/distroless/static", "", "wget", False),
        ("gcr.io/distroless/base:debug", "", "wget", True),
        ("alpine:3.20", "", "own-tool", None),
        ("quay.io/x/y", "", "curl", None),
    ],
)
def test_tools(tmp_path: Path, base: str, steps: str, tool: str, there: bool | None) -> None:
    target = tree(tmp_path, {"Dockerfile": f'FROM {base}\n{steps}\nCMD ["x"]\n'})
    tools = tools_in_image(target, of_file(target))
    assert (tools.has(tool) if tools is not None else None) is there


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("curl -f localhost || exit 1", "curl"),
        ("curl -f localhost || wget -q localhost || exit 1", None),
        ("wget -qO- localhost | grep -q ok", None),
        ("wget -qO- localhost | jq -e .ok", "jq"),
        (["curl", "localhost"], "curl"),
        (["sh", "-c", "curl localhost"], "curl"),
        (["bash", "-c", "wget localhost"], "bash"),
        (["/app/probe", "--quick"], None),
        ("echo 'curl || nothing'; exit 0", None),
        ("if [ -f /x ]; then curl localhost; fi", None),
        ("$PROBE localhost", None),
        ("PORT=1 timeout 3 curl localhost", "curl"),
        ("", None),
    ],
)
def test_what_a_command_lacks(
    tmp_path: Path, command: str | list[str], missing: str | None
) -> None:
    target = tree(tmp_path, {"Dockerfile": 'FROM alpine:3.20\nCMD ["x"]\n'})
    tools = tools_in_image(target, of_file(target))
    assert tools is not None
    found = missing_tool(tools, command)
    assert (found.tool if found is not None else None) == missing


def test_a_shell_text_needs_a_shell(tmp_path: Path) -> None:
    target = tree(tmp_path, {"Dockerfile": 'FROM scratch\nCOPY x /\nCMD ["/x"]\n'})
    tools = tools_in_image(target, of_file(target))
    assert tools is not None
    found = missing_tool(tools, "/x --health")
    assert found is not None
    assert found.tool == "/bin/sh"
    assert missing_tool(tools, ["/x", "--health"]) is None


# -- addresses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("curl -f http://localhost:80/health || exit 1", [("http", "localhost", 80, "/health")]),
        ("curl http://localhost/", [("http", "localhost", 80, "/")]),
        ("curl https://127.0.0.1", [("https", "127.0.0.1", 443, "/")]),
        (["CMD", "wget", "-qO-", "localhost:7000/up?x=1"], [("http", "localhost", 7000, "/up")]),
        ("wget -qO- 'http://[::1]:7000/up'", [("http", "::1", 7000, "/up")]),
        ("curl http://0.0.0.0:${P:-7000}/up", [("http", "0.0.0.0", 7000, "/up")]),
        ("curl http://localhost:$PORT/up", [("http", "localhost", 7100, "/up")]),
        ("curl http://localhost:$OTHER/up", [("http", "localhost", None, "/up")]),
        ("curl http://user:pw@localhost:9200/_health", [("http", "localhost", 9200, "/_health")]),
        ("nc -z localhost 5432", [("tcp", "localhost", 5432, "")]),
        ("bash -c '</dev/tcp/127.0.0.1/9000'", [("tcp", "127.0.0.1", 9000, "")]),
        (
            "node -e \"require('http').get('http://localhost:3000/a', r => 0)\"",
            [("http", "localhost", 3000, "/a")],
        ),
        ("curl -H 'Host: a:80' localhost", [("http", "localhost", 80, "/")]),
        ("pg_isready -h localhost:5432", []),
        ("curl http://example.org/x", []),
        ("app healthcheck localhost:80", []),
        ("", []),
    ],
)
def test_addresses(command: str | list[str], found: list[tuple[str, str, int | None, str]]) -> None:
    assert local_url(command, {"PORT": "7100"}) == found


def test_an_address_keeps_its_text_and_offset() -> None:
    (one,) = urls_in("curl -f http://localhost:80/a#b || exit 1")
    assert (one.text, one.offset) == ("http://localhost:80/a#b", 8)
    assert one.local
    assert one.known


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.text(max_size=200),
        st.lists(
            st.sampled_from(
                ["curl", "http://", "localhost", ":", "80", "/a", "${", "}", "PORT", ":-", "|", "'",
                 '"', "[::1]", "nc", " ", "@", "?", "&&", "/dev/tcp/", "-H", "\n", "é"]
            ),
            max_size=40,
        ).map("".join),
    )
)  # fmt: skip
def test_addresses_never_raise(text: str) -> None:
    for one in urls_in(text, {"PORT": "80"}):
        assert one.port is None or 0 <= one.port < 100_000
        assert one.scheme == "tcp" or one.path


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["localhost", "127.0.0.1", "::1"]),
    st.integers(1, 65535),
    st.lists(st.from_regex(r"[a-z0-9_.-]{1,8}", fullmatch=True), max_size=4),
)
def test_an_address_is_read_back(host: str, port: int, parts: list[str]) -> None:
    shown = f"[{host}]" if ":" in host else host
    path = "/" + "/".join(parts)
    assert local_url(f"curl -fsS http://{shown}:{port}{path} || exit 1") == [
        ("http", host, port, path)
    ]
