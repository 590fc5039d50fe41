"""Compose files and the stacks they make: every form, merged as Docker Compose merges them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.facts.compose.stacks import (
    Stack,
    compose_files,
    dangling,
    dotenv_values,
    stacks,
)
from pytest_reconaudit.readers.compose import (
    ComposeService,
    is_remote,
    read_compose,
    repo_path,
    service_of,
)
from pytest_reconaudit.target import Target


def one(text: str, name: str = "a", folder: str = "", **known: str) -> ComposeService:
    return service_of(read_compose(text, "compose.yaml"), name, folder, known)


def lay(root: Path, files: dict[str, str]) -> Target:
    for path, text in files.items():
        full = root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_text(text, "utf-8")
    return Target(root)


def stack_of(target: Target, *files: str) -> Stack:
    return next(stack for stack in stacks(target) if stack.files == files)


def test_environment_in_both_forms() -> None:
    listed = one("services:\n  a:\n    environment:\n      - X=1=2\n      - Y\n      - Z=${P:-8}\n")
    assert [(e.key, e.value, e.place.line, e.place.column) for e in listed.environment] == [
        ("X", "1=2", 4, 9),
        ("Y", None, 5, 9),
        ("Z", "8", 6, 9),
    ]
    mapped = one("services:\n  a:\n    environment: {X: 1, Y: , Z: yes, B: true, U: $U}\n")
    assert [(e.key, e.value, e.resolved) for e in mapped.environment] == [
        ("X", "1", True),
        ("Y", None, True),
        ("Z", "yes", True),
        ("B", "true", True),
        ("U", "$U", False),
    ]


def test_env_files_in_all_forms() -> None:
    text = (
        "services:\n  a:\n    env_file:\n      - ../x.env\n      - {path: y.env, required: false}\n"
    )
    files = one(text, folder="deploy").env_files
    assert [(f.path, f.required, f.place.line) for f in files] == [
        ("x.env", True, 4),
        ("deploy/y.env", False, 5),
    ]
    assert one("services: {a: {env_file: ../../up.env}}", folder="deploy").env_files[0].path is None
    assert one("services: {a: {env_file: z.env}}").env_files[0].path == "z.env"


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("data:/var/lib", ("volume", "data", "/var/lib", None)),
        ("./conf:/etc/app:ro", ("bind", "./conf", "/etc/app", "deploy/conf")),
        ("../conf:/etc/app", ("bind", "../conf", "/etc/app", "conf")),
        ("../../conf:/etc/app", ("bind", "../../conf", "/etc/app", None)),
        ("/abs:/etc/app", ("bind", "/abs", "/etc/app", None)),
        ("~/.aws:/root/.aws", ("bind", "~/.aws", "/root/.aws", None)),
        ("/only/target", ("volume", "", "/only/target", None)),
        ("C:\\\\data:/data", ("bind", "C:\\data", "/data", None)),
        ("${X:-./conf}:/etc", ("bind", "./conf", "/etc", "deploy/conf")),
        ("${X}:/etc", ("unknown", "${X}:/etc", "/etc", None)),
    ],
)
def test_short_volumes(volume: str, expected: tuple[str, str, str, str | None]) -> None:
    mount = one(f'services: {{a: {{volumes: ["{volume}"]}}}}', folder="deploy").volumes[0]
    assert (mount.kind, mount.source, mount.target, mount.path) == expected


def test_long_volume() -> None:
    mount = one(
        "services:\n  a:\n    volumes:\n      - type: bind\n        source: conf\n"
        "        target: /c\n        read_only: true\n        bind: {create_host_path: false}\n"
    ).volumes[0]
    assert (mount.kind, mount.path, mount.read_only, mount.create) == ("bind", "conf", True, False)
    assert str(mount.place) == "compose.yaml:4"


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ('"8080:80"', ("8080", "80", "", "tcp")),
        ("80", ("", "80", "", "tcp")),
        ('"127.0.0.1:5432:5432/udp"', ("5432", "5432", "127.0.0.1", "udp")),
        ('"[::1]:80:8080"', ("80", "8080", "::1", "tcp")),
        ('"${PORT:-3000}:3000"', ("3000", "3000", "", "tcp")),
        ("{target: 80, published: 8080, host_ip: 0.0.0.0}", ("8080", "80", "0.0.0.0", "tcp")),
    ],
)
def test_ports(port: str, expected: tuple[str, str, str, str]) -> None:
    found = one(f"services: {{a: {{ports: [{port}]}}}}").ports[0]
    assert (found.published, found.target, found.host_ip, found.protocol) == expected


def test_build_in_both_forms() -> None:
    short = one("services: {a: {build: ./api}}", folder="deploy").build
    assert short is not None
    assert (short.context, short.dockerfile) == ("deploy/api", "deploy/api/Dockerfile")
    long = one(
        "services:\n  a:\n    build:\n      context: ..\n      dockerfile: deploy/api.Dockerfile\n"
        "      target: run\n      args: [A=1, B]\n      additional_contexts: [docs=./d]\n",
        folder="deploy",
    ).build
    assert long is not None
    assert (long.context, long.dockerfile, long.target) == ("", "deploy/api.Dockerfile", "run")
    assert (long.dockerfile_place.line, long.target_place.line) == (5, 6)
    assert [(a.key, a.value) for a in long.args] == [("A", "1"), ("B", None)]
    assert long.contexts == ("docs",)
    remote = one("services: {a: {build: 'https://h.example/x.git#main'}}").build
    assert remote is not None
    assert (remote.context, remote.dockerfile) == (None, None)


def test_commands_are_words() -> None:
    assert one("services: {a: {command: redis-server --save '' $$X}}").command == (
        "redis-server",
        "--save",
        "",
        "$X",
    )
    assert one("services: {a: {command: [a, 1, true]}}").command == ("a", "1", "true")
    assert one("services: {a: {command: }}").command is None
    assert one('services: {a: {command: "it\'s"}}').command == ("it's",)


def test_healthcheck_and_dependencies() -> None:
    service = one(
        "services:\n  a:\n    healthcheck:\n      test: curl -f http://localhost:${P:-80}/\n"
        "    depends_on:\n      db: {condition: service_healthy}\n      q: {required: false}\n"
        "    network_mode: service:vpn\n"
    )
    assert service.healthcheck is not None
    assert service.healthcheck.test == ("CMD-SHELL", "curl -f http://localhost:80/")
    assert [(d.service, d.condition, d.required) for d in service.depends_on] == [
        ("db", "service_healthy", True),
        ("q", "", False),
    ]
    assert [name.name for name in service.shares] == ["vpn"]


def test_find_takes_the_last_file_that_says_it(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "compose.yaml": "services:\n  a:\n    image: x\n    deploy: {resources: {limits: "
            "{memory: 1G, cpus: '1'}}}\n",
            "compose.override.yaml": "services:\n  a:\n    deploy:\n      resources:\n"
            "        limits: {memory: 2G}\n",
        },
    )
    (stack,) = stacks(target)
    service = stack.services[0]
    memory = service.find("deploy", "resources", "limits", "memory")
    cpus = service.find("deploy", "resources", "limits", "cpus")
    assert memory is not None
    assert cpus is not None
    assert (memory.value, str(memory.place)) == ("2G", "compose.override.yaml:5")
    assert (cpus.value, str(cpus.place)) == ("1", "compose.yaml:4")
    assert service.find("deploy", "replicas") is None


def test_merge_rules(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "docker-compose.yml": """
services:
  a:
    image: x:1
    command: [one]
    environment: [A=1, B=2]
    ports: ["80:80"]
    volumes: ["./base:/app", "data:/data"]
    depends_on: [b]
    build: {context: ., dockerfile: D1, args: {X: 1}}
  b: { image: y }
