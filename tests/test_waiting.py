"""Which hosts a start command or script waits for."""

from __future__ import annotations

import pytest

from pytest_reconaudit.facts.network.waiting import _awaited


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("bash -c while !</dev/tcp/tides/5432; do sleep 1; done; serve", {"tides"}),
        ("until pg_isready -h tides -U ferry >/dev/null; do sleep 1; done", {"tides"}),
        ("until PGPASSWORD=x psql --host=tides -c '\\q'; do sleep 1; done", {"tides"}),
        ("while ! nc -z tides 5432; do sleep 1; done", {"tides"}),
        ("while ! nc -zv -w 2 $DB_HOST $DB_PORT; do sleep 1; done", {"ebb"}),
        ("host=${TIDES:-flood}\nuntil nc -z \"$host\" 5432\ndo sleep 1\ndone", {"flood"}),
        ("while true; do\n  if nc -z tides 5432; then break; fi\n  sleep 1\ndone", {"tides"}),
        ("for i in $(seq 30); do pg_isready -h tides && break; sleep 1; done", {"tides"}),
        ("timeout 60 bash -c 'until echo > /dev/tcp/tides/5432; do sleep 1; done'", {"tides"}),
        ("until curl -sf http://tides:9200/_cluster/health; do sleep 1; done", {"tides"}),
        ("./wait-for-it.sh tides:5432 -t 30 -- ferry", {"tides"}),
        ("wait-for-it --host=tides --port=5432 -- ferry", {"tides"}),
        ("dockerize -timeout 9s -wait tcp://tides:5432 -wait http://moon:80 ferry",
         {"tides", "moon"}),
        ("wait-on tcp:tides:5432 && ferry", {"tides"}),
        # asked once, talked about, over, or left out
        ("nc -z tides 5432 && ferry", set()),
        ('echo "waiting for tides until it is up"; pg_isready -h tides', set()),
        ("for i in 1 2; do echo; done\npg_isready -h tides", set()),
        ("# until pg_isready -h tides; do sleep 1; done\nferry", set()),
        ("ferry --database postgres://tides:5432/x", set()),
        ("until nc -z $UNKNOWN 5432; do sleep 1; done", set()),
    ],
)  # fmt: skip
def test_hosts(text: str, hosts: set[str]) -> None:
    assert set(_awaited(text, {"DB_HOST": "ebb"})) == hosts
