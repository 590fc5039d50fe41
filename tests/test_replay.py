"""Replays into a real server, the state that checks see, and live databases of every kind."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec import msgpack, structs

from pytest_reconaudit import store
from pytest_reconaudit.facts.db import kept_replays
from pytest_reconaudit.facts.db.applied_indexes import applied_indexes
from pytest_reconaudit.facts.db.database import (
    DatabaseConfig,
    LiveCatalog,
    NoHistory,
    NoServer,
    ReplayedCatalog,
    Unreachable,
    configure,
    database,
)
from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.model import Place
from pytest_reconaudit.probes import postgres
from pytest_reconaudit.probes import replay as probe
from pytest_reconaudit.probes.live import read_live
from pytest_reconaudit.probes.postgres import PrivateServer, candidates, choose
from pytest_reconaudit.probes.replay import History, Migration, Statement, replay
from pytest_reconaudit.readers.sql import read_indexes, read_sql
from pytest_reconaudit.target import Target
from tests.conftest import component

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def _server() -> None:
    component(bool(candidates()), "no PostgreSQL binaries")


def history(*scripts: str, tool: str = "diesel", transaction: bool = True) -> History:
    migrations = []
    for number, text in enumerate(scripts, 1):
        path = f"m/{number}/up.sql"
        script = read_sql(text, path)
        indexes = {index.place: index for index in read_indexes(script)}
        statements = []
        for s in script.statements:
            index = indexes.get(s.place)
            statements.append(
                Statement(
                    s.text,
                    s.place,
                    s.data if s.kind == "copy" else None,
                    index.anonymous if index else "",
                    f"{s.place}" if index else "",
                    (index.name or "") if index else "",
                )
            )
        migrations.append(
            Migration(f"{number:04}", f"m{number}", path, tuple(statements), transaction)
        )
    return History("m", tool, tuple(migrations))


@pytest.fixture(scope="module")
def live() -> Iterator[PrivateServer]:
    component(bool(candidates()), "no PostgreSQL binaries")
    with PrivateServer(choose(None, ())[0]) as server:
        yield server


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(live: PrivateServer) -> Run:
    """Replay some scripts into a new database of the module's server."""

    def replayed(*scripts: str, **options: Any) -> dict[str, Any]:
        name = f"run{next(_numbers)}"
        live.create_database(name)
        result = probe._Replay(live, name, history(*scripts, **options)).run(())
        json.dumps(result)  # nothing but builtins
        return result

    return replayed


_numbers = itertools.count()


def test_a_history_with_everything(run: Run) -> None:
    done = run(
        """
        CREATE TABLE a (id serial PRIMARY KEY, name varchar(20), n int UNIQUE);
        COPY a (name, n) FROM stdin;
one\t1
two;\t2
\\.
        CREATE INDEX a_name ON a (lower(name));
        CREATE INDEX a_gone ON a (n, name);
        CREATE INDEX ON a (n DESC);
        """,
        """
        DROP INDEX a_gone;
        ALTER INDEX a_name RENAME TO a_called;
        ALTER TABLE a RENAME COLUMN name TO called;
        CREATE INDEX IF NOT EXISTS a_called ON a (called);
        CREATE INDEX IF NOT EXISTS a_called ON a ((lower(called::text)));
        GRANT SELECT ON a TO somebody_of_theirs;
        ALTER TABLE a DISABLE TRIGGER ALL;
        """,
    )
    assert done["failure"] is None
    assert done["applied"] == ["0001", "0002"]
    assert [r["status"] for r in done["created"].values()] == [
        "applied", "superseded", "applied", "shadowed", "applied",
    ]  # fmt: skip
    (table,) = [t for t in done["catalog"]["tables"] if t["name"] == "a"]
    assert [column["name"] for column in table["columns"]] == ["id", "called", "n"]
    assert {c["kind"] for c in done["catalog"]["constraints"]} >= {"p", "u"}
    assert any("somebody_of_theirs" in note for note in done["notes"])


