"""``--recon-with``: real linters in the same report, gate and waivers as our own checks."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from pathlib import Path

import pytest

from pytest_reconaudit.model import Severity
from pytest_reconaudit.probes import linters
from pytest_reconaudit.probes.linters import LINTERS, LinterFailed, run_linter
from tests.conftest import component

BIN = str(Path(sys.executable).parent)

DOCKERFILE = """\
FROM debian:latest
WORKDIR /srv
RUN apt-get update && apt-get install -y curl
COPY . .
CMD ["./run"]
"""
WORKFLOW = """\
name: build
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ matrix.absent.key }} ${{ nothing }}
      - run: echo "${{ github.event.head_commit.message }}"
"""


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The linters of the test environment on PATH."""
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    for name in ("hadolint", "zizmor", "squawk", "actionlint"):
        component(shutil.which(name) is not None, f"{name} is not installed")


def fake(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of that name that does what cannot be staged with the real one."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{textwrap.dedent(script)}")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def lint(name: str, root: Path, *files: str, configured: bool = False) -> list[tuple[str, object]]:
    texts = [(path, (root / path).read_text()) for path in files]
    found = run_linter(LINTERS[name], texts, root, configured=configured)
    return [(one.rule, one.place.line) for one in found]


@pytest.mark.usefixtures("installed")
class TestRealLinters:
    def test_hadolint(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text(DOCKERFILE)
        found = lint("hadolint", tmp_path, "Dockerfile")
        assert ("DL3007", 1) in found
        assert ("DL3008", 3) in found

    def test_hadolint_is_not_configured_by_the_target_unless_asked(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text(f"# hadolint ignore=DL3007\n{DOCKERFILE}")
        (tmp_path / ".hadolint.yaml").write_text("ignored: [DL3008]\n")
        strict = {rule for rule, _ in lint("hadolint", tmp_path, "Dockerfile")}
        asked = {rule for rule, _ in lint("hadolint", tmp_path, "Dockerfile", configured=True)}
        assert {"DL3007", "DL3008"} <= strict
        assert not {"DL3007", "DL3008"} & asked

    def test_zizmor(self, tmp_path: Path) -> None:
        path = ".github/workflows/build.yml"
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(WORKFLOW)
        (tmp_path / "zizmor.yml").write_text("rules: {template-injection: {disable: true}}\n")
        found = lint("zizmor", tmp_path, path)
        assert ("template-injection", 9) in found

    def test_zizmor_obeys_no_comment_unless_asked(self, tmp_path: Path) -> None:
        path = ".github/workflows/build.yml"
        (tmp_path / path).parent.mkdir(parents=True)
        text = WORKFLOW.replace('message }}"', 'message }}" # zizmor: ignore[template-injection]')
        (tmp_path / path).write_text(text)
        assert ("template-injection", 9) in lint("zizmor", tmp_path, path)
        assert ("template-injection", 9) not in lint("zizmor", tmp_path, path, configured=True)

    def test_actionlint(self, tmp_path: Path) -> None:
        path = ".github/workflows/build.yml"
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(WORKFLOW)
        assert ("expression", 8) in lint("actionlint", tmp_path, path)

    def test_squawk(self, tmp_path: Path) -> None:
        (tmp_path / "up.sql").write_text(
            "-- squawk-ignore prefer-bigint-over-int\n"
            "alter table parcel add column weight int not null;\n"
        )
        rules = dict(lint("squawk", tmp_path, "up.sql"))
        assert "adding-required-field" in rules

    def test_a_clean_file_gives_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").write_text("FROM alpine:3.20\nUSER 10001\n")
        assert lint("hadolint", tmp_path, "Dockerfile") == []

    def test_names_with_blanks_and_dashes(self, tmp_path: Path) -> None:
        path = "--config my images/Dockerfile"
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(DOCKERFILE)
        assert ("DL3007", 1) in lint("hadolint", tmp_path, path)


class TestFaults:
    def test_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(LinterFailed, match="hadolint is not on PATH"):
            run_linter(LINTERS["hadolint"], [("Dockerfile", "")], tmp_path, configured=False)

    @pytest.mark.parametrize(
        ("script", "says"),
        [
            ("echo 'no such flag' >&2; exit 2", "exit code 2: no such flag"),
            ("kill -SEGV $$", "failed with exit code -11"),
            ("echo '{\"a\": [}'", "printed what it does not document"),
            ("echo '[{\"surprise\": 1}]'", "printed what it does not document"),
            ("echo '3'", "printed what it does not document"),
        ],
    )
    def test_crashing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, says: str
    ) -> None:
        fake(tmp_path / "bin", "hadolint", script, monkeypatch)
        with pytest.raises(LinterFailed, match=says.replace("[", r"\[")):
            run_linter(LINTERS["hadolint"], [("Dockerfile", "")], tmp_path, configured=False)

    def test_a_linter_that_hangs_is_ended_with_its_children(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(linters, "TIME_LIMIT", 0.5)
        child = tmp_path / "child"
        fake(tmp_path / "bin", "hadolint", f"sleep 300 & echo $! > {child}; wait", monkeypatch)
        with pytest.raises(LinterFailed, match="took longer than"):
            run_linter(LINTERS["hadolint"], [("Dockerfile", "")], tmp_path, configured=False)
        process = Path("/proc", child.read_text().strip())
        assert not process.exists() or " Z " in (process / "stat").read_text()

    def test_kubeconform(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        # No package index carries kubeconform: its documented output, told by a stand-in.
        said = {
            "resources": [
                {"filename": "app.yaml", "kind": "Deployment", "name": "web", "status":
                 "statusInvalid", "msg": "problem", "validationErrors": [
                     {"path": "/spec/replicas", "msg": "got string, want integer"}]},
                {"filename": "app.yaml", "kind": "Service", "name": "web", "status": "statusValid",
                 "msg": ""},
            ]
        }  # fmt: skip
        (tmp_path / "said.json").write_text(json.dumps(said))
        fake(tmp_path / "bin", "kubeconform", f"cat {tmp_path}/said.json; exit 1", monkeypatch)
        (only,) = run_linter(
            LINTERS["kubeconform"], [("app.yaml", "kind: x")], tmp_path, configured=False
        )
        assert only.severity is Severity.HIGH
        assert only.message == "Deployment web at /spec/replicas: got string, want integer"


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    root = tmp_path / "platform"
    (root / ".github/workflows").mkdir(parents=True)
    (root / "Dockerfile").write_text(DOCKERFILE)
    (root / ".github/workflows/build.yml").write_text(WORKFLOW)
    return root


def audit(pytester: pytest.Pytester, root: Path, *options: str) -> tuple[int, dict[str, object]]:
    result = pytester.runpytest(f"--recon-target={root}", "--recon-report=r.json", *options)
    report = pytester.path / "r.json"
    return int(result.ret), json.loads(report.read_text()) if report.exists() else {}


@pytest.mark.usefixtures("installed")
class TestAudit:
    def test_findings_enter_the_report_and_our_own_are_not_said_twice(
        self, pytester: pytest.Pytester, platform: Path
    ) -> None:
        _, report = audit(pytester, platform, "--recon-with=hadolint, zizmor")
        said = {
            (f["check"], f["clause"], f["path"], f["line"])  # type: ignore[index]
            for f in report["findings"]  # type: ignore[attr-defined]
        }
        assert ("lint-clean", "DL3008", "Dockerfile", 3) in said
        assert ("lint-clean", "template-injection", ".github/workflows/build.yml", 9) in said
        assert ("docker-base-pinned", "a", "Dockerfile", 1) in said
        assert not any(clause == "DL3007" for _, clause, _, _ in said)

    def test_without_the_option_there_is_no_item(
        self, pytester: pytest.Pytester, platform: Path
    ) -> None:
        _, report = audit(pytester, platform)
        assert not [i for i in report["items"] if i["check"] == "lint-clean"]  # type: ignore[index,attr-defined]

    def test_one_rule_is_waived(self, pytester: pytest.Pytester, platform: Path) -> None:
        text = DOCKERFILE.replace("RUN apt", "# recon: ignore[lint-clean:DL3008] mirror\nRUN apt")
        (platform / "Dockerfile").write_text(text)
        _, report = audit(pytester, platform, "--recon-with=hadolint", "-k", "lint")
        waived = {f["clause"] for f in report["suppressed"]}  # type: ignore[index,attr-defined]
        live = {f["clause"] for f in report["findings"]}  # type: ignore[index,attr-defined]
        assert waived == {"DL3008"}
        assert "DL3009" in live

    def test_a_waived_finding_of_ours_does_not_come_back(
        self, pytester: pytest.Pytester, platform: Path
    ) -> None:
        (platform / "Dockerfile").write_text(
            f"# recon: ignore[docker-base-pinned] mirrored\n{DOCKERFILE}"
        )
        _, report = audit(pytester, platform, "--recon-with=hadolint", "-k", "lint or pinned")
        assert not [f for f in report["findings"] if f["clause"] == "DL3007"]  # type: ignore[index,attr-defined]

    def test_workers_say_the_same(self, pytester: pytest.Pytester, platform: Path) -> None:
        _, alone = audit(pytester, platform, "--recon-with=hadolint")
        _, shared = audit(pytester, platform, "--recon-with=hadolint", "-n2")
        assert alone == shared

    def test_missing_is_a_skip_with_the_reason(
        self, pytester: pytest.Pytester, platform: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "/nonexistent")
        _, report = audit(pytester, platform, "--recon-with=hadolint", "-k", "lint")
        (item,) = report["items"]  # type: ignore[misc]
        assert item["outcome"] == "skipped"  # type: ignore[index]
        assert item["reason"] == "no-tool: hadolint is not on PATH"  # type: ignore[index]

    def test_an_unknown_linter_is_a_usage_error(
        self, pytester: pytest.Pytester, platform: Path
    ) -> None:
        result = pytester.runpytest(f"--recon-target={platform}", "--recon-with=hadolnt")
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert "unknown linter 'hadolnt'" in result.stderr.str() + result.stdout.str()
