"""Samples of patterns that are compiled once, in the way that a package can."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.rust.regexes import regex_files
from pytest_reconaudit.target import Target

_SOURCE = """\
use regex::Regex;

pub fn listed(lines: &[String]) -> bool {
    for line in lines {
        let re = Regex::new(r"^l\\d+$").unwrap();
        if re.is_match(line) {
            return true;
        }
    }
    false
}

fn main() {
    listed(&[]);
}
"""


@pytest.mark.parametrize(
    ("package", "dependencies", "toolchain", "sample"),
    [
        ("", "", "", "static RE: std::sync::LazyLock<Regex> ="),
        ('rust-version = "1.85"', 'once_cell = "1"', "", "std::sync::LazyLock"),
        ('edition = "2024"', 'once_cell = "1"', "", "std::sync::LazyLock"),
        ("", 'once_cell = "1"', '[toolchain]\nchannel = "1.90.0"\n', "std::sync::LazyLock"),
        ("", 'once_cell = "1"', "", "once_cell::sync::Lazy"),
        ("", 'lazy_static = "1"', "", "lazy_static::lazy_static! {"),
        ('rust-version = "1.74"', "", "", "std::sync::OnceLock"),
        ('rust-version = "1.60"', "", "", "cargo add once_cell"),
        ('rust-version = "1.60"', 'lazy_static = "1"', "", "static ref RE: Regex"),
    ],
)
def test_the_way_is_one_that_the_package_has(
    tmp_path: Path, package: str, dependencies: str, toolchain: str, sample: str
) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/main.rs").write_text(_SOURCE, "utf-8")
    if toolchain:
        (tmp_path / "rust-toolchain.toml").write_text(toolchain, "utf-8")
    (tmp_path / "Cargo.toml").write_text(
        f'[package]\nname = "desk"\nversion = "0.1.0"\n{package}\n'
        f'[dependencies]\nregex = "1"\n{dependencies}\n',
        "utf-8",
    )
    [file] = regex_files(Target(tmp_path))
    [function] = file.recompiled
    assert sample in function.sample
    assert r'Regex::new(r"^l\d+$").unwrap()' in function.sample
