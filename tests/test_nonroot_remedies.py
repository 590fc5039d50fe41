"""Which user an image that runs as root is told to take."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trees import audit_tree

CHECK = "docker-user-nonroot"


@pytest.mark.parametrize(
    ("base", "says", "owner"),
    [
        ("node:22-alpine", "`USER node`", "--chown=node:node"),
        ("public.ecr.aws/docker/library/node:22", "`USER node`", "--chown=node:node"),
        ("ferries/node:22-alpine", "adduser -D", "--chown=10001"),
        ("oven/bun:1", "`USER bun`", "--chown=bun:bun"),
        ("oven/bun:1-distroless", "`USER 10001`", "--chown=10001"),
        ("denoland/deno:2.1.4", "`USER deno`", "--chown=deno:deno"),
        ("gcr.io/distroless/cc-debian12:latest", "the tag `nonroot`", "--chown=65532:65532"),
        ("gcr.io/distroless/static", "the tag `nonroot`", "--chown=65532:65532"),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", "`USER $APP_UID`", "--chown=1654"),
        ("mcr.microsoft.com/dotnet/aspnet:6.0", "`USER 10001`", "--chown=10001"),
        ("debian:bookworm-slim", "useradd --uid 10001", "--chown=10001"),
        ("alpine:3.20", "adduser -D -u 10001", "--chown=10001"),
        ("nginx:1.27", "nginxinc/nginx-unprivileged", "port 8080"),
    ],
)
def test_the_user_is_one_that_the_base_has(
    tmp_path: Path, base: str, says: str, owner: str
) -> None:
    (tmp_path / "Dockerfile").write_text(f'FROM {base}\nCOPY tides /tides\nCMD ["/tides"]\n')
    (finding,) = [one for result in audit_tree(tmp_path, CHECK) for one in result.findings]
    assert says in finding.remediation
    assert owner in finding.remediation
    if "10001" not in owner:
        assert "10001" not in finding.remediation


def test_distroless_is_known_to_run_as_root(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        'FROM gcr.io/distroless/cc-debian12\nCOPY tides /tides\nCMD ["/tides"]\n'
    )
    (finding,) = [one for result in audit_tree(tmp_path, CHECK) for one in result.findings]
    assert "runs as root" in finding.message


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ("groupadd -r tides && useradd -r -m -g tides tides", "`USER tides` last."),
        ("addgroup -S crew && adduser -S -G crew -u 4100 gauge", "`USER gauge` last (4100"),
        ("useradd --uid=4100 -rms /bin/bash gauge", "`USER gauge` last (4100"),
        ("adduser gauge crew", "USER 10001"),
        ("groupadd gauge", "USER 10001"),
        ("useradd $OWNER", "USER 10001"),
        ("useradd -u", "USER 10001"),
    ],
)
def test_a_user_that_the_image_makes_is_taken(tmp_path: Path, made: str, says: str) -> None:
    (tmp_path / "Dockerfile").write_text(
        f'FROM debian:bookworm-slim\nRUN {made}\nCOPY tides /tides\nCMD ["/tides"]\n'
    )
    (finding,) = [one for result in audit_tree(tmp_path, CHECK) for one in result.findings]
    assert says in finding.remediation
