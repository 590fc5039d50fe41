"""Lockfiles and the package.json files that they were written for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.npm_locks import lock_subjects
from pytest_reconaudit.facts.packages import npm_package
from pytest_reconaudit.facts.web.lock_fit import covering, drifts
from pytest_reconaudit.readers.npm_importers import read_npm_importers
from pytest_reconaudit.target import Target

PNPM = """lockfileVersion: '9.0'

overrides:
  tide@>=1 <1.4.2: 1.4.2
  mole>winch: 2.0.0

importers:

  .:
    devDependencies:
      typescript:
        specifier: ^5.4.0
        version: 5.4.5

  packages/crane:
    dependencies:
      '@quay/rope':
        specifier: workspace:*
        version: link:../rope
      hoist:
        specifier: ^2.1.0
        version: 2.1.3(react@18.3.1)
      tide:
        specifier: 1.4.2
        version: 1.4.2

packages:

  hoist@2.1.3:
    resolution: {integrity: sha512-x}
"""
OLD_PNPM = """lockfileVersion: 5.4

specifiers:
  hoist: ^2.1.0

dependencies:
  hoist: 2.1.3

packages:
"""
BUN = """{
  "lockfileVersion": 1,
  "workspaces": {
    "": { "name": "quay", "devDependencies": { "typescript": "^5.4.0", }, },
    "packages/crane": { "name": "@quay/crane", "dependencies": { "hoist": "^2.1.0", }, },
  },
  "packages": {},
}
"""
NPM = json.dumps(
    {
        "lockfileVersion": 3,
        "packages": {
            "": {"devDependencies": {"typescript": "^5.4.0"}},
            "packages/crane": {"dependencies": {"hoist": "^2.1.0"}},
            "node_modules/hoist": {"version": "2.1.3", "dependencies": {"rope": "1"}},
            "node_modules/@quay/crane": {"resolved": "packages/crane", "link": True},
        },
    }
)


def test_importers_of_pnpm() -> None:
    record = read_npm_importers(PNPM, "pnpm-lock.yaml")
    assert record.members == {
        "": {"typescript": "^5.4.0"},
        "packages/crane": {"@quay/rope": "workspace:*", "hoist": "^2.1.0", "tide": "1.4.2"},
    }
    assert record.overridden == {"tide", "winch"}
    assert read_npm_importers(OLD_PNPM, "pnpm-lock.yaml").members == {"": {"hoist": "^2.1.0"}}


@pytest.mark.parametrize(("text", "name"), [(BUN, "bun.lock"), (NPM, "package-lock.json")])
def test_importers_of_the_others(text: str, name: str) -> None:
    assert read_npm_importers(text, name).members == {
        "": {"typescript": "^5.4.0"},
        "packages/crane": {"hoist": "^2.1.0"},
    }


@given(st.text(max_size=200), st.sampled_from(["pnpm-lock.yaml", "bun.lock", "package-lock.json"]))
@settings(max_examples=60, deadline=None)
def test_lockfiles_never_raise(text: str, name: str) -> None:
    read_npm_importers(text, name)
    read_npm_importers(f"importers:\n  .:\n    dependencies:\n{text}", name)


def _workspace(root: Path, lock: str, text: str, crane: dict[str, object]) -> Target:
    files = {
        "package.json": json.dumps(
            {"name": "quay", "private": True, "devDependencies": {"typescript": "^5.4.0"}}
        ),
        "packages/crane/package.json": json.dumps({"name": "@quay/crane", **crane}),
        lock: text,
    }
    for path, one in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(one)
    return Target(root)


def test_what_a_lockfile_was_not_written_for(tmp_path: Path) -> None:
    crane = {
        "dependencies": {"@quay/rope": "workspace:*", "hoist": "^3.0.0", "tide": "^1.0.0"},
        "devDependencies": {"vitest": "^2.0.0"},
        "peerDependencies": {"react": "18"},
    }
    found = drifts(_workspace(tmp_path, "pnpm-lock.yaml", PNPM, crane), "pnpm-lock.yaml")
    assert [one.told() for one in found] == [
        "hoist ^2.1.0, packages/crane/package.json asks for ^3.0.0",
        "vitest is not in it",
    ]


def test_what_nothing_asks_for_any_more_and_a_name_in_two_sections(tmp_path: Path) -> None:
    target = _workspace(tmp_path, "bun.lock", BUN, {"dependencies": {}})
    assert [one.told() for one in drifts(target, "bun.lock")] == [
        "hoist ^2.1.0, which packages/crane/package.json no longer lists"
    ]
    both = {"dependencies": {"hoist": "^2.1.0"}, "devDependencies": {"hoist": "^2.0.0"}}
    assert drifts(_workspace(tmp_path, "bun.lock", BUN, both), "bun.lock") == ()


@pytest.mark.parametrize(
    ("lock", "text", "command"),
    [
        ("pnpm-lock.yaml", PNPM, "pnpm install --frozen-lockfile --filter @quay/crane"),
        ("package-lock.json", NPM, "npm ci --workspace=packages/crane"),
        ("bun.lock", BUN, "bun install --frozen-lockfile --filter @quay/crane"),
    ],
)
def test_the_lockfile_of_the_workspace(tmp_path: Path, lock: str, text: str, command: str) -> None:
    target = _workspace(tmp_path, lock, text, {})
    crane, root = npm_package(target, "packages/crane"), npm_package(target, "")
    assert crane is not None
    assert root is not None
    above = covering(target, crane)
    assert above is not None
    assert (above.lock, above.command) == (lock, command)
    assert covering(target, root) is None


WORKFLOW = """name: release
on:
  push:
    branches: [main]
jobs:
  release:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cd packages/crane && bun install
      - run: cd packages/crane && npm publish
"""


def test_an_install_beside_the_lockfile_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/release.yml").write_text(WORKFLOW)
    crane = {"dependencies": {"@quay/rope": "workspace:*", "hoist": "^2.1.0", "tide": "^1.0.0"}}
    target = _workspace(tmp_path, "pnpm-lock.yaml", PNPM, crane)
    (subject,) = lock_subjects(target)
    (group,) = subject.groups()
    assert group[0].says(group) == (
        "`bun install` is no repeatable install: no clone has a lockfile of Bun for packages/crane"
        " (pnpm-lock.yaml is another manager's, and was written for it too)"
    )
    assert group[0].cure == (
        "pnpm-lock.yaml was written for it too: install from that folder, with"
        " `pnpm install --frozen-lockfile --filter @quay/crane`. The workflow has no pnpm yet:"
        " `pnpm/action-setup` sets it up."
    )


def test_a_lockfile_that_is_out_of_date_is_renewed_first(tmp_path: Path) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".github/workflows/release.yml").write_text(WORKFLOW)
    own = '{"workspaces": {"": {"dependencies": {"hoist": "^2.1.0"}}}}'
    crane = {"dependencies": {"hoist": "^3.0.0"}}
    target = _workspace(tmp_path, "packages/crane/bun.lock", own, crane)
    (subject,) = lock_subjects(target)
    (group,) = subject.groups()
    assert group[0].stale
    assert "packages/crane/bun.lock is out of date (hoist ^2.1.0, packages" in group[0].says(group)
    assert group[0].cure.startswith("Renew the lockfile first (`bun install` in packages/crane)")
