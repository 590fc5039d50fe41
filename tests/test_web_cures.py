"""Fixes that speak of the repository: its package manager, its lockfile, its router."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.npm_locks import lock_subjects
from pytest_reconaudit.facts.web.lean import package_dependencies
from pytest_reconaudit.facts.web.splits import router_files
from pytest_reconaudit.target import Target
from tests import trees


def _with(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Target(root)


MEMBER = """{
  "name": "@quay/crane",
  "dependencies": { "hoist-rope": "^2.1.0", "zod": "^3.25.0" },
  "devDependencies": { "@types/hoist-rope": "^2.0.0" }
}"""


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        ("pnpm-lock.yaml", "`pnpm --filter ./crane remove hoist-rope @types/hoist-rope`"),
        ("yarn.lock", "`yarn workspace @quay/crane remove hoist-rope @types/hoist-rope`"),
        ("bun.lock", "`bun remove hoist-rope @types/hoist-rope` in `crane`"),
        ("package-lock.json", "`npm uninstall hoist-rope @types/hoist-rope` in `crane`"),
        ("README", "Take these lines out, and install anew."),
    ],
)
def test_the_manager_of_the_repository_takes_it_out(tmp_path: Path, lock: str, said: str) -> None:
    files = {
        "package.json": '{"name": "quay", "private": true, "workspaces": ["crane"]}',
        "pnpm-workspace.yaml": "packages:\n  - crane\n",
        lock: "{}",
        "crane/package.json": MEMBER,
        "crane/src/crane.ts": 'import { z } from "zod";\nexport const Crane = z.string();\n',
    }
    found = {one.path: one for one in package_dependencies(_with(tmp_path, files))}
    assert said in found["crane/package.json"].cure


def test_lines_of_a_catalog_that_nobody_asks_for_go_too(tmp_path: Path) -> None:
    tree = trees.CHECKS / "web-deps-lean" / "bad-hoisted"
    files = {
        str(path.relative_to(tree)): path.read_text() for path in tree.rglob("*") if path.is_file()
    }
    found = {one.path: one for one in package_dependencies(_with(tmp_path, files))}
    lamp = found["packages/lamp/package.json"]
    assert lamp.cure == (
        "Take them out: `pnpm --filter ./packages/lamp remove fog-signal lens-cutter"
        " @types/lens-cutter`. Nobody else asks the catalog for `@types/lens-cutter`,"
        " `lens-cutter`: take the lines out of it too."
    )
    ((line, use),) = lamp.lent
    assert (line.name, str(use.place)) == ("beam-angle", "packages/horn/src/horn.ts:1")


def test_a_committed_lockfile_needs_no_commit(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "quay", "private": true, "dependencies": {"zod": "^3"}}',
        "package-lock.json": "{}",
        ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n"
        "    steps:\n      - uses: actions/checkout@v4\n      - run: npm install\n",
    }
    (subject,) = lock_subjects(_with(tmp_path, files))
    assert [one.cure for one in subject.installs] == [
        "The lockfile is committed: write `npm ci` in its place, with the options it has."
    ]


def test_the_lockfile_of_another_manager_is_the_one_to_install_by(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "quay", "private": true, "dependencies": {"zod": "^3"}}',
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n"
        "    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci\n",
    }
    (subject,) = lock_subjects(_with(tmp_path, files))
    assert [one.cure for one in subject.installs] == [
        "pnpm-lock.yaml is committed: install by it, with `pnpm install --frozen-lockfile`."
    ]


def test_a_router_of_vue_is_known(tmp_path: Path) -> None:
    tree = trees.CHECKS / "web-routes-lazy" / "bad"
    files = {
        str(path.relative_to(tree)): path.read_text() for path in tree.rglob("*") if path.is_file()
    }
    found = {one.path: one.vue for one in router_files(_with(tmp_path, files))}
    assert found == {"admin/src/router.ts": True, "web/src/App.tsx": False}
