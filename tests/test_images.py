"""Who builds which Dockerfile from where, what ships, and what a build does not find."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.compose.server_configs import mounted_configs
from pytest_reconaudit.facts.created import created
from pytest_reconaudit.facts.docker.builds import ImageBuild, image_builds
from pytest_reconaudit.facts.docker.images import (
    dockerfiles,
    final_stage,
    images,
    namesake,
)
from pytest_reconaudit.facts.docker.toolchains import (
    build_steps,
    is_development_name,
    is_toolchain,
    tools_shipped,
)
from pytest_reconaudit.readers.bake import read_bake
from pytest_reconaudit.readers.dockerfile import image_reference, read_dockerfile
from pytest_reconaudit.target import Target

PLAIN = "FROM alpine:3.20\nCOPY a.txt /\n"


def lay(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, "utf-8")
    return Target(root)


def builds(target: Target) -> set[tuple[str | None, str | None, str, str, str]]:
    return {
        (b.dockerfile, b.context, b.target, b.origin, str(b.place)) for b in image_builds(target)
    }


def steps(text: str) -> list[str]:
    file = read_dockerfile(text, "Dockerfile")
    return [step.text for stage in file.stages for step in build_steps(stage)]


def test_every_kind_of_builder(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "a/Dockerfile": PLAIN,
            "b/api.dockerfile": PLAIN,
            "compose.yaml": "services:\n  a:\n    build: {context: a, target: run}\n",
            "Makefile": "image:\n\tcd a && docker build -t x:1 --build-arg V=1 .\n",
            "scripts/build.sh": '#!/bin/sh\ncd "$(dirname "$0")/.."\n'
            "docker buildx build --platform linux/amd64 -f b/api.dockerfile --target=x --push b\n",
            "docker-bake.hcl": 'target "base" {\n  context = "a"\n}\n'
            'target "x" {\n  inherits = ["base"]\n  target = "run"\n}\n',
            "skaffold.yaml": "apiVersion: skaffold/v4beta6\nkind: Config\nbuild:\n  artifacts:\n"
            "    - image: x\n      context: b\n      docker: {dockerfile: api.dockerfile}\n",
            "Tiltfile": "docker_build('x', 'b', dockerfile='b/api.dockerfile', target='dev')\n",
            ".devcontainer/devcontainer.json": '{ // x\n "build": {"dockerfile": "../a/Dockerfile",'
            ' "context": ".."} }\n',
            "fly.toml": '[build]\ndockerfile = "a/Dockerfile"\nbuild-target = "run"\n',
            ".gitlab-ci.yml": "b:\n  script:\n    - docker build -t x -f b/api.dockerfile . | cat\n",
            "action.yml": "name: x\nruns:\n  using: docker\n  image: a/Dockerfile\n",
            ".github/workflows/w.yml": "on: push\njobs:\n  j:\n    runs-on: u\n    strategy:\n"
            "      matrix:\n        include:\n          - {dir: a, file: Dockerfile}\n"
            "          - {dir: b, file: api.dockerfile}\n    steps:\n"
            "      - uses: docker/build-push-action@v6\n        with:\n"
            "          context: ${{ matrix.dir }}\n"
            "          file: ./${{ matrix.dir }}/${{ matrix.file }}\n",
        },
    )
    assert builds(target) == {
        ("a/Dockerfile", "a", "run", "compose", "compose.yaml:3"),
        ("a/Dockerfile", "a", "", "makefile", "Makefile:2"),
        ("b/api.dockerfile", "b", "x", "script", "scripts/build.sh:3"),
        ("a/Dockerfile", "a", "", "bake", "docker-bake.hcl:1"),
        ("a/Dockerfile", "a", "run", "bake", "docker-bake.hcl:4"),
        ("b/api.dockerfile", "b", "", "skaffold", "skaffold.yaml:5"),
        ("b/api.dockerfile", "b", "dev", "tilt", "Tiltfile:1"),
        ("a/Dockerfile", "", "", "devcontainer", ".devcontainer/devcontainer.json:2"),
        ("a/Dockerfile", "", "run", "platform", "fly.toml:1"),
        ("b/api.dockerfile", "", "", "ci", ".gitlab-ci.yml:3"),
        ("a/Dockerfile", "a", "", "action", "action.yml:4"),
        ("a/Dockerfile", "a", "", "workflow", ".github/workflows/w.yml:13"),
        ("b/api.dockerfile", "b", "", "workflow", ".github/workflows/w.yml:13"),
    }


def test_what_is_hidden_is_unknown(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "Dockerfile": PLAIN,
            "build.sh": "#!/bin/sh\ndocker build -f Dockerfile $DIR\ndocker build - < Dockerfile\n"
            "docker build https://h.example/r.git\ndocker build -f Dockerfile . $ARGS\n",
        },
    )
    assert sorted((b.place.line, b.context) for b in image_builds(target)) == [
        (2, None),
        (3, None),
        (4, None),
        (5, ""),
    ]


@pytest.mark.parametrize(
    ("names", "targets", "expected"),
    [
        (["builder", "runtime"], [], "runtime"),
        (["base", "prod", "dev"], [], "prod"),
        (["base", "prod", "dev"], ["dev"], "prod"),
        (["base", "prod", "dev"], ["base"], "base"),
        (["base", "prod", "dev"], ["", "0"], "base"),
        (["dev", "test"], [], "test"),
        (["a", "TESTING"], [], "a"),
    ],
)
def test_final_stage(names: list[str], targets: list[str], expected: str) -> None:
    file = read_dockerfile("".join(f"FROM x AS {name}\n" for name in names), "Dockerfile")
    stage = final_stage(file, targets)
    assert stage is not None
    assert stage.name == expected


def test_no_stage_at_all() -> None:
    assert final_stage(read_dockerfile("", "Dockerfile")) is None


def test_which_files_are_dockerfiles(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "Dockerfile": "",
            "Dockerfile.api": "ARG A\nFROM x\n",
            "Dockerfile.tail": "ENV A=1\n",
            "Dockerfile.py": "import os\n",
            "Dockerfile.tpl.web": "FROM {{ base }}\n",
            "Dockerfile.fmt": "FROM x\nRUN docker inspect -f '{{ .Id }}' y\n#if you must\n",
            "odd.name": "FROM x\n",
            "compose.yaml": "services: {a: {build: {context: ., dockerfile: odd.name}}}\n",
            "generated/Dockerfile": "# GENERATED by apply.sh, do not edit\nFROM x\n",
            "testdata/Dockerfile": "FROM x\n",
            "tests/resources/Dockerfile": "FROM x\n",
        },
    )
    assert [one.path for one in dockerfiles(target)] == [
        "Dockerfile",
        "Dockerfile.api",
        "Dockerfile.fmt",
        "Dockerfile.tail",
        "odd.name",
    ]


@pytest.mark.parametrize(
    ("command", "builds_it"),
    [
        ("cargo build --release", True),
        ("RUSTFLAGS=-g cargo b", True),
        ("cargo install --path .", True),
        ("cargo install sqlx-cli", False),
        ("cargo fetch", False),
        ("go build ./...", True),
        ("go install ./cmd/x", True),
        ("go install example.org/x@v1", False),
        ("./mvnw -B package", True),
        ("mvn dependency:go-offline", False),
        ("./gradlew :app:bootJar", True),
        ("gradle dependencies", False),
        ("npm run build", True),
        ("npm run build:web", True),
        ("npm ci", False),
        ("npm run lint", False),
        ("pnpm --filter web build", True),
        ("yarn workspace web build", True),
        ("yarn install", False),
        ("npx tsc -p .", True),
        ("npx tsc --noEmit", False),
        ("npx vite build", True),
        ("pnpm exec next build", True),
        ("turbo run build", True),
        ("npx nx run web:build", True),
        ("cmake --build out", True),
        ("cmake -S . -B out", False),
        ("dotnet publish -c Release", True),
        ("dotnet restore", False),
        ("make", False),
        ("pip install -r requirements.txt", False),
        ("sudo -E env A=1 go build", True),
        ("env CGO_ENABLED=0 go build", True),
    ],
)
def test_build_steps(command: str, builds_it: bool) -> None:
    assert bool(steps(f"FROM debian:12\nRUN {command}\n")) is builds_it


def test_make_counts_on_a_compiler_only() -> None:
    assert steps("FROM golang:1.23\nRUN make build\nRUN make test\n") == ["make build"]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("rust:1.82", True),
        ("docker.io/library/golang:1", True),
        ("mcr.microsoft.com/dotnet/sdk:8.0", True),
        ("mcr.microsoft.com/dotnet/aspnet:8.0", False),
        ("node:20", False),
        ("swift:5.9-slim", False),
        ("eclipse-temurin:21-jdk", False),
    ],
)
def test_toolchains(image: str, expected: bool) -> None:
    assert is_toolchain(image_reference(image)) is expected


def test_tools_shipped_follows_the_chain() -> None:
    text = "FROM node:20 AS a\nRUN npm run build\nFROM a AS b\nFROM nginx\nCOPY --from=a /d /d\n"
    file = read_dockerfile(text, "Dockerfile")
    shipped = tools_shipped(file, file.stages[1])
    assert shipped is not None
    assert (shipped.builds_here, shipped.step.place.line) == (True, 2)
    assert tools_shipped(file, file.stages[2]) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Dockerfile", False),
        ("api/Dockerfile.dev", True),
        ("Dockerfile.devcontainer", True),
        ("dev.Dockerfile", True),
        (".devcontainer/Dockerfile", True),
        ("api/Dockerfile.device", False),
        ("Dockerfile.production", False),
        ("testing/Dockerfile", False),
    ],
)
def test_development_names(path: str, expected: bool) -> None:
    assert is_development_name(path) is expected


def test_sources_are_looked_for_in_the_context(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "svc/Dockerfile": "FROM alpine:3.20\nCOPY a.txt ../up.txt /\nCOPY gone* a.txt /\n"
            "COPY /abs.txt /\nCOPY only*.x /\nCOPY lin[ck]/x /\n",
            "svc/a.txt": "",
            "svc/up.txt": "",
            "svc/abs.txt": "",
            "compose.yaml": "services: {a: {build: svc}}\n",
        },
    )
    found = images(target)
    (dockerfile,) = dockerfiles(target)
    contexts = found.contexts(dockerfile)
    assert [context.path for context in contexts] == ["svc"]
    lost = found.lost(dockerfile, contexts)
    assert [(one.source.place.line, one.source.written, one.kind) for one in lost] == [
        (5, "only*.x", "missing"),
        (6, "lin[ck]/x", "missing"),
    ]


def test_contexts_that_disagree_are_weaker(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "svc/Dockerfile": PLAIN,
            "svc/a.txt": "",
            "one/compose.yaml": "services: {a: {build: ../svc}}\n",
            "two/compose.yaml": "services: {a: {build: {context: .., dockerfile: svc/Dockerfile}}}\n",
        },
    )
    (dockerfile,) = dockerfiles(target)
    found = images(target)
    (lost,) = found.lost(dockerfile, found.contexts(dockerfile))
    assert (lost.context.path, [one.path for one in lost.elsewhere]) == ("", ["svc"])


def test_an_unasked_stage_is_optional(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "Dockerfile": "FROM x AS docs\nCOPY gone.md /\nFROM x\nCOPY a.txt /\n",
            "a.txt": "",
            "compose.yaml": "services: {a: {build: .}}\n",
        },
    )
    (dockerfile,) = dockerfiles(target)
    found = images(target)
    assert [one.optional_stage for one in found.lost(dockerfile, found.contexts(dockerfile))] == [
        True
    ]


def test_a_submodule_and_windows_paths_are_there(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "Dockerfile": "# escape=`\nFROM x\nCOPY site\\index.html c:\\site\\\n"
            "COPY shared/lib c:\\lib\\\nCOPY site\\gone.html c:\\site\\\n",
            "site/index.html": "",
            ".gitmodules": '[submodule "shared"]\n\tpath = shared\n\turl = ../shared.git\n',
        },
    )
    (dockerfile,) = dockerfiles(target)
    found = images(target)
    lost = found.lost(dockerfile, found.contexts(dockerfile))
    assert [(one.source.place.line, one.path) for one in lost] == [(5, "site/gone.html")]


def test_what_scripts_write(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "setup.sh": "#!/bin/sh\nmkdir -p data/pg\ncp env.sample conf/app.env\n"
            "cat > conf/a.yml <<EOF\nx: 1\nEOF\ncurl -fsSL https://h.example/x -o tools/x\n"
            "cp -r static/* public/\necho 1 > $ROOT/var/flag.txt\ncp a.txt conf/\n",
            "conf/kept.yml": "",
        },
    )
    made = created(target)
    for path in ("conf/app.env", "conf/a.yml", "tools/x", "public/deep/x", "var/flag.txt"):
        assert made.by(path) is not None, path
    assert str(made.by("conf/a.txt")) == "setup.sh:10"
    assert made.by("data/pg") is None
    assert made.folder_by("data/pg") is not None
    assert made.by("conf/other.yml") is None


def test_namesakes(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "deploy/loki/config.yml": "x: 1",
            "app/Cargo.toml": "x",
            "svc/booking/x": "x",
            "a/names.yml": "x: 1",
        },
    )
    assert namesake(target, "loki/config.yml") == "deploy/loki/config.yml"
    assert namesake(target, "app/Cargo.lock") is None
    assert namesake(target, "svc/bookings") == "svc/booking"
    assert namesake(target, "a/name.yml") == "a/names.yml"


def test_configuration_that_an_override_loads_is_loaded(tmp_path: Path) -> None:
    base = "services:\n  db:\n    image: postgres:16\n    volumes: ['./p.conf:/etc/postgresql/p.conf']\n"
    loads = "services:\n  db: {command: postgres -c config_file=/etc/postgresql/p.conf}\n"
    target = lay(tmp_path, {"compose.yaml": base, "compose.prod.yaml": loads, "p.conf": ""})
    (config,) = mounted_configs(target)
    assert (config.loaded, str(config.place)) == (True, "compose.yaml:4")


def test_bake_files() -> None:
    text = (
        'variable "TAG" { default = "1" }\n'
        'group "default" { targets = ["api"] }\n'
        '# target "no" {\n'
        'target "base" {\n  dockerfile = "Dockerfile.base" // x\n  args = { A = "{" }\n}\n'
        'target "api" {\n  inherits = ["base"]\n  context = "./api"\n  target = "run"\n'
        '  contexts = { docs = "./docs" }\n  tags = ["x:${TAG}"]\n}\n'
        'target "dyn" {\n  context = "${DIR}/x"\n  dockerfile-inline = "FROM x"\n}\n'
    )
    base, api, dyn = read_bake(text, "docker-bake.hcl")
    assert (base.name, base.context, base.dockerfile, base.place.line) == (
        "base",
        ".",
        "Dockerfile.base",
        4,
    )
    assert (api.context, api.dockerfile, api.stage, api.contexts) == (
        "./api",
        "Dockerfile.base",
        "run",
        ("docs",),
    )
    assert (dyn.context, dyn.inline) == (None, True)
    (one,) = read_bake('{"target": {"x": {"context": "a", "inherits": ["x"]}}}', "b.json")
    assert (one.context, one.dockerfile) == ("a", "Dockerfile")


@given(st.text(alphabet='target "x" {}=[]\n#/*inherits"', max_size=150))
def test_bake_never_raises(text: str) -> None:
    read_bake(text, "docker-bake.hcl")
    read_bake(text, "docker-bake.json")


@given(
    rows=st.lists(
        st.sampled_from(
            ["FROM a AS b", "FROM b", "COPY --from=b x y", "COPY x y", "COPY", "RUN make",
             "RUN --mount=type=bind,source=x y", "ADD [\"a\"]", "CMD [\"'x'\"]", "\\", "HEY",
             "COPY --from=9 * .", "ARG X", "FROM ${X}", "COPY [] ", "ONBUILD COPY a b"]
        ),
        max_size=8,
    )
)  # fmt: skip
def test_any_dockerfile_can_be_judged(
    rows: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from pytest_reconaudit.facts.docker.dockerfile_faults import dockerfile_faults

    target = lay(tmp_path_factory.mktemp("any"), {"Dockerfile": "\n".join(rows), "x": ""})
    found = images(target)
    for dockerfile in dockerfiles(target):
        if dockerfile.instructions:
            list(dockerfile_faults(dockerfile, found))
        if dockerfile.stages:
            found.lost(dockerfile, found.contexts(dockerfile))
            stage = found.final_stage(dockerfile)
            assert stage is not None
            tools_shipped(dockerfile, stage)


def test_records_are_plain() -> None:
    assert ImageBuild.__slots__
