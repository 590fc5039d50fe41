"""Which manager of npm packages is in use, and how one that an image lacks is come by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_reconaudit.facts.npm_locks import lock_subjects, manager_in_use
from pytest_reconaudit.facts.packages import npm_package
from pytest_reconaudit.facts.web.installed import nearest_lock
from pytest_reconaudit.facts.web.removal import manager_of
from pytest_reconaudit.target import Target

PNPM = """lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      hoist:
        specifier: {hoist}
        version: 2.1.0
"""
BUN = '{"workspaces": {"": {"dependencies": {"hoist": "^2.1.0"}}}}'
IMAGE = """FROM oven/bun:1
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
CMD ["bun", "server.ts"]
"""


def _torn(root: Path, files: dict[str, str], hoist: str = "^2.1.0", **more: str) -> Target:
    """A package with lockfiles of Bun and of pnpm."""
    files = {
        "package.json": json.dumps({"name": "lock", "dependencies": {"hoist": "^2.1.0"}, **more}),
        "bun.lock": BUN,
        "pnpm-lock.yaml": PNPM.format(hoist=hoist),
        **files,
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Target(root)


@pytest.mark.parametrize(
    ("files", "hoist", "more", "manager", "why"),
    [
        ({"Dockerfile": IMAGE}, "^2.1.0", {}, "bun", "Dockerfile installs by it"),
        ({"Dockerfile": IMAGE}, "^2.1.0", {"packageManager": "pnpm@9.1.0"}, "bun", "Dockerfile"),
        ({}, "^2.1.0", {"packageManager": "pnpm@9.1.0"}, "pnpm", "package.json says so"),
        ({}, "^1.0.0", {}, "bun", "pnpm-lock.yaml is out of date: hoist ^1.0.0, package.json"),
        ({}, "^2.1.0", {}, "", ""),
    ],
)
def test_the_manager_in_use(
    tmp_path: Path, files: dict[str, str], hoist: str, more: dict[str, str], manager: str, why: str
) -> None:
    target = _torn(tmp_path, files, hoist, **more)
    package = npm_package(target, "")
    assert package is not None
    used = manager_in_use(target, package)
    assert (used.manager if used is not None else "") == manager
    assert (used.why if used is not None else "").startswith(why)
    assert manager_of(target, package) == (manager or package.manager)
    assert nearest_lock(target, package) == ("bun.lock" if manager == "bun" else "pnpm-lock.yaml")
    (rivals,) = (one for one in lock_subjects(target) if one.locks)
    kept, gone = ("bun.lock", "pnpm-lock.yaml")[:: 1 if manager == "bun" else -1]
    assert rivals.settled.endswith(f"keep {kept}, delete {gone}." if manager else "")


def test_a_package_below_goes_by_the_lockfiles_above(tmp_path: Path) -> None:
    crane = {"crane/package.json": '{"name": "crane", "dependencies": {"hoist": "^2.1.0"}}'}
    target = _torn(tmp_path, {"Dockerfile": IMAGE, **crane})
    package = npm_package(target, "crane")
    assert package is not None
    assert manager_of(target, package) == "bun"


def test_one_lockfile_leaves_no_doubt(tmp_path: Path) -> None:
    target = _torn(tmp_path, {"Dockerfile": IMAGE})
    (tmp_path / "pnpm-lock.yaml").unlink()
    target = Target(tmp_path)
    package = npm_package(target, "")
    assert package is not None
    assert manager_in_use(target, package) is None


BUILT = """FROM oven/bun:1-alpine AS builder
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile
"""


_COMMITTED = " is committed: install by it"
_NO_PNPM = f"pnpm-lock.yaml{_COMMITTED}. This stage (node:"


@pytest.mark.parametrize(
    ("lock", "image", "cure"),
    [
        (
            "bun.lock",
            BUILT
            + "FROM node:24-alpine\nWORKDIR /srv\nCOPY package.json .\nRUN npm i --omit=dev\n",
            (
                f"bun.lock{_COMMITTED}. This stage (node:24-alpine) has no bun: run `bun install"
                " --frozen-lockfile --production` in a stage of its own on oven/bun:1-alpine (as"
                " line 1 has it), and here take /srv/node_modules out of that stage with"
                " `COPY --from=`."
            ),
        ),
        (
            "bun.lock",
            "FROM node:24\nCOPY package.json ./\nRUN npm i -g bun && npm install\n",
            f"bun.lock{_COMMITTED}, with `bun install --frozen-lockfile`.",
        ),
        (
            "pnpm-lock.yaml",
            "FROM node:22\nCOPY package.json ./\nRUN npm install --production\n",
            (
                f"{_NO_PNPM}22) has no pnpm: run `corepack enable` before, then `pnpm install"
                " --frozen-lockfile --prod`."
            ),
        ),
        (
            "pnpm-lock.yaml",
            "FROM node:26\nCOPY package.json ./\nRUN npm install\n",
            f"{_NO_PNPM}26) has no pnpm: put it in first, then `pnpm install --frozen-lockfile`.",
        ),
        (
            "yarn.lock",
            "FROM node:22\nCOPY package.json ./\nRUN npm install --omit=dev\n",
            (
                f"yarn.lock{_COMMITTED}. This stage (node:22) has no Yarn beyond 1: run `corepack"
                " enable` before, then `yarn install --immutable`. To leave the devDependencies"
                " out, as now, takes `yarn workspaces focus --production` there."
            ),
        ),
        (
            "package-lock.json",
            "FROM registry.quay.example/base:3\nCOPY package.json ./\nRUN yarn install --prod\n",
            f"package-lock.json{_COMMITTED}, with `npm ci --omit=dev`.",
        ),
    ],
)
def test_the_lockfile_of_another_manager(tmp_path: Path, lock: str, image: str, cure: str) -> None:
    (tmp_path / "package.json").write_text('{"name": "lock", "private": true}')
    (tmp_path / lock).write_text(BUN if lock == "bun.lock" else "{}")
    (tmp_path / "Dockerfile").write_text(f'{image}COPY . .\nCMD ["node", "server.js"]\n')
    subjects = lock_subjects(Target(tmp_path))
    found = [one for subject in subjects for group in subject.groups() for one in group]
    assert [one.cure for one in found] == [cure]


def test_a_workflow_sets_the_other_manager_up_first(tmp_path: Path) -> None:
    flows = tmp_path / ".github/workflows"
    flows.mkdir(parents=True)
    flows.joinpath("ci.yml").write_text(
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: actions/checkout@v4\n      - run: npm install\n"
    )
    (tmp_path / "package.json").write_text('{"name": "lock", "private": true}')
    (tmp_path / "bun.lock").write_text(BUN)
    (subject,) = lock_subjects(Target(tmp_path))
    ((one,),) = subject.groups()
    assert one.cure == (
        "bun.lock is committed: install by it, with `bun install --frozen-lockfile`. The workflow"
        " has no bun yet: `oven-sh/setup-bun` sets it up."
    )
