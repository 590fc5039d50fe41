"""A live Redis and a live PostgreSQL: what they say of themselves, and when they say nothing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.compose.live_servers import configure_redis, live_redis, live_settings
from pytest_reconaudit.facts.db.database import DatabaseConfig, configure
from pytest_reconaudit.model import ItemResult
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.probes.live import read_live
from pytest_reconaudit.probes.postgres import PrivateServer, candidates, choose
from pytest_reconaudit.probes.redis import is_local, read_redis
from pytest_reconaudit.target import Target
from tests.conftest import component

SECRET = "open-sesame-42"

COMPOSE = """\
services:
  cache:
    image: redis:7.4-alpine
    command: redis-server {path}
    volumes: ["./cache.conf:{path}:ro"]
  db:
    image: postgres:16.4
    volumes: ["./postgresql.conf:/etc/postgresql/postgresql.conf:ro"]
"""


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[tuple[int, Path]]:
    """A real redis-server, started with a configuration file; (port, that file)."""
    component(shutil.which("redis-server") is not None, "no redis-server")
    port = free_port()
    conf = folder / "live.conf"
    lines = [f"port {port}", "bind 127.0.0.1", 'save ""', f"dir {folder}", *options]
    conf.write_text("\n".join(lines) + "\n")
    process = subprocess.Popen(["redis-server", str(conf)], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as line:
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port, conf
    finally:
        process.terminate()
        process.wait(10)


def judged(target: Target, check: str) -> list[ItemResult]:
    checks = [pair for pair in builtin_checks() if pair[0].id == check]
    return [judge(item, target, Policy()) for item in plan(target, checks)]


def repository(folder: Path, path: str = "/etc/redis/cache.conf") -> Target:
    root = folder / "repository"
    root.mkdir()
    (root / "compose.yaml").write_text(COMPOSE.format(path=path))
    (root / "cache.conf").write_text(
        "requirepass x\nmaxmemory 64mb\nmaxmemory-policy allkeys-lru\n"
    )
    (root / "postgresql.conf").write_text("shared_buffers = 512MB\nwork_mem = '16MB'\n")
    return Target(root)


# -- Redis -------------------------------------------------------------------------------------


def test_an_open_redis_is_found_out(tmp_path: Path) -> None:
    with redis_server(tmp_path) as (port, conf):
        answer = read_redis(f"redis://127.0.0.1:{port}/0")
        assert answer["open"] is True
        assert answer["version"]
        assert answer["config_file"] == str(conf)
        assert answer["settings"]["maxmemory"] == "0"
        target = repository(tmp_path)
        configure_redis(target, f"redis://127.0.0.1:{port}/0")
        results = {one.subject: one for one in judged(target, "compose-redis-protected")}
    found = results["the live Redis"].findings
    assert [(one.clause, str(one.place), one.severity.label) for one in found] == [
        ("live", "compose.yaml:3", "low")
    ]
    assert results["compose.yaml"].findings == ()


def test_a_protected_redis_passes_and_keeps_its_password(tmp_path: Path) -> None:
    with redis_server(tmp_path, f"requirepass {SECRET}", "maxmemory 64mb") as (port, _):
        stranger = read_redis(f"redis://127.0.0.1:{port}")
        assert stranger == {"open": False, "version": None, "config_file": None, "settings": None}
        answer = read_redis(f"redis://:{SECRET}@127.0.0.1:{port}")
        assert answer["open"] is False
        assert answer["settings"]["maxmemory"] == str(64 * 1024**2)
        assert SECRET not in str(answer)
        wrong = read_redis(f"redis://:not-{SECRET}@127.0.0.1:{port}")
        assert wrong == {"unreachable": "--recon-redis: the server refuses these credentials"}
        target = repository(tmp_path)
        configure_redis(target, f"redis://:{SECRET}@127.0.0.1:{port}")
        results = judged(target, "compose-redis-protected")
    assert {one.outcome.value for one in results} == {"passed"}


def test_a_configuration_that_the_live_redis_does_not_have(tmp_path: Path) -> None:
    with redis_server(tmp_path, "maxmemory 32mb") as (port, _):
        target = repository(tmp_path)
        configure_redis(target, f"redis://127.0.0.1:{port}")
        (result,) = judged(target, "compose-config-file-loaded")
    by_line = {one.place.line: one for one in result.findings}
    assert by_line[5].clause == "live"
    assert "maxmemory is 33554432, not 64mb" in by_line[5].message
    assert by_line[8].clause == ""  # PostgreSQL is not live: judged by the files


def test_a_configuration_that_the_live_redis_names_is_loaded(tmp_path: Path) -> None:
    with redis_server(tmp_path) as (port, conf):
        target = repository(tmp_path, path=str(conf))
        configure_redis(target, f"redis://127.0.0.1:{port}")
        (result,) = judged(target, "compose-config-file-loaded")
    assert [one.place.line for one in result.findings] == [8]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"redis://:{SECRET}@127.0.0.1:1", "onnect"),
        (f"http://:{SECRET}@127.0.0.1", "no Redis URL"),
        (f"redis://:{SECRET}@127.0.0.1:notaport", "no Redis URL"),
        (f"unix://:{SECRET}@/nowhere/redis.sock", "nowhere"),
        ("", "no Redis URL"),
    ],
)
def test_who_cannot_be_reached_is_said_without_the_password(url: str, said: str) -> None:
    answer = read_redis(url)
    assert said in answer["unreachable"]
    assert SECRET not in answer["unreachable"]


@pytest.mark.parametrize(
    "greeting", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"$99999999999\r\n", b""]
)
def test_a_server_that_speaks_something_else(greeting: bytes) -> None:
    with fake(greeting) as port:
        assert "unreachable" in read_redis(f"redis://127.0.0.1:{port}")


def test_a_server_that_answers_byte_by_byte_is_given_up() -> None:
    with fake(b"+" * 200, pause=0.2) as port:
        begun = time.monotonic()
        answer = read_redis(f"redis://127.0.0.1:{port}", total=1.0)
    assert answer == {"unreachable": "--recon-redis: no answer within 1 s"}
    assert time.monotonic() - begun < 5


@contextmanager
def fake(greeting: bytes, pause: float = 0.0) -> Iterator[int]:
    """A server that sends the same bytes to everyone who says anything."""
    server = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                try:
                    line.recv(4096)
                    for at in range(0, len(greeting), 1 if pause else len(greeting) or 1):
                        line.sendall(greeting[at : at + 1] if pause else greeting)
                        if over.wait(pause):
                            return
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        over.set()
        server.close()
        thread.join(5)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("redis://localhost:6379/0", True),
        ("redis://user:pw@127.0.0.1", True),
        ("rediss://[::1]:6379", True),
        ("unix:///run/redis.sock", True),
        ("redis://cache.harbour.example:6379", False),
        ("redis://localhost.harbour.example", False),
    ],
)
def test_what_counts_as_this_machine(url: str, local: bool) -> None:
    assert is_local(url) is local


def test_nothing_is_asked_unasked(tmp_path: Path) -> None:
    target = repository(tmp_path)
    assert live_redis(target) is None
    assert live_settings(target) == {}
    assert "the live Redis" not in {
        one.subject for one in judged(target, "compose-redis-protected")
    }


def test_an_unreachable_redis_ends_as_a_usage_error(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    target = repository(tmp_path)
    result = pytester.runpytest_subprocess(
        f"--recon-target={target.root}",
        f"--recon-redis=redis://:{SECRET}@127.0.0.1:1",
        "--recon-report=r.json",
        "compose-redis-protected",
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.fnmatch_lines(["*ERROR: --recon-redis: *nothing was compared with it*"])
    text = result.stdout.str() + result.stderr.str() + (pytester.path / "r.json").read_text()
    assert SECRET not in text
    assert "Traceback" not in text


def test_the_option_needs_a_target(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--recon-redis=redis://127.0.0.1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--recon-redis needs --recon-target*"])


# -- PostgreSQL --------------------------------------------------------------------------------


@pytest.mark.postgres
def test_settings_of_a_live_postgres(tmp_path: Path) -> None:
    component(bool(candidates()), "no PostgreSQL binaries")
    with PrivateServer(choose(None, ())[0]) as server:
        dsn = f"host={server.folder} user=postgres dbname=postgres"
        settings = read_live(dsn)["parts"]["settings"]["settings"]
        assert settings["config_file"].endswith("postgresql.conf")
        target = repository(tmp_path)
        configure(target, DatabaseConfig(dsn=dsn, replay=False))
        (result,) = judged(target, "compose-config-file-loaded")
        assert "hush" not in str(read_live("not a dsn hush-hush"))
    (found,) = result.findings
    assert found.clause == "live"
    assert settings["config_file"] in found.message
    assert f"shared_buffers is {settings['shared_buffers']}, not 512MB" in found.message


@pytest.mark.postgres
def test_values_that_are_in_force_pass_wherever_they_come_from(tmp_path: Path) -> None:
    component(bool(candidates()), "no PostgreSQL binaries")
    with PrivateServer(choose(None, ())[0]) as server:
        dsn = f"host={server.folder} user=postgres dbname=postgres"
        with psycopg.connect(dsn) as connection:
            row = connection.execute("SHOW work_mem").fetchone()
        assert row is not None
        target = repository(tmp_path)
        (target.root / "postgresql.conf").write_text(f"work_mem = '{row[0]}'\n")
        configure(target, DatabaseConfig(dsn=dsn, replay=False))
        (result,) = judged(target, "compose-config-file-loaded")
    assert result.findings == ()
