"""``helm template`` on charts that are not trusted: what it prints, or in plain words why not.

Helm gets a private copy of the chart, an empty home (no repositories, registries, plugins or
cluster), no network where the kernel allows that to be taken away, and bounds on time, memory and
output. Rendering runs Go templates only: ``lookup`` finds nothing without a cluster, and names are
not resolved unless helm is told to. Dependencies are never fetched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

__all__ = ["NAMESPACE", "Rendered", "find_helm", "render"]

SECONDS = 10
MAX_OUTPUT = 16 * 1024 * 1024
"""Bytes that a rendering may have."""
MAX_MEMORY = 4 * 1024**3
"""Bytes of address space: Go reserves much more than it uses."""
NAMESPACE = "recon-release-namespace"
"""The release's namespace: who installs the chart gives the real one."""

_LAUNCHER = """
import ctypes, os, resource, sys
seconds, output, memory = map(int, sys.argv[1:4])
try:
    ctypes.CDLL(None).unshare(0x10000000 | 0x40000000)  # a user and a network of its own
except (OSError, AttributeError):
    pass
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
try:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
except (OSError, ValueError):
    pass
os.execv(sys.argv[4], sys.argv[4:])
"""
"""Puts the bounds on itself, then becomes helm: nothing runs between fork and exec of ours."""


class Rendered(Struct, frozen=True):
    """What came of one rendering."""

    output: str
    """The manifests, with helm's ``# Source:`` comments."""
    reason: str = ""
    """Why there is none; empty when there is."""


def find_helm(outside: Path) -> str | None:
    """The helm on ``PATH``, if any; none that lies below ``outside``, the audited repository."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    path = os.pathsep.join(folder for folder in folders if Path(folder).is_absolute())
    found = shutil.which("helm", path=path)
    if found is None or Path(found).resolve().is_relative_to(outside.resolve()):
        return None
    return found


def render(
    helm: str,
    files: Mapping[str, bytes],
    values: Sequence[str] = (),
    *,
    release: str = "release",
    seconds: float = SECONDS,
) -> Rendered:
    """Render one chart. Never raises because of what the chart holds.

    :param files: the chart, path relative to its folder → content.
    :param values: values files to apply in order, of those paths.
    """
    with tempfile.TemporaryDirectory(prefix="recon-helm-") as name:
        private = Path(name)
        chart = private / "chart"
        chart.mkdir()
        for path, content in files.items():
            place = chart / path
            if not place.resolve().is_relative_to(chart.resolve()):
                return Rendered("", f"{path} leaves the chart")
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            except OSError as error:
                return Rendered("", f"{path} cannot be copied: {error.strerror}")
        command = [helm, "template", release, str(chart), "--skip-tests"]
        command += ["--namespace", NAMESPACE]
        for path in values:
            command += ["--values", str(chart / path)]
        return _run(command, private, seconds)


def _run(command: list[str], private: Path, seconds: float) -> Rendered:
    home = private / "home"
    home.mkdir()
    bounds = [str(SECONDS), str(MAX_OUTPUT), str(MAX_MEMORY)]
    out, err = private / "out", private / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _LAUNCHER, *bounds, *command],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                cwd=home,
                env=_environment(home),
                start_new_session=True,
            )
        except OSError as error:
            return Rendered("", f"helm cannot be started: {error.strerror}")
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return Rendered("", f"helm template took more than {seconds:g} s")
        finally:
            # Whatever helm may have started goes with it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    said = _text(err, 64 * 1024)
    if code == 0:
        return Rendered(_text(out, MAX_OUTPUT))
    if out.stat().st_size >= MAX_OUTPUT:
        return Rendered("", f"renders more than {MAX_OUTPUT // 1024**2} MB")
    if code == -signal.SIGXCPU:
        return Rendered("", f"helm template took more than {SECONDS} s")
    return Rendered("", f"helm template failed: {_complaint(said, private, code)}")


def _environment(home: Path) -> dict[str, str]:
    """Nothing of the user's: no kubeconfig, repositories, credentials, plugins or proxies."""
    empty = str(home)
    names = (
        "HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
        "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_PLUGINS",
        "HELM_REPOSITORY_CACHE",
    )  # fmt: skip
    return {
        **dict.fromkeys(names, empty),
        "PATH": empty,
        "KUBECONFIG": str(home / "kubeconfig"),
        "HELM_REPOSITORY_CONFIG": str(home / "repositories.yaml"),
        "HELM_REGISTRY_CONFIG": str(home / "registry.json"),
        "HELM_DEBUG": "false",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "LANG": "C.UTF-8",
        "GOMAXPROCS": "2",
    }


def _text(path: Path, limit: int) -> str:
    with path.open("rb") as handle:
        return handle.read(limit).decode("utf-8", "replace")


def _complaint(said: str, private: Path, code: int) -> str:
    """Helm's own words in one line, without our temporary folder."""
    lines = [line.strip() for line in said.replace(f"{private}/", "").split("\n")]
    kept = [line for line in lines if line and not line.startswith(("WARNING", "level="))]
    error = next((line for line in kept if line.startswith("Error:")), kept[0] if kept else "")
    text = error.removeprefix("Error:").strip() or f"exit code {code}"
    return " ".join(text.split())[:300]
