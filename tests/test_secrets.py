"""The facts about secrets: what is told of a file, and that no report shows a secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_reconaudit.facts.env.secrets import committed_files, is_declared_public, purpose
from pytest_reconaudit.reports.excerpts import collect
from pytest_reconaudit.target import Target
from tests import trees

CHECKS = (
    "env-secrets-not-committed",
    "env-secret-fallback-absent",
    "env-secret-not-logged",
    "env-values-consistent",
    "env-syntax-portable",
    "docker-secret-free",
    "k8s-secrets-separate",
)
SECRETS = (
    "vT7!kq2Zp0xWm4Rb", "b7f3c9d2e8a14650f1c2", "harbourmaster7", "Zk39fQx71LmvB04tYr8W",
    "AKIAQ7RZ2MVX5KHTB3PD", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw", "Xc82LpQ0vnR4yT6k",
    "Jq83nZk20fLx7VbW", "berths-please-change", "tide-table", "lockgate-cookie",
    "ledger-signing-words", "kR82mQz0Lx7vTn4W", "tides and quays", "quay7lock",
    "quay-seven-and-eight", "quay-nine-and-ten", "mooring-line-7", "dlQ3IWtxMlpwMHhXbTRSYjlz",
    ":anchor@", "harbourmaster seven",
)  # fmt: skip


class _Lines:
    def __init__(self, target: Target) -> None:
        self.target = target

    def __call__(self, path: str) -> list[str]:
        return self.target.text(path).split("\n")


@pytest.mark.parametrize("check", CHECKS)
def test_no_report_text_shows_a_secret(check: str, tmp_path: Path) -> None:
    for number, (name, case) in enumerate(trees.cases("bad")):
        if name != check:
            continue
        folder = tmp_path / str(number)
        root = trees.lay_out(case, folder)
        results = trees.audit_tree(root, check)
        findings = [finding for one in results for finding in one.findings]
        text = json.dumps([one.to_dict() for one in results], ensure_ascii=False)
        target = Target(root)
        shown = collect(findings, _Lines(target))
        text += json.dumps(shown)
        assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("deploy/production.env", ""),
        ("src/latest/contest.rs", ""),
        ("tests/fixtures_env/.env", "test"),
        ("docker-compose.dev.yml", "development"),
        ("examples/react/.env", "example"),
        (".env.example", "example"),
        (".devcontainer/compose.yml", "development"),
    ],
)
def test_purpose(path: str, wanted: str) -> None:
    assert purpose(path) == wanted


def test_a_comment_above_declares_a_value_public() -> None:
    lines = ["# this one is public", "", "", "A=1", "B=2 # not a secret", "C=3"]
    assert is_declared_public(lines, 4)
    assert is_declared_public(lines, 5)
    assert not is_declared_public(lines, 6)
    assert not is_declared_public([], 3)


def test_names_are_found_whatever_their_case_and_what_stands_before(tmp_path: Path) -> None:
    """A letter whose small form is two letters moves nothing."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "quay.yml").write_text(
        "town: İİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİİ\n"
        'Smtp-Password: "mR7qZt2vLw9KdXe4"\n'
        'PRIVATE_KEY: "kJ83hsTq0pVbn2Lx7Wc5"\n',
        encoding="utf-8",
    )
    (found,) = committed_files(Target(tmp_path))
    assert [(one.name, one.place.line) for one in found.leaks] == [
        ("Smtp-Password", 2),
        ("PRIVATE_KEY", 3),
    ]
