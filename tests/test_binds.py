"""Where source starts to listen: every language, values followed, places; hostile text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.readers.binds import (
    ServerBind,
    SourceBinds,
    Text,
    Variable,
    literal,
    split_address,
)
from pytest_reconaudit.readers.binds_go import go_binds
from pytest_reconaudit.readers.binds_python import python_binds
from pytest_reconaudit.readers.binds_rust import call_arguments, definitions_of, rust_binds
from pytest_reconaudit.readers.binds_script import script_binds, script_definitions
from pytest_reconaudit.readers.syntax import read_syntax


def read(text: str, path: str) -> SourceBinds:
    if path.endswith(".go"):
        return go_binds(text, path)
    tree = read_syntax(text, path)
    if path.endswith(".rs"):
        return rust_binds(tree)
    return python_binds(tree) if path.endswith(".py") else script_binds(tree)


def one(text: str, path: str) -> ServerBind:
    (found,) = read(text, path).binds
    return found


def shown(text: Text | None) -> str | None:
    """``KEY=default`` for a variable, ``.name`` for what another file defines."""
    if text is None:
        return None
    out = ""
    for piece in text:
        if isinstance(piece, str):
            out += piece
        elif piece.key:
            out += piece.key + ("" if piece.default is None else f"={shown(piece.default)}")
        elif piece.parameter >= 0:
            out += f"{piece.name}({piece.parameter})"
        else:
            out += f"{piece.owner}.{piece.name}"
    return out


def main(body: str) -> str:
    return f"async fn main() {{\n{body}\n}}\n"


@pytest.mark.parametrize(
    ("body", "host", "port"),
    [
        ('HttpServer::new(f).workers(2).bind("0.0.0.0:4100")?.run().await', "0.0.0.0", "4100"),
        ('HttpServer::new(f).bind(("127.0.0.1", 8_081u16))?.run()', "127.0.0.1", "8081"),
        ('let s = HttpServer::new(f); s.bind_rustls("[::]:8443", tls)?', "[::]", "8443"),
        ("TcpListener::bind(([0, 0, 0, 0], 3030)).await", "0.0.0.0", "3030"),
        ("let a = SocketAddr::from(([127, 0, 0, 1], 3000));\naxum::Server::bind(&a)", "127.0.0.1",
         "3000"),
        ("TcpListener::bind((Ipv4Addr::UNSPECIFIED, 81)).await", "0.0.0.0", "81"),
        ("TcpListener::bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 82))", "127.0.0.1",
         "82"),
        (('let a: SocketAddr = "0.0.0.0:50051".parse()?;\n'
         "Server::builder().add_service(x).serve(a).await"), "0.0.0.0", "50051"),
        ("warp::serve(routes).run(([0, 0, 0, 0], 3031)).await", "0.0.0.0", "3031"),
        (('let p = env::var("PORT").unwrap_or_else(|_| "7000".to_string());\n'
         'TcpListener::bind(format!("0.0.0.0:{}", p)).await'), "0.0.0.0", "PORT=7000"),
        (('let host = env::var("HOST").unwrap_or("::1".into());\n'
         'let port: u16 = env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(80);\n'
         'TcpListener::bind(format!("{host}:{port}")).await'), "HOST=::1", "PORT=80"),
        (('let a = std::env::var("ADDR").unwrap_or("127.0.0.1:9".to_owned());\n'
         "TcpListener::bind(&a).await"), "ADDR=127.0.0.1", "ADDR=9"),
        (('let port = match env::var("PORT") { Ok(p) => p.parse()?, Err(_) => 5000 };\n'
         'TcpListener::bind(("0.0.0.0", port))'), "0.0.0.0", "PORT=5000"),
        (('let port = if let Ok(p) = env::var("PORT") { p } else { "1234".into() };\n'
         'TcpListener::bind(format!("[::]:{port}"))'), "[::]", "PORT=1234"),
        ('let c = Config::load();\nHttpServer::new(f).bind((c.host.as_str(), c.port))?',
         "Config.host", "Config.port"),
        ('HttpServer::new(f).bind(format!("{}:{}", SETTINGS.ip, SETTINGS.port))?', ".ip", ".port"),
        ('TcpListener::bind(("0.0.0.0", MY_PORT))', "0.0.0.0", ".MY_PORT"),
        ('TcpListener::bind(pick_one())', None, None),
    ],
)  # fmt: skip
def test_rust(body: str, host: str | None, port: str | None) -> None:
    found = one(main(body), "src/main.rs")
    assert (shown(found.host), shown(found.port)) == (host, port)


def test_rust_places_and_tests() -> None:
    text = (
        "fn main() {\n    HttpServer::new(app)\n        .bind(  \"0.0.0.0:80\")?;\n}\n"
        "#[cfg(test)]\nmod tests {\n    fn a() { TcpListener::bind(\"127.0.0.1:0\"); }\n}\n"
    )  # fmt: skip
    first, second = read(text, "src/main.rs").binds
    assert (first.place.line, first.place.column, first.test) == (3, 17, False)
    assert first.written == '"0.0.0.0:80"'
    assert second.test


@pytest.mark.parametrize(
    "text",
    [
        "async fn f() { sqlx::query(Q).bind(user_id).execute(&p).await; }",
        'fn f() { let s = UnixListener::bind("/tmp/x"); }',
        'fn f() { key.bind("ctrl-b"); thread.run(4000); }',
    ],
)
def test_rust_other_binds(text: str) -> None:
    assert read(text, "src/db.rs").binds == ()


def test_rust_parameters_fields_and_constants() -> None:
    text = (
        "const PORT: u16 = 4100;\n"
        "pub async fn start(addr: &str) { TcpListener::bind(addr).await; }\n"
        'fn run() { start("0.0.0.0:77"); }\n'
        'impl Config { fn new() -> Self { Self { port: env::var("P").unwrap_or("1".into()) } } }\n'
        '#[derive(Parser)] struct Args { #[arg(long, env = "LISTEN", default_value = "[::]:9")] '
        "listen: String }\n"
    )
    tree = read_syntax(text, "src/lib.rs")
    bind = one(text, "src/lib.rs")
    assert shown(bind.port) == "start(0)"
    (passed,) = call_arguments(tree, "start", 0)
    assert literal(passed.value) == "0.0.0.0:77"
    (constant,) = definitions_of(tree, "PORT")
    assert literal(constant.value) == "4100"
    (field,) = definitions_of(tree, "port")
    assert (field.owner, shown(field.value)) == ("Config", "P=1")
    (argument,) = definitions_of(tree, "listen")
    assert (argument.owner, shown(argument.value)) == ("Args", "LISTEN=[::]:9")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("app.listen(3000);", "", "3000"),
        ("app.listen(process.env.PORT || 3000, () => {});", "", "PORT=3000"),
        ("await app.listen(process.env.PORT ?? 3000, '0.0.0.0');", "0.0.0.0", "PORT=3000"),
        ("const port = parseInt(process.env.API_PORT!, 10) || 4000;\nserver.listen(port);", "",
         "API_PORT=4000"),
        ("const { PORT = 8081 } = process.env;\nhttp.createServer(h).listen(PORT);", "",
         "PORT=8081"),
        ("const p = process.env.PORT ? Number(process.env.PORT) : 5;\ns.listen(p, '127.0.0.1');",
         "127.0.0.1", "PORT=5"),
        ("const app = require('fastify')();\napp.listen({ port: 3001 });", "127.0.0.1", "3001"),
        ("const app = fastify();\napp.listen({ port: 3001, host: '0.0.0.0' });", "0.0.0.0", "3001"),
        ("Bun.serve({ fetch: f, port: Number(process.env.PORT) });", "", "PORT"),
        ("serve({ fetch: app.fetch }, info => {});", "", "3000"),
        ("new WebSocketServer({ port: 8082 });", "", "8082"),
        ("startStandaloneServer(s, { listen: { port: 4001 } });", "", "4001"),
        ("import { config } from './config';\napp.listen(config.port);", "", "./config.port"),
        ("const settings = { port: 9 };\napp.listen(settings.port);", "", "9"),
        ("app.listen(await freePort());", "", None),
    ],
)  # fmt: skip
def test_scripts(text: str, host: str | None, port: str | None) -> None:
    found = one(text, "src/server.ts")
    assert (shown(found.host), shown(found.port)) == (host, port)


@pytest.mark.parametrize(
    "text",
    [
        "history.listen(location => {});",
        "listen('tauri://update', cb); bus.listen('ready', cb);",
        "server.listen('/run/api.sock');",
        "new WebSocketServer({ server });",
    ],
)
def test_scripts_that_listen_to_something_else(text: str) -> None:
    assert read(text, "src/a.js").binds == ()


def test_script_definitions() -> None:
    tree = read_syntax("export const conf = {\n  port: process.env.PORT || 1,\n};\n", "config.js")
    (found,) = script_definitions(tree, "port")
    assert (shown(found.value), found.place.line) == ("PORT=1", 2)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("from flask import Flask\napp = Flask(__name__)\napp.run()", "127.0.0.1", "5000"),
        ("from flask import Flask\napp.run(host='0.0.0.0', port=81)", "0.0.0.0", "81"),
        ("import uvicorn\nuvicorn.run(app, host=\"0.0.0.0\")", "0.0.0.0", "8000"),
        ("import os, uvicorn\nport = int(os.environ.get('PORT', 8100))\nuvicorn.run(a, port=port)",
         "127.0.0.1", "PORT=8100"),
        ("import os\nserver.add_insecure_port(f'[::]:{os.getenv(\"PORT\") or \"50\"}')", "[::]",
         "PORT=50"),
        ("HTTPServer(('', 8001), Handler).serve_forever()", "", "8001"),
        ("start_http_server(9105)", "", "9105"),
        ("from waitress import serve\nserve(app, listen=x)", "", "8080"),
    ],
)  # fmt: skip
def test_python(text: str, host: str, port: str) -> None:
    found = one(text, "main.py")
    assert (shown(found.host), shown(found.port)) == (host, port)


def test_python_other_runs() -> None:
    assert read("app.run()\nsubprocess.run(['x'])\nserver.run(1)", "cli.py").binds == ()


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ('\thttp.ListenAndServe(":8080", r)', "", "8080"),
        ('\tlis, err := net.Listen("tcp", "127.0.0.1:50051")', "127.0.0.1", "50051"),
        (('\tport := os.Getenv("PORT")\n\tif port == "" {\n\t\tport = "81"\n\t}\n'
         '\tlog.Fatal(http.ListenAndServe(":"+port, nil))'), "", "PORT=81"),
        ('const addr = ":9"\nfunc main() { http.ListenAndServe(addr, nil) }', "", "9"),
        ('\ts := &http.Server{\n\t\tAddr: ":7010",\n\t}', "", "7010"),
        ('\tr.Run(":8089")', "", "8089"),
        ("\thttp.ListenAndServe(cfg.Addr, r)", None, None),
    ],
)  # fmt: skip
def test_go(text: str, host: str | None, port: str | None) -> None:
    found = one(f"package main\n\n{text}\n", "main.go")
    assert (shown(found.host), shown(found.port)) == (host, port)


def test_go_comments_and_commands() -> None:
    text = 'package main\n// http.ListenAndServe(":1", nil)\nfunc f() { cmd.Run(); app.Run(os.Args) }\n'
    assert read(text, "main.go").binds == ()


def test_addresses_are_split_at_the_last_colon() -> None:
    assert split_address(("[::1]:80",)) == (("[::1]",), ("80",))
    key = Variable(key="ADDR", default=("0.0.0.0:90",))
    host, port = split_address((key,))
    assert (shown(host), shown(port)) == ("ADDR=0.0.0.0", "ADDR=90")
    assert split_address(None) == (None, None)


WORDS = st.sampled_from(
    ["HttpServer::new(f)", ".bind(", "(", ")", "{", "}", '"0.0.0.0:', "80", '"', ";", "let a = ",
     "env::var(", "format!(", "{}:{}", ",", "app.listen(", "process.env.PORT", " || ", "const ",
     "port: ", "uvicorn.run(", "port=", "\n", "http.ListenAndServe(", ":= ", "os.Getenv(", "é", "\0",
     "TcpListener::bind(", "if let Ok(p) = ", "match ", "=> ", "||", "&", "?", "+", "x", "fn f() "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=40).map("".join) | st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for path in ("a.rs", "a.ts", "a.js", "a.py", "a.go"):
        for bind in read(text, path).binds:
            assert bind.place.line is not None
            assert 1 <= bind.place.line <= text.count("\n") + 1
            assert bind.place.column is not None
            assert bind.place.column >= 1
    tree = read_syntax(text, "a.rs")
    definitions_of(tree, "x")
    call_arguments(tree, "f", 0)
    script_definitions(read_syntax(text, "a.ts"), "port")
