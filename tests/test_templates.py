"""The template of a server's data folder: kept, used again, and never trusted blindly."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_reconaudit.probes import replay as probe
from pytest_reconaudit.probes.postgres import Binaries, Choice, PrivateServer, candidates
from pytest_reconaudit.probes.templates import Template
from tests.conftest import component, majors

pytestmark = pytest.mark.postgres


@pytest.fixture(params=majors() or [None], ids=lambda one: f"pg{one.major}")
def binaries(request: pytest.FixtureRequest) -> Binaries:
    component(request.param is not None, "no PostgreSQL binaries")
    found: Binaries = request.param
    return found


@pytest.fixture
def first() -> Binaries:
    component(bool(candidates()), "no PostgreSQL binaries")
    return candidates()[0]


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the templates in a cache that is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    return tmp_path / "empty" / "pytest-reconaudit" / "servers"


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How servers came by their data folders, in order."""
    taken: list[str] = []
    real = PrivateServer._launch

    def launch(self: PrivateServer, how: str, *given: Any) -> Path:
        taken.append(how)
        return real(self, how, *given)

    monkeypatch.setattr(PrivateServer, "_launch", launch)
    return taken


def start(binaries: Binaries, **options: Any) -> list[tuple[Any, ...]]:
    """What a new server holds that is of its own making."""
    with PrivateServer(Choice(binaries), **options) as server:
        server.create_database("another")
        with server.connect("another") as connection:
            connection.execute("CREATE TABLE made (id int PRIMARY KEY)")
            return connection.execute(
                "SELECT relname, relkind, relnatts, relhasindex FROM pg_class WHERE"
                " relnamespace = 'pg_catalog'::regnamespace UNION ALL"
                " SELECT collname, collprovider, collencoding, true FROM pg_collation UNION ALL"
                " SELECT proname, prokind, pronargs, true FROM pg_proc ORDER BY 1, 2, 3, 4"
            ).fetchall()


def test_it_is_made_once_and_used_from_then_on(
    binaries: Binaries, kept: Path, ways: list[str]
) -> None:
    found = [start(binaries), start(binaries), start(binaries, kept=False)]
    assert ways == ["keep", "unpack", "make"]
    assert found[0] == found[1] == found[2]
    (file,) = kept.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_size < 40_000_000


def test_other_programs_have_another(tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text("1", "utf-8")
    keys = {Template.of(tmp_path, 15, None).key, Template.of(tmp_path, 18, None).key}
    (tmp_path / "initdb").write_text("12", "utf-8")
    keys.add(Template.of(tmp_path, 15, None).key)
    os.utime(tmp_path / "postgres", (1, 1))
    keys.add(Template.of(tmp_path, 15, None).key)
    assert len(keys) == 4


def damaged(file: Path, damage: str) -> None:
    data = file.read_bytes()
    match damage:
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(data[:-70_000])
        case "flipped":
            file.write_bytes(data[:9_000_000] + bytes([data[9_000_000] ^ 1]) + data[9_000_001:])
        case "pipe":
            file.unlink()
            os.mkfifo(file, 0o600)
        case "link":
            file.rename(file.with_suffix(".away"))
            file.symlink_to(file.with_suffix(".away"))
        case "twice":  # whoever made the other name may have it open
            file.with_suffix(".away").hardlink_to(file)
        case "everybody's":
            file.chmod(0o666)
        case "no archive" | "no data folder":
            archive = file.with_suffix(".tar")
            if damage == "no archive":
                archive.write_bytes(b"x" * 20_000)
            else:
                command = ["tar", "-cf", str(archive), "-C", "/", "etc/hostname"]
                subprocess.run(command, check=True)
            Template(file.stem).keep(archive)


@pytest.mark.parametrize(
    ("damage", "tried"),
    [
        ("empty", True),
        ("cut", True),
        ("flipped", True),
        ("no archive", True),
        ("no data folder", True),
        ("pipe", False),
        ("link", False),
        ("twice", False),
        ("everybody's", False),
    ],
)
def test_a_damaged_one_is_made_anew(
    first: Binaries, kept: Path, ways: list[str], damage: str, tried: bool
) -> None:
    start(first)
    (file,) = kept.iterdir()
    damaged(file, damage)
    start(first)
    start(first)
    assert ways == ["keep", *(["unpack"] if tried else []), "keep", "unpack"]


@pytest.mark.parametrize("how", ["hard", "soft"])
def test_an_archive_that_leads_elsewhere_is_not_kept(kept: Path, tmp_path: Path, how: str) -> None:
    """Whoever runs the server wrote it: it may be another name of what only we may read."""
    other, archive = tmp_path / "other", tmp_path / "template.tar"
    other.write_text("hush")
    if how == "hard":
        archive.hardlink_to(other)
    else:
        archive.symlink_to(other)
    Template("a" * 40).keep(archive)
    assert not kept.exists()
    assert other.read_text() == "hush"


def test_two_processes_make_it_at_the_same_time(kept: Path, first: Binaries) -> None:
    code = (
        "from pytest_reconaudit.probes.postgres import *\n"
        "with PrivateServer(Choice(candidates()[0])) as server, server.connect() as connection:\n"
        "    print(connection.execute('SELECT count(*) FROM pg_class').fetchone()[0])\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [process.communicate(timeout=60)[0] for process in running]
    assert told[0] == told[1] != ""
    assert len(list(kept.iterdir())) == 1


@pytest.mark.parametrize("fault", ["a file", "everybody's", "another's", "in the target"])
def test_a_cache_that_is_no_place_for_it(
    first: Binaries, kept: Path, ways: list[str], tmp_path: Path, fault: str
) -> None:
    outside = None
    if fault == "a file":
        kept.parent.parent.mkdir()
        kept.parent.write_text("", "utf-8")
    elif fault == "in the target":
        outside = tmp_path
    else:
        kept.mkdir(parents=True)
        if fault == "everybody's":
            kept.chmod(0o777)
        elif os.geteuid() != 0:
            pytest.skip("only root can give a folder away")
        else:
            os.chown(kept, 12_345, 12_345)
    start(first, outside=outside)
    start(first, outside=outside)
    assert ways == ["make", "make"]
    assert not kept.is_dir() or not any(kept.iterdir())


def test_a_replay_may_do_without(kept: Path, ways: list[str]) -> None:
    component(bool(candidates()), "no PostgreSQL binaries")
    history = probe.History("m", "plain", ())
    assert "no_server" not in probe.replay([history], kept=False)
    assert not kept.exists()
    assert "no_server" not in probe.replay([history], outside=kept.parent)
    assert not kept.exists()
    assert ways == ["make", "make"]


def test_a_history_may_make_databases(binaries: Binaries) -> None:
    with PrivateServer(Choice(binaries)) as server, server.connect() as connection:
        connection.execute("CREATE DATABASE more")