@pytest.mark.parametrize("transaction", [True, False])
def test_a_failure_has_its_place_and_the_server_s_words(run: Run, transaction: bool) -> None:
    done = run(
        "CREATE TABLE a (b int);",
        "-- fine\nCREATE INDEX i ON a (b);\nCREATE INDEX j\n  ON a\n    (c);",
        "CREATE INDEX never ON a (b);",
        transaction=transaction,
    )
    failure = done["failure"]
    # The server points at no column here, so the statement's first line is the place.
    assert (failure["path"], failure["line"]) == ("m/2/up.sql", 3)
    assert failure["message"] == 'column "c" does not exist'
    assert (failure["sqlstate"], failure["sure"]) == ("42703", True)
    assert done["applied"] == ["0001"]
    # What a transaction took back was not made.
    assert set(done["created"]) == (set() if transaction else {"m/2/up.sql:2"})


def test_a_syntax_error_is_found_inside_its_statement(run: Run) -> None:
    failure = run("CREATE TABLE a (\n  b int,\n  c text NOT NUL\n);")["failure"]
    assert (failure["line"], failure["column"]) == (3, 14)


def test_concurrently_follows_the_tool_s_transaction(run: Run) -> None:
    scripts = ("CREATE TABLE a (b int);", "CREATE INDEX CONCURRENTLY i ON a (b); SELECT 1;")
    assert run(*scripts)["failure"]["sqlstate"] == "25001"
    assert run(*scripts, transaction=False)["failure"] is None


def test_tracking_tables_are_filled_and_a_lock_is_held(run: Run) -> None:
    guard = """
    CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 0) THEN
        RAISE 'use the runner'; END IF;
      RETURN NULL; END $$;
    CREATE TRIGGER g BEFORE INSERT ON __diesel_schema_migrations EXECUTE FUNCTION g();
    """
    done = run(
        "SELECT 1", guard, "SELECT count(*) / (count(*) - 1) FROM __diesel_schema_migrations"
    )
    assert done["failure"] is None
    for tool in ("sqlx", "golang-migrate", "dbmate"):
        assert run("CREATE TABLE x (a int)", "SELECT 1", tool=tool)["failure"] is None


def test_what_only_our_server_lacks_is_left_out_and_makes_unsure(run: Run) -> None:
    done = run("CREATE EXTENSION postgis; CREATE TABLE a (b int);", "CREATE TABLE c (d geometry);")
    assert done["failure"]["sure"] is False
    assert any("postgis" in note for note in done["notes"])
    assert (
        run(
            "ALTER SYSTEM SET work_mem = '1GB'; ALTER DATABASE app SET work_mem = '1GB';",
            transaction=False,
        )["failure"]
        is None
    )


def test_declared_indexes_are_built_and_rolled_back() -> None:
    outside = [
        Statement("x", Place("s.sql", 1), index="CREATE INDEX ON a (b)", id="one"),
        Statement("x", Place("s.sql", 2), index="CREATE INDEX ON nowhere (b)", id="two"),
    ]
    (done,) = replay([history("CREATE TABLE a (b int); CREATE INDEX i ON a (b)")], outside)[
        "histories"
    ]
    indexes = [i for i in done["catalog"]["indexes"] if i["table"] == "a"]
    assert [i["name"] for i in indexes] == ["i"]
    assert done["declared"]["one"]["form"] == indexes[0]["form"]
    assert done["declared"]["two"]["sqlstate"] == "42P01"


def test_several_histories_have_a_database_each() -> None:
    both = [history("CREATE TABLE a (b int)"), history("CREATE TABLE a (c text)")]
    result = replay(both)
    columns = [
        [c["name"] for t in done["catalog"]["tables"] if t["name"] == "a" for c in t["columns"]]
        for done in result["histories"]
    ]
    assert columns == [["b"], ["c"]]