volumes: { data: }
""",
            "docker-compose.override.yml": """
services:
  a:
    command: two
    environment: {B: 3, C: 4}
    ports: ["81:81"]
    volumes: ["./over:/app"]
    build: {args: {Y: 2}, target: t}
  b:
    image: !reset null
    ports: !override ["1:1"]
""",
        },
    )
    (stack,) = stacks(target)
    a = stack.service("a")
    assert a is not None
    assert (a.image, a.command) == ("x:1", ("two",))
    assert [(e.key, e.value, e.place.path) for e in a.environment] == [
        ("A", "1", "docker-compose.yml"),
        ("B", "3", "docker-compose.override.yml"),
        ("C", "4", "docker-compose.override.yml"),
    ]
    assert [port.target for port in a.ports] == ["80", "81"]
    assert [(m.source, m.target) for m in a.volumes] == [("./over", "/app"), ("data", "/data")]
    assert a.build is not None
    assert (a.build.dockerfile, a.build.target) == ("D1", "t")
    assert [arg.key for arg in a.build.args] == ["X", "Y"]
    b = stack.service("b")
    assert b is not None
    assert (b.image, [port.target for port in b.ports]) == (None, ["1"])
    assert (stack.origin, stack.all_files) == ("default", {*stack.files})


def test_extends_and_include(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "compose.yaml": "include: [sub/compose.yaml]\nservices:\n  a:\n    extends:\n"
            "      file: common/base.yml\n      service: base\n    environment: {B: 2}\n"
            "  loop: {extends: loop, image: x}\n",
            "common/base.yml": "services:\n  base:\n    image: z\n    env_file: base.env\n"
            "    environment: {A: 1}\n    depends_on: [gone]\n",
            "sub/compose.yaml": "services:\n  inner:\n    build: .\n",
        },
    )
    stack = stack_of(target, "compose.yaml")
    a = stack.service("a")
    assert a is not None
    assert (a.image, [e.key for e in a.environment]) == ("z", ["A", "B"])
    assert (a.env_files[0].path, a.depends_on, a.place.line) == ("common/base.env", (), 3)
    inner = stack.service("inner")
    assert inner is not None
    assert inner.build is not None
    assert inner.build.dockerfile == "sub/Dockerfile"
    assert stack.all_files == {"compose.yaml", "common/base.yml", "sub/compose.yaml"}
    assert stack.broken == ()


def test_combinations_that_commands_name(tmp_path: Path) -> None:
    base = "services:\n  a: {image: x}\n"
    extra = "services:\n  a: {environment: {E: 1}}\n"
    target = lay(
        tmp_path,
        {
            "deploy/base.yml": "x: 1\n",
            "deploy/compose.base.yml": base,
            "deploy/compose.prod.yml": extra,
            "deploy/compose.dev.yml": extra,
            "run.sh": "#!/bin/sh\ncd deploy\n"
            "docker compose -f compose.base.yml --env-file .env -f compose.prod.yml up -d\n",
            ".devcontainer/devcontainer.json": '// dev\n{"dockerComposeFile": '
            '["../deploy/compose.base.yml", "../deploy/compose.dev.yml"]}\n',
        },
    )
    found = {stack.files: stack for stack in stacks(target)}
    prod = found["deploy/compose.base.yml", "deploy/compose.prod.yml"]
    assert (prod.origin, str(prod.origin_place), prod.folder) == ("named", "run.sh:3", "deploy")
    assert ("deploy/compose.base.yml", "deploy/compose.dev.yml") in found
    assert ("deploy/compose.prod.yml",) not in found


def test_an_override_is_never_alone(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "docker-compose.yml": "services:\n  a: {image: x}\n  b: {image: y}\n",
            "docker-compose.prod.yml": "services:\n  a: {deploy: {replicas: 2}}\n",
            "docker-compose.tool.yml": "services:\n  c: {image: z, depends_on: [b]}\n",
            "docker-compose.own.yml": "services:\n  d: {image: w}\n",
            "other/docker-compose.patch.yml": "services:\n  nobody: {environment: {A: 1}}\n",
        },
    )
    assert {stack.files: stack.origin for stack in stacks(target)} == {
        ("docker-compose.yml",): "default",
        ("docker-compose.yml", "docker-compose.prod.yml"): "paired",
        ("docker-compose.yml", "docker-compose.tool.yml"): "paired",
        ("docker-compose.own.yml",): "alone",
    }
    assert len(compose_files(target)) == 5


def test_the_committed_dotenv_fills_in(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "compose.yml": "services:\n  a: {image: 'app:${TAG:-1}', volumes: ['${V}:/v']}\n",
            ".env": "TAG=2 # x\nexport V='./v'\n",
        },
    )
    service = stacks(target)[0].services[0]
    assert (service.image, service.volumes[0].path) == ("app:2", "v")
    assert service.volumes[0].dynamic


def test_dangling_names(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "compose.yml": "services:\n  a:\n    image: x\n    depends_on: [b, $Q]\n"
            "    networks: [default, n]\n    volumes: [vol:/v, /anonymous]\n    secrets: [s]\n"
            "networks: {n: }\n",
        },
    )
    found = [(kind, name) for kind, _, name, _ in dangling(stacks(target)[0])]
    assert found == [("depends_on", "b"), ("volume", "vol"), ("secret", "s")]


def test_what_is_a_compose_file(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        {
            "compose.yaml": "services: {a: {image: x}}\n",
            "docker-compose.broken.yml": "services:\n  a: [\n",
            "decompose.yaml": "kind: x\n",
            "symfony/services.yaml": "services: {a: }\n",
            "generated/docker-compose.yml": "# Generated by tool. Do not edit.\nservices: {a: }\n",
            "kept/docker-compose.yml": "# DO NOT EDIT without review\nservices: {a: {image: x}}\n",
            "archive/docker-compose.yml": "services: {a: {image: x}}\n",
        },
    )
    assert [file.path for file in compose_files(target)] == [
        "compose.yaml",
        "docker-compose.broken.yml",
        "kept/docker-compose.yml",
    ]


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        ("a", ".", "a"),
        ("a", "..", ""),
        ("a", "../b/./c/", "b/c"),
        ("a", "../../b", None),
        ("", "/abs", None),
        ("", "~/x", None),
        ("", "$X/y", None),
        ("", "C:\\x", None),
        ("", "", None),
    ],
)
def test_paths(folder: str, path: str, expected: str | None) -> None:
    assert repo_path(folder, path) == expected


def test_remote_contexts() -> None:
    assert is_remote("https://github.com/a/b.git#main:dir")
    assert is_remote("git@github.com:a/b.git")
    assert is_remote("github.com/a/b")
    assert not is_remote("./git/app")


def test_dotenv_values() -> None:
    assert dotenv_values("A=1\n# B=2\nexport C='x y' # z\nD=\"q\"\nE=a#b\n") == {
        "A": "1",
        "C": "x y",
        "D": "q",
        "E": "a#b",
    }


VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet="ab:/.${}-~", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["services", "build", "volumes", "image", "extends", "file", "service", "path",
                 "env_file", "ports", "depends_on", "include", "a", "b", "healthcheck", "test",
                 "environment", "networks", "context", "target", "source", "type", "secrets"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)  # fmt: skip


@given(services=VALUES, rest=VALUES)
def test_wrong_types_anywhere_never_crash(
    services: object, rest: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    import json

    root = tmp_path_factory.mktemp("compose")
    text = json.dumps({"services": {"a": services, "b": rest}, "include": rest, "volumes": rest})
    target = lay(
        root, {"compose.yml": text, "compose.override.yml": text, "other.compose.yml": text}
    )
    for stack in stacks(target):
        list(dangling(stack))
        for service in stack.services:
            service.find("deploy", "resources")
            assert service.files


@given(st.text(alphabet="services:\n a-&*{}[]!reset'\"#", max_size=120))
def test_reader_never_raises(text: str) -> None:
    file = read_compose(text, "compose.yml")
    for name in file.services:
        service_of(file, name, "", {})
