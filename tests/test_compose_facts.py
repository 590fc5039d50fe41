"""Joins over compose stacks: versions of images, roles of services, claims on the host, stores."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.compose.data_stores import kind_of, store_files
from pytest_reconaudit.facts.compose.image_ages import TABLE_DATE, ended, major_of, version_of
from pytest_reconaudit.facts.compose.image_pins import file_images, own_images
from pytest_reconaudit.facts.compose.live_configs import _same
from pytest_reconaudit.facts.compose.name_clashes import Claim, file_claims
from pytest_reconaudit.facts.compose.roles import (
    is_development,
    is_one_shot,
    is_tool_container,
)
from pytest_reconaudit.facts.compose.service_policies import limit_scopes, restart_scopes
from pytest_reconaudit.facts.compose.stacks import stacks
from pytest_reconaudit.facts.k8s.image_pins import _kind, image_files
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.dockerfile import image_reference
from pytest_reconaudit.target import Target


def laid(folder: Path, **files: str) -> Target:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(folder)


@pytest.mark.parametrize(
    ("image", "version", "line"),
    [
        ("postgres:12-alpine", "12", "12"),
        ("postgres:9.6.24", "9.6.24", "9"),
        ("docker.io/library/postgres:16", "16", ""),
        ("postgis/postgis:11-3.3", "11", "11"),
        ("timescale/timescaledb:2.11.2-pg13", "13", "13"),
        ("timescale/timescaledb:2.11.2", "", ""),
        ("mysql:8", "8", ""),
        ("mysql:8.0.36", "8.0.36", "8.0"),
        ("mysql:5.7", "5.7", "5"),
        ("redis:7", "7", ""),
        ("redis:7.0.15-alpine", "7.0.15", "7.0"),
        ("redis:6.2", "6.2", ""),
        ("mariadb:10", "10", ""),
        ("mariadb:10.6.4-focal", "10.6.4", "10.6"),
        ("bitnami/mongodb:4.4", "4.4", "4"),
        ("acme/postgres:9", "9", ""),
        ("docker.elastic.co/elasticsearch/elasticsearch:7.17.9", "7.17.9", "7"),
        ("node:20-bookworm-slim", "20", "20"),
        ("alpine:3.2", "3.2", "3.2"),
        ("alpine:3.22", "3.22", ""),
        ("postgres:latest", "", ""),
        ("postgres", "", ""),
        ("postgres:1234567", "", ""),
        ("postgres:16rc1", "", ""),
        ("traefik:v2.11", "2.11", "2"),
    ],
)
def test_versions_and_their_end(image: str, version: str, line: str) -> None:
    reference = image_reference(image)
    assert version_of(reference) == version
    assert major_of(reference) == version.partition(".")[0]
    row = ended(reference)
    assert (row.line if row else "") == line
    if row:
        assert row.since < TABLE_DATE


@pytest.mark.parametrize(
    ("path", "development"),
    [
        ("docker-compose.yml", False),
        ("docker-compose.prod.yml", False),
        ("docker-compose.monitoring.yml", False),
        ("docker-compose.override.yml", True),
        ("docker-compose.dev.yml", True),
        ("docker-compose-local.yml", True),
        ("tests/compose.yaml", True),
        (".devcontainer/compose.yaml", True),
        ("ci/compose.yaml", True),
        ("services/device/compose.yaml", False),
        ("dev/production/compose.yaml", False),
        ("docker-compose.circuit.yml", False),
    ],
)
def test_which_files_are_for_development(path: str, development: bool) -> None:
    assert is_development(path) is development


@pytest.mark.parametrize(
    ("lines", "ends"),
    [
        ("image: a\n    command: ['./app', 'migrate']", True),
        ("image: a\n    command: sh -c 'alembic upgrade head && uvicorn app:app'", False),
        ("image: a\n    command: sh -c 'alembic upgrade head'", True),
        ("image: a\n    command: ['--auto-migrate', '--api=true']", False),
        ("image: traefik:3\n    command: --api.insecure=true", False),
        ("image: minio/mc", True),
        ("image: a\n    restart: 'no'", True),
        ("image: a\n    restart: no", True),
        ("image: a\n    restart: always", False),
        ("image: a\n    deploy: { mode: replicated-job }", True),
        ("image: a\n    command: cd rust && make all", True),
        ("image: a\n    command: npm run dev", False),
        ("image: a\n    command: npm run build", True),
        ("image: a\n    command: [echo]", True),
        ("image: a\n    command: {a: b}", False),
    ],
)
def test_what_ends_by_itself(tmp_path: Path, lines: str, ends: bool) -> None:
    target = laid(tmp_path, compose_yaml=f"services:\n  thing:\n    {lines}\n")
    (stack,) = stacks(target)
    assert is_one_shot(stack, stack.services[0]) is ends


def test_containers_to_work_in(tmp_path: Path) -> None:
    text = (
        "services:\n"
        "  idle: { image: a, command: sleep infinity }\n"
        "  shell: { image: a, tty: true, stdin_open: true }\n"
        "  tools: { image: a, profiles: [dev-tools] }\n"
        "  api: { image: a, profiles: [web] }\n"
        "  plain: { image: a, tty: true }\n"
    )
    (stack,) = stacks(laid(tmp_path, compose_yaml=text))
    found = [service.name for service in stack.services if is_tool_container(service)]
    assert found == ["idle", "shell", "tools"]


def claim(text: str, first: int, last: int, interface: str = "", protocol: str = "tcp") -> Claim:
    return Claim("port", "s", Place("compose.yaml", 1), text, first, last, interface, protocol)


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (claim("80", 80, 80), claim("80", 80, 80), True),
        (claim("80", 80, 80), claim("81", 81, 81), False),
        (claim("80-90", 80, 90), claim("85", 85, 85), True),
        (claim("80", 80, 80, "127.0.0.1"), claim("80", 80, 80), True),
        (claim("80", 80, 80, "127.0.0.1"), claim("80", 80, 80, "127.0.0.2"), False),
        (claim("80", 80, 80), claim("80", 80, 80, protocol="udp"), False),
    ],
)
def test_ports_that_meet(one: Claim, other: Claim, meet: bool) -> None:
    assert one.meets(other) is meet
    assert other.meets(one) is meet


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("redis:7", "redis"),
        ("ghcr.io/harbour/vendor/redis-x:1", "redis"),
        ("bitnami/valkey", "redis"),
        ("oliver006/redis_exporter", ""),
        ("mongo-express", ""),
        ("redis/redisinsight", ""),
        ("prom/memcached-exporter", ""),
        ("docker.elastic.co/elasticsearch/elasticsearch:8.1.0", "elasticsearch"),
        ("postgrest/postgrest", ""),
        ("predis", ""),
    ],
)
def test_which_images_are_stores(image: str, kind: str) -> None:
    assert kind_of(image_reference(image)) == kind


@pytest.mark.parametrize(
    ("written", "live", "same"),
    [
        ("256MB", "256MB", True),
        ("1024MB", "1GB", True),
        ("64mb", "67108864", True),
        ("200", "100", False),
        ("1.1", "1.10", True),
        ("allkeys-lru", "noeviction", False),
        ("ON", "on", True),
    ],
)
def test_amounts_in_other_units(written: str, live: str, same: bool) -> None:
    assert _same(written, live) is same


@pytest.mark.parametrize(
    ("image", "kind"),
    [
        ("a/b", "latest"),
        ("a/b:latest", "latest"),
        ("localhost:5000/b", "latest"),
        ("a/b:main", "branch"),
        ("a/b:develop-latest", "branch"),
        ("a/b:alpine", "loose"),
        ("a/b:1.2", "fixed"),
        ("a/b:latest@sha256:00", "fixed"),
        ("a/b:sha-deadbeef1", "fixed"),
    ],
)
def test_what_a_tag_promises(image: str, kind: str) -> None:
    assert _kind(image) == kind


def test_names_that_the_repository_builds(tmp_path: Path) -> None:
    target = laid(tmp_path, compose_yaml="services:\n  a: { build: ., image: shop/a:1 }\n")
    (tmp_path / "build.sh").write_text("docker build -t shop/b:dev --tag=shop/c . \n")
    assert own_images(Target(tmp_path)) == {"shop/a", "shop/b", "shop/c"}
    assert own_images(target) == {"shop/a"}


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(0, 70000) | st.text(max_size=8)
    | st.sampled_from(["redis:7", "6379:6379", "$X", "${X:-redis}", "latest", "../..", "no"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["image", "build", "ports", "command", "deploy", "resources", "limits", "restart",
             "container_name", "environment", "volumes", "profiles", "env_file", "depends_on",
             "configs", "extends", "published", "target", "tty", "scale", "pull_policy"]
        ),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["api", "redis", "db", "migrate"]), ODD, max_size=3), ODD)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_compose_file_makes_them_raise(tmp_path: Path, services: object, pod: object) -> None:
    import json

    folder = tmp_path / "odd"
    folder.mkdir(exist_ok=True)
    (folder / "compose.yaml").write_text(json.dumps({"services": services}), "utf-8")
    (folder / "docker-compose.prod.yml").write_text(json.dumps({"services": services}), "utf-8")
    workload = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "odd"},
        "spec": {"template": {"spec": {"containers": [{"name": "a", "image": pod}, pod]}}},
    }
    (folder / "k8s.yaml").write_text(json.dumps(workload), "utf-8")
    target = Target(folder)
    for scope in (*limit_scopes(target), *restart_scopes(target)):
        assert len(scope.lacking) <= scope.judged
    for path, images in file_images(target).items():
        assert all(pin.place.path == path for pin in images.pins)
    for claims in file_claims(target).values():
        assert all(clash.claim.place != clash.other.place for clash in claims.clashes)
    assert all(store.place.line for file in store_files(target) for store in file.stores)
    assert all(file.path for file in image_files(target))