def test_a_history_that_never_ends_is_given_up() -> None:
    begun = time.monotonic()
    result = replay([history("SET statement_timeout = 0; SELECT pg_sleep(600)")], budget=4.0)
    assert time.monotonic() - begun < 20
    assert "took too long" in result["no_server"]
    assert "m/1/up.sql:1" in result["no_server"]


def test_replay_costs_what_the_server_costs() -> None:
    script = "".join(
        f"CREATE TABLE t{n} (id bigint PRIMARY KEY, a text, b int);\n"
        f"CREATE INDEX t{n}_a ON t{n} (a);\nALTER TABLE t{n} ADD COLUMN c text DEFAULT 'x;';\n"
        for n in range(300)
    )
    ratios = []
    for _ in range(3):
        with PrivateServer(choose(None, ())[0]) as server:
            with server.connect() as connection:
                statements = [s.text for s in read_sql(script, "s").statements]
                begun = time.perf_counter()
                for text in statements:
                    connection.execute(text.encode())
                bare = time.perf_counter() - begun
            server.create_database("again")
            begun = time.perf_counter()
            made = history(script, tool="sql", transaction=False)
            replayed = probe._Replay(server, "again", made).run(())
            ratios.append((time.perf_counter() - begun) / bare)
        assert replayed["failure"] is None
        if ratios[-1] <= 1.5:
            return
    assert min(ratios) <= 1.5, ratios


# -- faults --------------------------------------------------------------------------------


@pytest.fixture
def leaves_nothing() -> Iterator[None]:
    """No folder and no process of a private server is there afterwards that was not before."""

    def there() -> set[str]:
        found = {str(path) for path in Path("/tmp").glob("recon-pg-*")}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if "recon-pg" in words:
                found.add(f"{folder.name} {words[:80]}")
        return found

    mine = f"recon-pg-{os.getpid()}-"
    before = there()
    yield
    deadline = time.monotonic() + 10
    while (
        left := {one for one in there() - before if mine in one}
    ) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


@pytest.fixture
def own_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of this process's own, so that others may run servers meanwhile."""
    real = tempfile.mkdtemp

    def named(suffix: str | None = None, prefix: str | None = None, dir: str | None = None) -> str:
        given = f"{prefix}{os.getpid()}-" if prefix == "recon-pg-" else prefix
        return real(suffix, given, dir)

    monkeypatch.setattr(tempfile, "mkdtemp", named)


faulty = pytest.mark.usefixtures("own_folders", "leaves_nothing")


