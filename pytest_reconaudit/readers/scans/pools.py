"""Connection pools of relational databases as source code makes them: their size and its origin."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.scanning import SCRIPT, scan

__all__ = ["MadePool", "MadePools", "made_pools"]


class MadePool(Struct, frozen=True, gc=False, array_like=True):
    """One place that makes a pool."""

    library: str
    function: str
    owner: str
    line: int
    """Where its size stands; where it is made when it has none of its own."""
    size: int | None
    """The number, that of ``key`` when nothing sets it, or the library's own; ``None`` when it
    cannot be told."""
    key: str
    """The environment variable that sets it."""
    literal: bool
    """The number is written in the code, and nothing can change it."""
    written: str
    per_worker: bool
    """Each worker process makes its own."""
    of: str = ""
    """The type that makes it, where the file itself does not tell that it is a database's."""
    threaded: bool = False
    """Each thread of a worker has a connection of its own, and there is no pool: Django."""


class MadePools(Struct, frozen=True, array_like=True):
    pools: tuple[MadePool, ...]
    types: tuple[str, ...] = ()
    """Names that the file gives to types of database pools: ``type Db = Pool<…Postgres…>``."""


_MARKS: dict[str, tuple[str, ...]] = {
    ".rs": (".max_size(", ".max_connections(", "PgPool", "Pool::builder(", "Pool<"),
    ".py": (
        "create_engine",
        "create_async_engine",
        "create_pool",
        "ConnectionPool",
        "django.db.backends.postgresql",
    ),
}
_SCRIPT_MARKS = (
    "new Pool(",
    ".Pool(",
    "createPool(",
    "postgres(",
    "knex(",
    "Sequelize(",
    "DataSource(",
    ".forRoot",
)
_RUST_DATABASE = regex(
    r"\bPg\w+|\b(?:My[sS]ql|Sqlite)\w*Connection|diesel|sqlx|tokio_postgres|sea_orm|deadpool_postgres"
    r"|AsyncPgConnection|PostgresConnectionManager|postgres::"
)
_SQLITE = regex(r"[sS]qlite")
_TYPE = regex(r"^[ \t]*(?:pub(?:\([\w:]+\))?\s+)?type\s+(\w+)\s*=\s*([^;]{1,300});", re.MULTILINE)
_MAKER = regex(r"^(?:\w+::)*([A-Z]\w*?)\s*(?:::\s*<[^;()]*>)?\s*::\s*builder\s*\(\s*\)")
_NO_MAKERS = frozenset({"Pool", "PoolOptions", "PgPoolOptions", "Config"})
_OPTIONS = regex(
    r"^(?:\w+::)*(?:PgPoolOptions|PoolOptions\s*::\s*<\s*(?:\w+::)*Postgres\s*>)\s*::\s*new\(\)"
)
_DJANGO = regex(r"[\"']ENGINE[\"']\s*:\s*[\"']django\.db\.backends\.postgresql[\"']")
_AGE = regex(r"[\"']CONN_MAX_AGE[\"']\s*:")
_DJANGO_POOL = regex(r"[\"']pool[\"']\s*:\s*(?:True|\{(?P<inner>[^{}]{0,300})\})")
_MAX_SIZE = regex(r"[\"']max_size[\"']\s*:\s*(?P<value>[^,}\n]{1,160})")
_NOT_DATABASE = regex(r"[Rr]edis|[Hh]ttp|[Ss]mtp|[Aa]mqp|lapin|[Mm]emcache|ldap")
_ENV = regex(
    r"env(?:::var|!|::var_os)?\s*\(\s*\"(?P<rust>\w+)\"|process\.env\.(?P<script>\w+)"
    r"|process\.env\[['\"](?P<script2>\w+)['\"]\]"
    r"|\b[cC]onfig(?:Service)?\s*\.\s*get(?:OrThrow)?(?:<\w+>)?\(\s*['\"](?P<nest>\w+)['\"]"
    r"|(?:environ(?:\.get)?|getenv)\s*[\[(]\s*['\"](?P<python>\w+)['\"]"
)
_DEFAULT = regex(
    r"unwrap_or\w*\(\s*(?:\|_?\w*\|\s*)?\"?(\d{1,5})\b|(?:\|\||\?\?)\s*['\"]?(\d{1,5})\b"
    r"|,\s*['\"]?(\d{1,5})['\"]?\s*\)"
)
_NUMBER = regex(r"\d{1,5}(?:_?u(?:8|16|32|64|size))?")
_DIGITS = regex(r"\d+")
_MAX = regex(
    r"(?<![\w.])(?:max|connectionLimit|poolSize)\s*:\s*"
    r"(?P<value>(?:[^,(){}\n]|\((?:[^()\n]|\([^()\n]{0,80}\)){0,120}\)){1,160})"
)
_POOL_OF = regex(r"(?<![\w.])pool\s*:\s*\{(?P<inner>[^{}]{0,300})\}")
_SCRIPT_LIBRARIES = {
    "pg": ("pg", 10), "pg-pool": ("pg", 10), "mysql2": ("mysql2", 10), "mysql": ("mysql", 10),
    "mysql2/promise": ("mysql2", 10), "postgres": ("postgres.js", 10), "knex": ("knex", 10),
    "sequelize": ("sequelize", 5), "sequelize-typescript": ("sequelize", 5),
    "typeorm": ("typeorm", 10), "@nestjs/typeorm": ("typeorm", 10),
    "@nestjs/sequelize": ("sequelize", 5),
}  # fmt: skip
"""Module → (library, the size of a pool that is given none). Checked against pg 8, mysql2 3,
postgres 3, knex 3, sequelize 6, typeorm 0.3."""
_SCRIPT_CALLS = ("Pool", "createPool", "postgres", "knex", "Knex", "Sequelize", "DataSource",
                 "forRoot", "forRootAsync")  # fmt: skip
