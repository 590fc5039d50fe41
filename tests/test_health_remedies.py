"""What a health command that lacks its tool is told to ask with instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trees import audit_tree

COMPOSE = """\
services:
  tides:
    {source}
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8000/health"]
"""


@pytest.mark.parametrize(
    ("base", "says", "leaves_out"),
    [
        ("gcr.io/distroless/cc-debian12", "static probe", "install"),
        ("scratch", "static probe", "install"),
        ("gcr.io/distroless/nodejs22-debian12", "let its `node` ask", "install"),
        ("debian:bookworm-slim", "install one in the stage that ships", "busybox"),
        ("python:3.12-slim", "let its `python3` ask", "busybox"),
        ("alpine:3.20", '"wget", "-qO-"', "busybox"),
    ],
)
def test_the_fix_fits_what_the_image_holds(
    tmp_path: Path, base: str, says: str, leaves_out: str
) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE.format(source="build: ."))
    (tmp_path / "Dockerfile").write_text(f'FROM {base}\nCOPY tides /tides\nCMD ["/tides"]\n')
    (finding,) = [
        one for result in audit_tree(tmp_path, "compose-healthcheck-served")
        for one in result.findings
    ]  # fmt: skip
    assert says in finding.remediation
    assert leaves_out not in finding.remediation
    assert "can never succeed" in finding.message


def test_nothing_is_copied_into_the_image_of_somebody_else(tmp_path: Path) -> None:
    image = "image: gcr.io/distroless/static-debian12"
    (tmp_path / "compose.yaml").write_text(COMPOSE.format(source=image))
    (finding,) = [
        one for result in audit_tree(tmp_path, "compose-healthcheck-served")
        for one in result.findings
    ]  # fmt: skip
    assert "sidecar" in finding.remediation
    assert "COPY" not in finding.remediation


def test_a_dockerfile_on_a_bare_base_installs_nothing(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        'FROM gcr.io/distroless/cc-debian12:nonroot\nCOPY tides /tides\nCMD ["/tides"]\n'
        'HEALTHCHECK CMD ["curl", "-f", "http://localhost:8000/health"]\n'
    )
    (finding,) = [
        one for result in audit_tree(tmp_path, "docker-healthcheck-runnable")
        for one in result.findings
    ]  # fmt: skip
    assert "static probe" in finding.remediation
    assert "apt-get" not in finding.remediation
