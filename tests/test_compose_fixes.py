"""What compose calls are told to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trees import audit_tree

_PULLED = "services:\n  press:\n    image: acme/press:1.2\n  mill:\n    image: acme/mill:1.2\n"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ("    build: .\n", "docker compose -f docker-compose-ci.yml build mill press"),
        ("    image: acme/mill:1.3\n", "Leave it out"),
    ],
)
def test_the_file_that_builds_is_named(tmp_path: Path, other: str, says: str) -> None:
    (tmp_path / "docker-compose.yml").write_text(_PULLED)
    (tmp_path / "docker-compose-ci.yml").write_text(
        f"services:\n  press:\n    build: ./press\n  mill:\n{other}"
    )
    (tmp_path / "release.sh").write_text("#!/bin/sh\ndocker compose build press mill\n")
    (finding,) = [
        one
        for result in audit_tree(tmp_path, "deploy-compose-commands-valid")
        for one in result.findings
    ]
    assert says in finding.remediation
