"""The key matrix: who sets and who reads which key, for which application."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.applications import (
    application_of,
    applications,
    dockerfile_suffix,
    is_node_side,
    is_test_path,
    matching_application,
)
from pytest_reconaudit.facts.env.env_pairs import env_pairs
from pytest_reconaudit.facts.env.frontends import frontend_apps, frontend_services
from pytest_reconaudit.facts.env.key_groups import canonical, key_groups
from pytest_reconaudit.facts.env.keys import env_files, is_platform_key, key_matrix
from pytest_reconaudit.target import Target

FILES = {
    "api/Cargo.toml": '[package]\nname = "api"\nversion = "0.1.0"\nedition = "2021"\n',
    "api/src/main.rs": """
fn get(key: &str) -> String { std::env::var(key).expect("set") }
fn main() {
    get("DATABASE_URL");
    get("SESSION_SECRET");
    let shard = std::env::var(format!("SHARD_{}_URL", 1));
}
""",
    "api/Dockerfile": "FROM rust:1.82\nWORKDIR /a\nCOPY Cargo.toml ./\nENV LEVEL=info\nRUN cargo build\n",
    "web/package.json": '{"name": "web", "scripts": {"build": "vite build"}}',
    "web/index.html": "<div></div>",
    "web/src/a.ts": "export const a = import.meta.env.VITE_API ?? '/api'\n",
    "web/src/env.ts": "export const read = (key: string) => import.meta.env[key]\n",
    "web/src/b.ts": "import { read } from './env'\nexport const b = read('VITE_TITLE')\n",
    "web/src/a.test.ts": "process.env.VITE_IN_TEST\n",
    ".env.example": "DATABASE_URL=x\nSESSION_SECRET=y\nDB_PORT=5432\n",
    "env.web": "VITE_API=/api\nVITE_TITLE=x\n",
    "compose.yaml": """
services:
  api:
    build: ./api
    environment:
      DATABASE_URL: ${DATABASE_URL}
      SESSION_SECRET: ${APP_SECRET:?no secret}
    ports: ["${API_PORT:-80}:80"]
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}
""",
    "deploy/api.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: { name: api, namespace: production }
spec:
  selector: { matchLabels: { app: api } }
  template:
    metadata: { labels: { app: api } }
    spec:
      containers:
        - name: api
          image: registry.example.org/x/api:1
          env: [{ name: LEVEL, value: warn }]
""",
    ".github/workflows/ci.yml": (
        "on: push\nenv: { A_KEY: '1' }\njobs:\n  t:\n    runs-on: ubuntu-latest\n"
        "    env: { B_KEY: '2' }\n    steps:\n      - run: echo\n        env: { C_KEY: '3' }\n"
    ),
    "scripts/seed.sh": "#!/bin/sh\nOWN=1\npsql -p ${DB_PORT:-5432} $OWN\n",
}


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return lay(tmp_path, FILES)


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(root)


def test_applications_and_their_bundlers(target: Target) -> None:
    found = {one.folder: one for one in applications(target)}
    assert sorted(found) == ["", "api", "web"]
    bundler = found["web"].bundler
    assert bundler is not None
    assert (bundler.name, bundler.prefixes, bundler.place.line) == ("vite", ("VITE_",), 1)
    assert application_of(target, "api/src/main.rs").folder == "api"
    assert application_of(target, "scripts/seed.sh").folder == ""
    assert matching_application(target, "registry-web") == "web"
    assert matching_application(target, "redis") is None


def test_env_files_serve_the_applications_that_read_them(target: Target) -> None:
    matrix = key_matrix(target)
    assert {file.path: matrix.serves(file) for file in env_files(target)} == {
        ".env.example": {"", "api"},
        "env.web": {"web"},
    }


def test_reads_come_from_code_wrappers_shell_and_compose(target: Target) -> None:
    matrix = key_matrix(target)
    found = {
        (read.key, read.kind, read.application, read.place.path, read.place.line)
        for read in matrix.reads
        if read.key and not read.test
    }
    assert found == {
        ("DATABASE_URL", "code", "api", "api/src/main.rs", 4),
        ("SESSION_SECRET", "code", "api", "api/src/main.rs", 5),
        ("VITE_API", "code", "web", "web/src/a.ts", 1),
        ("VITE_TITLE", "code", "web", "web/src/b.ts", 2),
        ("DB_PORT", "shell", "", "scripts/seed.sh", 3),
        ("APP_SECRET", "compose", "", "compose.yaml", 7),
        ("API_PORT", "compose", "", "compose.yaml", 8),
        ("POSTGRES_PASSWORD", "compose", "", "compose.yaml", 12),
    }
    assert [read.key for read in matrix.reads if read.test] == ["VITE_IN_TEST"]
    assert [one.read.prefix for one in matrix.reads_of("SHARD_7_URL")] == ["SHARD_"]
    assert matrix.reads_of("SHARD_URL") == ()
    assert matrix.keys_read_by("api") == {"DATABASE_URL", "SESSION_SECRET"}


