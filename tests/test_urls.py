"""The addresses of a command: ports and paths that a program's text puts together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.readers.urls import urls_in

COMPUTED = [
    ("node -e \"get('http://localhost:'+(process.env.PORT||80)+'/up',r)\"", None, "/up", True),
    ('python -c "urlopen(f\'http://localhost:{os.environ["PORT"]}/up\')"', None, "/up", True),
    ("node -e 'fetch(`http://localhost:${process.env.PORT||3000}/up`)'", None, "/up", True),
    ("node -e \"fetch('http://localhost:3000' + '/up')\"", 3000, "/up", True),
    ("node -e \"fetch('http://localhost:3000/api/' + path)\"", 3000, "/api/$", False),
    ("python -c \"urlopen('http://localhost:{}/up'.format(port))\"", None, "/up", True),
    ("curl http://localhost:$(cat /run/port)/up", None, "/up", True),
    ("curl http://localhost:`cat /run/port`/up", None, "/up", True),
    ("curl 'http://localhost:'$PORT'/up'", None, "/up", True),
    ("curl http://localhost:8000$BASE/up", 8000, "/$BASE/up", False),
    ("curl http://localhost:${PORT:-80}/up", 80, "/up", True),
    ("python -c \"get('http://localhost:8000').raise_for_status()\"", 8000, "/", True),
]


@pytest.mark.parametrize(("command", "port", "path", "known"), COMPUTED)
def test_computed_parts(command: str, port: int | None, path: str, known: bool) -> None:
    (one,) = urls_in(command)
    assert (one.host, one.port, one.path, one.known) == ("localhost", port, path, known)


@given(st.text(alphabet="htp:/loca$(){}'\"`+%s 80.", max_size=200))
def test_any_text_is_read(text: str) -> None:
    for one in urls_in(text):
        assert one.port is None or 0 <= one.port < 100_000