def shot_after(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each server that starts from now on is killed so much later."""
    real = PrivateServer._wait_until_ready

    def shot(self: PrivateServer, folder: Path) -> None:
        real(self, folder)
        pid = int((folder / "data" / "postmaster.pid").read_text("utf-8").split()[0])
        timer = threading.Timer(seconds, lambda: os.kill(pid, signal.SIGKILL))
        timer.daemon = True
        timer.start()

    monkeypatch.setattr(PrivateServer, "_wait_until_ready", shot)


@faulty
@pytest.mark.parametrize("observed", [True, False])
def test_a_server_killed_while_it_works(observed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    shot_after(0.3, monkeypatch)
    made = history("SELECT 1", "SELECT 2;\nSELECT pg_sleep(30)")
    if observed:
        made = observing(made)
    result = replay([made])
    assert "the private server was lost at m/2/up.sql:2" in result["no_server"]


def observing(made: History) -> History:
    marked = tuple(structs.replace(one, observed=True) for one in made.migrations)
    return structs.replace(made, migrations=marked)


@faulty
@pytest.mark.parametrize("observed", [True, False])
def test_a_statement_that_hangs(observed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is left out when its time is over; what follows is unsure, and nothing of it is kept."""
    monkeypatch.setattr(probe, "_STATEMENT_SECONDS", 1)
    made = history("CREATE TABLE a (b int);", "SELECT pg_sleep(600); CREATE TABLE c (d int);")
    if observed:
        made = observing(made)
    result = replay([made])
    (done,) = result["histories"]
    assert done["failure"] is None
    assert any("statement timeout" in note for note in done["notes"])
    assert {t["name"] for t in done["catalog"]["tables"]} >= {"a", "c"}
    assert result["passing"] is True


def replay_on(size: str, made: History, monkeypatch: pytest.MonkeyPatch) -> str:
    """Why there is no server, of a replay on a file system of its own and of that size."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="recon-disk-") as folder:
        mounted = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", folder]
        done = subprocess.run(mounted, capture_output=True, check=False)
        component(done.returncode == 0, "no right to mount a small file system")
        try:
            monkeypatch.setattr(postgres, "_short_folder", lambda: folder)
            result = replay([made])
            assert os.listdir(folder) == []
        finally:
            subprocess.run(["umount", folder], check=True)
    return str(result["no_server"])


@faulty
def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system of its own, too small for what the history puts into its tables."""
    fills = history(
        "CREATE TABLE a (b text);\n"
        "INSERT INTO a SELECT repeat(md5(g::text), 60) FROM generate_series(1, 400000) g;"
    )
    for size in ("110m", "112644k", "110m", "112644k", "110m"):
        said = replay_on(size, fills, monkeypatch)
        assert "ran out of disk space at m/1/up.sql:2" in said
        if "wrote only 4096 of 8192 bytes" not in said:  # half a block was left: a page more then
            break
    assert "m/1/up.sql:2" in said
    assert "No space left on device" in said


@faulty
def test_no_memory() -> None:
    """The server may take so much and no more; the statement is left out, the rest goes on."""
    eats = "SELECT length(string_agg(repeat('x', 1000000), '')) FROM generate_series(1, 100000);"
    result = replay([history(f"CREATE TABLE a (b int);\n{eats}\nCREATE TABLE c (d int);")])
    (done,) = result["histories"]
    assert done["failure"] is None
    assert any("memory" in note for note in done["notes"]), done["notes"]
    assert {t["name"] for t in done["catalog"]["tables"]} >= {"a", "c"}


@faulty
def test_twenty_thousand_tables() -> None:
    loop = (
        "DO $$ BEGIN FOR i IN {first}..{last} LOOP"
        " EXECUTE format('CREATE TABLE t%s (a int)', i); END LOOP; END $$;"
    )
    scripts = [loop.format(first=n * 2000, last=n * 2000 + 1999) for n in range(10)]
    made = history(*scripts, "ALTER TABLE t7 ADD COLUMN b int DEFAULT 1", tool="sql")
    last = structs.replace(made.migrations[-1], observed=True)
    made = structs.replace(made, migrations=(*made.migrations[:-1], last))
    result = replay([made], budget=400.0)
    (done,) = result["histories"]
    assert done["failure"] is None
    assert len(done["catalog"]["tables"]) == 20_000
    assert [one["locks"] for one in done["locks"]] == [{"t7": "AccessExclusive"}]


def test_the_second_server_s_loss_leaves_the_first_one_s_result(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    component(len(candidates()) > 1, "one PostgreSQL only")
    real = probe._replay_on

    def second(*given: Any) -> dict[str, Any]:
        if started:
            raise probe._Lost("gone")
        started.append(True)
        return real(*given)

    started: list[bool] = []
    monkeypatch.setattr(probe, "_replay_on", second)
    result = replay([history("SELECT nothing")])
    assert result["histories"][0]["failure"]["sqlstate"] == "42703"
    assert result["passing"] is True


# -- kept between runs ---------------------------------------------------------------------


@pytest.fixture
def cache() -> Path:
    return store.folder("replays")


def replays(root: Path, monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[Any, int]:
    """The state of the database, and how often it took a replay."""
    taken = []
    with monkeypatch.context() as patch:
        real = probe.replay
        patch.setattr(probe, "replay", lambda *a, **k: (taken.append(1), real(*a, **k))[1])
        target = Target(root)
        configure(target, DatabaseConfig(**{"kept": True, **options}))
        return database(target), len(taken)


def test_an_unchanged_history_is_not_replayed_again(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = tmp_path / "shop"
    lay(shop, SHOP)
    first, count = replays(shop, monkeypatch)
    assert isinstance(first, ReplayedCatalog)
    assert count == 1
    (file,) = cache.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert cache.stat().st_mode & 0o777 == 0o700
    assert replays(shop, monkeypatch) == (first, 0)
    assert replays(shop, monkeypatch, kept=False) == (first, 1)
    # A place is part of what is told, so a line more is another history.
    path = shop / "migrations/1_orders.sql"
    path.write_text("\n" + path.read_text("utf-8"), "utf-8")
    assert replays(shop, monkeypatch)[1] == 1
    assert len(list(cache.iterdir())) == 2
    # Another server, or other sources of ours.
    monkeypatch.setattr(postgres, "machine", lambda: "another")
    assert replays(shop, monkeypatch)[1] == 1


_HISTORY = {"root": "migrations", "tool": "sqlx", "catalog": {}, "failure": None}
OTHERS = {
    "nested": b"\x91" * 100_000 + b"\x90",
    "no map": msgpack.encode([1]),
    "empty": msgpack.encode({}),
    "no histories": msgpack.encode({"server": "18", "shims": [], "histories": None}),
    "no catalog": msgpack.encode({"server": "18", "shims": [], "histories": [_HISTORY]}),
}


@pytest.mark.parametrize(
    "damage", ["", "x", "cut", "flip", "folder", "pipe", "link", "socket", *OTHERS]
)
def test_a_damaged_cache_is_as_if_there_were_none(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    lay(tmp_path / "shop", SHOP)
    first, _ = replays(tmp_path / "shop", monkeypatch)
    (file,) = cache.iterdir()
    data = file.read_bytes()
    if damage in ("folder", "pipe", "link", "socket"):
        file.unlink()
        if damage == "folder":
            file.mkdir()
        elif damage == "pipe":
            os.mkfifo(file)
        elif damage == "link":
            (tmp_path / "away").write_bytes(data)
            file.symlink_to(tmp_path / "away")
        else:
            with socket.socket(socket.AF_UNIX) as line, chdir(file.parent):
                line.bind(file.name)  # its whole path would be too long
    elif damage in OTHERS:  # sound, and not what we write
        file.write_bytes(store.sealed(OTHERS[damage]))
    elif damage == "cut":
        file.write_bytes(data[:-9])
    elif damage == "flip":
        file.write_bytes(data[:500] + bytes([data[500] ^ 1]) + data[501:])
    else:
        file.write_text(damage, "utf-8")
    assert replays(tmp_path / "shop", monkeypatch) == (first, 1)


def test_what_another_run_may_not_meet_is_not_kept(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(tmp_path / "shop", SHOP)
    real = probe.replay
    for result in ({"no_server": "lost"}, {"passing": True}):
        with monkeypatch.context() as patch:
            patch.setattr(
                probe, "replay", lambda *a, result=result, **k: {**real(*a, **k), **result}
            )
            target = Target(tmp_path / "shop")
            configure(target, DatabaseConfig(kept=True))
            database(target)
        assert not cache.exists()


def a_result(server: str) -> dict[str, Any]:
    return {"server": server, "shims": [], "histories": []}


def test_the_cache_is_bounded_and_never_in_the_target(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "target"
    inside.mkdir()
    monkeypatch.setattr(kept_replays, "_MOST", 3)
    for number in range(6):
        kept_replays.save(f"key{number}", a_result(str(number)), inside)
        os.utime(cache / f"key{number}.bin", (number, number))
    assert {path.name for path in cache.iterdir()} == {"key3.bin", "key4.bin", "key5.bin"}
    assert kept_replays.load("key5", inside) == a_result("5")
    assert kept_replays.load("key0", inside) is None
    monkeypatch.setattr(kept_replays, "_ALL", (cache / "key5.bin").stat().st_size + 1)
    kept_replays.save("key6", a_result("6"), inside)
    assert [path.name for path in cache.iterdir()] == ["key6.bin"]
    monkeypatch.setattr(kept_replays, "_LARGEST", 100)
    kept_replays.save("key7", a_result("x" * 200), inside)
    assert [path.name for path in cache.iterdir()] == ["key6.bin"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(inside))
    kept_replays.save("key8", a_result("8"), inside)
    assert list(inside.iterdir()) == []
    assert kept_replays.load("key8", inside) is None


def test_machine_tells_servers_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "postgres").write_text("one", "utf-8")
    monkeypatch.setattr(postgres, "_usual_folders", lambda: iter([folder]))
    first = postgres.machine()
    assert postgres.machine() == first
    (folder / "postgres").write_text("other", "utf-8")
    assert postgres.machine() != first


# -- the fact ------------------------------------------------------------------------------


def lay(root: Path, files: dict[str, str]) -> Target:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Target(root)


SHOP = {
    "migrations/1_orders.sql": "CREATE TABLE orders (id bigserial PRIMARY KEY, who text, at date);\n"
    "CREATE INDEX orders_who ON orders (who);\n"
    "CREATE INDEX orders_at ON orders (at DESC);\n"
    "CREATE UNIQUE INDEX orders_both ON orders (who, at);\n",
    "sql/extra.sql": "CREATE INDEX extra ON orders (at, who);\n",
}  # fmt: skip


def test_no_history_starts_nothing(tmp_path: Path) -> None:
    target = lay(tmp_path, {"a.txt": "x"})
    program = (
        "import sys; from pytest_reconaudit.facts.db.database import database;"
        "from pytest_reconaudit.target import Target; print(type(database(Target(sys.argv[1])))"
        ".__name__, 'psycopg' in sys.modules, 'sqlparse' in sys.modules)"
    )
    out = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout
    assert out.split() == ["NoHistory", "False", "False"]
    assert isinstance(database(target), NoHistory)


def test_states_without_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = lay(tmp_path, SHOP)
    configure(target, DatabaseConfig(replay=False))
    assert isinstance(database(target), NoServer)
    again = Target(tmp_path)
    monkeypatch.setattr("pytest_reconaudit.probes.postgres.candidates", lambda: ())
    state = database(again)
    assert isinstance(state, NoServer)
    assert "pip install" in state.reason
    verdicts = applied_indexes(again).verdicts
    assert {v.kind for v in verdicts.values()} == {"unjudged"}


def test_one_process_replays_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    shared = str(tmp_path / "shared")
    first = lay(tmp_path / "shop", SHOP)
    configure(first, DatabaseConfig(shared=shared, announce=said.append))
    state = database(first)
    assert isinstance(state, ReplayedCatalog)
    assert len(said) == 1
    monkeypatch.setattr(probe, "replay", lambda *a, **k: pytest.fail("replayed twice"))
    second = Target(tmp_path / "shop")
    configure(second, DatabaseConfig(shared=shared, announce=said.append))
    assert database(second) == state
    assert len(said) == 1


# -- live ----------------------------------------------------------------------------------


def dsn(server: PrivateServer, name: str = "postgres") -> str:
    return f"postgresql://runner:hush-hush@/{name}?host={server.folder}"


def kinds(target: Target, dsn_: str, *, replay: bool = True) -> dict[str, str]:
    configure(target, DatabaseConfig(dsn=dsn_, replay=replay))
    assert isinstance(database(target), LiveCatalog)
    applied = applied_indexes(target)
    return {d.index.name or "": applied.of(d).kind for d in declared_indexes(target)}


@pytest.mark.parametrize("private", [True, False])
def test_a_live_database_is_compared(tmp_path: Path, live: PrivateServer, private: bool) -> None:
    name = f"shop{int(private)}"
    live.create_database(name)
    with live.connect(name) as connection:
        connection.execute("CREATE TABLE orders (id bigserial PRIMARY KEY, who text, at date)")
        connection.execute("CREATE INDEX renamed ON orders (who)")
        connection.execute("CREATE INDEX orders_at ON orders (at)")
        connection.execute("CREATE INDEX nobody_s ON orders (id, who)")
        connection.execute("INSERT INTO orders (who, at) VALUES ('a', 'today'), ('a', 'today')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("CREATE UNIQUE INDEX CONCURRENTLY orders_both ON orders (who, at)")
    target = lay(tmp_path, SHOP)
    assert kinds(target, dsn(live, name), replay=private) == {
        "orders_who": "applied",
        "orders_at": "different",
        "orders_both": "invalid",
        "extra": "missing",
    }
    extras = [index.name for index in applied_indexes(target).extras]
    assert extras == (["nobody_s", "orders_at"] if private else [])


def test_nothing_can_be_written(live: PrivateServer, monkeypatch: pytest.MonkeyPatch) -> None:
    from pytest_reconaudit.probes import live as module

    def vandal(connection: psycopg.Connection[Any]) -> dict[str, Any]:
        connection.execute("CREATE TABLE theirs (a int)")
        return {}

    monkeypatch.setattr(module, "read_catalog", vandal)
    answer = read_live(dsn(live))
    assert "read-only transaction" in answer["unreachable"]


BAD = [
    ("not a dsn hush-hush", "no PostgreSQL connection string"),
    ("postgresql://u:hush-hush@[broken", "no PostgreSQL connection string"),
    ("postgresql://u:hush-hush@127.0.0.1:1/db", "cannot connect"),
    ("postgresql://u:hush-hush@no-such-host.invalid/db", "cannot connect"),
    ("host=/nowhere user=u password=hush-hush dbname=d", "cannot connect"),
    ("postgresql://u:hush-hush@127.0.0.1:99999/db", "cannot connect"),
]


@pytest.mark.parametrize(("given", "said"), BAD)
def test_bad_connection_strings_give_a_clear_result(given: str, said: str) -> None:
    answer = read_live(given)
    assert said in answer["unreachable"]
    assert "hush-hush" not in answer["unreachable"]


def test_no_such_database(live: PrivateServer, tmp_path: Path) -> None:
    target = lay(tmp_path, SHOP)
    configure(target, DatabaseConfig(dsn=dsn(live, "missing"), replay=False))
    state = database(target)
    assert isinstance(state, Unreachable)
    assert "missing" in state.reason
    assert "hush-hush" not in state.reason


def test_a_wrong_password() -> None:
    """A server that asks for one and refuses it, in the protocol's own words."""

    def refuse(line: socket.socket) -> None:
        line.recv(4096)
        line.sendall(b"R\0\0\0\x08\0\0\0\x03")  # AuthenticationCleartextPassword
        line.recv(4096)
        fields = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "u"\0\0'
        line.sendall(b"E" + (len(fields) + 4).to_bytes(4, "big") + fields)

    with fake(refuse) as port:
        answer = read_live(f"postgresql://u:hush-hush@127.0.0.1:{port}/db?sslmode=disable")
    assert "password authentication failed" in answer["unreachable"]
    assert "hush-hush" not in answer["unreachable"]


READY = (
    b"R\0\0\0\x08\0\0\0\0S\0\0\0\x18server_version\x0016.1\0"
    b"S\0\0\0\x19client_encoding\0UTF8\0"
    b"K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I"
)


def test_a_server_that_goes_silent_is_given_up() -> None:
    def silent(line: socket.socket) -> None:
        line.recv(4096)
        line.sendall(READY)
        while line.recv(4096):
            pass

    begun = time.monotonic()
    with fake(silent) as port:
        answer = read_live(f"postgresql://u@127.0.0.1:{port}/db?sslmode=disable", total=1.0)
    assert time.monotonic() - begun < 10
    assert answer == {"unreachable": "the database gave no answer within 1 s"}


def test_a_server_that_never_answers_the_greeting_is_given_up() -> None:
    begun = time.monotonic()
    with fake(lambda line: time.sleep(20)) as port:
        answer = read_live(f"postgresql://u@127.0.0.1:{port}/db?sslmode=disable")
    assert time.monotonic() - begun < 15
    assert "cannot connect" in answer["unreachable"]


def test_a_server_that_dies_while_read() -> None:
    def dies(line: socket.socket) -> None:
        line.recv(4096)
        line.sendall(READY)
        line.recv(4096)

    with fake(dies) as port:
        answer = read_live(f"postgresql://u@127.0.0.1:{port}/db?sslmode=disable")
    assert "reading the catalog failed" in answer["unreachable"]


class fake:
    """A listening socket that treats its one caller in some way."""

    def __init__(self, treat: Any) -> None:
        self._treat = treat
        self._socket = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        def serve() -> None:
            try:
                line, _ = self._socket.accept()
                with line:
                    self._treat(line)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        return int(self._socket.getsockname()[1])

    def __exit__(self, *exception: object) -> None:
        self._socket.close()


TROJAN = """
CREATE SCHEMA evil;
CREATE TABLE public.t (x text);
CREATE INDEX t_x ON public.t (x);
CREATE FUNCTION evil.f(a "char", b "char") RETURNS boolean LANGUAGE plpgsql AS $f$
BEGIN
  IF current_user <> 'runner' THEN
    EXECUTE 'COPY (SELECT 1) TO PROGRAM ''touch {marker}''';
  END IF;
  RETURN a OPERATOR(pg_catalog.=) b;
END $f$;
CREATE OPERATOR evil.= (LEFTARG = "char", RIGHTARG = "char", FUNCTION = evil.f);
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = evil, pg_catalog, public',
  current_database()); END $$;
"""
ESCAPES = [
    TROJAN,
    "COPY (SELECT 1) TO PROGRAM 'touch {marker}';",
    "GRANT pg_execute_server_program TO runner; COPY (SELECT 1) TO PROGRAM 'touch {marker}';",
    (
        "CREATE ROLE helper IN ROLE pg_execute_server_program;\n"
        "GRANT helper TO runner; SET ROLE helper; COPY (SELECT 1) TO PROGRAM 'touch {marker}';"
    ),
    "COPY (SELECT 1) TO '{marker}';",
    "SELECT lo_export(lo_from_bytea(0, 'x'), '{marker}');",
    (
        "SET standard_conforming_strings = off;\n"
        "CREATE EXTENSION citext VERSION 'a\\'; COPY (SELECT 1) TO PROGRAM $$touch {marker}$$; --';"
    ),
    (
        "DO $$ BEGIN RAISE EXCEPTION 'role \"pg_execute_server_program\" does not exist'"
        " USING ERRCODE = '42704'; END $$; COPY (SELECT 1) TO PROGRAM 'touch {marker}';"
    ),
    "CREATE EXTENSION dblink; SELECT dblink_exec('dbname=postgres user=postgres', 'SELECT 1');",
    "SET SESSION AUTHORIZATION postgres; COPY (SELECT 1) TO PROGRAM 'touch {marker}';",
]


@pytest.mark.parametrize("script", ESCAPES, ids=range(len(ESCAPES)))
@pytest.mark.parametrize("transaction", [True, False])
def test_a_history_never_gets_out_of_the_server(script: str, transaction: bool) -> None:
    """On every server of this machine: nothing of a history runs as the superuser."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        marker = Path(folder, "owned")
        Path(folder).chmod(0o777)
        text = script.replace("{marker}", str(marker))
        for choice in choose(None, ()):
            replay([history(text, transaction=transaction)], choices=[choice])
            assert not marker.exists(), choice.binaries.version
