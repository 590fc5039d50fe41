"""Advice on patterns that are compiled once keeps to the lints of the package that it is for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.code.scanned import scanned
from pytest_reconaudit.facts.rust.lint_levels import refused_lints
from pytest_reconaudit.facts.rust.once_samples import once_sample
from pytest_reconaudit.readers.scans.regexes import regexes
from pytest_reconaudit.target import Target

CODE = """
use regex::Regex;

pub fn berths(lines: &[String]) -> usize {
    lines.iter().filter(|one| Regex::new(r"^B\\d+$").unwrap().is_match(one)).count()
}
"""
MANIFEST = '[package]\nname = "quay"\nversion = "0.1.0"\n[dependencies]\nregex = "1"\n'
INHERITING = f"{MANIFEST}[lints]\nworkspace = true\n"
WORKSPACE = '[workspace]\nmembers = ["quay"]\n[workspace.lints.clippy]\nunwrap_used = "deny"\n'


def sample(root: Path, files: dict[str, str], path: str = "src/lib.rs") -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    target = Target(root)
    return once_sample(target, path, scanned(target, regexes)[path].found)


@pytest.mark.parametrize(
    ("head", "extra", "taken"),
    [
        ("", {}, 'Regex::new(r"^B\\d+$").unwrap()'),
        ("#![warn(clippy::pedantic)]\n", {}, ".unwrap()"),
        ("#![deny(clippy::unwrap_used)]\n", {}, '.expect("the pattern is valid")'),
        ("#![cfg_attr(not(test), deny(clippy::unwrap_used))]\n", {}, ".expect("),
        (
            "#![deny(\n    clippy::unwrap_used,\n    clippy::expect_used,\n)]\n",
            {},
            "#[allow(clippy::expect_used)]\nstatic",
        ),
        ("", {"clippy.toml": 'disallowed-methods = ["std::result::Result::unwrap"]\n'}, ".expect("),
        ("", {"Cargo.toml": f'{MANIFEST}[lints.clippy]\nunwrap_used = "warn"\n'}, ".expect("),
        ("", {"Cargo.toml": f'{MANIFEST}[lints.clippy]\nunwrap_used = "allow"\n'}, ".unwrap()"),
    ],
)
def test_what_lints_refuse_is_not_advised(
    tmp_path: Path, head: str, extra: dict[str, str], taken: str
) -> None:
    assert taken in sample(tmp_path, {"Cargo.toml": MANIFEST, "src/lib.rs": head + CODE, **extra})


def test_lints_of_the_workspace_count_where_they_are_taken_over(tmp_path: Path) -> None:
    files = {"Cargo.toml": WORKSPACE, "quay/src/lib.rs": CODE, "quay/Cargo.toml": INHERITING}
    assert ".expect(" in sample(tmp_path / "a", files, "quay/src/lib.rs")
    files["quay/Cargo.toml"] = MANIFEST
    assert ".unwrap()" in sample(tmp_path / "b", files, "quay/src/lib.rs")


def test_a_file_of_no_package_has_no_lints(tmp_path: Path) -> None:
    (tmp_path / "loose.rs").write_text(CODE)
    assert refused_lints(Target(tmp_path), "loose.rs") == frozenset()
