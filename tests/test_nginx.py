"""The nginx reader: words, places, blocks, and what nginx would refuse."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.nginx import (
    Directive,
    looks_like_nginx,
    misuse,
    read_nginx,
    walk,
)
from tests.conftest import component

SITE = """\
# Edge of the booking service
upstream booking {
    server booking:8080 max_fails=3;   # one for now
}

server {
    listen 443 ssl;
    server_name "book.example" *.book.example;
    location ~ ^/r/\\d+\\;x$ {
        rewrite "^/r/([0-9]{4})" /room/$1 last;
        proxy_pass http://booking${uri};
    }
}
"""


def shape(directives: tuple[Directive, ...]) -> list[object]:
    """A tree as nested lists of words."""
    return [
        [one.name, *[arg.text for arg in one.args], *([shape(one.block)] if one.block else [])]
        for one in directives
    ]


def first_misuse(text: str) -> tuple[int | None, int | None, str] | None:
    file = read_nginx(text, "site.conf")
    assert not file.problems
    for directive, inside in file.all():
        problem = misuse(directive, inside)
        if problem:
            return problem.place.line, problem.place.column, problem.message
    return None


def test_tree_of_a_site() -> None:
    file = read_nginx(SITE, "site.conf")
    assert file.problems == ()
    assert shape(file.directives) == [
        ["upstream", "booking", [["server", "booking:8080", "max_fails=3"]]],
        [
            "server",
            [
                ["listen", "443", "ssl"],
                ["server_name", "book.example", "*.book.example"],
                [
                    "location",
                    "~",
                    "^/r/\\d+\\;x$",
                    [
                        ["rewrite", "^/r/([0-9]{4})", "/room/$1", "last"],
                        ["proxy_pass", "http://booking${uri}"],
                    ],
                ],
            ],
        ],
    ]


def test_places_and_blocks() -> None:
    server = read_nginx(SITE, "site.conf").directives[1]
    assert (server.place.line, server.place.column, server.end) == (6, 1, 13)
    assert server.block is not None
    name = server.block[1]
    assert [(a.place.line, a.place.column, a.quoted) for a in name.args] == [
        (8, 17, True),
        (8, 32, False),
    ]
    assert [(d.name, inside) for d, inside in walk((server,))][-2:] == [
        ("rewrite", "location"),
        ("proxy_pass", "location"),
    ]


def test_words_that_look_like_structure() -> None:
    text = (
        'if ($ssl = "") { return 301; }\n'
        "set $json '{\"a\": 1}'; # }\n"
        "log_format x '$host'\n    ' $status';\n"
        "add_header X a#b;\n"
    )
    file = read_nginx(text, "a.conf")
    assert file.problems == ()
    assert [d.name for d in file.directives] == ["if", "set", "log_format", "add_header"]
    assert file.directives[2].args[2].place.line == 4
    assert file.directives[3].args[1].text == "a#b"


def test_lua_is_not_read_as_nginx() -> None:
    text = (
        'content_by_lua_block {\n  local s = "}" -- }\n  --[[ } ]]\n'
        "  if x then ngx.say([[ } ]]) end\n  t = { 1 }\n}\nlisten 80;\n"
    )
    file = read_nginx(text, "a.conf")
    assert file.problems == ()
    assert [(d.name, d.place.line) for d in file.directives] == [
        ("content_by_lua_block", 1),
        ("listen", 7),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("server {\n  listen 80;\n", 1, 1, "no closing"),
        ("listen 80;\n}\n", 2, 1, "no block is open"),
        ("server {\n  listen 80\n}\n", 2, 3, 'not ended by ";"'),
        ("root /srv", 1, 1, "end of file"),
        ('root "/srv;\n', 1, 6, "never closed"),
        ('root "/srv"x;\n', 1, 12, "directly after a closing quote"),
        (";", 1, 1, "there is no directive"),
        ("{ }", 1, 1, "no directive opens it"),
        ("x_by_lua_block { if {", 1, 1, "no closing"),
    ],
)
def test_what_cannot_be_read(text: str, line: int, column: int, words: str) -> None:
    problem = read_nginx(text, "a.conf").problems[0]
    assert (problem.place.line, problem.place.column) == (line, column)
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("add_header Content-Type text /plain;", 1, 30, "only"),
        ("add_header X;", 1, 1, "1 argument; it takes 2 to 3"),
        ("proxy_pass http://a http://b;", 1, 1, "it takes 1"),
        ("internal yes;", 1, 1, "it takes none"),
        ("try_files $uri;", 1, 1, "2 or more"),
        ("gzip enable;", 1, 6, '"on" or "off"'),
        ("root /a\nindex b.html;", 1, 6, 'no ";" ends "root"'),
        ("server_name a.example\n  listen 80;", 1, 13, "becomes its argument"),
        ("location exact /a { }", 1, 10, "no modifier"),
        ("upstream a;", 1, 1, 'no opening "{"'),
        ("listen 80 { }", 1, 1, 'must end in ";"'),
    ],
)
def test_what_nginx_refuses(text: str, line: int, column: int, words: str) -> None:
    found = first_misuse(text)
    assert found is not None
    assert found[:2] == (line, column)
    assert words in found[2]


@pytest.mark.parametrize(
    "text",
    [
        'add_header X "a b" always;',
        "add_header X ${A} ${B} ${C};",
        "proxy_pass @@UPSTREAM@@ @@EXTRA@@;",
        "map $a $b { default x; root y z w; }",
        "types { text/html html htm shtml; }",
        "upstream u { server a:80 weight=5 max_fails=3; }",
        "listen 443 ssl\n  http2;",
        "log_format main '$a'\n  '$b';",
        "some_module_flag a b c d e;",
        "gzip ON;",
        "location ^~ /a { }",
        "valid_referers none blocked\n  server_names *.example;",
        "return 204;",
    ],
)
def test_what_nginx_takes(text: str) -> None:
    assert first_misuse(text) is None


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("web/nginx.conf", "worker_processes 1;\n", True),
        ("nginx/snippets/tls.conf", "ssl_protocols TLSv1.3;\n", True),
        ("deploy/site.conf", "server {\n  listen 80;\n}\n", True),
        ("conf.d/app.conf", "listen 80;\n", True),
        ("etc/app.conf", "listen 80;\n", False),
        ("redis/redis.conf", "maxmemory 1gb\n", False),
        ("nginx/vhost.conf", "<VirtualHost *:80>\nlisten 80;\n", False),
        ("nginx/default.conf.template", "listen ${PORT};\n", True),
        ("mail/site.template", "listen 80;\n", False),
        ("nginx/mime.types", "types { text/html html; }\n", True),
        ("server.js", "server {\n listen 80;\n}", False),
    ],
)
def test_which_files_are_nginx(path: str, text: str, expected: bool) -> None:
    assert looks_like_nginx(path, text) is expected


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("add_header X a b;", False),
        ("add_header X a always;", True),
        ("try_files $uri;", False),
        ("gzip true;", False),
        ("root /srv\nindex a.html;", False),
        ("location exact /a { }", False),
        ("location ~ ^/a{2}$ { }", False),
        ('location ~ "^/a{2}$" { }', True),
        ('if ($host = "a") { return 204; }', True),
        ("expires 1d 2d 3d;", False),
        ("add_header X a\u00a0b;", True),
        ("listen\u00a080;", False),
        ('return 200 "a"b;', False),
        ("return 200 a}b;", True),
        ("server_name a.example\n listen 8080;", True),
    ],
)
def test_nginx_agrees(text: str, starts: bool, tmp_path: Path) -> None:
    component(shutil.which("nginx") is not None, "nginx is not installed")
    path = tmp_path / "nginx.conf"
    whole = f"events {{ }}\nhttp {{ server {{ listen 127.0.0.1:18099;\n{text}\n}} }}\n"
    path.write_text(whole, "utf-8")
    options = f"pid {tmp_path}/pid; error_log stderr;"
    run = subprocess.run(["nginx", "-t", "-q", "-c", str(path), "-g", options], check=False)
    assert (run.returncode == 0) is starts
    file = read_nginx(whole, "nginx.conf")
    refused = [found for one in file.all() if (found := misuse(*one)) and found.refused]
    strays = [one for one, _ in file.all() if not one.name.isascii()]
    assert (not file.problems and not refused and not strays) is starts


def test_depth_is_bounded() -> None:
    file = read_nginx("a {" * 5_000, "a.conf")
    assert any("nested deeper" in problem.message for problem in file.problems)


_WORD = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
_FREE = st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cs"]), max_size=12)


@given(st.text(st.sampled_from("ab \n\t{};#\"'\\$[]-é\u00a0\0"), max_size=80))
def test_any_text_is_survived(text: str) -> None:
    file = read_nginx(text, "x.conf")
    lines = text.count("\n") + 1
    for directive, inside in file.all():
        misuse(directive, inside)
        assert 1 <= (directive.place.line or 0) <= directive.end <= lines
    for problem in file.problems:
        assert 1 <= (problem.place.line or 0) <= lines


@given(st.lists(st.tuples(_WORD, st.lists(_FREE, max_size=3)), max_size=6))
def test_written_words_come_back(directives: list[tuple[str, list[str]]]) -> None:
    text = "\n".join(
        "  " + " ".join([name, *(f'"{arg}"' for arg in args)]) + ";" for name, args in directives
    )
    file = read_nginx(text, "x.conf")
    assert file.problems == ()
    assert [(d.name, [a.text for a in d.args]) for d in file.directives] == directives
    lines = text.split("\n")
    for directive in file.directives:
        line, column = directive.place.line or 0, directive.place.column or 0
        assert lines[line - 1][column - 1 :].startswith(directive.name)
