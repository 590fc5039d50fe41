"""Commands with the folder they run in: scripts, workflow steps, Makefiles, package.json."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.ci.npm_calls import script_call
from pytest_reconaudit.facts.ci.steps import job_runs
from pytest_reconaudit.facts.ci.workspace import Workspace
from pytest_reconaudit.facts.folders import trace
from pytest_reconaudit.facts.invocations import invocations, shell_scripts
from pytest_reconaudit.facts.references import cargo_call, compose_files, references
from pytest_reconaudit.readers.makefile import read_makefile
from pytest_reconaudit.readers.shell import read_shell
from pytest_reconaudit.target import Target


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(root)


def folder_of(text: str, name: str = "here", own: str = "tools/run.sh") -> str | None:
    script = read_shell(text, own)
    traced = trace(script, "", own_path=own)
    return next(
        folder
        for command, folder in zip(script.commands, traced.folders, strict=True)
        if command.words[:1] == (name,)
    )


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("here", ""),
        ("cd web && here", "web"),
        ("cd web\ncd ../api/src\nhere", "api/src"),
        ("(cd web && npm ci)\nhere", ""),
        ("cd web; cd -; here", ""),
        ("pushd web; npm ci; popd; here", ""),
        ('cd "$(dirname "$0")" && here', "tools"),
        ('cd "$(dirname "${BASH_SOURCE[0]}")/.."\nhere', ""),
        ('DIR="$(cd "$(dirname "$0")/.." && pwd)"\ncd "$DIR/web"\nhere', "web"),
        ("ROOT=$(git rev-parse --show-toplevel)\ncd $ROOT/api\nhere", "api"),
        ("cd ${0%/*}; here", "tools"),
        ("cd ${WHERE:-web}; here", "web"),
        ('cd "$1"; here', None),
        ("cd /opt/app; here", None),
        ("cd ../../outside; here", None),
        ("if [ -d web ]; then cd web; fi; here", None),
        ("if [ -d web ]; then cd web; here; fi", "web"),
        ("if a; then cd web; b; else here; fi", ""),
        ("cd web || exit 1; here", "web"),
        ("cd web & here", ""),
        ("X=$(cd web && pwd); here", ""),
        ("go() { cd web; }\ngo\nhere", "web"),
        ("go() { here; }\ncd api\ngo", "api"),
        ("go() { here; }\ngo\ncd api\ngo", None),
        ("for d in a b; do (cd $d && make); done; here", ""),
        ("cd a\nX=1\nX=2\ncd $X\nhere", None),
    ],
)
def test_folders_follow_cd(text: str, folder: str | None) -> None:
    assert folder_of(text) == folder


def test_mutual_recursion_ends() -> None:
    assert folder_of("a() { cd x; b; }\nb() { cd y; a; }\na\n(here)") is None


WORKFLOW = """
on: push
env: {APP: web}
defaults: {run: {working-directory: api}}
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cargo test
      - run: |
          cd ../$APP
          npm test
      - run: make
        working-directory: ${{ github.workspace }}/ops
      - run: echo ${{ matrix.x }}
        working-directory: ${{ matrix.x }}
  two:
    runs-on: ubuntu-latest
    defaults: {run: {working-directory: .}}
    steps:
      - uses: actions/checkout@v4
        with: {path: src}
      - run: cd src/api && cargo build
        working-directory: .
      - run: cargo check
        working-directory: src/api
      - shell: pwsh
        run: Get-ChildItem