def test_definitions_come_from_every_place(target: Target) -> None:
    matrix = key_matrix(target)
    found = {
        (one.key, one.kind, one.environment, tuple(one.applications), one.passed_on)
        for one in matrix.definitions
        if one.kind != "env-file"
    }
    assert found == {
        ("DATABASE_URL", "compose", "", ("api",), True),
        ("SESSION_SECRET", "compose", "", ("api",), False),
        ("LEVEL", "dockerfile", "", ("api",), False),
        ("LEVEL", "kubernetes", "production", ("api",), False),
        ("A_KEY", "workflow", "", (), False),
        ("B_KEY", "workflow", "", (), False),
        ("C_KEY", "workflow", "", (), False),
    }


def test_mentions_ignore_comments_and_self_references(tmp_path: Path) -> None:
    files = {
        "main.go": "package main\n// OLD_KEY\nvar a = os.Getenv(\"NEW_KEY\")\n",
        "application.yml": "url: ${FROM_YAML}\nSELF: ${SELF}\n",
        "compose.yaml": "services:\n  a:\n    image: x\n    command: ${IN_COMPOSE}\n",
    }  # fmt: skip
    matrix = key_matrix(lay(tmp_path, files))
    assert matrix.mention("OLD_KEY") is None
    assert str(matrix.mention("NEW_KEY")) == "main.go:3"
    assert str(matrix.mention("FROM_YAML")) == "application.yml:1"
    assert matrix.mention("SELF") is None
    assert matrix.mention("IN_COMPOSE") is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("JWT_EXPIRES_IN", "JWT_EXPIRATION_HOURS", True),
        ("CORS_ORIGIN", "CORS_ORIGINS", True),
        ("SMTP_FROM_ADDRESS", "SMTP_FROM", True),
        ("UPLOAD_DIR", "UPLOAD_PATH", True),
        ("DB_PASS", "DB_PWD", True),
        ("DB_MAX_CONNS", "DB_CONNECTIONS", True),
        ("APP_ENV", "APP_ENVIRONMENT", True),
        ("DB_HOST", "DB_VHOST", False),
        ("MIN_SIZE", "MAX_SIZE", False),
        ("VITE_API_URL", "API_URL", False),
        ("jwt_key", "JWT_KEY", False),
    ],
)
def test_canonical_names(one: str, other: str, same: bool) -> None:
    assert (canonical(one) == canonical(other)) is same


def test_names_without_words_of_their_own_have_no_form() -> None:
    assert canonical("MAX") == ()
    assert canonical("___") == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/a.rs", True), ("src/a.spec.ts", True), ("playwright.config.ts", True),
        ("app/test_x.py", True), ("src/contest/a.ts", False), ("src/latest.ts", False),
    ],
)  # fmt: skip
def test_test_paths(path: str, expected: bool) -> None:
    assert is_test_path(path) is expected


def test_node_side_files() -> None:
    assert is_node_side("/vite.config.ts", "")
    assert is_node_side("/scripts/a.js", "")
    assert is_node_side("/src/a.ts", "import fs from 'node:fs'\n")
    assert not is_node_side("/src/App.tsx", "import React from 'react'\n")


def test_dockerfile_suffixes() -> None:
    assert dockerfile_suffix("docker/Dockerfile.web.prod") == "web"
    assert dockerfile_suffix("web.Dockerfile") == "web"
    assert dockerfile_suffix("Dockerfile") == ""


def test_platform_keys() -> None:
    assert is_platform_key("GITHUB_SHA")
    assert is_platform_key("NODE_ENV")
    assert not is_platform_key("DATABASE_URL")


def test_values_of_the_wrong_type_do_no_harm(tmp_path: Path) -> None:
    files = {
        "package.json": '{"scripts": [1], "dependencies": {"vite": 1}}',
        "web/package.json": '{"scripts": {"build": "vite build"}}',
        "web/index.html": "",
        "web/vite.config.ts": "export default { envPrefix: ['A_', \0",
        "compose.yaml": "services: {a: {environment: [1, {b: 2}], build: 3}, c: [x], d: null}",
        "k.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: [1]\n",
        "d.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: "
        "{spec: {containers: [{name: web, image: 3, env: [{name: 1}, 2], envFrom: 7}]}}}\n",
        ".env.example": "A=\nB\n=\n",
        ".env.production": "\x01\x02=1\nX_Y=2\n",
        "env.empty": "",
        "src/main.rs": "fn f( { env::var(",
        ".github/workflows/a.yml": "on: 1\nenv: [x]\njobs: {a: 1, b: {env: 3, steps: [1]}}\n",
    }  # fmt: skip
    target = lay(tmp_path, files)
    key_matrix(target)
    assert isinstance(key_groups(target), tuple)
    assert isinstance(env_pairs(target), tuple)
    assert isinstance(frontend_apps(target), tuple)
    assert isinstance(frontend_services(target), tuple)
