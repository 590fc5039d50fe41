"""npm and cargo manifests with lines, and what can be run in which folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.packages import (
    cargo_at,
    cargo_binaries,
    cargo_packages,
    npm_at,
    npm_packages,
)
from pytest_reconaudit.readers.cargo import read_cargo
from pytest_reconaudit.readers.package_json import read_package_json
from pytest_reconaudit.target import Target


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(root)


PACKAGE = """{
  "name": "@orchard/web",
  "packageManager": "pnpm@9.1.0",
\t"scripts": {
    "build": "vite build",
    "test:unit":   "vitest run \\"unit\\""
  },
  "workspaces": ["packages/*"],
  "bin": {"orchard": "./cli.js"},
  "devDependencies": { "vite": "^6.0.0" }
}
"""


def test_package_json_knows_its_lines() -> None:
    package = read_package_json(PACKAGE, "web/package.json")
    assert package.problems == ()
    assert [(one.name, one.place.line) for one in package.scripts] == [
        ("build", 5),
        ("test:unit", 6),
    ]
    script = package.script("test:unit")
    assert script is not None
    assert script.command == 'vitest run "unit"'
    assert (script.command_place.line, script.command_place.column) == (6, 21)
    assert package.package_manager == "pnpm"
    assert package.bins == ("orchard",)
    assert package.dependency_names == {"vite"}
    assert package.folder == "web"
    assert package.scripts_place is not None
    assert package.scripts_place.line == 4


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"scripts": ["a"]}', '{"scripts": {"a": 1}}']
)
def test_odd_package_json(text: str) -> None:
    package = read_package_json(text, "package.json")
    assert package.scripts == ()
    assert bool(package.problems) == (not text.startswith('{"'))


def test_json_that_yaml_refuses_is_still_read() -> None:
    package = read_package_json(
        '{\n\t"a\\/b": "\\ud83d\\ude00",\n\t"scripts": {"x": "y"}}', "p.json"
    )
    assert package.script("x") is not None


@given(st.text(max_size=200))
def test_any_package_json(text: str) -> None:
    read_package_json(text, "package.json")


CARGO = """# the billing service
[package]
name = "billing"
version = { workspace = true }
edition = "2021"
default-run = "billing"

[[bin]]
name = "billing"
path = "src/main.rs"

[[bin]] # second
name = "import"

[dependencies]
serde = { version = "1", features = ["derive"] }
core = { path = "../core", package = "orchard-core" }
long = '''
[[bin]]
'''

[target.'cfg(unix)'.dependencies]
libc = "0.2"

[workspace]
members = ["crates/*"]
"""


def test_cargo_toml_knows_its_lines() -> None:
    manifest = read_cargo(CARGO, "billing/Cargo.toml")
    assert manifest.problems == ()
    assert manifest.package == "billing"
    assert manifest.package_place.line == 3
    assert [(one.name, one.place.line) for one in manifest.of_kind("bin")] == [
        ("billing", 8),
        ("import", 12),
    ]
    lines = {one.name: one.place.line for one in manifest.dependencies}
    assert lines == {"serde": 16, "core": 17, "long": 18, "libc": 23}
    core = next(one for one in manifest.dependencies if one.name == "core")
    assert (core.package, core.path) == ("orchard-core", "../core")
    assert manifest.is_workspace
    assert manifest.members == ("crates/*",)
    assert manifest.folder == "billing"


def test_broken_cargo_toml_says_where() -> None:
    manifest = read_cargo('[package]\nname = "a\n', "Cargo.toml")
    assert manifest.problems[0].place.line == 2
    assert manifest.targets == ()


@given(st.text(max_size=200) | st.text("[]=\"'.#\nab bin", max_size=60))
def test_any_cargo_toml(text: str) -> None:
    manifest = read_cargo(text, "Cargo.toml")
    for one in manifest.targets:
        assert 1 <= (one.place.line or 0) <= text.count("\n") + 1


def test_cargo_targets_declared_and_found(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "Cargo.toml": '[workspace]\nmembers = ["a", "b"]\n',
            "a/Cargo.toml": '[package]\nname = "alpha"\n[[test]]\nname = "slow"\npath = "it/slow.rs"\n',
            "a/src/main.rs": "fn main() {}",
            "a/src/lib.rs": "",
            "a/src/bin/tool.rs": "fn main() {}",
            "a/src/bin/wide/main.rs": "fn main() {}",
            "a/tests/api.rs": "",
            "a/tests/common/mod.rs": "",
            "b/Cargo.toml": '[package]\nname = "beta"\nautobins = false\n',
            "b/src/main.rs": "fn main() {}",
        },
    )
    alpha = next(one for one in cargo_packages(target) if one.folder == "a")
    assert [name for name, _ in alpha.bins] == ["alpha", "tool", "wide"]
    assert [name for name, _ in alpha.tests] == ["slow", "api"]
    assert alpha.lib == "a/src/lib.rs"
    assert alpha.workspace == ""
    nearest = cargo_at(target, "a/src/bin")
    assert nearest is not None
    assert nearest.path == "a/Cargo.toml"
    assert cargo_binaries(target, "") == {"alpha", "tool", "wide"}


def test_npm_packages_know_their_manager_and_workspace(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "package.json": '{"private": true, "workspaces": ["packages/*"]}',
            "yarn.lock": "",
            "packages/ui/package.json": '{"scripts": {"build": "tsc"}}',
            "packages/ui/src/a.ts": "",
            "other/package.json": "{}",
            "other/package-lock.json": "{}",
            "vendor/x/package.json": '{"scripts": {"gen": "a"}}',
        },
    )
    found = {one.path: one for one in npm_packages(target)}
    assert found["packages/ui/package.json"].manager == "yarn"
    assert found["packages/ui/package.json"].workspace_root == ""
    assert found["other/package.json"].manager == "npm"
    assert found["other/package.json"].lockfiles == ("other/package-lock.json",)
    inner = npm_at(target, "packages/ui/src")
    assert inner is not None
    assert inner.script_names == ("build",)
    vendored = npm_at(target, "vendor/x")
    assert vendored is not None
    assert vendored.script_names == ("gen",)