_PYTHON_CALLS = {
    "create_engine": ("sqlalchemy", 5), "create_async_engine": ("sqlalchemy", 5),
    "create_pool": ("asyncpg", 10), "ConnectionPool": ("psycopg_pool", 4),
    "AsyncConnectionPool": ("psycopg_pool", 4),
}  # fmt: skip
_OVERFLOW = 10
"""What SQLAlchemy opens above ``pool_size`` when nothing is said."""


def _wants(text: str, path: str) -> bool:
    marks = _MARKS.get(path[-3:])
    if marks is None:
        if "pool" not in text and "max" not in text:
            return False
        marks = _SCRIPT_MARKS
    return any(mark in text for mark in marks)


@scan("rust", "python", *SCRIPT, record=MadePools, wants=_wants)
def made_pools(code: Code) -> MadePools | None:
    """The pools that a file makes; ``None`` without any."""
    if code.language == "rust":
        found = (*_rust(code), *_rust_defaults(code))
        types = tuple(sorted(_pool_types(code)))
        return MadePools(found, types) if found or types else None
    if code.language == "python":
        found = tuple(_python(code))
    else:
        found = tuple(_script(code))
    return MadePools(found) if found else None


def _sized(code: Code, call: Call, text: str) -> tuple[int | None, str, bool]:
    """(size, environment variable, whether it is a plain number) of an expression."""
    text = text.strip()
    name = re.match(r"^&?([A-Za-z_]\w*)(?:\s+as\s+\w+)?$", text)
    if name is not None:
        binding = code.binding_of(name[1], call.start, call.scope)
        if binding is None or binding.value[1] <= binding.value[0]:
            return None, "", False
        text = code.text(binding.value)[:400].strip()
    if _NUMBER.fullmatch(text):
        return int(_DIGITS.findall(text)[0][:9]), "", True
    key = _ENV.search(text)
    if key is None:
        return None, "", False
    default = _DEFAULT.search(text, key.end())
    given = next((one for one in default.groups() if one), "") if default else ""
    found = next(one for one in key.groups() if one)
    return (int(given[:9]) if given else None), found, False


