"""What we say of a Dockerfile against what a real engine does with it.

The images start ``FROM scratch`` and run nothing, so that no registry and no network is needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_reconaudit.model import Outcome
from tests import trees
from tests.conftest import component

if TYPE_CHECKING:
    from docker import DockerClient


@pytest.fixture(scope="module")
def engine() -> Iterator[DockerClient]:
    import docker
    from docker.errors import DockerException

    address = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    if address.startswith("unix://"):
        # Asked in vain, the SDK leaves a socket open.
        socket = Path(address.removeprefix("unix://"))
        component(socket.exists(), f"no Docker engine answers (no socket {socket})")
    client = None
    try:
        client = docker.from_env(timeout=20)
        client.ping()
    except DockerException as error:
        if client is not None:
            client.close()
        component(False, f"no Docker engine answers ({str(error)[:80]})")
        return
    assert client is not None
    yield client
    client.close()


def repository(root: Path, dockerfile: str, files: dict[str, str], ignore: str = "") -> Path:
    for name, text in {
        "compose.yaml": "services:\n  app:\n    build: .\n",
        "Dockerfile": dockerfile,
        ".dockerignore": ignore,
        **files,
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def builds(engine: DockerClient, root: Path) -> bool:
    """Whether the engine can build it; the SDK applies ``.dockerignore`` as the client does."""
    from docker.errors import BuildError, DockerException

    try:
        image, _ = engine.images.build(path=str(root), rm=True, forcerm=True, network_mode="none")
    except (BuildError, DockerException):
        return False
    engine.images.remove(image.id, force=True)
    return True


def healthy(root: Path, check: str) -> bool:
    results = trees.audit_tree(root, check)
    assert Outcome.ERROR not in {result.outcome for result in results}
    return not trees.found(results, notes=False)


FILES = {"app/main.txt": "x", "app/sub/deep.txt": "x", "conf/a.conf": "x", "keep.log": "x"}


@pytest.mark.parametrize(
    ("copy", "ignore"),
    [
        ("app/main.txt /", ""),
        ("app /app/", ""),
        ("app/*.txt /app/", ""),
        ("absent.txt /", ""),
        ("app/absent/ /app/", ""),
        ("app/*.cfg /app/", ""),
        ("app/main.txt /", "app\n"),
        ("app/main.txt /", "*\n!app/main.txt\n"),
        ("app/sub/deep.txt /", "**/deep.txt\n"),
        ("app/sub/deep.txt /", "deep.txt\n"),
        ("keep.log /", "*.log\n!keep.log\n"),
        ("conf/a.conf /", "/conf/*.conf\n"),
        ("conf/a.conf /", "# conf\n\nconf/b*\n"),
        ('["conf/a.conf", "/etc/"]', ""),
        ('["conf/none.conf", "/etc/"]', ""),
    ],
)
def test_copy_sources_as_the_engine_sees_them(
    engine: DockerClient, tmp_path: Path, copy: str, ignore: str
) -> None:
    root = repository(tmp_path / "r", f"FROM scratch\nCOPY {copy}\n", FILES, ignore)
    assert healthy(root, "docker-copy-source-exists") is builds(engine, root)


@pytest.mark.parametrize(
    "dockerfile",
    [
        "FROM scratch\nCOPY app/main.txt /\n",
        "# syntax note\nARG BASE=scratch\nFROM ${BASE}\nCOPY app/main.txt \\\n  # why\n  /\n",
        "FROM scratch AS one\nCOPY app/main.txt /\nFROM scratch\nCOPY --from=one /main.txt /\n",
        "FROM scratch\nCOPPY app/main.txt /\n",
        "COPY app/main.txt /\n",
        "FROM scratch\nCOPY app/main.txt / 2>/dev/null || true\n",
        "",
        "\n\n",
    ],
)
def test_syntax_as_the_engine_sees_it(
    engine: DockerClient, tmp_path: Path, dockerfile: str
) -> None:
    root = repository(tmp_path / "r", dockerfile, FILES)
    assert healthy(root, "docker-syntax-valid") is builds(engine, root)
