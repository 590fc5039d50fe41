"""What programs listen on: source, server configuration, command lines, ready-made images; and
who answers on the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.docker.images import dockerfiles
from pytest_reconaudit.facts.network.asks import addresses, label_of, named_parts, nginx_asks
from pytest_reconaudit.facts.network.image_ports import image_ports, infrastructure_ports
from pytest_reconaudit.facts.network.listeners import (
    Listening,
    binds,
    is_loopback,
    listening,
    package_listening,
    started_by,
)
from pytest_reconaudit.facts.network.programs import program_of_dockerfile
from pytest_reconaudit.facts.network.services import answering, host, meant
from pytest_reconaudit.model import Outcome
from pytest_reconaudit.readers.dockerfile import image_reference
from pytest_reconaudit.readers.shell import shell_words
from pytest_reconaudit.target import Target
from tests import trees


def lay(root: Path, **files: str) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Target(root)


def image_listens(target: Target, environment: dict[str, str] | None = None) -> Listening:
    (dockerfile,) = dockerfiles(target)
    program = program_of_dockerfile(target, dockerfile)
    assert program is not None
    return listening(target, program, environment or {})


CARGO = '[package]\nname = "till"\nversion = "0.1.0"\nedition = "2021"\n'


def test_a_field_is_followed_to_the_file_that_sets_it(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        **{
            "Cargo.toml": CARGO,
            "src/main.rs": "mod conf;\nfn main() { let c = Conf::read();\n"
            '    TcpListener::bind((c.host.as_str(), c.port)); }\n',
            "src/conf.rs": "impl Conf { fn read() -> Conf { Conf {\n"
            'host: env::var("HOST").unwrap_or("127.0.0.1".into()),\n'
            'port: env::var("TILL_PORT").unwrap_or("4400".into()).parse().unwrap() } } }\n',
            "src/forgotten.rs": 'fn main() { TcpListener::bind("0.0.0.0:1"); }\n',
        },
    )  # fmt: skip
    (bind,) = binds(target)
    assert (bind.port, bind.key, bind.host, bind.host_key) == (
        4400, "TILL_PORT", "127.0.0.1", "HOST",
    )  # fmt: skip
    heard = package_listening(target, "", {"TILL_PORT": "5500", "HOST": "0.0.0.0"})
    assert heard.complete
    assert [(one.port, one.loopback) for one in heard.listeners] == [(5500, False)]
    assert not package_listening(target, "", {}, {"TILL_PORT"}).complete


def test_two_values_of_a_field_are_none(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        **{
            "Cargo.toml": CARGO,
            "src/main.rs": "fn main() { let c = pick();\n    TcpListener::bind((h, c.port)); }\n"
            "fn a() { C { port: 1 } }\nfn b() { C { port: 2 } }\n",
        },
    )
    (bind,) = binds(target)
    assert bind.port is None
    assert not package_listening(target, "", {}).complete


def test_settings_that_a_file_may_change_are_unknown(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        **{
            "Cargo.toml": CARGO,
            "src/main.rs": "fn main() { let c: Conf = toml::from_str(&t).unwrap();\n"
            "    TcpListener::bind((\"0.0.0.0\", c.port)); }\n"
            "impl Default for Conf { fn default() -> Self { Self { port: 9 } } }\n",
        },
    )  # fmt: skip
    assert binds(target)[0].port is None


@pytest.mark.parametrize(
    ("made", "after", "port"),
    [
        ("Conf::read()", "", 4400),
        ("match Conf::read() { Ok(c) => c, Err(e) => panic!() }", "", 4400),
        ("Arc::new(Conf::read().unwrap())", "", 4400),
        ("Conf::read()", "fn late(other: &mut Conf) { other.port = 9; }", None),
        ("Conf::read()", "fn late() { let mut u = make(); u.port = 9; }", None),
        ("Conf::read()", "fn late(other: &mut Shard) { other.port = 9; }", 4400),
        ("Conf::read()", "fn other() { Shard { port: 5432 } }", 4400),
        ("read()", "fn other() { Shard { port: 5432 } }", None),
        ("envy::from_env::<Conf>()", "", None),
    ],
)
def test_a_field_of_one_struct(tmp_path: Path, made: str, after: str, port: int | None) -> None:
    target = lay(
        tmp_path,
        **{
            "Cargo.toml": CARGO,
            "src/main.rs": f"mod conf;\nfn main() {{ dotenvy::dotenv().ok(); let c = {made};\n"
            f"    TcpListener::bind(SocketAddr::from(([0, 0, 0, 0], c.port))); }}\n{after}\n",
            "src/conf.rs": "impl Conf { fn read() -> Conf { Self {\n"
            'port: env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(4400) } } }\n',
        },
    )
    (bind,) = binds(target)
    assert (bind.port, bind.key) == (port, "PORT" if port else "")


@pytest.mark.parametrize(
    ("first", "key"),
    [
        ("mod config;\nuse config::Config;\n", "TILL_ADDR"),
        ("mod config;\nuse crate::config::Config;\n", "TILL_ADDR"),
        ("mod settings;\nuse config::Config;\n", ""),  # the library reads files too
    ],
)
def test_an_own_module_is_not_the_library_of_its_name(tmp_path: Path, first: str, key: str) -> None:
    module = "config" if "mod config" in first else "settings"
    target = lay(
        tmp_path,
        **{
            "Cargo.toml": CARGO,
            "src/main.rs": f"{first}fn main() {{ let c = Config::from_env();\n"
            "    HttpServer::new(|| App::new()).bind(&c.addr)?; }\n",
            f"src/{module}.rs": "impl Config { pub fn from_env() -> Self { Config {\n"
            'addr: env::var("TILL_ADDR").unwrap_or_else(|_| "0.0.0.0:4400".into()) } } }\n',
        },
    )
    (bind,) = binds(target)
    assert (bind.key, bind.port) == (key, 4400 if key else None)


def test_a_constant_of_an_imported_file(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        **{
            "api/package.json": '{"name": "api"}',
            "api/src/config.ts": "export const config = { port: Number(process.env.PORT ?? 8 ) };",
            "api/src/other.ts": "export const other = { port: 9 };",
            "api/src/main.ts": "import { config } from './config';\napp.listen(config.port);",
        },
    )
    (bind,) = binds(target)
    assert (bind.folder, bind.port, bind.key) == ("api", 8, "PORT")


@pytest.mark.parametrize(
    ("config", "environment", "ports", "complete"),
    [
        ("server { listen 8088; listen [::]:8443 ssl; }", {}, [8088, 8443], True),
        ("server { location / { return 200; } }", {}, [80], True),
        ("server { listen 127.0.0.1:81; }\nserver { listen unix:/x; }", {}, [81], True),
        ("server { listen $port; }", {}, [], False),
    ],
)
def test_nginx(
    tmp_path: Path, config: str, environment: dict[str, str], ports: list[int], complete: bool
) -> None:
    target = lay(
        tmp_path,
        **{
            "Dockerfile": "FROM nginx:1.27\nCOPY site.conf /etc/nginx/conf.d/default.conf\n",
            "site.conf": config + "\n",
        },
    )
    heard = image_listens(target, environment)
    assert ([one.port for one in heard.listeners], heard.complete) == (ports, complete)


def test_caddy(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        Dockerfile="FROM caddy:2\nCOPY Caddyfile /etc/caddy/Caddyfile\n",
        Caddyfile=":{$PORT:3000} {\n\tfile_server\n}\nshop.example.com {\n\tfile_server\n}\n",
    )
    assert set(image_listens(target).ports) == {3000, 80, 443}
    assert set(image_listens(target, {"PORT": "4000"}).ports) == {4000, 80, 443}


def test_ready_made_images() -> None:
    assert image_ports(image_reference("postgres:16")) == (5432,)
    assert image_ports(image_reference("docker.io/bitnami/nginx:1")) == (8080, 8443)
    assert image_ports(image_reference("somebody/nginx")) is None
    assert image_ports(image_reference("somebody/else")) is None
    assert image_ports(None) is None
    assert 5432 in infrastructure_ports()
    assert not {80, 3000, 8080} & infrastructure_ports()


@pytest.mark.parametrize(
    ("command", "environment", "ports"),
    [
        ("next start -p 1100", {"PORT": "3000"}, (1100,)),
        ("next start", {"PORT": "3100"}, (3100,)),
        ("npx serve -s build", {}, (3000,)),
        ("vite --port 5200", {}, (5200,)),
        ("vite build", {}, None),
        ("uvicorn app:app --host 0.0.0.0 --port=8100", {}, (8100,)),
        ("gunicorn -b :5001 -b [::]:5002 app", {}, (5001, 5002)),
        ("gunicorn -b 0.0.0.0:${PORT:-5003} app", {}, (5003,)),
        ("gunicorn -b 0.0.0.0:$PORT app", {}, ()),
        ("flask run", {"FLASK_RUN_PORT": "81"}, (81,)),
        ("mkdocs serve -a 0.0.0.0:10002 -f docs/mkdocs.yml", {}, (10002,)),
        ("mkdocs serve --dev-addr=[::]:10003", {}, (10003,)),
        ("mkdocs serve -f docs/mkdocs.yml", {}, (8000,)),
        ("serve -l tcp://0.0.0.0:5010", {}, (5010,)),
        ("gunicorn --statsd-host=localhost:8125 app:app", {}, (8000,)),
        ("hugo server --baseURL localhost:8443", {}, (1313,)),
        ("python manage.py runserver 0.0.0.0:8200", {}, (8200,)),
        ("python -m uvicorn app:app", {}, (8000,)),
        ("sh -c 'npm run migrate && exec next start -p 9'", {}, (9,)),
        ("npm start", {}, (1300,)),
        ("node server.js", {}, None),
        ("fastapi run app.py --port 82", {}, (82,)),
    ],
)
def test_command_lines(
    tmp_path: Path, command: str, environment: dict[str, str], ports: tuple[int, ...] | None
) -> None:
    target = lay(
        tmp_path,
        **{"package.json": '{"scripts": {"start": "NODE_ENV=production next start -p 1300"}}'},
    )
    heard = started_by(target, shell_words(command), "", environment)
    assert (heard.ports if heard is not None else None) == ports


def test_loopback() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("localhost")
    assert is_loopback("[::1]")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("")


def test_a_client_of_a_server_image_listens_on_nothing(tmp_path: Path) -> None:
    start = "FROM postgres:16.4\n"
    assert image_listens(lay(tmp_path, Dockerfile=start)).ports == (5432,)
    heard = image_listens(lay(tmp_path, Dockerfile=f'{start}ENTRYPOINT ["psql", "-c"]\n'))
    assert (heard.ports, heard.complete) == ((), False)


def test_an_upstream_may_have_the_name_of_its_server(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        **{
            "web/nginx.conf": "upstream api {\n  server api:8080;\n}\nserver {\n  listen 80;\n"
            "  location / {\n    proxy_pass http://api;\n  }\n}\n"
        },
    )
    assert [(one.host, one.port, one.place.line) for one in nginx_asks(target)] == [
        ("api", 8080, 2)
    ]


def test_addresses_in_texts() -> None:
    text = "see http://localhost:3000/x and redis://:pw@cache/0 or https://a.example.com"
    found = [(one.host, one.port, one.implied) for one in addresses(text)]
    assert found == [
        ("localhost", 3000, False), ("cache", 6379, True), ("a.example.com", 443, True),
    ]  # fmt: skip
    assert [(one.host, one.port) for one in addresses("api:8080", bare=True)] == [("api", 8080)]
    assert list(addresses("12:30", bare=True)) == []
    assert list(addresses("http://$HOST:1/ http://x:99999/")) == []


def test_labels_of_keys() -> None:
    assert label_of("VITE_BACKEND_URL") == "backend"
    assert label_of("CART_SERVICE_ADDR") == "cart"
    assert label_of("PORT") == ""
    assert label_of("SECRET") == ""
    assert "cart-service" in list(named_parts("cart"))
    assert "api" in list(named_parts("ws"))


def test_the_machine(tmp_path: Path) -> None:
    target = lay(
        tmp_path,
        **{
            "compose.yml": "services:\n  till:\n    build: .\n    ports: ['${TILL:-7000}:4400']\n"
            "  db:\n    image: postgres:16\n    ports: ['5432']\n",
            ".env.example": "TILL=7100\n",
            "Dockerfile": "FROM rust\nCOPY . .\nRUN cargo build\nCMD [\"target/debug/till\"]\n",
            "Cargo.toml": CARGO,
            "src/main.rs": 'fn main() { TcpListener::bind("0.0.0.0:4400"); }\n',
            "run.sh": "#!/bin/sh\ndocker run -p 9999:80 nginx\n",
        },
    )  # fmt: skip
    everything = host(target)
    assert everything.complete, everything.doubt
    assert {7000, 7100, 4400, 9999} <= set(everything.ports)
    till = next(one for one in answering(target) if one.service.name == "till")
    assert till.listening.ports == (4400,)
    named = meant(target, "till")
    assert named is not None
    assert named.on_host(7000) is not None
    assert named.on_host(80) is None
    assert meant(target, "nobody") is None


def test_a_file_with_an_unknown_listener_is_not_passed(tmp_path: Path) -> None:
    case = trees.CHECKS / "ports-consistent" / "near-miss-settings"
    results = trees.audit_tree(trees.lay_out(case, tmp_path), "ports-consistent")
    (compose,) = [one for one in results if one.subject == "docker-compose.yml"]
    assert compose.outcome is Outcome.SKIPPED
    assert "what the program of later, twice, absent … listens on is not known" in compose.reason
