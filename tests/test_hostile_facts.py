"""What joins files across a hostile repository stays fast, and excuses no more than it means to."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest

from pytest_reconaudit.copies import copy_of
from pytest_reconaudit.facts.asynchronous.remembered import is_remembered
from pytest_reconaudit.facts.ci.ci_paths import workflow_paths
from pytest_reconaudit.facts.ci.expressions import workflow_expressions
from pytest_reconaudit.facts.ci.pushes import workflow_pushes
from pytest_reconaudit.facts.ci.runners import workflow_runners
from pytest_reconaudit.facts.code.functions import function_at, outlined
from pytest_reconaudit.facts.code.unmounted_routers import is_never_imported
from pytest_reconaudit.facts.compose.compose_references import compose_references
from pytest_reconaudit.facts.docker.images import dockerfiles, images
from pytest_reconaudit.facts.docs.ledger import judged_documents
from pytest_reconaudit.facts.docs.wording import leaves, makes
from pytest_reconaudit.facts.env.requirements import requirements
from pytest_reconaudit.facts.env.secrets import _is_for_localhost
from pytest_reconaudit.facts.network.routes import route_tables
from pytest_reconaudit.facts.network.routes_rust import rust_folders
from pytest_reconaudit.facts.packages import cargo_packages
from pytest_reconaudit.facts.problems import config_files
from pytest_reconaudit.facts.query.loop_bodies import above_loop, further_statements
from pytest_reconaudit.facts.query.page_rows import reads_of_rows
from pytest_reconaudit.facts.query.unpaged import unpaged_lists
from pytest_reconaudit.facts.rust.crate_names import is_named
from pytest_reconaudit.facts.rust.regexes import _LOOP, _STRINGS, _loop_of_each_line
from pytest_reconaudit.facts.rust.specimens import is_specimen
from pytest_reconaudit.facts.scripts.lost_paths import script_paths
from pytest_reconaudit.facts.web.buildable import buildables
from pytest_reconaudit.facts.web.inlined_packages import _TAKES_LISTED
from pytest_reconaudit.facts.web.nearness import _stays_near
from pytest_reconaudit.facts.web.unused_dependencies import _cloning
from pytest_reconaudit.target import Target

_LONG = 5.0
"""Seconds of CPU; where a step is repeated each of these takes a minute, or does not end."""


def laid(folder: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(folder)


_LOST = "services:\n  berths:\n    image: berths:1\n    depends_on: [tides]\n"


def test_paths_made_of_many_variables(tmp_path: Path) -> None:
    words = " ".join(f"a{'$A' * count}b.yml" for count in range(2, 60))
    long = ("a" * 200 + "$" + "a" * 260 + " ") * 200
    files = {f"s{n}/docker-compose.{'a' * 60}.yaml": _LOST for n in range(20)}
    files["run.sh"] = f'#!/bin/sh\ndocker compose -f "$f" up\n{words}\n{long}\n'
    target = laid(tmp_path, files)
    start = time.process_time()
    found = compose_references(target)
    assert time.process_time() - start < _LONG
    assert sum(len(one.broken) for one in found.values()) == 20


@pytest.mark.parametrize(
    ("script", "broken"),
    [
        ('docker compose -f "${1:-docker-compose.yml}" up', True),
        ('file=docker-compose.yml\ndocker compose -f "$file$1" up', True),
        ('docker compose -f "$1.yml" up', True),
        (
            'for one in docker-compose.yml more.yml; do x+=(-f "$one"); done\ndocker "${x[@]}"',
            False,
        ),
    ],
)
def test_a_file_that_a_script_runs_alone_is_no_piece(
    tmp_path: Path, script: str, broken: bool
) -> None:
    target = laid(tmp_path, {"docker-compose.yml": _LOST, "run.sh": f"#!/bin/bash\n{script}\n"})
    assert bool(compose_references(target)["docker-compose.yml"].broken) is broken


def test_lines_of_quotes_and_blanks() -> None:
    start = time.process_time()
    assert _STRINGS.sub("", 'let s = "' + '\\"' * 100_000) == "let s = "
    assert _LOOP.match("for" + " " * 100_000 + "x of v") is None
    assert time.process_time() - start < _LONG
    assert _STRINGS.sub("", "f(\"{\", '}'); // {") == "f(, ); "
    assert _LOOP.match("for   x in rows {") is not None


def test_the_loop_in_which_a_helper_is_called(tmp_path: Path) -> None:
    source = (
        'fn word() -> regex::Regex { regex::Regex::new("a+").unwrap() }\n'
        "fn tell(rows: Vec<u8>) {\n    for row in rows {\n        if row > 1 {\n"
        "            word();\n        }\n    }\n}\n"
    )
    manifest = '[package]\nname = "b"\nversion = "0.1.0"\n[dependencies]\nregex = "1"\n'
    target = laid(tmp_path, {"Cargo.toml": manifest, "src/lib.rs": source})
    told = function_at(target, "src/lib.rs", 5)
    assert told is not None
    loops = _loop_of_each_line(target, "src/lib.rs", outlined(target, told))
    assert loops == {4: 3, 5: 3, 6: 3, 7: 3}


def test_functions_that_all_await_each_other(tmp_path: Path) -> None:
    count = 100
    near = 'import { readFile } from "fs/promises";\n'
    for name, below in (("f", "g"), ("g", "h")):
        body = "; ".join(f"await {below}{n}()" for n in range(count))
        near += "".join(f"export async function {name}{n}() {{ {body} }}\n" for n in range(count))
    near += "".join(
        f'export async function h{n}() {{ await readFile("{n}") }}\n' for n in range(count)
    )
    target = laid(tmp_path, {"package.json": '{"name": "c"}', "src/near.ts": near})
    first = function_at(target, "src/near.ts", 2)
    assert first is not None
    start = time.process_time()
    assert _stays_near(target, "src/near.ts", outlined(target, first), 3)
    assert time.process_time() - start < _LONG


def test_files_that_all_import_each_other(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "d", "dependencies": {"vite": "5", "react": "18"},'
        ' "scripts": {"build": "tsc && vite build"}}',
        "vite.config.ts": "export default {}\n",
        "index.html": '<script type="module" src="/src/main.ts"></script>',
        "src/main.ts": "console.log(1)\n",
    }
    imports = "".join(f'import "./m{n}";\n' for n in range(40))
    files |= {f"src/m{n}.ts": f'import "./gone";\n{imports}' for n in range(40)}
    target = laid(tmp_path, files)
    start = time.process_time()
    found = buildables(target)
    assert time.process_time() - start < _LONG
    assert found


def test_a_configuration_that_names_package_json_often() -> None:
    start = time.process_time()
    assert _TAKES_LISTED.search("package.json " * 20_000) is None
    assert time.process_time() - start < _LONG
    assert _TAKES_LISTED.search('read("../package.json").dependencies') is not None


def _pem(kind: str, body: bytes) -> str:
    return f"-----BEGIN {kind}-----\n{base64.b64encode(body).decode()}\n-----END {kind}-----\n"


@pytest.mark.parametrize(("others", "local"), [((), True), (("portal.key",), False)])
def test_a_certificate_of_this_machine_excuses_one_key(
    tmp_path: Path, others: tuple[str, ...], local: bool
) -> None:
    key = _pem("PRIVATE KEY", b"k" * 300)
    files = {f"certs/{name}": key for name in ("server.key", *others)}
    files["certs/tls.crt"] = _pem("CERTIFICATE", b"x" * 100 + b"localhost" + b"x" * 100)
    assert _is_for_localhost(laid(tmp_path, files), "certs/server.key") is local


@pytest.mark.parametrize(("loop", "specimens"), [("", 4), ("for one in jobs/*; do", 0)])
def test_crates_that_a_script_builds_in_a_loop(tmp_path: Path, loop: str, specimens: int) -> None:
    files = {"Cargo.toml": '[package]\nname = "depot"\nversion = "0.1.0"\n', "src/main.rs": ""}
    for name in ("bills", "labels", "mails", "stock"):
        files[f"jobs/{name}/Cargo.toml"] = f'[package]\nname = "{name}"\nversion = "0.1.0"\n'
        files[f"jobs/{name}/src/main.rs"] = "fn main() {}\n"
    files["release.sh"] = f"#!/bin/sh\n{loop}\n"
    target = laid(tmp_path, files)
    assert sum(is_specimen(target, one) for one in cargo_packages(target)) == specimens


@pytest.mark.parametrize(("copied", "lost"), [("parts", False), ("docs", True)])
def test_a_namesake_counts_where_an_image_takes_both_in(
    tmp_path: Path, copied: str, lost: bool
) -> None:
    target = laid(
        tmp_path,
        {
            "kiosk/Dockerfile": f"FROM node:22\nCOPY {copied}/ start.sh ./\n",
            "kiosk/start.sh": "#!/bin/sh\nset -e\nnode board.js\n",
            "kiosk/parts/board.js": "",
            "kiosk/docs/read.txt": "",
        },
    )
    assert any(one.lost for one in script_paths(target)) is lost


def test_a_name_of_specimens_excuses_no_file_that_is_deployed(tmp_path: Path) -> None:
    target = laid(
        tmp_path,
        {
            "compose.yml": "services:\n  edge:\n    image: edge:1\n    volumes:\n"
            "      - ./bad-bots.yaml:/etc/edge/bots.yaml:ro\n",
            "bad-bots.yaml": "bots: [a\n",
            "suite/bad-list.yaml": "bots: [a\n",
        },
    )
    found = {one.path for one in config_files(target) if one.problems}
    assert found == {"bad-bots.yaml"}


@pytest.mark.parametrize("framework", ["axum", "clap"])
def test_crates_that_need_each_other_in_a_row(tmp_path: Path, framework: str) -> None:
    most = 1500
    files = {"Cargo.toml": '[workspace]\nmembers = ["berth*"]\n'}
    for number in range(most):
        needs = f'berth{number + 1} = {{ path = "../berth{number + 1}" }}\n'
        if number == most - 1:
            needs = f'{framework} = "0.8"\n'
        name = f'[package]\nname = "berth{number}"\nversion = "0.1.0"\n'
        files[f"berth{number}/Cargo.toml"] = f"{name}[dependencies]\n{needs}"
        files[f"berth{number}/src/main.rs"] = "fn main() {}\n"
    target = laid(tmp_path, files)
    assert len(cargo_packages(target)) == most + 1
    start = time.process_time()
    found = rust_folders(target)
    assert time.process_time() - start < _LONG / 10
    assert len(found) == (most if framework == "axum" else 0)


def test_a_template_that_many_views_render(tmp_path: Path) -> None:
    loop = "{% for row in rows %}{{ row.berth }}{{ row.berth.quay }}{% endfor %}\n"
    include = "{% include 'all.html' %}\n"
    files = {"a/templates/all.html": loop * 1_000}
    files |= {f"a/templates/p{n}.html": include * 3 for n in range(200)}
    target = laid(tmp_path, files)
    start = time.process_time()
    for _ in range(1_000):
        found = reads_of_rows(target, "a/templates/all.html", ("rows", "object_list"))
        assert [(read.names, place.line) for read, place in found] == [
            (("berth",), 1),
            (("berth", "quay"), 1),
        ]
    for page in range(200):
        reads_of_rows(target, f"a/templates/p{page}.html", ("rows",))
    assert time.process_time() - start < _LONG


def test_goals_that_a_long_makefile_lacks(tmp_path: Path) -> None:
    rules = "".join(f"quay{n}: berth{n}\n\techo\n" for n in range(3_000))
    goals = "".join(f"          make quai{n}\n" for n in range(100))
    steps = "    steps:\n      - uses: actions/checkout@v4\n      - run: |\n" + goals
    workflow = f"on: push\njobs:\n  ship:\n    runs-on: ubuntu-24.04\n{steps}"
    target = laid(tmp_path, {"Makefile": rules, ".github/workflows/ship.yml": workflow})
    start = time.process_time()
    (paths,) = workflow_paths(target)
    assert time.process_time() - start < _LONG
    assert len(paths.missing) == 100


def test_words_before_addresses_in_a_script_that_clones(tmp_path: Path) -> None:
    target = laid(tmp_path, {"run.sh": f"git clone x\nA={'a' * 150_000}\n"})
    start = time.process_time()
    assert _cloning(target)
    assert time.process_time() - start < _LONG


def test_lists_of_crates_within_each_other() -> None:
    names = [f"berth{n}" for n in range(100)]
    code = "fn main() {}\n" + "use {" * 30_000 + " ".join(f"x::{name}," for name in names)
    start = time.process_time()
    assert not any(is_named(code, name) for name in names)
    assert time.process_time() - start < _LONG
    assert is_named("use {std::fs, tide_tables};", "tide_tables")


@pytest.mark.parametrize(("kept", "known"), [("tides", True), ("high_tides", False)])
def test_what_is_asked_and_kept_is_one_cache(tmp_path: Path, kept: str, known: bool) -> None:
    lines = "".join(f"    if key{n} in berths{n}: pass\n" for n in range(2_000))
    text = f"def digest(key):\n{lines}    x = tides.get(key)\n    x = h(key)\n    {kept}[key] = x\n"
    target = laid(tmp_path, {"quay.py": text})
    ref = function_at(target, "quay.py", 1)
    assert ref is not None
    start = time.process_time()
    assert is_remembered(target, ref, 2_003) is known
    assert time.process_time() - start < _LONG


def _laid_workflow(folder: Path, job: str, *, on: str = "push") -> Target:
    head = f"on: {on}\njobs:\n  ship:\n    runs-on: ubuntu-24.04\n"
    return laid(folder, {".github/workflows/ship.yml": head + job})


def test_expressions_that_ask_for_much_of_much(tmp_path: Path) -> None:
    most = 2_000
    include = "".join(f"          - k{n}: 1\n" for n in range(most))
    asks = "".join(
        f"          echo ${{{{ matrix.b{n} }}}} ${{{{ steps.s{n}.outputs.a }}}}"
        f" ${{{{ steps.made.outputs.b{n} }}}}\n"
        for n in range(most)
    )
    made = "      - id: made\n        run: |\n" + "          echo a=1 >> $GITHUB_OUTPUT\n" * most
    target = _laid_workflow(
        tmp_path,
        f"    strategy:\n      matrix:\n        include:\n{include}"
        f"    steps:\n{made}      - run: |\n{asks}",
    )
    start = time.process_time()
    (found,) = workflow_expressions(target)
    assert time.process_time() - start < _LONG
    assert len(found.lost) == 3 * most
    assert max(len(one.why) for one in found.lost) < 300


@pytest.mark.parametrize(
    ("written", "lost"),
    [
        ("echo a=1 >> $GITHUB_OUTPUT", True),
        ("echo a=1 >> $GITHUB_OUTPUT; echo b=1 >> $GITHUB_OUTPUT", False),
        ("printf 'a=1\\nb=%s\\n' 2 >> $GITHUB_OUTPUT", False),
        ("echo a=1 >> $GITHUB_OUTPUT && cargo run", False),
    ],
)
def test_outputs_of_one_line(tmp_path: Path, written: str, lost: bool) -> None:
    steps = f"      - id: made\n        run: {written}\n"
    target = _laid_workflow(
        tmp_path, f"    steps:\n{steps}      - run: echo ${{{{ steps.made.outputs.b }}}}\n"
    )
    (found,) = workflow_expressions(target)
    assert bool(found.lost) is lost


def test_an_artifact_whose_name_is_made_of_expressions(tmp_path: Path) -> None:
    up, down = ("actions/upload-artifact@v4", "actions/download-artifact@v4")
    target = _laid_workflow(
        tmp_path,
        "    steps:\n"
        f"      - uses: {up}\n        with:\n          name: {'${{ a }}a' * 40}b\n"
        f"      - uses: {down}\n        with:\n          name: {'a' * 400}\n"
        f"      - uses: {down}\n        with:\n          name: {'a' * 400}b\n",
    )
    start = time.process_time()
    (paths,) = workflow_paths(target)
    assert time.process_time() - start < _LONG
    assert [one.path for one in paths.missing] == ["a" * 400]


def test_long_lines_of_commands(tmp_path: Path) -> None:
    steps = f"    steps:\n      - run: {'install ' * 20_000}docker-compose.yml\n"
    tags = f"          tags: {'type=sha ' * 20_000}\n"
    steps += f"      - id: m\n        uses: docker/metadata-action@v5\n        with:\n{tags}"
    steps += "      - uses: docker/build-push-action@v6\n        with:\n"
    steps += "          tags: ${{ steps.m.outputs.tags }}\n      - run: docker-compose up\n"
    target = _laid_workflow(tmp_path, steps, on="[push, pull_request]")
    start = time.process_time()
    (runners,) = workflow_runners(target)
    workflow_pushes(target)
    for line in ("docker run " * 9_000, "curl " * 20_000, f"curl -{'o' * 90_000}"):
        assert not leaves(line)
    assert not makes("echo " * 20_000)
    assert time.process_time() - start < _LONG
    assert runners.compose is not None


def test_documents_that_name_what_is_not_there(tmp_path: Path) -> None:
    most = 1_500
    server = "const express = require('express')\nconst app = express()\n"
    server += "".join(f"app.get('/api/u{n % 50}/z{n}/w', f)\n" for n in range(most))
    routes = "".join(f"GET /api/u{n % 50}/x{n}/y\n" for n in range(most))
    services = "".join(f"docker compose logs pier{n}\n" for n in range(most))
    links = "".join(f"[a](docs/berth{n}.md)\n" for n in range(most))
    files = {f"docs/quay{n}.md": "x" for n in range(1_000)}
    files["README.md"] = f"# A\n\n```http\n{routes}```\n\n{links}\n```sh\n{services}```\n"
    files["compose.yml"] = "services:\n" + "".join(
        f"  peer{n}:\n    image: a:1\n" for n in range(most)
    )
    files["package.json"] = '{"name": "a", "dependencies": {"express": "4"}}'
    files["a.js"] = server + "app.listen(3000)\n"
    target = laid(tmp_path, files)
    start = time.process_time()
    (found,) = judged_documents(target)
    assert time.process_time() - start < 3 * _LONG
    assert found.refuted


def test_a_module_that_reads_one_key_often(tmp_path: Path) -> None:
    reads = "    os.environ['BERTH_KEY']\n" * 6_000
    target = laid(
        tmp_path,
        {".env.example": "BERTH_KEY=1\n", "app/main.py": f"import os\nif x:\n{reads}"},
    )
    start = time.process_time()
    requirements(target)
    assert time.process_time() - start < _LONG


def test_imports_of_many_packages_that_nobody_lists(tmp_path: Path) -> None:
    most = 1_500
    manifest = '{"name": "a", "dependencies": {"vite": "5", "react": "18"}}'
    imports = "".join(f"import a{n} from 'berth{n}'\nconsole.log(a{n})\n" for n in range(most))
    aliases = "".join(f"'quay{n}': 'x',\n" for n in range(20_000))
    target = laid(
        tmp_path,
        {
            "package.json": manifest,
            "index.html": '<script type="module" src="/src/main.ts"></script>',
            "vite.config.ts": f"export default {{resolve: {{alias: {{{aliases}}}}}}}\n",
            "src/main.ts": imports,
        },
    )
    start = time.process_time()
    (found,) = buildables(target)
    assert time.process_time() - start < _LONG
    assert sum(len(one.related) + 1 for one in found.faults if one.clause == "i") == most


def test_settings_that_begin_on_every_line(tmp_path: Path) -> None:
    target = laid(tmp_path, {"a/settings.py": "REST_FRAMEWORK = {\n" * 60_000})
    start = time.process_time()
    assert list(unpaged_lists(target)) == []
    assert time.process_time() - start < _LONG


def test_paths_and_exclusions_of_controllers(tmp_path: Path) -> None:
    parts = ",".join(f"C{n}" for n in range(60))
    excluded = "app.setGlobalPrefix('api', {exclude: [" + "'a'," * 200 + "]})\n"
    classes = f"@Module({{controllers: [{parts}]}}) export class A {{}}\n" + "".join(
        f"@Controller([{repr('a') + ','} {'x.y, ' * 2_000}]) class C{n} {{ "
        + "".join(f"@Get('b{k}') f{k}() {{}} " for k in range(40))
        + "}\n"
        for n in range(60)
    )
    head = "import {NestFactory, Module} from '@nestjs/core'\n"
    uses = "".join(f"app.use(berth{n});\n" for n in range(20_000))
    target = laid(
        tmp_path,
        {
            "package.json": '{"name": "a", "dependencies": {"@nestjs/core": "11"}}',
            "src/main.ts": f"{head}NestFactory.create(A)\n{excluded * 200}{uses}",
            "src/a.ts": head + classes,
        },
    )
    start = time.process_time()
    (table,) = route_tables(target)
    assert time.process_time() - start < 2 * _LONG
    assert not table.complete


def test_outputs_that_nobody_asks_for(tmp_path: Path) -> None:
    outputs = "".join(f"      o{n}: ${{{{ steps.none.outputs.o{n} }}}}\n" for n in range(3_000))
    envs = "".join(f"          E{n}: ${{{{ steps.none.outputs.e{n} }}}}\n" for n in range(3_000))
    text = (
        f"# {'#' * 300_000}\non: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    outputs:\n{outputs}"
        f"    steps:\n      - uses: acme/bake@v1\n        env:\n{envs}"
    )
    target = laid(tmp_path, {".github/workflows/a.yml": text})
    start = time.process_time()
    assert len(workflow_expressions(target)[0].lost) == 1
    assert copy_of(target, ".github/workflows/a.yml") == ""
    assert time.process_time() - start < 20


def test_images_that_one_ignore_rule_breaks(tmp_path: Path) -> None:
    lines = "".join(f"COPY f{n}.lock /x/\n" for n in range(300))
    files = {".gitignore": "*.lock\n", "none/Dockerfile": "# no stage\n"}
    for n in range(12):
        files[f"s{n}/Dockerfile"] = f"FROM alpine:3.22\nCOPY a.txt /x/\n{lines}"
        files[f"s{n}/a.txt"] = "a"
    names = "".join(f"  s{n}:\n    build: ./s{n}\n" for n in range(12))
    target = laid(tmp_path, {**files, "compose.yml": f"services:\n{names}"})
    known = images(target)
    start = time.process_time()
    found = [
        group
        for one in dockerfiles(target)
        for group in known.lost_together(one, known.contexts(one))
    ]
    assert [len(group) for group in found] == [300]
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    "imports",
    [
        "from app.routers import (\n    users,  # users (v1)\n    items,\n)\n",
        "from app.routers import users, \\\n    items\n",
    ],
)
def test_imports_of_many_lines(tmp_path: Path, imports: str) -> None:
    router = "from fastapi import APIRouter\nrouter = APIRouter()\n"
    main = f"from fastapi import FastAPI\n{imports}app = FastAPI()\n"
    files = {f"app/routers/{name}.py": router for name in ("users", "items", "lost")}
    target = laid(tmp_path, {"app/main.py": main, **files})
    idle = [path for path in sorted(files) if is_never_imported(target, path)]
    assert idle == ["app/routers/lost.py"]


def test_lines_of_a_few_files_are_kept(tmp_path: Path) -> None:
    files = {f"{n}.txt": f"{n}\nb" for n in range(9)}
    target = laid(tmp_path, files)
    for _ in range(2):
        for path in files:
            assert target.lines(path) == [path[0], "b"]
            assert target.line(path, 1) == path[0]
    assert target.line("0.txt", 3) == ""
    assert target.lines("0.txt") is target.lines("0.txt")


def test_loops_of_one_long_file(tmp_path: Path) -> None:
    views = "".join(
        f"def v{n}(request):\n    for x in request.POST.getlist('ids'):\n"
        "        Order.objects.get(pk=x)\n"
        for n in range(1_500)
    )
    rows = "from django.db import models\nclass Order(models.Model):\n    a = models.TextField()\n"
    target = laid(
        tmp_path,
        {"shop/models.py": rows, "shop/views.py": f"from shop.models import Order\n{views}"},
    )
    begun = time.process_time()
    for number in range(2, 4_500, 3):
        further_statements(target, "shop/views.py", number + 1, ())
        above_loop(target, "shop/views.py", number + 1)
    assert time.process_time() - begun < 8