"""


def test_workflow_steps(tmp_path: Path) -> None:
    target = lay(tmp_path, {".github/workflows/ci.yml": WORKFLOW, "api/a": "", "web/b": ""})
    found = [(one.name, one.folder, one.command.place.line) for one in invocations(target)]
    assert found == [
        ("cargo", "api", 10),
        ("cd", "api", 12),
        ("npm", "web", 13),
        ("make", "ops", 14),
        ("echo", None, 16),
        ("cd", None, 24),
        ("cargo", None, 24),
        ("cargo", "api", 26),
    ]
    assert {one.source for one in invocations(target)} == {"workflow"}
    assert invocations(target)[0].origin == ".github/workflows/ci.yml#one"


def test_scripts_makefiles_and_package_scripts(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "scripts/up.sh": "#!/bin/sh\ndocker compose -f deploy/c.yml up\n",
            "deploy/c.yml": "",
            "api/run.sh": "cat conf/a.toml\nbash -c 'psql -f x.sql'\n",
            "api/conf/a.toml": "",
            "Makefile": "DIR := web\nall: web\n\t@$(MAKE) -C $(DIR) build\n\tcd $(DIR) && npm ci\n",
            "web/package.json": '{\n"scripts": {\n"a": "tsc && vite build"}}',
        },
    )
    found = {(one.origin, one.words): one for one in invocations(target)}
    up = found["scripts/up.sh", ("docker", "compose", "-f", "deploy/c.yml", "up")]
    assert (up.folder, up.assumed, up.source) == ("", True, "script")
    assert found["api/run.sh", ("cat", "conf/a.toml")].folder == "api"
    assert found["api/run.sh", ("psql", "-f", "x.sql")].resolve("x.sql") == "api/x.sql"
    assert found["Makefile:all", ("make", "-C", "web", "build")].folder == ""
    assert found["Makefile:all", ("npm", "ci")].folder == "web"
    vite = found["web/package.json:a", ("vite", "build")]
    assert (vite.folder, vite.command.place.line) == ("web", 3)
    assert [one.path for one in shell_scripts(target)] == ["api/run.sh", "scripts/up.sh"]


def test_makefile_reader() -> None:
    makefile = read_makefile(
        "IMAGE ?= orchard # default\nTAG = $(IMAGE):1\nX = 1\nX = 2\n\n.PHONY: a b\na b: c | d\n"
        "\t-@docker push $(TAG) $(X) $$HOME \\\n\t  --quiet\n# note\n\techo $@\nc: ; true\n",
        "Makefile",
    )
    rule = makefile.target("b")
    assert rule is not None
    assert rule.prerequisites == ("c", "d")
    first, second = rule.recipe
    assert first.text == "docker push orchard:1 ${X} $HOME \\\n  --quiet"
    assert (first.place.line, first.place.column, first.ignored, first.silent) == (8, 4, True, True)
    assert second.text == "echo b"
    assert dict(makefile.variables)["IMAGE"] == "orchard"
    inline = makefile.target("c")
    assert inline is not None
    assert inline.recipe[0].text == "true"


def test_makefile_variables_do_not_explode() -> None:
    bomb = "".join(f"V{n} = $(V{n + 1}) $(V{n + 1}) $(V{n + 1})\n" for n in range(60))
    circle = "A = $(B) $(B)\nB = $(A) $(A)\n"
    makefile = read_makefile(f"{bomb}V60 = x\n{circle}all:\n\techo $(V0) $(A) $(V59)\n", "Makefile")
    rule = makefile.target("all")
    assert rule is not None
    text = rule.recipe[0].text
    assert text.endswith(" ${A} x x x")
    assert len(text) < 3_000


@settings(deadline=None)
@given(st.text("ab:=\t\n\\$()# ?+", max_size=120))
def test_any_makefile(text: str) -> None:
    for target in read_makefile(text, "Makefile").targets:
        for line in target.recipe:
            assert 1 <= (line.place.line or 0) <= text.count("\n") + 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["cd a", "cd ..", "cd $X", "pushd b", "popd", "X=a", "(cd c)", "if a; then cd d; fi",
             "f() { cd e; f; }", "f", "cd -", "here", "for x in a; do cd $x; done", "X=$X/b"]
        ),
        max_size=14,
    )
)  # fmt: skip
def test_any_walk_ends(lines: list[str]) -> None:
    script = read_shell("\n".join(lines), "s.sh")
    assert len(trace(script, "").folders) == len(script.commands)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker compose -f a.yml --profile x -f b.yml up", [("compose file", "a.yml"), ("compose file", "b.yml")]),
        ("docker compose up -f", []),
        ("docker build -t x:1 --build-arg A=1 -f d/F --target t .", [("Dockerfile", "d/F")]),
        ("docker buildx build --push svc", [("build context", "svc")]),
        ("docker build https://x.test/a.git", []),
        ("bash -x scripts/a.sh now", [("script", "scripts/a.sh")]),
        ("bash -c 'a.sh'", []),
        ("python3 -m pytest a.py", [("test path", "a.py")]),
        ("node --env-file .env -r x app.mjs", [("script", "app.mjs")]),
        ("./run.sh", [("script", "./run.sh")]),
        ("node_modules/.bin/tsc", []),
        ("psql -h db -f m.sql", [("SQL file", "m.sql")]),
        ("kubectl -n a apply -f x.yml,y.yml -k o/", [("manifest", "x.yml"), ("manifest", "y.yml"), ("kustomization folder", "o/")]),
        ("kubectl logs -f pod", []),
        ("helm upgrade --install w ./chart -f v.yaml", [("values file", "v.yaml"), ("chart", "./chart")]),
        ("k6 run --out json=o.json t.js", [("load script", "t.js")]),
        ("docker compose exec db psql -f x.sql", []),
    ],
)  # fmt: skip
def test_references(text: str, expected: list[tuple[str, str]]) -> None:
    words = read_shell(text, "x").commands[0].words
    assert [(one.kind, one.word) for one in references(words)] == expected


def test_compose_files_end_at_the_subcommand() -> None:
    assert compose_files(("docker-compose", "--file=a", "logs", "-f")) == ("a",)
    assert compose_files(("docker", "run", "-f")) is None


def test_cargo_calls() -> None:
    call = cargo_call(("cargo", "+nightly", "test", "--test", "api", "--", "--test", "x"))
    assert call is not None
    assert (call.verb, call.tests) == ("test", ("api",))
    assert cargo_call(("cargo", "install", "x")) is None
    assert cargo_call(("cargo", "--version")) is None


@pytest.mark.parametrize(
    ("text", "script", "folder", "sure"),
    [
        ("npm run x", "x", "", True),
        ("npm --prefix web run x", "x", "web", True),
        ("npm run x --prefix=web", "x", "web", True),
        ("npm t -- --watch", "test", "", True),
        ("yarn --cwd web x", "x", "web", False),
        ("pnpm -C web run x", "x", "web", True),
        ("bun run x", "x", "", False),
    ],
)
def test_script_calls(text: str, script: str, folder: str, sure: bool) -> None:
    call = script_call(tuple(text.split()))
    assert call is not None
    assert (call.script, call.folder, call.sure) == (script, folder, sure)


@pytest.mark.parametrize(
    "text",
    ["npm ci", "npm run", "npm run x -w web", "npm run x --if-present", "pnpm --filter a run x",
     "yarn install", "yarn workspace a run x", "pnpm -r run x", "bun run a.ts", "bun test", "make x"],
)  # fmt: skip
def test_no_script_calls(text: str) -> None:
    assert script_call(tuple(text.split())) is None


@pytest.mark.parametrize(
    ("run", "path"),
    [
        ("mkdir -p a/b", "a/b/c.sh"),
        ("mkdir -p a/b", "a"),
        ("cp x y.sh", "y.sh"),
        ("curl -fsSLo get.sh https://x.test/i", "get.sh"),
        ("curl -fsSLO https://x.test/t/get.sh?v=1", "get.sh"),
        ("wget -qO get.sh https://x.test/i", "get.sh"),
        ("git clone --depth 1 https://x.test/o/lib.git", "lib/run.sh"),
        ("cd a && git clone https://x.test/o/lib.git", "a/lib/run.sh"),
        ("tar xzf a.tgz", "any/thing.sh"),
        ("echo x > f.txt", "f.txt"),
        ("echo x | tee -a f.txt", "f.txt"),
        ("npm ci && npm run build", "dist/index.js"),
        ("make", "target/x"),
    ],
)
def test_what_a_job_makes(tmp_path: Path, run: str, path: str) -> None:
    text = (
        "on: push\njobs:\n  a:\n    runs-on: u\n    steps:\n      - uses: actions/checkout@v4\n"
        f"      - run: {run}\n      - run: 'true'\n"
    )
    target = lay(tmp_path, {".github/workflows/a.yml": text, "README": ""})
    (job,) = job_runs(target)
    space = Workspace(target, job)
    assert space.may_have(path, 2)
    assert not space.may_have(path, 1)
    assert not space.may_have("scripts/deploy-all.sh", 2) or run.startswith("tar")
