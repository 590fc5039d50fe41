"""Where files of the repository lie inside an image, and where its commands run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.facts.docker.base_pins import BaseImages
from pytest_reconaudit.facts.docker.build_arguments import build_arguments
from pytest_reconaudit.facts.docker.build_inputs import BuildInputs
from pytest_reconaudit.facts.docker.image_files import ImageFiles, absolute, image_files
from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.docker.layers import Layers
from pytest_reconaudit.facts.docker.masked_errors import MaskedErrors
from pytest_reconaudit.target import Target

FILES = {
    "compose.yaml": (
        "services:\n  web:\n    build:\n      context: .\n      dockerfile: web/Dockerfile\n"
        '      args:\n        MODE: release\n        PORT: "$PORT"\n'
    ),
    "web/package.json": '{ "name": "web" }\n',
    "web/src/main.ts": "export {}\n",
    "web/secret/key.ts": "export {}\n",
    "packages/ui/package.json": '{ "name": "ui" }\n',
    "package.json": '{ "name": "all" }\n',
    ".dockerignore": "web/secret\n",
}
DOCKERFILE = """\
FROM node:22 AS base
ARG ROOT=/srv
WORKDIR $ROOT
WORKDIR app

FROM base AS build
COPY package*.json ./
COPY web/package.json web/
COPY --parents packages/*/package.json .
RUN (cd web && npm ci) && \\
    npm ls \\
    && cd packages && sudo npm i
RUN <<EOF
cd web
npm run build
EOF
COPY web ./web
FROM node:22
COPY --from=build /srv/app/web /opt/web
RUN --mount=type=bind,source=web/package.json,target=/tmp/package.json ["sh", "-c", "ls /tmp"]
"""


def _files(root: Path, dockerfile: str = DOCKERFILE) -> ImageFiles:
    for path, text in {**FILES, "web/Dockerfile": dockerfile}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    target = Target(root)
    return image_files(target, dockerfiles(target)[0])


def test_commands_know_their_folder_and_place(tmp_path: Path) -> None:
    files = _files(tmp_path)
    build = files.dockerfile.stages[1]
    seen = [(s.words[0:2], s.folder, s.place.line, s.place.column) for s in files.steps(build)]
    assert seen == [
        (("cd", "web"), "/srv/app", 10, 6),
        (("npm", "ci"), "/srv/app/web", 10, 16),
        (("npm", "ls"), "/srv/app", 11, 5),
        (("cd", "packages"), "/srv/app", 12, 8),
        (("npm", "i"), "/srv/app/packages", 12, 23),
        (("cd", "web"), "/srv/app", 14, 1),
        (("npm", "run"), "/srv/app/web", 15, 1),
    ]


def test_origins(tmp_path: Path) -> None:
    files = _files(tmp_path)
    _, build, final = files.dockerfile.stages
    assert files.origin(build, "/srv/app/package.json") == "package.json"
    assert files.origin(build, "/srv/app/web/package.json") == "web/package.json"
    assert files.origin(build, "/srv/app/packages/ui/package.json") == "packages/ui/package.json"
    assert files.origin(build, "/srv/app/web/src/main.ts") == "web/src/main.ts"
    first = next(build.of("RUN"))
    assert files.origin(build, "/srv/app/web/src/main.ts", first) is None
    assert files.origin(final, "/opt/web/src") == "web/src"
    assert files.origin(final, "/opt/web/secret/key.ts") is None, ".dockerignore keeps it out"
    mounted = next(final.of("RUN"))
    assert files.origin(final, "/tmp/package.json", mounted) == "web/package.json"
    assert files.origin(final, "/tmp/package.json") is None


def test_arguments_of_builders(tmp_path: Path) -> None:
    files = _files(tmp_path)
    given_values = [
        (one.name, one.value) for one in build_arguments(files.target, "web/Dockerfile")
    ]
    assert given_values == [("MODE", "release"), ("PORT", None)]


def test_absolute() -> None:
    assert absolute("/app", "web/") == "/app/web"
    assert absolute("/app", "/x/../y") == "/y"
    assert absolute("/app", "${ROOT}/x") == "/${ROOT}/x"


_PIECES = st.sampled_from(
    ["FROM rust:1 AS a\n", "FROM a\n", "FROM b AS b\n", "COPY . .\n", "COPY --from=a /x /y/\n",
     "COPY [\"a b\", \"c\"]\n", "RUN cargo build --release\n", "RUN npm ci || true; exit 0\n",
     "RUN (cd x && (cd y; npm i)) | cat\n", "WORKDIR $X\n", "ARG X=target/$Y\n", "USER $X\n",
     "COPY --from=b target/${X}/release/z z\n", "RUN <<E\nnpm ci\n", "E\n", "COPY\n", "RUN\n",
     "RUN [\"\", \"\"]\n", "RUN --mount=type=bind,target= npm ci\n", "ENV NODE_ENV=production\n",
     "\\\n", "COPY a* b?/ [c] /\n", "CMD [\"/x\"]\n", "\x00 \ufffd $(\n"]
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(_PIECES, max_size=12))
def test_no_dockerfile_is_too_odd(pieces: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "Dockerfile").write_text("FROM x\n" + "".join(pieces), "utf-8")
        (root / "Cargo.toml").write_text('[package]\nname = "a"\n', "utf-8")
        (root / "compose.yaml").write_text("services:\n  a: { build: . }\n", "utf-8")
        target = Target(root)
        for dockerfile in dockerfiles(target):
            lines = target.text("Dockerfile").count("\n") + 1
            files = image_files(target, dockerfile)
            for stage in dockerfile.stages:
                for step in files.chain_steps(stage):
                    assert 1 <= (step.place.line or 0) <= lines
            list(BuildInputs(target).faults(dockerfile))
            list(MaskedErrors(target).of(dockerfile))
            list(Layers(target).early_sources(dockerfile))
            BaseImages(target).of(dockerfile)
