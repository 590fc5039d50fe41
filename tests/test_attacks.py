"""Files made to crash the audit, to hold it up, or to have it print what it must not print."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_reconaudit import deadline
from pytest_reconaudit.engine import builtin_checks, judge, plan
from pytest_reconaudit.facts.code.scanned import scan_all
from pytest_reconaudit.facts.k8s import chart_build
from pytest_reconaudit.masking import hide_in_advice, hide_in_words, hide_secrets
from pytest_reconaudit.model import Outcome
from pytest_reconaudit.policy import Policy
from pytest_reconaudit.readers.shell import read_shell
from pytest_reconaudit.readers.shell_tree import read_shell_tree
from pytest_reconaudit.target import Target
from tests import trees

CASES = [case for _, case in trees.cases("bad")]
OFFLINE = [pair for pair in builtin_checks() if pair[0].domain != "lint"]


def errors(root: Path) -> list[str]:
    """What crashed in an audit of a folder by every check."""
    target = Target(root)
    return [
        f"{result.check}: {result.reason}"
        for item in plan(target, OFFLINE)
        if not item.meta.id.startswith("db-replay")
        for result in [judge(item, target, Policy())]
        if result.outcome is Outcome.ERROR
    ]


PIECES = [
    b"[", b"{", b"(", b"$(", b"${", b"`", b'"', b"'", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\r",
    b"\t", b"\n---\n", b": [1, {a: b}]\n", b": null\n", b": &x [*x]\n", b"<<: *y\n", b"? [a]\n",
    b"1: true\n", b"- - - -\n", b"<<EOF\n", b" \\\n", b"&& ", b"| ", b"${{ ", b"{{ ", b"/*", b"#",
    b"=", b"-" * 300, b"a" * 3000, b"(" * 400, b"{" * 400, b"  a:\n" * 200, "\u00e9\u2028".encode(),
]  # fmt: skip
EDITS = st.lists(
    st.tuples(
        st.integers(0, 50), st.floats(0, 1), st.integers(0, 40), st.sampled_from([b"", *PIECES])
    ),
    min_size=1,
    max_size=12,
)


@given(which=st.integers(0, len(CASES) - 1), edits=EDITS, cut=st.none() | st.floats(0, 1))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_mutated_tree_crashes_a_check(
    tmp_path_factory: pytest.TempPathFactory,
    which: int,
    edits: list[tuple[int, float, int, bytes]],
    cut: float | None,
) -> None:
    root = trees.lay_out(CASES[which], tmp_path_factory.mktemp("mutated"))
    files = sorted(path for path in root.rglob("*") if path.is_file())
    for file, where, removed, piece in edits:
        path = files[file % len(files)]
        data = path.read_bytes()
        at = int(where * len(data))
        path.write_bytes(data[:at] + piece + data[at + removed :])
    if cut is not None:
        path = files[edits[0][0] % len(files)]
        path.write_bytes(path.read_bytes()[: int(cut * path.stat().st_size)])
    assert errors(root) == []


def test_odd_names_and_links_do_not_crash(tmp_path: Path) -> None:
    root = tmp_path / "t"
    root.mkdir()
    for name in ("-f.sh", "a b/Dockerfile", "x\ny.yml", "\u00e9/.env", "..x/compose.yaml", "$(id).sh",
                 "[a/docker-compose.yml", "%s{x}.yaml", "'q\".py", "k8s/*/a.yaml"):  # fmt: skip
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("services:\n  a:\n    build: ../../..\n    env_file: /etc/passwd\n")
    (root / "loop").symlink_to(".")
    (root / "Dockerfile").symlink_to("/etc/passwd")
    (root / "a.yml").symlink_to("b.yml")
    (root / "b.yml").symlink_to("a.yml")
    (root / "k8s" / "out").symlink_to("/etc")
    assert errors(root) == []


N = 20_000
BOMBS = {
    "operators": ("deploy.sh", "echo a\n" + ">" * 5 * N),
    "closing": ("deploy.sh", "echo a\n" + ")" * 5 * N),
    "arrays": ("deploy.sh", "a=(" * N),
    "branches": ("deploy.sh", "() " * N),
    "commands": ("deploy.sh", "#!/bin/sh\n" + "a\n" * 5_000),
    "step": (
        ".github/workflows/a.yml",
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: diesel " + "a" * N,
    ),
    "copy": ("Dockerfile", "FROM node:20\nCOPY " + "A" * N + " /app\n"),
    "copies": ("Dockerfile", "FROM node:20\nCOPY package.json /app\nRUN npm ci\n" * 3_000),
    "blank SQL": ("migrations/2024-01-01-000000_a/up.sql", "SELECT 1;" + "\n" * N),
    "open comment": ("migrations/2024-01-01-000000_a/up.sql", "SELECT 1;" + "/*" * N),
    "kustomization": ("k/kustomization.yaml", "resources:\n- " + "A" * N),
    "keys again": ("docker-compose.yml", "services:\n" + "  a:\n    image: x\n" * 10_000),
    "jobs": (
        ".github/workflows/a.yml",
        "on: push\njobs:\n"
        + "".join(f"  j{i}:\n    runs-on: x\n    steps: [{{run: a}}]\n" for i in range(3_000)),
    ),
}


RUST = (
    "use actix_web::{web, HttpResponse}; use redis::AsyncCommands; use futures::future::join_all;\n"
)
SCRIPT_HEAD = (
    "import http from 'k6/http'; import Redis from 'ioredis'; const redis = new Redis();\n"
)
MANY = 2_000
SOURCES = {
    "lets": (
        "src/main.rs",
        f"{RUST}async fn f(redis: C) {{"
        + "".join(f"let k{i} = format!(\"{{}}:b\", k{i - 1});\nredis.set_ex(k{i}, v, 9).await;\n"
                  for i in range(1, MANY))
        + "}",
    ),
    "one name": (
        "src/main.rs",
        RUST + "async fn f(redis: C) {" + "let k = format!(\"{}:a\", k);\nredis.get(&k).await;\n" * MANY
        + "}",
    ),
    "joins": (
        "src/main.rs",
        RUST + "async fn f() {"
        + "join_all(xs.iter().map(|x| get(x))).await;\nfor x in y { tokio::spawn(get(x)); }\n" * MANY
        + "}",
    ),
    "names of names": (
        "src/keys.ts",
        SCRIPT_HEAD
        + "".join(f"const K{i} = `${{K{i + 1}}}" + f":${{K{i + 1}}}" * 40 + "`;\n" for i in range(40))
        + "redis.get(K0); export default function () { http.get(K0); }\n",
    ),
    "requests": (
        "load/a.js",
        SCRIPT_HEAD + "export default function () {\n"
        + "{ const r = http.get(`${B}/a`); check(r, {a: (r) => r.status < 500}); }\n" * MANY
        + "}\n",
    ),
    "loops in loops": (
        "src/a.ts",
        "async function f() {" + "for (const x of y) { await g(x);\n" * 600 + "}" * 600 + "}",
    ),
    "memos": (
        "src/a.tsx",
        "import React from 'react';\n"
        + "".join(f"const C{i} = React.memo((p) => <A/>);\n" for i in range(MANY)),
    ),
    "batches": (
        "src/a.ts",
        "import {PrismaClient} from '@prisma/client'; const prisma = new PrismaClient();\n"
        "async function f() {\n"
        + "const q = a.map((x) => prisma.a.create({data: x}));\nawait prisma.$transaction(q);\n" * MANY
        + "}",
    ),
    "digits": (
        "load/a.js",
        (f"// {'9' * 5000} users\n{SCRIPT_HEAD}export const options = {{vus: {'9' * 5000}}};\n"
        f"async function f() {{ for (const x of y.slice(0, {'9' * 5000})) {{ await redis.get(x); }} }}\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("bomb", SOURCES)
def test_no_source_file_is_slow_to_scan(tmp_path: Path, bomb: str) -> None:
    path, text = SOURCES[bomb]
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    target = Target(tmp_path)
    start = time.process_time()
    done = scan_all(target)
    assert not done.crashes
    assert not done.slow
    assert time.process_time() - start < 20  # seconds; minutes when undone


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_time_bomb_is_defused(tmp_path: Path, bomb: str) -> None:
    path, text = BOMBS[bomb]
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    (tmp_path / "package.json").write_text('{"name": "ferry", "dependencies": {"express": "4"}}')
    start = time.process_time()
    assert errors(tmp_path) == []
    assert time.process_time() - start < 20  # seconds; some take minutes when undone


@pytest.mark.parametrize("text", [">" * 9_000, ")" * 600, "(" * 300, "a b\n" * 70_000])
def test_noise_is_no_script(text: str) -> None:
    script = read_shell(f"echo a\n{text}", "a.sh")
    assert script.problems
    assert not read_shell_tree(f"echo a\n{text}", "a.sh").whole


def test_charts_are_given_up_before_the_item_is() -> None:
    assert chart_build._TOTAL_SECONDS < deadline.SECONDS / 2


SECRET = "Zq7b41f0c9d2e85a6713fkW9"


@pytest.mark.parametrize(
    "line",
    [
        f"DB_PASSWORD={SECRET} docker compose up",
        f"sshpass -p '{SECRET}' ssh deploy@harbour",
        f"redis-cli -h cache -a {SECRET} ping",
        f"docker login -u ci -p {SECRET}",
        f"mysql -uroot -p{SECRET} ferry",
        f"curl -fsS -u admin:{SECRET} http://api/health",
        f'curl -H "Authorization: Bearer {SECRET}" http://api',
        f"./server --api-key={SECRET} --port 80",
        f'["redis-server", "--requirepass", "{SECRET}"]',
        f"git clone https://{SECRET}@github.com/tidewater/ferry.git",
        f"ALTER ROLE ferry WITH PASSWORD '{SECRET}';",
        f"broken = {SECRET}",
        f"const c = {{ token: `{SECRET}` }}",
        f'const API_KEY: &str = "{SECRET}";',
        "http.get('https://api.example/berths?api_key=ZqOhuSLIOCtkeSUHTwq2xTbv')",
    ],
)
def test_a_secret_in_a_command_is_masked(line: str) -> None:
    assert "ZqOhuSLI" not in hide_secrets("src/main.rs", line)
    assert SECRET not in hide_secrets("src/main.rs", line)
    assert SECRET[:12] not in hide_secrets("src/main.rs", line)


@pytest.mark.parametrize(
    "line",
    [
        "docker login --password-stdin registry.example",
        "uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683",
        "FROM node:20@sha256:0b2c6bd2f2a3c0fb5d7a54d3f0b1cfe9b8bb0b5d3e7c0a1d2f4e6a8b9c0d1e2f",
        "DB_PASSWORD=$PASSWORD docker compose up",
        "docker run -u 1000:1000 app",
        "4 commands may fail and the script goes on (lines 8, 10, 11, 12)",
        "Oauth2ClientCredentialsProvider1 is read here",
        "curl --user $USER:$PASSWORD http://api",
    ],
)
def test_what_is_no_secret_stays_readable(line: str) -> None:
    assert hide_in_words(line) == line


def test_no_report_prints_a_secret(tmp_path: Path) -> None:
    root = tmp_path / "t"
    files = {
        ".env": f"JWT_SECRET={SECRET}\nDATABASE_URL=postgres://ferry:{SECRET}@db/ferry\n",
        "docker-compose.yml": "services:\n  redis:\n    image: redis:7\n    ports: ['6379:6379']\n"
        f"    command: redis-server --requirepass {SECRET}\n  db:\n    image: postgres\n"
        f"    environment: {{POSTGRES_PASSWORD: {SECRET}}}\n",
        "Dockerfile": f"FROM node:latest\nARG NPM_TOKEN={SECRET}\nENV JWT_SECRET {SECRET}\n"
        f"RUN curl -u a:{SECRET} http://x || true\nCOPY gone .\n",
        "deploy.sh": f"#!/bin/sh\nredis-cli -a {SECRET} ping\nsshpass -p {SECRET} ssh a ./gone.sh\n"
        f"PGPASSWORD={SECRET} psql -f gone.sql || true\n",
        "k8s/a.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"
        f"stringData: {{password: {SECRET}}}\n",
        "src/index.ts": f'const s = process.env.JWT_SECRET || "{SECRET}";\n'
        f'console.log("secret", process.env.JWT_SECRET, "{SECRET}");\n',
        "package.json": f'{{"name": "ferry", "scripts": {{"up": "TOKEN={SECRET} node gone.js"}}}}',
        "ops/a.toml": f"broken = {SECRET}\n",
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    reports = [tmp_path / f"r.{kind}" for kind in ("json", "html", "md")]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("pytest")), f"--recon-target={root}", "-vv"]
        + [f"--recon-report={report}" for report in reports],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    for text in (done.stdout, *(report.read_text() for report in reports)):
        assert "Zq***" in text
        assert SECRET not in text.replace("\n", "")


@pytest.mark.parametrize(
    "code",
    [
        'await asyncio.to_thread(requests.post, U, auth=("admin", "Zx9-Qw7Long"))',
        'await asyncio.to_thread(subprocess.run, ["mysqldump", "-pZx9-Qw7Long", "x"])',
        'psycopg2.connect("host=db user=app password=Zx9-Qw7Long")',
        'connect(host, password="Zx9-Qw7Long")',
        'where `User.token == "Zx9-Qw7Long"` kept',
    ],
)
def test_code_in_advice_shows_no_secret(code: str) -> None:
    assert "Qw7Long" not in hide_in_advice(f"Let a thread wait:\n\n{code}\n")
    assert "Qw7Long" not in hide_secrets("app/main.py", code)


def test_advice_keeps_what_it_names() -> None:
    told = 'Set `DB_PASSWORD: "${DB_PASSWORD:?}"` and f"host=db password={password}".'
    assert hide_in_advice(told) == told
