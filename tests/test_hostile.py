"""The target is hostile: nothing of it is imported or obeyed, nothing is written into it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_reconaudit import _guard
from tests import platform

SCRIPT = Path(sys.executable).with_name("pytest")


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def marker(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "owned"
    yield path
    assert not path.exists(), "code of the target ran"


@pytest.fixture
def hostile(tmp_path: Path, marker: Path) -> Path:
    """Every door that pytest or Python leaves open in the folder it is started in."""
    root = platform.write(tmp_path / "hostile")
    evil = f"open({str(marker)!r}, 'w').write(__name__)\nraise SystemExit('owned')\n"
    for name in (
        "conftest.py", "evil.py", "app/conftest.py", "checks/conftest.py", "checks/__init__.py",
        "checks/test_evil.py", "test_evil.py", "sitecustomize.py", "usercustomize.py", "yaml.py",
        "tests/test_evil.py", "shlex.py", "pytest.py", "jinja2/__init__.py", "setup.py",
        "pytest_reconaudit/__init__.py",
    ):  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(evil)
    info = root / "evil.egg-info"
    info.mkdir()
    (info / "entry_points.txt").write_text("[pytest11]\nevil = evil\n")
    (info / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1\n")
    return root


INI = {
    "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p evil -k nothing --maxfail=1\n"
    "python_files = spec_*.py\ncache_dir = .pwned\n",
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-p evil --cov=app"\n',
    "tox.ini": "[pytest]\naddopts = --disable-plugin-autoload -p no:reconaudit\n",
    "setup.cfg": "[tool:pytest]\naddopts = --no-such-option\n",
}


@pytest.mark.parametrize("ini", [*INI, "none"])
@pytest.mark.parametrize(
    "how", ["inside", "inside-space", "outside-space", "below", "module", "environment", "xdist"]
)
def test_nothing_of_the_target_is_obeyed(hostile: Path, tmp_path: Path, ini: str, how: str) -> None:
    if ini != "none":
        (hostile / ini).write_text(INI[ini])
    before = snapshot(hostile)
    command = [str(SCRIPT)]
    folder = hostile
    option = ["--recon-target=."]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    if how == "inside-space":
        option = ["--recon-target", "."]
    elif how == "outside-space":
        folder, option = tmp_path, ["--recon-target", str(hostile)]
    elif how == "below":
        folder, option = hostile / "app", ["--recon-target=.."]
    elif how == "module":
        command = [sys.executable, "-m", "pytest"]
    elif how == "environment":
        option = []
        environment["RECON_TARGET"] = str(hostile)
    elif how == "xdist":
        option.append("-n2")
    out = tmp_path / "out"
    done = subprocess.run(
        [*command, *option, f"--recon-report={out}/r.json", "-q"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    findings = json.loads((out / "r.json").read_text())["findings"]
    assert ("docker-compose.yml", 6) in {(f["path"], f["line"]) for f in findings}
    assert snapshot(hostile) == before
    assert not (hostile / ".pytest_cache").exists()


def test_in_process_run_drops_the_ini(pytester: pytest.Pytester, hostile: Path) -> None:
    """Inside another program the guard cannot act; what an ini says is dropped all the same."""
    (hostile / "pytest.ini").write_text("[pytest]\naddopts = -k nothing\ncache_dir = .pwned\n")
    before = snapshot(hostile)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(hostile)
        result = pytester.runpytest_inprocess("--recon-target=.", "docker-multi-stage")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*1 advisory*"])
    assert snapshot(hostile) == before


@pytest.mark.parametrize(
    ("argv", "kind"),
    [
        (["python", "/venv/bin/pytest", "--recon-target=x"], "script"),
        (["python", "-m", "pytest", "--recon-target=x"], "module"),
        (["python", "-mpytest"], "module"),
        (["python", "-X", "dev", "-m", "pytest"], "module"),
        (["python", "-m", "pip", "install"], ""),
        (["python", "-c", "import pytest"], ""),
        (["python", "build.py", "--recon-target=x"], ""),
        (["python"], ""),
        ([], ""),
    ],
)
def test_the_guard_knows_a_pytest_command(argv: list[str], kind: str) -> None:
    assert _guard.runs_pytest(argv) == kind


def test_the_guard_asks_only_for_audits() -> None:
    assert _guard.asks_for_audit(["x", "--recon-target", "."], {})
    assert _guard.asks_for_audit(["x", "--recon-target=."], {})
    assert _guard.asks_for_audit(["x"], {"RECON_TARGET": "."})
    assert not _guard.asks_for_audit(["x", "--recon-list"], {})


def test_the_guard_keeps_what_the_user_put_in_addopts() -> None:
    import shlex

    words = shlex.split(_guard.addopts("-q --lf", "/a b/c'd", "/here"))
    assert words == ["-c", "/a b/c'd/audit.ini", "--rootdir", "/here", "-q", "--lf"]


def test_explicit_configuration_of_the_user_counts(tmp_path: Path) -> None:
    root = platform.write(tmp_path / "t")
    ini = tmp_path / "mine.ini"
    ini.write_text("[pytest]\njunit_suite_name = mine\n")
    done = subprocess.run(
        [str(SCRIPT), "-c", str(ini), f"--recon-target={root}", "--junitxml=j.xml", "-q"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'name="mine"' in (tmp_path / "j.xml").read_text()
