"""Which commands install what a manifest lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.installs import (
    dependency_install,
    is_test,
    npm_install,
    system_packages,
)


@pytest.mark.parametrize(
    ("command", "manager", "frozen", "production"),
    [
        ("npm ci", "npm", True, None),
        ("npm install", "npm", False, None),
        ("npm i --omit=dev", "npm", False, True),
        ("npm ci --only production", "npm", True, True),
        ("npm ci --only=production --no-audit", "npm", True, True),
        ("npm install --production=false", "npm", False, False),
        ("yarn", "yarn", False, None),
        ("yarn --frozen-lockfile", "yarn", True, None),
        ("yarn install --immutable", "yarn", True, None),
        ("pnpm --filter web install --frozen-lockfile", "pnpm", True, None),
        ("pnpm i -P", "pnpm", False, True),
        ("bun ci", "bun", True, None),
        ("corepack pnpm install", "pnpm", False, None),
        ("npx -y pnpm@9 i", "pnpm", False, None),
    ],
)
def test_npm_installs(command: str, manager: str, frozen: bool, production: bool | None) -> None:
    found = npm_install(command.split())
    assert found is not None
    assert (found.manager, found.frozen) == (manager, frozen)
    assert found.production is production


@pytest.mark.parametrize(
    "command",
    [
        "npm install -g serve",
        "npm install sharp",
        "npm run build",
        "yarn add react",
        "yarn build",
        "yarn --version",
        "pnpm add -D vite",
        "npx playwright install",
        "node server.js",
        "",
    ],
)
def test_other_npm_commands(command: str) -> None:
    assert npm_install(command.split()) is None


def test_folder_force_and_offline() -> None:
    found = npm_install(["npm", "install", "--prefix", "web", "--legacy-peer-deps"])
    assert found is not None
    assert (found.folder, found.forced) == ("web", ("--legacy-peer-deps",))
    offline = npm_install(["pnpm", "install", "--offline"])
    assert offline is not None
    assert offline.offline


@pytest.mark.parametrize(
    ("command", "family"),
    [
        ("pip install --no-cache-dir -r requirements.txt", "pip"),
        ("python3 -m pip install -r requirements.txt", "pip"),
        ("pip install flask", ""),
        ("uv sync --frozen", "pip"),
        ("poetry install --no-root", "pip"),
        ("cargo +nightly build --release", "cargo"),
        ("cargo chef cook --release", "cargo"),
        ("cargo install cargo-chef", ""),
        ("go mod download", "go"),
        ("go build ./...", ""),
        ("dotnet restore api.csproj", "dotnet"),
        ("./mvnw -B dependency:go-offline", "jvm"),
        ("./gradlew :api:bootJar", "jvm"),
        ("bundle install --jobs 4", "bundler"),
        ("composer install --no-dev", "composer"),
        ("mix deps.get", "mix"),
        ("pnpm fetch", "npm"),
        ("make", ""),
    ],
)
def test_families(command: str, family: str) -> None:
    assert dependency_install(command.split()) == family


def test_system_packages() -> None:
    apt = [
        "apt-get",
        "install",
        "-y",
        "--no-install-recommends",
        "-o",
        "Dpkg::Use-Pty=0",
        "libpq5",
        "curl",
    ]
    assert system_packages(apt) == ("libpq5", "curl")
    apk = ["apk", "add", "--no-cache", "--virtual", ".build", "musl-dev"]
    assert system_packages(apk) == ("musl-dev",)
    assert system_packages(["pacman", "-Sy", "git"]) == ("git",)
    assert system_packages(["apt-get", "update"]) is None
    assert system_packages(["cargo", "build"]) is None


@pytest.mark.parametrize(
    "command",
    [
        "npm test",
        "npm run test:unit",
        "cargo nextest run",
        "go test ./...",
        "pytest -q",
        "mvn -B test",
    ],
)
def test_tests(command: str) -> None:
    assert is_test(command.split())
    assert not is_test(["cargo", "build"])


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_words_are_answered(words: list[str]) -> None:
    npm_install(words)
    dependency_install(words)
    system_packages(words)
    is_test(words)