def _pool(
    code: Code,
    call: Call,
    library: str,
    text: str,
    at: int,
    *,
    each: bool,
    more: int = 0,
    default: bool = False,
) -> MadePool | None:
    function = code.function_at(call.scope)
    if function is not None and function.is_test:
        return None
    size, key, literal = _sized(code, call, text)
    return MadePool(
        library=library,
        function=function.name if function is not None else "",
        owner=function.owner if function is not None else "",
        line=code.line(at),
        size=size + more if size is not None else None,
        key=key,
        literal=literal and not default,
        written=" ".join(code.text(call.name_at, call.end).split())[:120],
        per_worker=each,
    )


# -- Rust ----------------------------------------------------------------------------------


def _rust(code: Code) -> Iterator[MadePool]:
    for call in code.calls_named(("max_size", "max_connections")):
        if len(call.arguments) != 1 or call.path:
            continue
        receiver = code.text(call.receiver)
        function = code.function_at(call.scope)
        around = code.text(function.body) if function is not None else receiver
        if len(receiver) > 2_000:
            continue
        of = ""
        if not _makes_database_pool(code, call, receiver, around):
            maker = _MAKER.match(receiver)
            of = maker[1] if maker is not None and call.name == "max_size" else ""
            if of in ("", *_NO_MAKERS) or _NOT_DATABASE.search(receiver + of):
                continue
        library = _library(call, receiver, around)
        found = _pool(code, call, library, code.text(call.arguments[0]), call.name_at, each=False)
        if found is not None:
            yield replace(found, of=of) if of else found


def _rust_defaults(code: Code) -> Iterator[MadePool]:
    """Pools of which nobody says how large they are: ten connections, in r2d2, bb8 and sqlx."""
    for call in code.calls_named(
        ("connect", "connect_lazy", "connect_with", "connect_lazy_with", "build", "build_unchecked")
    ):
        receiver = code.text(call.receiver) if not call.path else ""
        if len(receiver) > 2_000 or ".max_connections(" in receiver or ".max_size(" in receiver:
            continue
        of = ""
        if call.name.startswith("connect"):
            sized = call.path[-2:-1] == ("PgPool",) or _OPTIONS.match(receiver) is not None
            library = "sqlx"
        else:
            maker = _MAKER.match(receiver)
            function = code.function_at(call.scope)
            around = code.text(function.body) if function is not None else receiver
            library = _library(call, receiver, around)
            sized = maker is not None and library in ("r2d2", "bb8")
            if maker is not None and sized:
                known = _makes_database_pool(code, call, receiver, around)
                of = "" if known else maker[1]
                sized = known or maker[1] not in _NO_MAKERS
        if not sized or _NOT_DATABASE.search(receiver):
            continue
        found = _pool(code, call, library, "10", call.name_at, each=False, default=True)
        if found is not None:
            yield replace(found, of=of) if of else found


def _pool_types(code: Code) -> Iterator[str]:
    """Names of types that are pools of connections to a database."""
    for match in _TYPE.finditer(code.source.decode("utf-8", "replace")):
        meant = match[2]
        if re.search(r"\bPool\s*<", meant) and re.search(r"\bPg|Postgres", meant):
            yield match[1]


def _library(call: Call, receiver: str, around: str) -> str:
    if "PoolOptions" in receiver:
        return "sqlx"
    if call.name == "max_connections":
        return "sea-orm"
    for name in ("deadpool", "bb8", "mobc"):
        if name in around:
            return name
    return "r2d2"


def _makes_database_pool(code: Code, call: Call, receiver: str, around: str) -> bool:
    if call.name == "max_connections" and not re.search(
        r"PoolOptions|ConnectOptions", receiver + around[:3_000]
    ):
        return False
    if _NOT_DATABASE.search(receiver):
        return False
    if call.name == "max_connections" and receiver.isidentifier():
        made = code.binding_of(receiver, call.start, call.scope)
        if made is not None and re.match(r"(?:\w+::)*ConnectOptions::new\b", code.text(made.value)):
            return "sqlite:" not in code.text(made.value)
    close = around[:4_000]
    if _RUST_DATABASE.search(close):
        return not _SQLITE.search(close) or "Pg" in close or "Postgres" in close
    if _NOT_DATABASE.search(close):
        return False
    words = {word for one in code.imports for word in one.path}
    known = {"diesel", "diesel_async", "sqlx", "tokio_postgres", "sea_orm", "deadpool_postgres"}
    return bool(words & known)


# -- scripts -------------------------------------------------------------------------------


def _script(code: Code) -> Iterator[MadePool]:
    for call in code.calls_named(_SCRIPT_CALLS):
        known = code.imported(call.path[0]) if call.path else None
        module = known.path[0] if known is not None and known.path else ""
        if not call.path:
            owner = code.imported(code.text(call.receiver).strip())
            module = owner.path[0] if owner is not None and owner.path else ""
        if module not in _SCRIPT_LIBRARIES or not call.arguments:
            continue
        library, default = _SCRIPT_LIBRARIES[module]
        start, end = call.arguments[-1]
        text = code.text(start, end)
        if library in ("knex", "sequelize", "typeorm"):
            if re.search(r"sqlite|better-sqlite", text):
                continue
            inner = _POOL_OF.search(text)
            match = _MAX.search(text, *inner.span()) if inner else None
            if library == "typeorm":
                match = match or _MAX.search(text)
        else:
            match = _MAX.search(text)
        if match is None:
            if "..." in text or not text.startswith("{"):
                continue
            found = _pool(code, call, library, str(default), call.name_at, each=True, default=True)
        else:
            at = start + len(text[: match.start("value")].encode())
            found = _pool(code, call, library, match["value"], at, each=True)
            if found is not None and call.name.startswith("forRoot"):
                found = replace(found, written=" ".join(match[0].split()))
        if found is not None:
            yield found


# -- Python --------------------------------------------------------------------------------


def _django(code: Code) -> Iterator[MadePool]:
    """Django keeps a connection for each thread, or since 5.1 a pool for each process."""
    text = code.source.decode("utf-8", "replace")
    engine = _DJANGO.search(text)
    if engine is None:
        return
    around = text[engine.start() : engine.start() + 2_000]
    pool = _DJANGO_POOL.search(around)
    size: int | None = 1
    if pool is not None:
        given = _MAX_SIZE.search(pool["inner"] or "")
        number = given["value"].strip() if given else "4"  # psycopg_pool's own
        size = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None
    age = _AGE.search(around)
    yield MadePool(
        library="django",
        function="",
        owner="",
        line=text.count("\n", 0, engine.start()) + 1,
        size=size,
        key="",
        literal=False,
        written=(pool or age or engine)[0].split("\n")[0][:120],
        per_worker=True,
        threaded=pool is None,
    )


def _python(code: Code) -> Iterator[MadePool]:
    yield from _django(code)
    for call in code.calls_named(tuple(_PYTHON_CALLS)):
        library, default = _PYTHON_CALLS[call.name]
        if library == "asyncpg" and code.text(call.receiver).strip() not in ("asyncpg", ""):
            continue
        home = {"sqlalchemy": "sqlalchemy", "psycopg_pool": "psycopg_pool"}.get(library, "")
        named = code.imported(call.path[0]) if call.path else None
        module = named.path[0] if named is not None else code.text(call.receiver).strip()
        if home and module.partition(".")[0] not in (home, "sa"):
            continue
        given = {
            name.strip(): (value, start + len(name.encode()) + 1)
            for start, end in call.arguments
            for name, sign, value in (code.text(start, end).partition("="),)
            if sign and name.strip().isidentifier()
        }
        if any(name.startswith("**") for name in given) or "NullPool" in code.text(
            call.start, call.end
        ):
            continue
        word = "pool_size" if library == "sqlalchemy" else "max_size"
        text, at = given.get(word, (str(default), call.name_at))
        more = 0
        if library == "sqlalchemy":
            if "sqlite" in code.text(call.start, call.end):
                continue
            extra, _ = given.get("max_overflow", (str(_OVERFLOW), 0))
            over, _, _ = _sized(code, call, extra)
            if over is None:
                continue
            more = over
        found = _pool(
            code, call, library, text, at, each=True, more=more, default=word not in given
        )
        if found is not None:
            yield found
