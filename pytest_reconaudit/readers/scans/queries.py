"""The database calls of a source file: what each asks for, and the loops that repeat it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import islice

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code, Function, Scope
from pytest_reconaudit.readers.query_call import FoundQuery, binding_near, sql_of
from pytest_reconaudit.readers.query_mongo import mongo_queries
from pytest_reconaudit.readers.query_python import python_queries, queryset_model
from pytest_reconaudit.readers.query_rust import names_connection, rust_queries
from pytest_reconaudit.readers.query_script import script_queries
from pytest_reconaudit.readers.query_shape import Compared
from pytest_reconaudit.readers.query_steps import whole_query
from pytest_reconaudit.readers.scanning import SCRIPT, scan
from pytest_reconaudit.readers.scans.row_classes import GIVEN, sure_lines

__all__ = [
    "FileQueries",
    "LoopedCall",
    "Onward",
    "QueryCall",
    "QueryFunction",
    "QueryLoop",
    "queries",
]


class QueryLoop(Struct, frozen=True, gc=False, array_like=True):
    """Code that runs once per element of something that may have many."""

    line: int
    label: str
    """``for``, ``while``, ``comprehension`` or the adaptor's name: ``map``, ``forEach``."""
    over: str
    """Source of what is iterated over, blanks folded, at most 80 characters."""
    variable: str
    """The element's name or pattern."""
    origin: str
    """``rows``: of a query without a limit; ``page``: of one that has any limit; ``keys``: of one
    that asks for the rows of a list of keys; ``children``: of one that asks for those of one
    parent or of a span of time; ``batch``: of one that takes so many at a time; ``few``: at most
    ten, by a literal, or what one user has a handful of; empty: not known here."""
    concurrent: bool
    """All rounds run at once: ``Promise.all(xs.map(…))``, ``join_all``."""
    beside: bool = False
    """It runs in a task of its own, for which no request waits."""
    source: str = ""
    """The table whose rows it goes over, as far as it is known."""
    errand: str = ""
    """Another system for which every round waits too, as the call is written: a mail that is sent,
    a provider that is asked. Scripts alone."""
    excused: str = ""
    """Why it is no defect worth naming: ``comment`` (its author says that it goes one by one),
    ``few`` (what it goes over is few by its name), ``stops`` (it ends with the first that fits)."""
    given: str = ""
    """The function whose answer it goes over, by the name that it is called by: ``findAll`` of
    ``const orders = await this.orders.findAll()``; empty where that is not plain."""
    given_line: int = 0
    """Where it is called."""
    queued: str = ""
    """Of concurrent rounds what their statements have in common: ``connection`` (one transaction,
    on which they wait for each other), ``pipeline`` (one client of tokio-postgres, which sends them
    without waiting for answers)."""


class QueryCall(Struct, frozen=True, gc=False, array_like=True):
    """One call that goes to the database."""

    line: int
    """Where the method's name stands that sends the statement."""
    kind: str
    """See ``query_call.FoundQuery``."""
    library: str
    method: str
    table: str
    connection: str
    loops: tuple[int, ...]
    """The loops that repeat it, inner first: positions in :attr:`FileQueries.loops`. Loops of a
    known small number of rounds, over batches, of retries and of workers are left out."""
    many: bool
    limit: str
    columns: tuple[str, ...]
    bulk: bool
    keyed: bool
    """It asks for rows by a value that is known at run time only: those of one parent, one key; or
    for those of a span of time, or for one figure of each group."""
    listed: bool
    """It is given a list of values at once: ``eq_any``, ``= ANY($1)``, ``in: ids``."""
    conditional: bool
    """Its function sends it only under a condition."""
    word: str = ""
    """What the statement is called where its kind is too coarse: ``existence check``."""
    excused: str = ""
    """Why it is no defect worth naming: ``remembered`` (a cache is given what it brings); of one in
    a loop ``compared`` (sent for those elements alone that a comparison picks), ``caught`` (each
    element may fail by itself), ``own transaction`` (each element's work stands alone), ``own
    values`` (each row is given other values), ``found or made``, ``hooks`` (``save`` of a model
    does more)."""
    compared: tuple[Compared, ...] = ()
    """See ``query_call.FoundQuery``."""
    ordered: str = ""
    """See ``query_call.FoundQuery``."""
    same: bool = False
    """Of a read in loops: nothing that it names is another value in any round."""
    some: bool = False
    """Of one in loops: a condition or an arm of a match leaves some rounds without it."""
    names: tuple[str, ...] = ()
    """Of a Python function's read outside of loops: the variables that it is written with."""


class LoopedCall(Struct, frozen=True, gc=False, array_like=True):
    """Some other call in a loop; what it does is for the function that it means to say."""

    name: str
    line: int
    loops: tuple[int, ...]
    excused: str = ""
    """See :attr:`QueryCall.excused`; ``tried`` is what is ``caught`` of one that changes rows."""
    fixed: tuple[str, ...] = ()
    """The arguments that are the same value in every round, by position, those of an object by
    their names; ``*`` where all are and so is what it is called on."""
    some: bool = False
    """See :attr:`QueryCall.some`."""


class QueryFunction(Struct, frozen=True, gc=False, array_like=True):
    """What one named function asks of the database."""

    name: str
    """Empty for what stands outside of any function."""
    line: int
    is_test: bool
    queries: tuple[QueryCall, ...]
    looped: tuple[LoopedCall, ...]
    cached: bool
    """It looks into a cache first."""
    capped: bool
    """It bounds a number: ``min``, ``clamp``, a validated maximum."""
    errand: str = ""
    """Another system for which it waits, too: see ``QueryLoop.errand``."""
    task: bool = False
    """It is declared as work beside the requests: ``@shared_task``, ``@Cron``."""
    queued: bool = False
    """A plain call of it only puts it into a queue, as Huey's tasks do."""


class RelationLoop(Struct, frozen=True, gc=False, array_like=True):
    """A loop over a Django queryset and what of its rows is looked at."""

    function: str
    function_line: int
    line: int
    model: str
    """Of what is asked by a name of another row that name with a point: ``.lines``."""
    over: str
    loaded: tuple[str, ...]
    """Relations that the queryset loads along: ``select_related``, ``prefetch_related``."""
    reads: tuple[tuple[str, str, int], ...]
    """(name, what of it, line) of each ``row.name.what``, once; a call ends with ``(``, one without
    arguments with ``()``. Of ``row.name`` and ``row.name()`` what is empty and ``(``."""
    excused: str = ""
    """See :attr:`QueryLoop.excused`."""
    origin: str = "rows"
    """See :attr:`QueryLoop.origin`."""


class ModelRelations(Struct, frozen=True, gc=False, array_like=True):
    """The foreign keys of a Django model."""

    model: str
    names: tuple[str, ...]


class Onward(Struct, frozen=True, gc=False, array_like=True):
    """A function that asks nothing by itself, and what it waits for whatever it is given."""

    name: str
    line: int
    """See :attr:`QueryFunction.line`."""
    calls: tuple[tuple[str, int], ...]
    """(name, line) of the first calls that it makes under no condition and in no loop."""


class FileQueries(Struct, frozen=True, array_like=True):
    functions: tuple[QueryFunction, ...]
    loops: tuple[QueryLoop, ...]
    dialects: tuple[str, ...] = ()
    """``sqlite``: databases that its imports and types name as embedded; ``server``: others."""
    relation_loops: tuple[RelationLoop, ...] = ()
    models: tuple[ModelRelations, ...] = ()
    uncapped: tuple[int, ...] = ()
    """Lines of the names of functions that take a page size as the request says it:
    ``page.size.unwrap_or(20)`` without ``min`` or ``clamp``. Rust alone."""
    by_hand: bool = False
    """It is a program that somebody starts with arguments."""
    onward: tuple[Onward, ...] = ()
    """Of scripts and Rust."""


_WANTED = {
    "rust": ("diesel", "sqlx", "sea_orm", ".await", "conn", "pool", "postgres::"),
    "script": ("await ", "prisma", "knex", "Repository", "Promise.all", "drizzle", "upabase"),
    "python": (".objects", "execute(", "session", "await ", "models.", ".query(", "self.", "db."),
}
_SUFFIX_LANGUAGE = {"rs": "rust", "py": "python"}

_ADAPTORS = {
    "rust": frozenset(
        {"map", "filter_map", "flat_map", "for_each", "then", "try_for_each", "filter", "any",
         "all", "find_map", "fold", "try_fold", "for_each_concurrent", "try_for_each_concurrent",
         "inspect", "position", "map_while", "and_then_stream", "filter_map_ok"}
    ),
    "script": frozenset({"map", "forEach", "flatMap", "filter", "reduce", "some", "every",
                         "reduceRight", "find"}),
    "python": frozenset({"map", "filter"}),
}  # fmt: skip
_FUNCTION_ADAPTORS = frozenset({"pMap", "pEach", "mapSeries", "eachSeries", "mapLimit", "eachLimit",
                                "asyncForEach", "forEachAsync", "mapAsync", "each",
                                "pMapSeries", "process"})  # fmt: skip
_SERIAL = regex(r"each|process|\w*Series")
_POOL_FOR = regex(r"\bPromisePool\b[^;]*\.\s*+for\(\s*+([^()]{1,200}+(?:\([^()]*+\))?)\s*+\)", 16)
"""``PromisePool.withConcurrency(2).for(orders).process(async (order) => …)``."""
_PROMISES = regex(r"(?i:^(?:\w*bluebird\w*|async)$)|^Promise$")
"""A library whose adaptors are given what they go over."""
_LONG_NAME = 60
_RUST_ITERATES = regex(
    r"\b(?:iter|into_iter|iter_mut|drain|par_iter|into_par_iter|values|keys|into_values|into_keys|values_mut)\s*\(|\bstream::iter\b"
)
_SPAWNS = regex(
    r"spawn(?:_blocking|_local)?$|^setTimeout$|^setInterval$|^setImmediate$|^create_task$|^nextTick$|^defer$|^on$|^once$|^addEventListener$|^subscribe$|^use[A-Z]\w*$"
)
_TOGETHER = frozenset({"all", "allSettled", "join_all", "try_join_all", "buffer_unordered",
                       "buffered",
                       "try_buffer_unordered", "for_each_concurrent", "try_for_each_concurrent",
                       "gather", "pMap", "mapLimit", "eachLimit"})  # fmt: skip
_WAITS = frozenset({"sleep", "tick", "recv", "recv_timeout", "try_recv", "notified",
                    "changed", "accept", "delay", "sleep_until", "interval", "backoff", "blpop",
                    "brpop", "sleep_ms", "sleepMs", "wait_for_notification",
                    "next_backoff"})  # fmt: skip

_ERRAND_NAME = regex(
    r"(?:fetch|axios|got|ky|sendMail|(?:send|enqueue|publish|dispatch|upload|download|notify|deliver"
    r"|scrape|crawl)(?:[A-Z]\w*)?)$"
)
_SERVER_ERRAND = regex(
    r"(?:send_[a-z]\w*|sendmail|delay|delay_on_commit|apply_async|send_with_options|urlopen"
    r"|(?:notify|publish|emit|dispatch|enqueue|deliver)(?:_\w+)?|record_event"
    r"|(?:write|remove|delete|save|store|copy|move|upload|download)_(?:file|object|blob|image"
    r"|attachment|media)s?(?:_\w+)?|upload_fileobj|put_object)$"
)
"""What a function is called, in Python and in Rust, that hands something to another system."""
_SERVER_ASKS = regex(
    r"(?:^|[^\w.])(?:requests|httpx|aiohttp|reqwest|boto3|stripe|smtp)(?:\.|::)(?:\w+\.)*$"
)
_ERRAND_RECEIVER = regex(
    r"(?:^|[.\s])(?!(?:db|pg|prisma|sql|mongo|mysql|redis|pool|query|orm)\w*\b)\w*(?:[pP]rovider"
    r"|[a-z]Client|stripe|mailer|[mM]ailService|transporter|[qQ]ueue|[sS]torage|s3|bucket|gmail|slack"
    r"|octokit|openai|producer|publisher|twilio|axios|telegramBot)\??(?:\.\w+){0,3}\s*\??\.$"
)
_ERRAND_GIVEN = regex(
    r"(?:^|[({,\s])(?:\w+\s*:\s*)?(?!(?:db|pg|prisma|sql|mongo|mysql|redis|pool|query|orm)\w*\b)"
    r"(?:\w*[a-z]Client|\w*[eE]mailProvider|provider)\s*(?=[,})]|$)"
)
_ERRAND_CLIENT = regex(f"{_ERRAND_GIVEN.pattern}|(?:^|[({{,\\s])client\\s*(?=[,}})]|$)")
_DATABASE_CLIENT = regex(
    rb"client\s*\.\s*(?:query|execute|\$|sql|unsafe|connect|release|transaction|batch)|PoolClient"
    rb"|ClientSession|\bclient\s*=\s*(?:new\s+)?\w*(?:[pP]risma|[pP]ool|[dD]b)|client\s*:\s*\w*Prisma"
)
_BATCHED = regex(r"(?:^|[_\W]|[a-z](?=[CBP]))(?:[cC]hunk|[bB]atch|[pP]age|[wW]indow)(?=[\W_]|$)")
"""An element that is itself a list."""
_BATCHES = regex(r"(?:[cC]hunks|[bB]atches|[pP]ages)\b|step_by|\bpaginat(?!ed_?\w)")
_BATCH_CALL = regex(
    r"\b(?:chunk\w*|batch\w*|array_chunks|step_by|tuples|grouper|splitIntoChunks|toChunks|sliced?_chunks)\s*\(|\.chunks?\w*\(|Batch\w*\(|Chunk\w*\("
    r"|\bzip(?:_longest)?\(\s*\*"
)
_RETRIES = regex(r"attempt|retr(?:y|ies)|\btries\b|backoff|max_?tries", re.IGNORECASE)
_RANGE = regex(r"\(?\s*\d+\s*\.\.")
_PYTHON_RANGE = regex(r"(?:range|xrange)\s*\(")
_LENGTH = regex(r"\blen\b|\.length\b|\.size\b")
_SCREAMING = regex(r"(?:^|[.:&\s(])[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|^&?[A-Z][A-Z0-9]{2,}(?:\b|\s*\.)")
_ENUM = regex(
    r"^&?(?:\w+::)*[A-Z]\w*::(?:iter|into_iter|into_enum_iter|values|variants|all|list|VARIANTS|ALL|VALUES|iterator)\b|^Object\.(?:values|keys|entries)\(\s*[A-Z]\w*\s*\)|^(?:list\()?[A-Z]\w*[a-z]\w*(?:\.choices|\.values|\.__members__)?\)?$"
)
_OF_ENUM = regex(r"\bin\s+[\w.]*[A-Z]\w*\.(?:choices|values|labels|names)\b(?!\()")
_PER_TARGET = regex(
    r"\b(?:\w*_)?(?:shards?|replicas?|databases?|dbs|pools?|conns?|connections?|schemas?|tenant_dbs|dataSources?|backends?|nodes?|engines?|aliases"
    r"|all_models|\w*constraints(?:_\w+)?|ind(?:ex|ic)es(?:_to_\w+)?|sorted_tables|table_(?:names|triggers|classes)|partitions|get_models|get_app_configs)\b",
    re.IGNORECASE,
)
_LITERAL = regex(r"&?(?:\[|vec!\s*\[|\()")
_SPREAD = regex(r"\.\.\.|\*\w|\bfor\b|;")
_TAKE = regex(
    r"\.take\(\s*(\d+)\s*\)|\.slice\(\s*0\s*,\s*(\d+)\s*\)|\[\s*:\s*(\d+)\s*\]|\bislice\([^()]*,\s*(\d+)\s*\)"
)
_CALL_ENDS = ("", ";", ")", ".await", ".await?", ".await?;", ".await;", "?", "?;")
_MOST_GIVEN = 40
"""Calls of an expression that are looked at for the last one."""
_PLAIN_ROOT = regex(
    r"[&*\s]*(\w+)(?:\.(?:iter|into_iter|iter_mut|values|entries)\(\)|\.filter\([^()]*(?:\([^()]*\)[^()]*)*\))*\s*$"
)
"""A name, with what only leaves some of its elements out."""
_NEXT = regex(r"\.\s*(?:next|try_next)\s*\(")
_NEXT_OF = regex(r"([a-z_]\w*)\s*\.\s*(?:next|try_next)\s*\(")
_MESSAGES = regex(
    r"consumer|subscri|receiver|\brx|_rx\b|listener|deliver|pubsub|messages?\b|msg|socket|events?\b"
)
"""What hands out what comes in: ``consumer.next()``."""
_CONSUMED = regex(
    r"\b(?:into_)?on_message\(|\b(?:p?subscribe|basic_consume|consume|listen\w*)\(|\b(?:Consumer|Receiver\w*|PubSub"
    r"|Subscri\w+|Multipart)\b"
)
_ACKNOWLEDGES = frozenset({"ack", "nack", "commit_message", "store_offset"})
_ROOT = regex(
    r"[&*\s(]*(?:mut\s+)?(?:list|tuple|sorted|reversed|enumerate|set|Array\.from|Object\.(?:values|keys|entries)|zip|iter|stream::iter|futures::stream::iter)?\s*\(?\s*(?:self\.|this\.)?([A-Za-z_]\w*)"
)
_DIGITS = regex(r"\d+")
_COUNTED = regex(r"([\w.]+)\.(?:length|size)\b")
_ENTITY = regex(
    r"\b(?:select|insert|update|delete|query|insert_into)\(\s*(?:func\.count\(\s*)?([a-z_]\w*)\b(?!::|\()"
    r"|(?:from|into|update|table)\s+[\"`']?\$?\{+(\w+)|(?:^|\()\s*([a-z_]\w*)\.(?:delete|insert|update|select|objects)\b",
    re.IGNORECASE,
)
_IN_LIST = (
    r"(?:(?:whereIn|inArray|\.in)\(\s*[\"'`]?[\w.]+[\"'`]?\s*,\s*"
    r"|(?:eq_any|is_in|in_|whereIn|In|inArray|__in|\bin|any|ANY)\s*[(=:][\s\[(&*]*)(?:\.\.\.)?{0}\b"
    r"(?!\s*\??\.\s*(?!(?:iter|map|clone|to_vec|as_slice|into_iter|keys|values|tolist)\b)\w)"
)
_BOUND = (
    r"(?:\bbind\(|,)\s*[&*]*{0}\s*(?:\.(?:as_slice|clone|to_vec)\(\)|\[\.\.\])?\s*"
    r"(?:as\s+[^,()]{{1,40}})?[,)]"
)
_ROWS_OF = (
    r"\)\s*,\s*{0}\s*,?\s*\)|\b(?:insertMany|createMany|bulkCreate|bulk_create)\("
    r"\s*(?:\{{\s*data\s*:\s*)?{0}\s*[,)}}]"
)
_ANY = regex(r"\bANY\s*\(|\bunnest\s*\(", re.IGNORECASE)
_WORD = regex(r"[A-Za-z_]\w*")
_ENDS_ROUND = regex(
    r"\{?\s*(?:return\b|break\b|continue\b|Err\s*\(|(?:\w+::)*(?:panic|bail|unreachable|todo|unimplemented)!)"
)
"""An arm of a match with which its function, or the round, is over."""
_CONDITION = {
    "rust": regex(
        r"\b(?:eq|eq_any|ge|gt|le|lt|is_in|contains|like|ilike)\s*\(\s*(?!true\b|false\b|\"|\d|[A-Z_]{3,})[&*\w]"
        r"|\.\s*find\s*\(|\bfind_by_id\b|\bbelonging_to\b|\bin_subquery\s*\(\s*[&*a-z]"
        r"|\.\s*filter\s*\(\s*[a-z_]\w*(?:\.clone\(\))?\s*\)|(?i:\bwhere\b)[^\"]*(?:\$\d|\?|:\w)|\bbind\s*\("
    ),
    "script": regex(
        r"\$relatedQuery\(|\bfindByIds?\(|\.(?:modify|onBuild)\(|\{\w+:[A-Z]\w*\}"
        r"|\bwhere\b(?!\s*:\s*\{\s*(?:\w+\s*:\s*(?:true|false|null|\"[^\"]*\"|'[^']*')\s*,?\s*)*\})"
        r"|\bWHERE\b[^;`]*(?:\$\d|\$\{|\?|:\w)"
    ),
    "python": regex(
        r"\b(?:filter|filter_by|where|get|exclude)\s*\(\s*(?!\s*\w+\s*==?\s*(?:True|False|None|\"|\d)|\))"
        r"|(?i:\bwhere\b)[^\"]*(?:%s|:\w|%\(|\?)"
        r"|(?i:\bwhere\b)[^;]{0,1500}?(?:[=<>]|(?i:\bin|\blike))\s*\(?(?:%s|%\(\w|\{)"
    ),
}
"""A condition on something that is only known at run time: the rows are those of one parent."""
_FILTERED = regex(
    r"\.\s*(?:find\w*|countDocuments|distinct|exists|aggregate)\(\s*+(?!\)|\{\s*\}"
    r"|\{\s*+(?:[\"']?[\w.$]++[\"']?\s*+:\s*+(?:true|false|null|\"[^\"]*+\"|'[^']*+'|\d++)\s*+,?\s*+)++\})"
)
"""What Mongoose is given to filter by, unless that is written out."""
_FILTERS = regex(
    r"\.\s*(?:eq|neq|in|match|contains|containedBy|overlaps|i?like|[gl]te?|or|filter|textSearch)\("
    r"\s*(?:\{|[`\w.]|[\"'][^\"'\n]{0,80}[\"']\s*,\s*(?!true\b|false\b|null\b|[\"'\d]))"
)
"""What a query of Supabase filters by that is only known at run time."""
_FILTERS_DOCUMENT = regex(
    r"\bdoc!\s*\{(?!\s*\"\$(?:set|inc|push|unset)\")[^;]{0,400}?\"[\w.$]*\"\s*:\s*"
    r"(?!true\b|false\b|\"|-?\d|doc!|\{|\[|(?:\w+::)+Null\b|[A-Z_]{3,}\b)[&*\w]"
)
"""What a document of MongoDB's driver filters by that is only known at run time."""
_RECENT = regex(
    r">=?\s*(?:now\s*\(\s*\)|current_date|current_timestamp|localtimestamp)\s*-\s*interval\b", 2
)
"""The rows of a span of time that ends now."""
_GROUPS = regex(r"\bgroup\s+by\s+(?!(?:\w+\.)?id\b)", 2)
_GROUPED = regex(r"\.\s*(?:group_by|groupBy)\s*\(")
_FIGURE = regex(r"\b(?:count|sum|avg|min|max)\s*\(", 2)
_JOINED = regex(r"\bjoin\b", 2)
_LIST_WORDS = (
    "eq_any",
    "is_in",
    "in_",
    "In",
    ".in(",
    "in:",
    "in :",
    "ANY",
    "any",
    "unnest",
    "inArray",
    "__in",
    '"$in"',
)
_LISTED = regex(
    r"\"\$in\"\s*:|\.in\(\s*[\"'`]\w|\beq_any\s*\(|\bis_in\s*\(|\.in_\s*\(|\bwhereIn\s*\(|\bIn\s*\(|\binArray\s*\(|__in\s*="
    r"|(?<!\w)\$?in\s*:\s*|\bANY\s*\(|\bunnest\s*\("
)
_EMBEDDED = regex(
    rb"(?<!\.)(?<!Backend::)\bSqlite(?:Pool|Connection|Row|Arguments)?\b|drizzle-orm/(?:better-sqlite3|bun-sqlite|sqlite-core"
    rb"|expo-sqlite|sql-js)|[\"']"
    rb"(?:better-sqlite3|bun:sqlite|node:sqlite|sqlite3)[\"']|^import sqlite3\b",
    re.MULTILINE,
)
_SERVER = regex(
    rb"\bPg(?:Pool|Connection|Row|Arguments)\b|\bAsyncPgConnection\b|\bsqlx::(?:Postgres|MySql)\b"
    rb"|\bMySql(?:Pool|Connection)\b|\b(?:Database|Db)Backend::(?:Postgres|MySql)\b|drizzle-orm/(?:pg|mysql|postgres|node-postgres|neon|d1|libsql|planetscale"
    rb"|singlestore|vercel)|[\"'](?:pg|mysql2?|postgres|@libsql/client)[\"']|\bpsycopg|\basyncpg\b",
)
_SERVER_WORDS = (b"Backend::", b"PgPool", b"PgCon", b"sqlx::", b"MySql", b"drizzle-orm/",
                 b'"pg"', b"'pg'", b"psycopg",
                 b"asyncpg", b"mysql2", b"postgres\"", b"postgres'", b"@libsql")  # fmt: skip
_MISSING = regex(
    r"\bnot\s+in\s+([\w.]+)|!\s*([\w.]+?)\.(?:has|contains_key|contains)\(|([\w.]+)\s+is\s+None\b"
    r"|([\w.]+)\s*===?\s*(?:undefined|null)\b|([\w.]+)\.is_none\(\)|(?:\bnot\s+|!\s*)([\w.]+)(?:\[[^\]]*\])?\s*(?:\)|:|$|\{)"
)
_FULL = regex(
    r"\blen\(\s*([\w.]+)\s*\)\s*(?:>=?|===?)\s*(?![01]\b)|([\w.]+)\.(?:len\(\)|length|size)\s*(?:>=?|===?)"
    r"\s*(?![01]\b)"
)
"""What asks whether a batch has got its size; the batch."""
_EVERY_NTH = regex(r"%\s*[\w.]+\s*\)?\s*===?\s*0\b")
_SLICES = regex(r"\byield\s+(?:list\(|tuple\()?[\w.]+\[[^\]:]*:[^\]]*\]")
"""What a generator of batches gives."""
_GIVEN = regex(r"(\w+)\s*\(")
_STEP = regex(rb"def\s+\w+\(\s*apps\b")
"""A step of Django's migrations: it is given the models as they were."""
_ALEMBIC = regex(rb"^down_revision\b", re.MULTILINE)
"""A migration of Alembic, in whatever folder: it runs once in its life."""
_IF = regex(rb"\bif\b")
_FILLED = r"(?<![\w.]){0}\s*(?:\[[^\]]*\]\s*)?(?:=(?!=)|\.(?:set|insert|add|append|update)\()"
_SINGLE = regex(
    r"find_one\w*|find(?:Unique|First|One|ByPk|ById)\w*|get_result|first|fetch_one|fetch_optional|one|get|getOne\w*"
    r"|getRawOne|executeTakeFirst\w*|query_one|query_opt|scalar|last|latest|earliest|get_or_create"
    r"|(?:get|first|one)_or_404|one_or_none"
)
_SINGLE_END = regex(
    r"\.\s*(?:scalar_one\w*|one_or_none|scalar|one|first|(?:first|one)_or_404)\(\s*\)"
)
_DELIBERATE = regex(
    r"\bone[- ]by[- ]one\b|\bone at a time\b|\bn\+1\b|\bperformance\b|\bsequential(?:ly)?\b"
    r"|\bsignals?\b|\bsmall number\b|\bonly a few\b|\brare(?:ly)?\b"
    r"|\bisolat\w+|\bdeadlock|\bby design\b|\bon purpose\b|\bintentional"
    r"|(?:n't|\bnot|\bavoid|\binstead of|\bcannot|\bno|\bwithout)\b[^.\n]{0,40}\b(?:bulk|batch)",
    2,
)
"""What a comment says of a loop that is meant to be one."""
_COMMENT = {
    "rust": regex(r"^\s*//.*|//\s.*"),
    "script": regex(r"^\s*(?://|\*|/\*).*|//\s.*"),
    "python": regex(r"^\s*#.*|\s#\s.*"),
}
_FEW_BY_NAME = regex(
    r"(?:^|[^a-z])(?:top_\w+|roles?|permissions?|settings?|config\w*|options|kwargs|argv|args|params|locales?"
    r"|languages?|currenc(?:y|ies)|countries|timezones?|plans?|tiers?|types|kinds|statuses|versions?|regions?"
    r"|platforms?|providers?|updaters?|handlers?|plugins?|drivers?|strategies|adapters?|notifiers?|channels?|algorithms?"
    r"|targets?|evaluators?|owners?|admins?(?:\(\))?|administrators?|superusers?|moderators?|maintainers?|staff|orgs?|organi[sz]ations?|tenants?"
    r"|workspaces?|scopes?|tags?|labels?|flags?|features?|emojis?|(?<![a-z]_)hashes|categor(?:y|ies)|esr\w*|majors?|groups?|domains?|phases?|steps?"
    r"|mentions?|mentioned_\w+|env(?:ironment)?s?(?:_ids)?|stages?|columns|fields|metrics|headers|attributes|quotas?|limits?)"
    r"(?:_to_\w+|_from_\w+)?(?:\(\))?(?:\.(?:iter|into_iter|iter_mut|values|keys|items|entries|all|clone|data|as_ref)\(\))*[)\s]*$",
)
"""What has a handful of elements: the things a program is set up with, and what one user has."""
_FEW_WORDS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_BESIDES = regex(r"(?<=[a-z0-9])_with_(?:[a-z0-9]+_?)+")
"""``users_with_roles`` are users."""
_CHOSEN = regex(r"\.filter\([^\n]*!\s*\(?[\w.]+\.(?:contains\w*|has|includes)\(")
"""Those that are missing elsewhere."""
_COMPARES = regex(
    r"[=!]==?|[<>](?!\w*>)=?|\bnot\s+in\b|\bin\b|\bmatches!|\.(?:contains\w*|includes|has|starts_?with|endswith|eq)\s*\(",
    2,
)
_NOTHING = regex(
    r"[=!]==?\s*(?:null|undefined|None|0|\"\"|''|false|true)\b|\b(?:null|undefined)\s*[=!]==?"
    r"|\.(?:length|len\(\)|size)\s*(?:>|!==?)\s*0\b|typeof\s+\w+\s*===?\s*[\"'`]\w+[\"'`]|=>|->"
)
"""A comparison that only asks whether there is anything."""
_LEAVES = regex(r"\b(?:raise|throw|panic!|bail!|return\s+Err\b)")
_IF_WORD = regex(r"\bif\b")
_BRACES = regex(r"[{}]")
_CHANGING = ("insert", "update", "delete")
_TRANSACTION = regex(r"\$?(?:with|run|runIn|in|do|start)?[tT]ransaction|\$tx")
_VERSIONED = regex(
    r"\bcreate_revision\(|\breversion\.|\bset_comment\(|\b_change_reason\b|\bhistory\.\w+\("
)
_FOUND_OR_MADE = frozenset({"get_or_create", "update_or_create", "aget_or_create",
                            "aupdate_or_create", "findOrCreate", "upsert"})  # fmt: skip
_SETS = regex(
    r"\.(?:set|values|update|with_entities|patch\w*|updateAndFetch\w*|increment|decrement)\s*\(|\bdata\s*:|\bbind\s*\(|\bSet\s*\(|\bset\b(?=\s+[\w\"`.]+\s*=)",
    2,
)
_NESTED_WRITE = regex(r"\b(?:connect|connectOrCreate|disconnect|deleteMany|create|set)\s*:")
_DATA = regex(r"\bdata\s*:")
_SET_SQL = regex(r"\bset\b(.*?)(?:\bwhere\b|\breturning\b|$)", 18)
_SQL_VALUE = regex(r"\$\d|\$\{|\?|%s|%\(|:\w|\{\w*\}")
_TASK = regex(
    r"\b(?:shared_task|periodic_task|app\.task|celery|huey|dramatiq|actor|job|cron|Cron|Process|Processor"
    r"|OnEvent|Interval|EventPattern|scheduled)\b|\.task\b|@task\b"
)
_GIVES_TASK = regex(
    r"\breturn\s+(?:\w+\.)?(?:\w*task|actor|job)\s*\(|\breturn\s+\w*(?:huey|HUEY|celery)\w*\.\w+\s*\("
)
_HUEY = regex(r"(?i:huey)\w*\.(?:\w*task)\b|\bdb_(?:periodic_)?task\b|\block_task\b")
_PROGRAM = regex(
    rb"\bprocess\.argv\b|\brequire\(['\"]yargs|['\"](?:commander|yargs|inquirer|cac)['\"]"
    rb"|^(?:import|from) (?:argparse|click|typer)\b|\bBaseCommand\b",
    re.MULTILINE,
)
_PROGRAM_WORDS = (
    b"process.argv", b"yargs", b"commander", b"inquirer", b"cac'", b'cac"', b"argparse",
    b"import click", b"from click", b"typer", b"BaseCommand",
)  # fmt: skip
_EXISTS = regex(r"\.\s*a?exists?(?:By)?\s*\(|\bselect\s*\(?\s*(?:diesel::|dsl::)*exists\b", 2)
_COUNTS = regex(r"\bcount|\bannotate\b", 2)
_REGISTERED = frozenset({"content_type", "permission", "site"})
"""Tables that Django fills by the code: as many rows as there are models, or one."""
_CACHE_WORDS = (b"cache", b"Cache", b"CACHE", b"memo", b"oader", b"get_or_")
_CACHE = regex(
    rb"\bcache\w*\s*(?:\.|\(|\[|\))|_cache\b\s*\.|\bCache\b\s*[.:(]|lru_cache|@cached|\.get_or_insert_with\(|get_or_set|\bmemo|cached_property|dataloader|DataLoader|\bloader\b",
    re.IGNORECASE,
)
_PAGED = regex(r"[pP]aginat|\b(?:limit|offset|cursor|per_?page|page_?size|PAGE_SIZE)\b")
_PAGE_SIZE = regex(r"\b\w*(?:per_?page|limit|page_?size|take|first)\s*\.\s*$", re.IGNORECASE)
_CAP = regex(
    rb"(?:min|clamp|max)\s*[(:=]|\ble\s*=|MAX_|maximum|@Max|max_limit|aginat",
)
_PLAIN_CALLS = frozenset(
    {"push", "insert", "len", "clone", "to_string", "unwrap", "map", "iter", "collect", "into",
     "as_ref", "as_str", "format", "append", "get", "join", "split", "strip", "lower", "upper",
     "print", "int", "str", "float", "isinstance", "log", "info", "debug", "warn", "error",
     "warning", "trim", "includes", "filter", "some", "ok", "unwrap_or", "unwrap_or_default",
     "unwrap_or_else", "map_err", "ok_or", "ok_or_else", "is_some", "is_none", "is_empty",
     "contains", "contains_key", "to_owned", "and_then", "Ok", "Err", "Some", "from", "new", "add",
     "set", "has", "forEach", "parse", "stringify", "toString", "slice", "replace", "startsWith",
     "endsWith", "exception", "items", "keys", "values", "extend", "update", "pop", "sleep",
     "range", "enumerate", "zip", "dict", "list", "tuple", "sorted", "sum", "min", "max",
     "any", "all", "getattr", "hasattr", "setattr", "type", "super", "bool", "expect", "push_str",
     "to_vec", "cmp", "eq", "ne", "abs", "round", "Date", "Number", "String", "Boolean", "Error"}
)  # fmt: skip
_RELATION = regex(r"\bmodels\.(?:ForeignKey|OneToOneField)\s*\(")
_LOADED = regex(
    r"\b(?:select_related|prefetch_related)\s*\(([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*)\)"
)
_QUOTED = regex(r"[\"'](\w+)")


def _wants(text: str, path: str) -> bool:
    language = _SUFFIX_LANGUAGE.get(path.rpartition(".")[2], "script")
    return any(word in text for word in _WANTED[language])


@scan("rust", "python", *SCRIPT, record=FileQueries, wants=_wants)
def queries(code: Code) -> FileQueries | None:
    """The database calls of one file, by function, and what its loops call."""
    return _Reading(code).file()


def _rust_queries(code: Code) -> Iterable[FoundQuery]:
    return (*rust_queries(code), *mongo_queries(code))


_FINDERS: dict[str, Callable[[Code], Iterable[FoundQuery]]] = {
    "rust": _rust_queries,
    "python": python_queries,
    "script": script_queries,
}


_MAKES = regex(
    r"\.(?:save|create|insert|add|insert_into)\s*\(|\binsert_into\s*\(|\binsert\s+into\b", 2
)
_IF_NOT_IN = regex(r"\bif\b[^\n]*\bnot\s+in\b")
_ENDS = regex(
    r"\bbreak\b|\breturn\s+(?!(?:Err\b|None\b|null\b|false\b|False\b|undefined\b|c\.|res\.|ctx\.|NextResponse|new\s+\w*Response"
    r"|json\(|\{\s*(?:error|success:\s*false|ok:\s*false)|HttpResponse|JsonResponse|Response|redirect|render))\S"
)
"""What ends a loop with an answer, not with a refusal."""
_MATCHES = regex(r"\bmatch\b|\blet\b")
_PATTERNS = frozenset({"match_pattern", "let_condition", "case_pattern"})
_REMEMBERS = regex(
    r"(?:^|_)cached?(?:_|$)|[cC]ached?(?=[A-Z]|$)|^(?:cache|remember|memo)|get_or_(?:set|insert|init|try)|getOrSet"
    r"|^(?:try_)?(?:optionally_)?get_with"
)
"""What a function is called that looks into a cache, and asks by a function it is given."""
_CACHES = regex(r"(?i)\b(?:this\.|self\.)?\w{0,30}cache\w{0,10}\s*\??\.\s*$")
_ONE_CONNECTION = regex(
    r"\bqueryRunner\b|(?<![\w.])(?:trx|tx|txn|entityManager|transactional\w*Manager|transaction"
    r"|manager)\b(?!\s*[:=(])"
)
"""What a transaction, or the one connection of a runner, is called."""
_OWN_CLIENT = regex(r"(?i)\b\w*pool\w*\b|\.get\(\)\s*\.await|\bconnect\w*\(")
_LAST = regex(r"(?:^|[;{}\n])\s*((?:return|break)\b[^;\n{}]*);?\s*\}?\s*$")
_CREATES = regex(r"\bcreate\w*\s*\(")
_RANGES = regex(
    r"\b(?:gte?|lte?)\s*[:(]|__(?:gte?|lte?)\b|\.(?:ge|gt|le|lt)\(|[^-=<>]\s[<>]=?\s|\bbetween\b", 2
)
_ONLY_ROW = regex(r"\bobjects\s*\.\s*(?:get|first)\(\s*(?:(?:pk|id)=1|no_cache=\w+)?\s*\)")
"""A table with one row, which its manager mostly remembers."""
_SLICED = regex(r"\[[^\]]*:[^\]]*\]")
_FOR = regex(r"\bfor\b")
_TYPED = regex(r"\.\s*(?:split|findall|matchAll)\s*\(")
"""What somebody wrote into one field."""
_PASSED_ON = regex(r"\?|\b(?:unwrap|expect)\(")
_VALIDATED = regex(r"[\w.()]+\.(?:safeParse|parse|parse_obj_as|validate_python)\(\s*(\w+)\s*\)")
_EXISTS_SQL = regex(r"\bselect\s+exists\b", 2)
_LINES_BEFORE = 6
_LONG_HEAD = 4_000
_LONG_BODY = 10_000
_VARIABLE = regex(
    r"(?<![\w.\"'])(?!(?:True|False|None|and|or|not|in|is|if|else|for|lambda|await)\b)([a-z_]\w*+)(?!\s*=[^=]|\s*\()"
)
_MOST_VARIABLES = 6
"""Bytes of a loop's body that are looked through for relations."""
_MOST_READS = 300
_OWN_READ = regex(
    r"(?<![\w.])(\w+)\.([a-z]\w*)(?:(?![\w.])(?!\s*=[^=])(\()?|\.([a-z]\w*(?:\(\)?)?))"
)
"""``row.name``, ``row.name(``, ``row.name.what``."""
_GIVEN_FIELD = regex(r"[{,]\s*+(\w++)\s*+(?::\s*+([^,{}()\n]{1,200}+)\s*+)?(?=[,}])")
"""``id``, ``id: order.id`` of an object that a call is given."""
_ASSIGNED = regex(
    r"(?<![\w.$])(\w++)\s*+(?:\[[^\]\n]{0,80}+\]\s*+)?(?:[-+*/|&%]|\?\?|\|\|)?=(?![=>])"
)
_WALKS_ON = regex(
    r"\.(?:pop|shift|next|fetchone|save|insert\w*|create\w*|update\w*|upsert\w*|delete\w*|remove\w*|commit"
    r"|bulk_\w+|destroy)\s*[(<]|\bnext\s*\(|\b(?:INSERT|UPDATE|DELETE)\s"
)
"""What makes another answer of the same question."""
_ELSE_ONLY = regex(r"\b(?:or|and)\s+(?:not\s+)?\Z")
"""Right before a name: what stands in front of it decides whether it is read."""
_MOST_ONWARD = 6


class _Reading:
    def __init__(self, code: Code) -> None:
        self.code = code
        language = code.language
        self.language = language if language in ("rust", "python") else "script"
        self.found = sorted(_FINDERS[self.language](code), key=lambda one: one.call.start)
        self.found_at = [one.call.start for one in self.found]
        self.loops: list[QueryLoop] = []
        self.loop_of: dict[int, int] = {}
        self._again: dict[int, set[str] | None] = {}
        """Scope → position in ``loops``; -1 for one that repeats nothing worth a finding."""
        self.remembers: dict[int, bool] = {}
        self.flushes: dict[int, bool] = {}
        self.idle: dict[int, bool] = {}
        """Scope of a match → some arm of it goes on without a query."""
        self.starts = [call.start for call in code.calls]

    def file(self) -> FileQueries | None:
        code = self.code
        if self.language == "python" and _ALEMBIC.search(code.source) is not None:
            return None
        if {"up", "down"} <= {one.name for one in code.functions}:
            return None  # a step of a migration, forwards and backwards
        by_function: dict[int, list[QueryCall]] = {}
        taken = set()
        for one in self.found:
            taken.add(one.call.index)
            function = code.scopes[one.call.scope].function
            by_function.setdefault(function, []).append(self._query(one))
        looped = self._looped(taken)
        functions = [
            self._function(index, by_function.get(index, []), looped.get(index, []))
            for index in sorted({*by_function, *looped})
            if not self._is_step(index)
        ]
        relations: tuple[RelationLoop, ...] = ()
        models: tuple[ModelRelations, ...] = ()
        if self.language == "python" and b"objects" in code.source:
            relations = tuple(self._relation_loops())
        if self.language == "python" and (
            b"models.ForeignKey" in code.source or b"models.OneToOneField" in code.source
        ):
            models = tuple(self._models())
        dialects = self._dialects()
        uncapped = tuple(self._uncapped())
        onward = tuple(self._onward({*by_function}, taken))
        if not (functions or relations or models or dialects or uncapped or onward):
            return None
        loops = tuple(self.loops)
        by_hand = code.source.startswith(b"#!") or (
            any(word in code.source for word in _PROGRAM_WORDS)
            and _PROGRAM.search(code.source) is not None
        )
        return FileQueries(
            tuple(functions), loops, dialects, relations, models, uncapped, by_hand, onward
        )

    def _onward(self, asking: set[int], taken: set[int]) -> Iterable[Onward]:
        """What the functions without a query of their own wait for."""
        code = self.code
        if self.language == "python" or self._is_view():
            return
        found: dict[int, dict[tuple[str, int], None]] = {}
        for call in code.calls:
            if not call.awaited or call.macro or call.index in taken or call.name in _PLAIN_CALLS:
                continue
            index = code.scopes[call.scope].function
            if index < 0 or index in asking or not self._unconditional(call.scope):
                continue
            found.setdefault(index, {})[call.name, code.line(call.name_at)] = None
        for index, calls in found.items():
            function = code.functions[index]
            body = code.source[function.start : function.end]
            remembers = (
                any(word in body for word in _CACHE_WORDS) and _CACHE.search(body) is not None
            )
            if not (function.is_test or remembers or not function.name):
                first = sorted(calls, key=lambda one: one[1])[:_MOST_ONWARD]
                yield Onward(function.name, code.line(function.name_at), tuple(first))

    def _unconditional(self, scope: int) -> bool:
        """Whether what stands in a scope is done once each time its function runs."""
        for one in self.code.around(scope):
            if one.kind == "function":
                return True
            if one.kind == "loop" or one.label in ("if", "else", "catch", "finally", "match"):
                return False
            if one.kind == "closure" and not (
                one.call >= 0 and _TRANSACTION.fullmatch(self.code.calls[one.call].name)
            ):
                return False
        return False

    def _is_step(self, index: int) -> bool:
        """Whether a function is a step of a migration, which runs once in its life."""
        if index < 0 or self.language != "python":
            return False
        return _STEP.match(self.code.source, self.code.functions[index].start) is not None

    def _uncapped(self) -> Iterable[int]:
        code = self.code
        if self.language != "rust":
            return
        seen = set()
        for call in code.calls_named(("unwrap_or", "unwrap_or_default", "unwrap_or_else")):
            function = code.function_at(call.scope)
            if function is None or function.index in seen:
                continue
            if _PAGE_SIZE.search(code.text(call.receiver[0], call.name_at)[-60:]):
                seen.add(function.index)
                if not _CAP.search(code.source[function.start : function.end]):
                    yield code.line(function.name_at)

    def _dialects(self) -> tuple[str, ...]:
        source = self.code.source
        found = []
        if b"qlite" in source and _EMBEDDED.search(source) is not None:
            found.append("sqlite")
        if any(word in source for word in _SERVER_WORDS) and _SERVER.search(source) is not None:
            found.append("server")
        return tuple(found)

    def _function(
        self, index: int, found: list[QueryCall], looped: list[LoopedCall]
    ) -> QueryFunction:
        code = self.code
        if index < 0:
            return QueryFunction("", 1, False, tuple(found), tuple(looped), False, False)
        function = code.functions[index]
        body = code.source[function.start : function.end]
        cached = any("cache" in one.lower() for one in function.attributes) or (
            bool(found)
            and any(word in body for word in _CACHE_WORDS)
            and _CACHE.search(body) is not None
        )
        python = self.language == "python"
        decorators = self._decorators(function.attributes) if python else function.attributes
        return QueryFunction(
            function.name,
            code.line(function.name_at),
            function.is_test,
            tuple(found),
            tuple(looped),
            cached,
            any(one.many for one in found) and _CAP.search(body) is not None,
            self._errand(code.scopes[function.scope]) if found else "",
            any(_TASK.search(one) for one in decorators),
            any(_HUEY.search(one) for one in decorators),
        )

    def _decorators(self, attributes: Iterable[str]) -> list[str]:
        """The attributes of a function, those of a decorator of this file by what it gives back."""
        found = []
        for one in attributes:
            name = _WORD.search(one)
            made_by = [
                self.code.text(other.start, other.end)
                for other in self.code.functions
                if name is not None and other.name == name[0] and not other.owner
            ]
            given = [match[0] for text in made_by[:1] for match in _GIVES_TASK.finditer(text)]
            found += [one, *given]
            if not given and name is not None and name[0] in self._huey:
                found.append("huey.task")
        return found

    @cached_property
    def _huey(self) -> set[str]:
        """The names that are imported from Huey."""
        return {one.name for one in self.code.imports if one.path and "huey" in one.path[0].lower()}

    def _query(self, one: FoundQuery) -> QueryCall:
        call = one.call
        counted = one.kind != "other" and (one.library != "prisma" or self._sent(call))
        if one.library == "django" and one.table in _REGISTERED:
            counted = False
        loops = self._repeated(call.scope, one) if counted else ()
        return QueryCall(
            line=self.code.line(call.name_at),
            kind=one.kind,
            library=one.library,
            method=call.name,
            table=one.table,
            connection=_folded(one.connection, 60),
            loops=loops,
            many=one.many,
            limit=_folded(one.limit, 40) or ("paginated" if _PAGED.search(one.text) else ""),
            columns=one.columns,
            bulk=one.bulk or self._in_batch(call.scope),
            keyed=_CONDITION[self.language].search(one.text) is not None
            or _RECENT.search(one.text) is not None
            or (one.library in ("mongoose", "mongo") and _FILTERED.search(one.text) is not None)
            or (one.library == "supabase" and _FILTERS.search(one.text) is not None)
            or (one.library == "mongodb" and _FILTERS_DOCUMENT.search(one.text) is not None)
            or _per_group(one.text),
            listed=any(word in one.text for word in _LIST_WORDS)
            and _LISTED.search(one.text) is not None,
            conditional=self._conditional(call.scope),
            word=_word(one),
            excused=self._excused(one, loops),
            compared=one.compared,
            ordered=one.ordered,
            same=bool(loops) and one.kind in ("select", "count") and self._is_same(one),
            some=bool(loops) and self._is_for_some(call.scope),
            names=() if loops or self.language != "python" else self._names_of(one),
        )

    def _names_of(self, one: FoundQuery) -> tuple[str, ...]:
        """See :attr:`QueryCall.names`; none where they may be more."""
        if one.kind not in ("select", "count") or len(one.text) > _LONG_BODY:
            return ()
        found = tuple(dict.fromkeys(_VARIABLE.findall(one.text)))
        return found if len(found) <= _MOST_VARIABLES else ()

    def _excused(self, one: FoundQuery, loops: tuple[int, ...]) -> str:
        """Why a statement in loops is none that should have been one for all."""
        call = one.call
        if self._is_remembered(call.scope):
            return "remembered"
        if call.name in _FOUND_OR_MADE or one.kind == "upsert":
            return "found or made"
        if one.library == "django" and _ONLY_ROW.search(one.text):
            return "only row"
        if not loops:
            return ""
        picked = self._picked(call.scope, one.kind)
        if picked:
            return picked
        if one.kind in _CHANGING and self._own_transaction(call.scope):
            return "own transaction"
        loop = self._nearest(call.scope)
        if loop is None:
            return ""
        if one.kind in ("insert", "update") and self._fills(call.scope):
            return "found or made"
        if one.kind == "count" and _EXISTS.search(one.text) and _MAKES.search(self._body(loop)):
            return "found or made"
        if one.kind in ("select", "count"):
            if self._found_or_made(call, loop):
                return "found or made"
            return "own values" if self._spans(one, loop) else ""
        if one.library == "django" and _before(self.code, call).endswith(".add("):
            return "hooks"
        if self.language == "rust" and self._looked_at(call):
            return "caught"
        if one.library == "django" and call.name in ("save", "asave", "delete"):
            if call.name == "delete":
                return "hooks"
            if "update_fields" not in one.text or self._assigned(loop, _root(one.text)):
                return "hooks"
            # Each change is written down for itself.
            return "hooks" if _VERSIONED.search(self._body(loop)) else ""
        if (
            one.library == "typeorm"
            and call.name == "save"
            and call.arguments
            and self._assigned(loop, _root(self.code.text(call.arguments[0])))
        ):
            return "own values"
        if one.kind == "update" and self._varied(one, loop):
            return "own values"
        return ""

    def _is_remembered(self, scope: int) -> bool:
        """Whether it stands in a function that a cache is given, for what it has not got."""
        code = self.code
        for one in code.around(scope):
            if one.kind == "function":
                return False
            if one.kind in ("closure", "async") and one.call >= 0:
                call = code.calls[one.call]
                if call.name in _ADAPTORS[self.language]:
                    continue
                on = code.text(max(call.receiver[0], call.name_at - 40), call.name_at)
                if _REMEMBERS.search(call.name) or _CACHES.search(on):
                    return True
        return False

    def _is_for_some(self, scope: int) -> bool:
        """Whether a branch between a loop and what stands in it leaves it out in some rounds."""
        for one in self.code.around(scope):
            if one.kind in ("function", "loop") or self.loop_of.get(one.index, -1) >= 0:
                return False
            if one.label in ("if", "else", "match", "switch", "case"):
                return True
        return False

    def _found_or_made(self, call: Call, loop: Scope) -> bool:
        """Whether a row is made where a look for it finds none."""
        body = self._body(loop)
        if _MAKES.search(body) is None and _CREATES.search(body) is None:
            return False
        for binding in self.code.bindings_around(call.start, call.end):
            for name in _names(binding.name.strip("[]{} ")):
                asked = re.search(
                    rf"\bif\s*\(?\s*(?:(?P<no>not\s+|!\s*){name}\b|{name}(?P<none>\s+is\s+None|\.is_none\(\))"
                    rf"|{name}\s*\)?\s*[:{{])(?P<then>.{{0,300}})",
                    body,
                    re.DOTALL,
                )
                if asked is None:
                    continue
                missing = asked["no"] or asked["none"]
                then = asked["then"][:120] if missing else asked["then"]
                if missing and _LEAVES.search(then) is None and "return" not in then:
                    return True
                if not missing and (
                    "continue" in then or self._else_makes(body[asked.start("then") :])
                ):
                    return True
            return False
        return False

    def _else_makes(self, text: str) -> bool:
        """Whether a text that begins in a branch makes something in the branch beside it."""
        depth = 0
        for match in islice(_BRACES.finditer(text), 400):
            depth += 1 if match[0] == "{" else -1
            if depth < 0:
                rest = text[match.end() : match.end() + 1_000]
                made = _MAKES.search(rest) or _CREATES.search(rest)
                return rest.lstrip().startswith("else") and made is not None
        return False

    def _asked(self, branch: Scope) -> str:
        """The condition of a branch, with its ``if``."""
        head = self.code.text(max(branch.start - 300, 0), branch.start)
        starts = [match.start() for match in _IF_WORD.finditer(head)]
        return head[starts[-1] :] if starts else ""

    def _fills(self, scope: int) -> bool:
        """Whether it stands in a branch for what its round has looked for in vain."""
        code = self.code
        for one in code.around(scope):
            if one.kind in ("loop", "function"):
                return False
            if one.label != "if":
                continue
            for match in _MISSING.finditer(self._asked(one)):
                name = next(word for word in match.groups() if word)
                binding = binding_near(code, name, one.start, one.parent)
                if binding is not None and self._query_within(*binding.value) is not None:
                    return True
        return False

    def _own_transaction(self, scope: int) -> bool:
        """Whether each round opens a transaction around what stands in a scope: its work is done
        as a whole or not at all, whatever becomes of the others."""
        code = self.code
        if self.language != "script":
            return False
        for one in code.around(scope):
            if one.kind in ("loop", "function") or self.loop_of.get(one.index, -1) >= 0:
                return False
            called = code.calls[one.call].name if one.kind == "closure" and one.call >= 0 else ""
            if called and _TRANSACTION.fullmatch(called):
                return True
        return False

    def _spans(self, one: FoundQuery, loop: Scope) -> bool:
        """Whether each round asks for a range of its own: no list of keys would say the same."""
        if _RANGES.search(one.text) is None:
            return False
        fields = set()
        for name in self._made_in(loop):
            fields |= set(re.findall(rf"\b{re.escape(name)}\.\w+", one.text))
        return len(fields) > 1

    def _looked_at(self, call: Call) -> bool:
        """Whether what became of a statement is kept, so that a failure does not end the loop."""
        for binding in self.code.bindings_around(call.start, call.end):
            return (
                not self.code.source[binding.value[0] : binding.value[1]]
                .rstrip()
                .endswith((b"?", b")"))
                or _PASSED_ON.search(self.code.text(call.end, binding.value[1])) is None
            )
        return False

    def _picked(self, scope: int, kind: str) -> str:
        """Why what stands in a scope is not done for each element of the loop around it."""
        code = self.code
        for one in code.around(scope):
            if one.kind == "function":
                return ""
            if one.label == "comprehension":
                return "compared" if _IF_NOT_IN.search(self._body(one)) else ""
            if one.kind == "loop" or (one.kind == "closure" and one.index in self.loop_of):
                return ""
            if one.label == "else":
                return "compared"
            if one.label in ("catch", "finally"):
                return "caught"
            if one.label == "if" and _COMPARES.search(_NOTHING.sub("", self._asked(one))):
                return "compared"
            if one.label == "try" and kind not in ("select", "count"):
                after = code.text(one.end, min(one.end + 400, len(code.source)))
                if not _LEAVES.search(after[:300]):
                    return "caught" if kind else "tried"
        return ""

    def _nearest(self, scope: int) -> Scope | None:
        for one in self.code.around(scope):
            if one.kind == "loop" or (
                one.kind == "closure" and self.loop_of.get(one.index, -1) >= 0
            ):
                return one
            if one.kind == "function":
                return None
        return None

    def _assigned(self, loop: Scope, row: str) -> bool:
        """Whether a row is given a value that is made of itself or of what its round makes."""
        body = self._body(loop)
        made = self._made_in(loop)
        values = re.findall(rf"(?m)^\s*{re.escape(row)}\.\w+\s*(?:[-+*/|]?=)(?!=)\s*(.+)", body)
        return any(set(_WORD.findall(value)) & made for value in values)

    def _made_in(self, loop: Scope) -> set[str]:
        """The names that are another value in each round."""
        names = {
            one.name
            for one in self.code.bindings
            if loop.start <= one.start < loop.end and one.name not in _NO_NAMES
        }
        if loop.kind == "closure":
            return names | _names(self.code.text(loop.head))
        line_at = self.code.source.rfind(b"for", 0, loop.head[0] or loop.start)
        if line_at >= 0 and loop.head[0] - line_at < 300:
            names |= _names(_pattern(self.code.text(line_at + 3, loop.head[0])))
        return names

    def _varied(self, one: FoundQuery, loop: Scope) -> bool:
        """Whether an update gives each row other values."""
        if self.language == "rust" and "QueryBuilder" in one.text:
            return True
        if '"' in one.text or "`" in one.text or "'" in one.text:
            sql = _SET_SQL.search(one.text) if sql_of(one.text) is not None else None
            if sql is not None:
                return _SQL_VALUE.search(sql[1]) is not None
        made = self._made_in(loop)
        if one.library == "prisma" and _NESTED_WRITE.search(one.text):
            return True  # `updateMany` takes no writes of relations
        for match in _DATA.finditer(one.text) if one.library == "prisma" else ():
            return bool(set(_WORD.findall(_given_to(one.text, match.end() - 1))) & made)
        for match in _SETS.finditer(one.text):
            if set(_WORD.findall(_given_to(one.text, match.end() - 1))) & made:
                return True
        return False

    def _comments(self, start: int, end: int) -> str:
        """The comments of a range and of the lines before it."""
        source = self.code.source
        for _ in range(_LINES_BEFORE):
            start = source.rfind(b"\n", 0, max(start - 1, 0))
            if start < 0:
                start = 0
                break
        pattern = _COMMENT[self.language]
        text = self.code.text(start, min(end, start + 3_000))
        return "\n".join(match[0] for line in text.splitlines() for match in pattern.finditer(line))

    def _why_so(self, scope: Scope, line_at: int, over: str) -> str:
        """Why a loop is no defect worth naming: see ``QueryLoop.excused``."""
        if _DELIBERATE.search(self._comments(line_at, min(scope.end, scope.start + 800))):
            return "comment"
        words = _BESIDES.sub("", _FEW_WORDS.sub("_", over[-200:]).lower())
        root = binding_near(self.code, _root(over), line_at, max(scope.parent, 0))
        people = (
            words.endswith("drivers")
            and root is not None
            and self._query_within(*root.value) is not None
        )
        if (_FEW_BY_NAME.search(words) and not people) or _CHOSEN.search(over):
            return "few"
        if root is not None and _TYPED.search(self.code.text(root.value)[:1_000]):
            return "few"
        if scope.kind == "loop" and self._stops(scope):
            return "stops"
        return ""

    def _stops(self, scope: Scope) -> bool:
        """Whether a loop ends with the first element that fits."""
        code = self.code
        body = self._body(scope)
        if scope.label == "comprehension":
            return code.text(max(scope.start - 40, 0), scope.start).rstrip().endswith("next(")
        last = _LAST.search(body)
        if last is not None:
            at = scope.start + len(body[: last.start(1)].encode())
            inner = max(
                (one for one in code.scopes[scope.index :] if one.start <= at < one.end),
                key=lambda one: (one.start, one.index),
                default=scope,
            )
            if inner.index == scope.index:
                return True  # no round but the first that is not left early
        for match in islice(_ENDS.finditer(body), 20):
            at = scope.start + len(body[: match.start()].encode())
            breaks = match[0].startswith("break")
            inner = max(
                (one for one in code.scopes[scope.index :] if one.start <= at < one.end),
                key=lambda one: (one.start, one.index),
                default=scope,
            )
            for one in code.around(inner.index):
                if one.index == scope.index:
                    return True
                if one.kind in ("closure", "function", "async") or one.label == "catch":
                    break
                if breaks and (one.kind == "loop" or one.label == "match"):
                    break
        return False

    def _sent(self, call: Call) -> bool:
        """Whether a call of Prisma is sent where it stands: one that nobody awaits is a part of a
        transaction that is put together here."""
        code = self.code
        for one in code.calls[max(call.index - 10, 0) : call.index + 1]:
            if one.awaited and one.start == call.start:
                return True
        for scope in code.around(call.scope):
            if scope.kind == "closure":
                return scope.is_async or self._together(scope, "") or self._gathered(call)
            if scope.kind == "function":
                break
        return False

    def _gathered(self, call: Call) -> bool:
        """Whether a call is a part of a variable that ``Promise.all`` is given."""
        code = self.code
        names = {one.name for one in code.bindings_around(call.start, call.end)}
        return bool(names) and any(
            names & set(_WORD.findall(code.text(start, min(end, start + 300))))
            for one in code.calls_named(("all", "allSettled"))
            for start, end in one.arguments[:1]
        )

    def _in_batch(self, scope: int) -> bool:
        """Whether an adaptor around it hands all statements over at once."""
        code = self.code
        return self.language == "script" and any(
            self._one_transaction(code.calls[one.call])
            for one in code.around(scope)
            if one.kind == "closure" and one.call >= 0
        )

    def _conditional(self, scope: int) -> bool:
        for one in self.code.around(scope):
            if one.kind == "function":
                return False
            if one.label in ("if", "else", "catch"):
                return True
            if one.label == "match" and self.language == "rust" and self._is_idle(one):
                return True
        return False

    def _is_idle(self, scope: Scope) -> bool:
        """Whether some arm of a match goes on without a query."""
        if scope.index not in self.idle:
            node = self.code.node(scope.start, scope.end)
            arms = [] if node is None else [
                arm.child_by_field_name("value")
                for arm in node.named_children
                if arm.type == "match_arm"
            ]  # fmt: skip
            self.idle[scope.index] = any(
                arm is not None
                and bisect_left(self.found_at, arm.start_byte)
                == bisect_left(self.found_at, arm.end_byte)
                and not _ENDS_ROUND.match(self.code.text(arm.start_byte, arm.start_byte + 80))
                for arm in arms
            )
        return self.idle[scope.index]

    # -- loops -----------------------------------------------------------------------------

    def _repeated(self, scope: int, query: FoundQuery | None) -> tuple[int, ...]:
        """The loops around a scope that count, inner first, up to its function."""
        code = self.code
        found = []
        for one in code.around(scope):
            if one.kind == "function":
                break
            if self._kept_for_later(one):
                break
            if one.kind in ("closure", "async") and one.call >= 0:
                call = code.calls[one.call]
                if _SPAWNS.search(call.name):
                    break
            if one.label == "if":
                if one.index not in self.remembers:
                    self.remembers[one.index] = self._remembers(one)
                if self.remembers[one.index]:
                    break
                if query is None or query.bulk or query.kind != "select":
                    if one.index not in self.flushes:
                        self.flushes[one.index] = self._flushes(one)
                    if self.flushes[one.index]:
                        break
            if one.kind not in ("loop", "closure"):
                continue
            number = self.loop_of.get(one.index)
            if number is None:
                number = self._loop(one)
                self.loop_of[one.index] = number
            if number < 0:
                continue
            loop = self.loops[number]
            if query is not None and (
                _takes_all(_names(loop.variable), query)
                or _takes_all(self._group(one, loop, query), query)
                or self._own(one, loop, query.connection, query)
                # Supabase is given rows where builders of SQL are given their table.
                or (
                    query.library != "supabase" and self._own(one, loop, _entity(query.text), query)
                )
            ):
                continue
            found.append(number)
        return tuple(found)

    def _remembers(self, scope: Scope) -> bool:
        """Whether a branch fills what its condition found missing: once per loop or key."""
        keywords = list(_IF.finditer(self.code.source, max(scope.start - 300, 0), scope.start))
        if not keywords:
            return False
        start = keywords[-1].start()
        body = self._body(scope)
        for match in _MISSING.finditer(self.code.text(start, scope.start)):
            name = next(word for word in match.groups() if word)
            if re.search(_FILLED.format(re.escape(name)), body):
                return True
        return False

    def _flushes(self, scope: Scope) -> bool:
        """Whether a branch hands a batch over that has got its size: once per batch."""
        keywords = list(_IF.finditer(self.code.source, max(scope.start - 300, 0), scope.start))
        if not keywords:
            return False
        condition = self.code.text(keywords[-1].start(), scope.start)
        if _EVERY_NTH.search(condition):
            return True
        full = _FULL.search(condition)
        if full is None:
            return False
        name = full[1] or full[2]
        return re.search(rf"(?<![\w.]){re.escape(name)}\b", self._body(scope)) is not None

    def _body(self, scope: Scope) -> str:
        return self.code.text(scope.start, scope.end)

    def _kept_for_later(self, scope: Scope) -> bool:
        """Whether a function that is no argument does not run where it stands, as
        ``(async () => {…})()`` does."""
        if scope.kind != "closure" or scope.call >= 0 or self.language != "script":
            return False
        return not self.code.source[scope.end : scope.end + 3].lstrip(b")").startswith(b"(")

    def _loop(self, scope: Scope) -> int:
        code = self.code
        if scope.kind == "closure":
            if scope.call < 0:
                return -1
            call = code.calls[scope.call]
            head, label, line_at = self._adapted(call, scope), call.name, call.name_at
            variable = code.text(scope.head).strip("|() ")
            if head is None or self._one_transaction(call):
                return -1
        else:
            label = scope.label
            head = scope.head
            if label in ("loop", "do", ""):
                return -1
            keyword = label.encode() if label in ("for", "while") else b"for"
            line_at = code.source.rfind(keyword, 0, head[0] or scope.start)
            if line_at < 0:
                return -1
            variable = _pattern(code.text(line_at + len(keyword), head[0]))
        over = code.text(head[0], min(head[1], head[0] + _LONG_HEAD))
        header = code.text(line_at, min(scope.start, line_at + 600))
        if label == "while" and not self._walks(header):
            return -1
        if label == "while" and self._consumes(scope, header):
            return -1
        if self._waits(scope) or self._mends(scope):
            return -1
        if label == "for" and ";" in header and self.language == "script":
            if not _LENGTH.search(over) or "+=" in header:
                return -1
            if (counted := _COUNTED.search(over)) is not None:
                over = counted[1]
        origin, table = self._origin(scope, over, head, variable)
        if origin == "none":
            return -1
        given = ("", 0) if origin else self._given(scope, over, head)
        together = self._together(scope, label)
        self.loops.append(
            QueryLoop(
                code.line(line_at),
                label,
                _folded(over, 80),
                _folded(variable, 60),
                origin,
                together,
                self._spawned(scope),
                table,
                self._errand(scope),
                self._why_so(scope, line_at, over),
                *given,
                queued=self._queued(scope) if together else "",
            )
        )
        return len(self.loops) - 1

    def _queued(self, scope: Scope) -> str:
        """See ``QueryLoop.queued``."""
        body = self._body(scope) if scope.end - scope.start <= _LONG_BODY else ""
        if self.language == "script":
            return "connection" if _ONE_CONNECTION.search(body) else ""
        if self.language == "rust" and b"postgres::" in self.code.source:
            return "" if _OWN_CLIENT.search(body) else "pipeline"
        return ""

    def _given(self, scope: Scope, over: str, head: tuple[int, int]) -> tuple[str, int]:
        """See ``QueryLoop.given``."""
        code, span, at = self.code, head, scope.start
        over = over[:200]
        for _ in range(2):
            first = bisect_left(self.starts, span[0])
            for call in islice(code.calls, first, first + _MOST_GIVEN):
                if call.start >= span[1]:
                    break
                ends = code.text(call.end, min(max(span[1], call.end), call.end + 200)).strip()
                if ends in _CALL_ENDS and (call.awaited or self.language == "python"):
                    return call.name, code.line(call.name_at)
            root = _ROOT.fullmatch(over.strip().removesuffix(")")) or _PLAIN_ROOT.match(over)
            if root is None:
                break
            binding = binding_near(code, root[1], at, max(scope.parent, 0))
            if binding is None or binding.name != root[1]:
                break
            span, at = binding.value, binding.start
            over = code.text(span[0], min(span[1], span[0] + 300))[:200]
        return "", 0

    def _adapted(self, call: Call, scope: Scope) -> tuple[int, int] | None:
        """What an adaptor with a closure goes over; ``None`` when it is none."""
        code = self.code
        if call.name == "process":
            start, end = call.receiver
            receiver = code.text(start, min(end, start + 2_000))
            pool = _POOL_FOR.search(receiver)
            if pool is None:
                return None
            start += len(receiver[: pool.start(1)].encode())
            return start, start + len(pool[1].encode())
        if call.name in _FUNCTION_ADAPTORS and len(call.arguments) >= 2:
            return call.arguments[0]
        if call.name not in _ADAPTORS[self.language]:
            return None
        if self.language == "script" and len(call.arguments) >= 2 and self._is_promises(call):
            return call.arguments[0]  # `Bluebird.map(orders, async (order) => …)`
        if self.language == "python":
            return call.arguments[1] if len(call.arguments) >= 2 else None
        if call.receiver[0] == call.receiver[1]:
            return None
        receiver = code.text(call.receiver)
        if self.language == "rust" and not _RUST_ITERATES.search(receiver[-600:]):
            return None
        if self.language == "script" and not (
            scope.is_async or call.name in ("map", "forEach", "flatMap")
        ):
            return None
        return call.receiver

    def _one_transaction(self, call: Call) -> bool:
        """Whether what an adaptor makes is handed to the database as one batch:
        ``prisma.$transaction(rows.map(…))``."""
        if self.language != "script":
            return False
        ranges, given = self._batches
        if not (ranges or given):
            return False
        if any(start <= call.start and call.end <= end for start, end in ranges):
            return True
        return any(one.name in given for one in self.code.bindings_around(call.start, call.end))

    @cached_property
    def _batches(self) -> tuple[list[tuple[int, int]], set[str]]:
        """Ranges that are sent as one batch, and the names that stand in one."""
        ranges, given = [], set()
        for other in self.code.calls_named(("$transaction", "batch")):
            for start, end in other.arguments[:1]:
                if not self.code.source.startswith((b"async", b"("), start):
                    ranges.append((start, end))
                given.update(_WORD.findall(self.code.text(start, min(end, start + 200))))
        return ranges, given

    def _walks(self, header: str) -> bool:
        """Whether a ``while`` goes through elements one by one."""
        if _RETRIES.search(header):
            return False
        if self.language == "rust":
            return ("Some(" in header and _NEXT.search(header) is not None) or (
                "<" in header and ".len()" in header
            )
        return "<" in header and _LENGTH.search(header) is not None

    def _consumes(self, scope: Scope, header: str) -> bool:
        """Whether a ``while`` of Rust takes messages as they come in, which are no rows."""
        code = self.code
        match = _NEXT_OF.search(header)
        if self.language != "rust" or match is None:
            return False
        binding = binding_near(code, match[1], scope.start, max(scope.parent, 0))
        if binding is not None and self._query_within(*binding.value) is not None:
            return False
        if _MESSAGES.search(match[1]):
            return True
        if binding is not None:
            made = code.text(binding.value[0], min(binding.value[1], binding.value[0] + 400))
            if _CONSUMED.search(f"{binding.type}\n{made}"):
                return True
        for call in islice(code.calls, bisect_left(self.starts, scope.start), None):
            if call.start >= scope.end:
                break
            if call.name in _ACKNOWLEDGES:
                return True
        return False

    def _waits(self, scope: Scope) -> bool:
        """Whether its body sleeps or waits for work: a worker's loop, or one that backs off."""
        code = self.code
        first = bisect_left(self.starts, scope.start)
        for call in islice(code.calls, first, None):
            if call.start >= scope.end:
                return False
            if call.name in _WAITS or (call.name == "select" and call.macro):
                return True
        return False

    def _errand(self, scope: Scope) -> str:
        """What else a round waits for outside of the database, in the way of its work: not where it
        has failed."""
        code = self.code
        queried = self._queried
        if self.language != "script":
            return self._server_errand(scope, queried)
        given = _ERRAND_CLIENT if self._no_database_client else _ERRAND_GIVEN
        first = bisect_left(self.starts, scope.start)
        for call in islice(code.calls, first, None):
            if call.start >= scope.end:
                break
            if not call.awaited or call.index in queried:
                continue
            receiver = code.text(call.receiver[0], call.name_at)[-80:]
            if (
                (_ERRAND_NAME.match(call.name) and "prisma" not in receiver)
                or _ERRAND_RECEIVER.search(receiver)
                or any(given.search(code.text(one)[:400]) for one in call.arguments[:8])
            ) and not self._failed(call.scope, scope):
                return _folded(f"{receiver}{call.name}", 60)
        return ""

    def _server_errand(self, scope: Scope, queried: set[int]) -> str:
        code = self.code
        for call in islice(code.calls, bisect_left(self.starts, scope.start), None):
            if call.start >= scope.end:
                break
            if call.index in queried or call.macro:
                continue
            receiver = code.text(max(call.receiver[0], call.name_at - 80), call.name_at)
            handed = _SERVER_ERRAND.match(call.name) or _SERVER_ASKS.search(receiver)
            if handed and not self._failed(call.scope, scope):
                return _folded(f"{receiver}{call.name}", 60)
        return ""

    def _mends(self, scope: Scope) -> bool:
        """Whether a loop stands where a failure is dealt with: it seldom runs, and over little."""
        for one in self.code.around(scope.parent):
            if one.kind in ("function", "closure"):
                return False
            if one.label in ("catch", "finally"):
                return True
        return False

    @cached_property
    def _no_database_client(self) -> bool:
        """Whether what is called ``client`` is none of a database."""
        source = self.code.source
        named = b"client" in source or b"Client" in source
        return not named or _DATABASE_CLIENT.search(source) is None

    @cached_property
    def _queried(self) -> set[int]:
        return {one.call.index for one in self.found}

    def _failed(self, inner: int, outer: Scope) -> bool:
        for one in self.code.around(inner):
            if one.index == outer.index:
                return False
            if one.label in ("catch", "finally"):
                return True
        return False

    def _origin(
        self, scope: Scope, over: str, head: tuple[int, int], variable: str
    ) -> tuple[str, str]:
        """(``rows``, ``few``, empty or ``none``: not to be counted; the table of the rows)."""
        code = self.code
        text = over[:2_000].strip()
        if _RETRIES.search(f"{variable} {text}") or _BATCH_CALL.search(text):
            return "none", ""
        if _RANGE.match(text) and not _LENGTH.search(text):
            return "none", ""
        if self.language == "python" and self._in_slices(text):
            return "none", ""
        stepped = text.count(",") >= 2 or not _LENGTH.search(text)
        if self.language == "python" and _PYTHON_RANGE.match(text) and stepped:
            return "none", ""
        enum = _ENUM.match(text) is not None and not self._is_variable(text, head[0], scope.parent)
        if _SCREAMING.search(text) or enum or self._listed(text):
            return "none", ""
        if self._few(text):
            return "few", ""
        inside = self._query_within(*head)
        if inside is not None:
            return _rows(inside)
        at, start, words = code.scopes[scope.index].start, scope.parent, [text]
        for _ in range(3):
            root = _VALIDATED.fullmatch(text) or _ROOT.match(text)
            if root is None:
                break
            name = root[1]
            binding = binding_near(code, name, at, max(start, 0))
            if binding is None or binding.value[0] == binding.value[1]:
                break
            found = self._query_within(*binding.value)
            value = code.text(binding.value[0], min(binding.value[1], binding.value[0] + 2_000))
            if found is not None:
                origin, table = _rows(found)
                return ("few", table) if self._few(value) else (origin, table)
            value = value.strip()
            if self.language == "python" and (model := queryset_model(value)):
                return ("few" if self._few(value) else _django_origin(value)), model.lower()
            if self._listed(value) and not self._grown(name, binding.end, head[0]):
                return "none", ""
            if _BATCH_CALL.search(value) or _OF_ENUM.search(value) or _ENUM.match(value):
                return "none", ""
            if self._few(value):
                return "few", ""
            at, text = binding.start, value
            words.append(name)
        if _BATCHED.search(variable) or _BATCHES.search(words[0]):
            return "none", ""
        if _PER_TARGET.search(words[0]) or _PER_TARGET.fullmatch(variable.strip("&() ")):
            return "none", ""
        return "", ""

    def _in_slices(self, text: str) -> bool:
        """Whether a function of the file that gives slices of a list is gone over."""
        call = _GIVEN.match(text)
        return call is not None and any(
            one.name == call[1] and _SLICES.search(self.code.text(one.start, one.end)) is not None
            for one in self.code.functions
        )

    def _grown(self, name: str, start: int, end: int) -> bool:
        """Whether a list that began as a literal gets more elements before it is gone through."""
        between = self.code.source[start:end]
        return (
            re.search(
                rb"\b"
                + name.encode()
                + rb"\s*\.\s*(?:push|append|extend|insert|add|concat|unshift)\b",
                between,
            )
            is not None
        )

    def _few(self, text: str) -> bool:
        match = _TAKE.search(text)
        if match is None or _FOR.search(text[: match.start()]) is not None:
            return False
        return int(next(word for word in match.groups() if word)[:9]) <= 10

    def _is_variable(self, name: str, at: int, scope: int) -> bool:
        """Whether a capitalised name of a script is one that its function gives a value to."""
        if self.language != "script" or not name.isidentifier():
            return False
        binding = binding_near(self.code, name, at, max(scope, 0))
        return binding is not None and self.code.scopes[binding.scope].function >= 0

    def _listed(self, text: str) -> bool:
        """Whether an expression is a list written out."""
        return (
            _LITERAL.match(text) is not None
            and not _SPREAD.search(text[:600])
            and (text[1:2] != ")" and "," in text)
            and text.rstrip()[-1:] in "])"
        ) or (text.startswith("{") and ":" in text and not _SPREAD.search(text[:600]))

    def _query_within(self, start: int, end: int) -> FoundQuery | None:
        for index in range(bisect_left(self.found_at, start), len(self.found)):
            one = self.found[index]
            if one.call.start >= end:
                break
            if one.kind in ("select", "insert", "update"):
                return one
        return None

    def _together(self, scope: Scope, label: str) -> bool:
        code = self.code
        if self.language == "script" and scope.kind == "closure" and scope.is_async:
            if _SERIAL.fullmatch(label):
                return False
            if scope.call >= 0 and self._bounded(code.calls[scope.call]):
                return False
            return label in ("map", "forEach", "flatMap", *_FUNCTION_ADAPTORS)
        start = code.calls[scope.call].start if scope.call >= 0 else scope.start
        last = bisect_left(self.starts, start + 1)
        for call in code.calls[max(last - 60, 0) : last]:
            if call.name in _TOGETHER and call.end >= scope.end:
                return not self._bounded(call)
        return False

    def _is_promises(self, call: Call) -> bool:
        start, end = call.receiver
        return (
            end - start <= _LONG_NAME and _PROMISES.search(self.code.text(start, end)) is not None
        )

    def _bounded(self, call: Call) -> bool:
        """Whether a call runs only so many rounds at once: ``pMap(x, work, {concurrency: 5})``."""
        return (call.name in _FUNCTION_ADAPTORS or self._is_promises(call)) and (
            "Limit" in call.name
            or any("concurrency" in self.code.text(one) for one in call.arguments[2:3])
        )

    def _spawned(self, scope: Scope) -> bool:
        return any(
            one.kind in ("closure", "async")
            and one.call >= 0
            and "spawn" in self.code.calls[one.call].name
            for one in self.code.around(scope.index)
        )

    def _own(self, scope: Scope, loop: QueryLoop, given: str, query: FoundQuery) -> bool:
        """Whether each round has a connection or table of its own: one per shard, per model."""
        names = _names(loop.variable)
        if not names or not given:
            return False
        words = set(_WORD.findall(given))
        if words & names:
            return True
        root = next(iter(_WORD.findall(given.replace("&mut", "").replace("mut ", ""))), "")
        if not root or root in ("self", "this"):
            return False
        binding = binding_near(self.code, root, query.call.start, query.call.scope)
        if binding is None or binding.start < scope.start or binding.end > scope.end:
            return False
        made_of = set(_WORD.findall(self.code.text(binding.value)))
        for one in made_of - names:
            # The connection of a value that is made of the element: a schema's own session.
            made = binding_near(self.code, one, binding.start, query.call.scope)
            if made is not None and scope.start <= made.start and made.end <= scope.end:
                made_of = made_of | set(_WORD.findall(self.code.text(made.value)))
        return bool(made_of & names)

    def _group(self, scope: Scope, loop: QueryLoop, query: FoundQuery) -> set[str]:
        """The variables of a round that hold what a map has for its element: a group."""
        names = _names(loop.variable)
        found = set()
        for binding in self.code.bindings:
            if not scope.start <= binding.start < query.call.start:
                continue
            value = self.code.text(binding.value)[:200]
            if any(
                re.search(rf"\w(?:\[|\.get\(\s*&?){re.escape(name)}[\])]", value) for name in names
            ):
                found.add(binding.name)
        return found

    # -- other calls in loops --------------------------------------------------------------

    def _looped(self, taken: set[int]) -> dict[int, list[LoopedCall]]:
        code = self.code
        repeated = self._repeating_scopes()
        found: dict[int, list[LoopedCall]] = {}
        seen: set[tuple[str, int]] = set()
        for call in code.calls if any(repeated) else ():
            if not repeated[call.scope] or call.macro:
                continue
            if call.name in _PLAIN_CALLS and not (call.awaited and len(call.path) > 1):
                continue
            if not call.name or call.index in taken or not self._may_query(call):
                continue
            loops = self._repeated(call.scope, None)
            line = code.line(call.name_at) if loops else 0
            if not loops or (call.name, line) in seen:
                continue
            seen.add((call.name, line))
            function = code.scopes[call.scope].function
            picked = self._picked(call.scope, "")
            if not picked and self._own_transaction(call.scope):
                picked = "own transaction"
            fixed = self._fixed(call) if call.arguments else ()
            some = self._is_for_some(call.scope)
            found.setdefault(function, []).append(
                LoopedCall(call.name, line, loops, picked, fixed, some)
            )
        return found

    def _is_same(self, one: FoundQuery) -> bool:
        """Whether a query in loops asks for the same in every round."""
        call = one.call
        changing = self._changing(call.scope)
        if changing is None or not call.arguments:
            return False
        start = call.receiver[0] if call.receiver[1] > call.receiver[0] else call.start
        text = self.code.text(min(start, call.start), call.end) + one.text
        return len(text) < _LONG_BODY and changing.isdisjoint(_WORD.findall(text))

    def _fixed(self, call: Call) -> tuple[str, ...]:
        """See :attr:`LoopedCall.fixed`."""
        code = self.code
        changing = self._changing(call.scope)
        if changing is None or call.end - call.start > _LONG_BODY:
            return ()
        if not changing.isdisjoint(_WORD.findall(code.text(call.receiver))):
            return ()
        found: dict[str, None] = {}
        for index, argument in enumerate(call.arguments):
            text = code.text(argument)
            if changing.isdisjoint(_WORD.findall(text)):
                found[str(index)] = None
            if text.startswith("{"):
                for match in islice(_GIVEN_FIELD.finditer(text), 40):
                    if changing.isdisjoint(_WORD.findall(match[2] or match[1])):
                        found[match[1]] = None
        if all(str(index) in found for index in range(len(call.arguments))):
            found["*"] = None
        return tuple(found)

    def _changing(self, scope: int) -> set[str] | None:
        """The names that are another value in some round of the loops around a scope; ``None``
        where a loop may be a walk on through what it asks for, or changes it."""
        code = self.code
        names: set[str] = set()
        heads: set[str] = set()
        for one in code.around(scope):
            if one.kind == "function":
                break
            if one.kind == "closure":
                heads |= _names(code.text(one.head))
            if one.kind == "loop" or self.loop_of.get(one.index, -1) >= 0:
                made = self._made_again(one)
                if made is None:
                    return None
                names |= made | heads
        return names

    def _made_again(self, loop: Scope) -> set[str] | None:
        if loop.index not in self._again:
            names: set[str] | None = None
            body = self._body(loop) if loop.end - loop.start <= _LONG_BODY else ""
            if loop.label not in ("while", "loop", "do") and body and not _WALKS_ON.search(body):
                names = set(_ASSIGNED.findall(body))
                if loop.kind == "closure":
                    names |= _names(self.code.text(loop.head))
                else:
                    before = self.code.source.rfind(b"for", 0, loop.head[0] or loop.start)
                    if before >= 0 and loop.head[0] - before < 300:
                        names |= _names(_pattern(self.code.text(before + 3, loop.head[0])))
                    else:
                        names = None
                if names is not None:
                    first = bisect_left(self.code.bindings, loop.start, key=lambda one: one.start)
                    for binding in islice(self.code.bindings, first, None):
                        if binding.start >= loop.end:
                            break
                        names |= _names(binding.name)
                    names |= self._taken_out(loop)
            self._again[loop.index] = names
        return self._again[loop.index]

    def _taken_out(self, loop: Scope) -> set[str]:
        """The names that the arms of a match, in Rust and Python, and ``if let`` give to parts."""
        if self.language == "script" or _MATCHES.search(self._body(loop)) is None:
            return set()
        node = self.code.node(loop.start, loop.end)
        patterns = self.code.tree.walk(_PATTERNS, node) if node is not None else ()
        names: set[str] = set()
        for one in patterns:
            pattern = one.child_by_field_name("pattern") or one
            names |= _names(self.code.text(pattern.start_byte, pattern.end_byte))
        return names

    def _repeating_scopes(self) -> list[bool]:
        """Of every scope a quick look whether anything around it in its function repeats."""
        calls = self.code.calls
        repeated: list[bool] = []
        if self._is_view():
            return [False] * len(self.code.scopes)
        for one in self.code.scopes:
            again = one.kind == "loop" or (one.parent >= 0 and repeated[one.parent])
            if one.kind == "closure" and one.call >= 0:
                name = calls[one.call].name
                again = again or name in _ADAPTORS[self.language] or name in _FUNCTION_ADAPTORS
            repeated.append(again and one.kind != "function")
        return repeated

    def _is_view(self) -> bool:
        """A component's file: what it calls in loops runs in a browser."""
        return self.language == "script" and self.code.path.endswith((".tsx", ".jsx"))

    def _may_query(self, call: Call) -> bool:
        """Whether a call has the form of one that may go to the database."""
        code = self.code
        if self.language == "python":
            return True
        if call.awaited:
            return True
        if self.language == "script":
            scope = code.scopes[call.scope]
            before = code.source[max(call.start - 12, 0) : call.start].rstrip()
            if before.endswith(b".push("):
                return True  # `waiting.push(this.lines.of(order))`, all of which are awaited later
            return scope.kind == "closure" and (
                scope.is_async or before.endswith((b"=>", b" return", b"\nreturn", b"{return"))
            )
        return any(
            names_connection(code.text(one)) for one in call.arguments if one[1] - one[0] < 80
        ) or code.source.startswith((b"self.", b"Self::"), call.start)

    # -- Django's relations ----------------------------------------------------------------

    def _relation_loops(self) -> Iterable[RelationLoop]:
        code = self.code
        for scope in code.scopes:
            if scope.kind != "loop" or scope.label not in ("for", "comprehension"):
                continue
            over = code.text(scope.head)
            text = over
            if not queryset_model(text) and _BEHIND.match(text) is None:
                root = _ROOT.match(over)
                binding = (
                    binding_near(code, root[1], scope.head[0], max(scope.parent, 0))
                    if root is not None
                    else None
                )
                if binding is None or binding.name != (root[1] if root else ""):
                    continue
                text = f"{code.text(binding.value)} {over}"
                if not queryset_model(text) and _BEHIND.match(text) is None:
                    whole, first_of = whole_query(code, over, scope.head[0], max(scope.parent, 0))
                    base = _UNWRAPPED.sub("", first_of.lstrip())
                    if not queryset_model(base) and _BEHIND.match(base) is None:
                        base = ""
                    text = f"{base}\n{whole}"
            model = queryset_model(text)
            behind = _BEHIND.match(text) if not model else None
            if behind is not None:
                model = f".{behind[1]}"
            if not _AS_ROWS.search(text) and not model:
                continue
            if ".values" in text or ".aggregate" in text or self._few(text):
                continue
            start = code.source.rfind(b"for ", 0, scope.head[0])
            variable = _pattern(code.text(start + 4, scope.head[0]))
            if not variable.isidentifier():
                continue
            function = code.function_at(scope.index)
            body = code.text(scope.start, min(scope.end, scope.start + _LONG_BODY))
            if f"{variable}." not in body:
                continue
            given = {name for root, name in GIVEN.findall(body) if root == variable}
            sure = {number for number, _ in sure_lines(body, variable)}
            first: dict[tuple[str, str], int] = {}
            mentioned: dict[str, int] = {}
            own = (match for match in _OWN_READ.finditer(body) if match[1] == variable)
            for match in islice(own, _MOST_READS):
                name, what = match[2], match[4] or match[3] or ""
                mentioned.setdefault(name, match.start())
                if name in given or (match[4] and what in ("pk", "id")):
                    continue
                # What a row decides about itself is asked for few of them.
                if match[4] or (
                    body.count("\n", 0, match.start()) in sure
                    and _ELSE_ONLY.search(body[: match.start()][-40:]) is None
                ):
                    first.setdefault((name, what), match.start())
            found = tuple(
                # It is loaded where it is first looked at: ``if row.owner:``.
                (name, what, code.line(scope.start + len(body[: mentioned[name]].encode())))
                for name, what in first
            )
            if not found:
                continue
            loaded = tuple(name for given in _LOADED.findall(text) for name in _loaded(given))
            if ".bulk_create(" in text:
                # It gives back the objects that it is given, with what they were made of.
                loaded += self._made_with(model, function)
            yield RelationLoop(
                function.name if function else "",
                code.line(function.name_at) if function else 1,
                code.line(start),
                model,
                _folded(over, 80),
                loaded,
                found,
                "comment"
                if _DELIBERATE.search(self._comments(start, scope.start))
                else "works"
                if re.search(rf"\b{variable}\.{_CHANGES_ITSELF}", body)
                else "",
                "children" if behind is not None else _django_origin(text),
            )

    def _made_with(self, model: str, function: Function | None) -> tuple[str, ...]:
        """What a function gives to the constructor of a model by name; ``*``, which is all, when it
        is not made there."""
        calls = [
            self.code.text((call.start, call.end))
            for call in self.code.calls
            if call.path
            and call.path[-1] == model
            and (function is None or function.start <= call.start < function.end)
        ]
        names = [name for text in calls for name in _BY_NAME.findall(text)]
        return tuple(dict.fromkeys(names)) if names else ("*",)

    def _models(self) -> Iterable[ModelRelations]:
        code = self.code
        for node in code.tree.walk(frozenset({"class_definition"})):
            body = node.child_by_field_name("body")
            name = node.child_by_field_name("name")
            if body is None or name is None:
                continue
            names = []
            for child in body.named_children:
                text = code.tree.text(child)
                if child.type == "expression_statement" and _RELATION.search(text[:200]):
                    names.append(_pattern(text.partition("=")[0].partition(":")[0]))
            if names:
                yield ModelRelations(code.tree.text(name), tuple(names))


_BEHIND = regex(
    r"\s*(?!self\.\w+\()[a-z]\w*(?:\.[a-z]\w*){0,2}\.([a-z]\w*)\s*\.(?:all|filter|exclude|order_by"
    r"|select_related|prefetch_related|distinct|annotate)\("
)
"""The related rows of one: ``order.lines.all()``."""
_UNWRAPPED = regex(r"^(?:list|sorted|tuple|reversed|set)\(\s*")
_AS_ROWS = regex(
    r"\.(?:filter|exclude|annotate|order_by|select_related|prefetch_related|distinct)\("
)
"""What only a queryset is asked, whatever it is made of."""
_BY_NAME = regex(r"[(,]\s*([a-z]\w*)\s*=(?!=)")
_CHANGES_ITSELF = r"(?:save|delete|archive|cancel|remove)(?:_\w+)?\("
"""What a loop calls on a row that it works off, one by one."""


def _entity(text: str) -> str:
    """What a statement names as its table, as source; empty when that is no plain variable."""
    match = _ENTITY.search(text)
    return next((word for word in match.groups() if word), "") if match else ""


_BATCH_SIZE = regex(r"(?i)batch|chunk|bulk")
_OF_PARENT = regex(
    r"\b\w{1,40}(?:_id|(?-i:Id))\s*\.\s*eq\s*\(|\.eq\(\s*[\"'`]\w{1,40}(?:_id|(?-i:Id))[\"'`]\s*,|\beq\(\s*[\w.]{0,60}(?-i:[a-z]Id)\s*,|\bwhere\b[^;]{0,200}?\b[\w.\"`]{0,40}(?:_id|(?-i:[a-z]Id))[\"`]?\s*=\s*[$?%:]"
    r"|\$relatedQuery\(|\.find\(\s*\{[^{}]{0,200}?\b(?:\w{1,40}(?-i:Id)|\w{1,40}_id|team|user|owner)\s*[,:}]"
    r"|\bdoc!\s*\{[^{}]{0,200}?\"[\w.]{1,60}(?:(?-i:Id)|_id)\"\s*:\s*(?!doc!|\{)"
    r"|\bwhere\s*:\s*\{[^{}]{0,200}?\b\w{1,40}(?:(?-i:[a-z]Id)|_id)\s*[,:}]|\.(?:filter|filter_by|where)\s*\(\s*"
    r"(?:\w{1,40}\.)?(?:\w{1,40}_id|user|owner)\s*==?\s*\w|\.where\(\s*\{?\s*['\"]?\w{1,40}(?:Id|_id)\b",
    re.IGNORECASE,
)
"""The rows of one parent: ``WHERE owner_id = $1``, ``where: { userId }``."""


_BY_KEY = regex(
    r"\.eq\(\s*[\"'](?:id|uuid|slug)[\"']\s*,|\bdoc!\s*\{\s*\"_id\"\s*:\s*(?!doc!|\{)|\b(?:where|and_where|filter|filter_by)\(\s*(?:and\(\s*)?(?:eq\(\s*\w{1,40}\.(?:id|uuid)\s*,"
    r"|(?:\w{1,40}(?:::|\.)){0,4}(?:id|pk|uuid)(?:\.eq\(|\s*==?\s*\w))"
    r"|\bWHERE\s+(?:\w{1,40}\.)?\"?id\"?\s*=\s*(?:\$\d|\$\{|\?|%s|:\w)|\bwhere:\s*\{\s*id\s*(?:,|\}|:\s*[\w.]+\s*[,}])"
)
"""The row with a key."""
_WIDER = regex(r"\bor_?\b|\bjoin|Join\(|\b(?:union|any|eq_any|inArray)\b|\|\s*Q\(|\)\s*\|\s*\(", 2)
"""What brings more than the row with a key."""


_SPAN = regex(r"__range\s*=|\.between\(")


_OF_SELF = regex(
    r"\bfilter\(\s*(?!(?:status|state|type|kind|name|active|enabled|language|country|day|date)\b)"
    r"([a-z]\w{0,40})\s*=\s*(?:self(?:\.(?:object|instance))?|(?:self\.)?(?:request\.)?user"
    r"|(?:\w{1,40}\.){0,3}\1)\s*[,)]"
)
"""Of Django the rows of one parent: ``filter(order=self)``, ``filter(order=order)``."""


def _django_origin(text: str) -> str:
    """See ``QueryLoop.origin``: of a queryset."""
    if _OF_PARENT.search(text) or _SPAN.search(text) or _OF_SELF.search(text):
        return "children"
    if _LISTED.search(text):
        return "keys"
    return "page" if _SLICED.search(text) else "rows"


_OWN_ROWS = regex(
    r"(?:^|_)(?:members?|memberships?|sessions?|devices?|passkeys?|identit(?:y|ies)|authenticators?"
    r"|device_tokens?|push_(?:token|subscription)s?)$|_users?$"
)
"""Tables of which one user has a handful of rows: what he belongs to, where he is logged in."""
_OF_TENANT = regex(
    r"(?:where|andWhere)\(\s*['\"`][\w.]{0,60}(?:organi[sz]ation|workspace|tenant|company)_?id\s*=\s*:\w+",
    2,
)
"""All rows that somebody sees are those of a tenant."""
_OF_USER = regex(
    r"\buser_id\s*(?:\.\s*eq\(|[\"'`]?\s*(?:=|:|,))|\b(?-i:userId)\s*[\"'`]?\s*[=:,}]|::UserId\.eq\(",
    2,
)
_TOLD_BY_CHAIN = frozenset({"objection", "knex", "supabase"})
"""Libraries of which the call that begins a statement does not say how many rows it brings."""


def _rows(query: FoundQuery) -> tuple[str, str]:
    if _DIGITS.fullmatch(query.limit) and int(query.limit[:9]) <= 10:
        return "few", query.table
    single = (
        (query.library in _TOLD_BY_CHAIN and not query.many)
        or _SINGLE.fullmatch(query.call.name)
        or _SINGLE_END.search(query.text[:2_000])
    )
    if query.kind != "select" or single:
        return "", query.table
    if _BY_KEY.search(query.text[:4_000]) and not _WIDER.search(query.text[:4_000]):
        return "none", query.table
    if _BATCH_SIZE.search(query.limit):
        return "batch", query.table
    if _OF_PARENT.search(query.text[:4_000]):
        text = query.text[:4_000]
        if _OWN_ROWS.search(query.table) and _OF_USER.search(text):
            return "few", query.table
        of_tenant = query.library == "typeorm" and not _OF_PARENT.search(_OF_TENANT.sub("", text))
        return ("rows" if of_tenant and not query.limit else "children"), query.table
    if query.library == "django" and _OF_SELF.search(query.text[:4_000]):
        return "children", query.table
    if _LISTED.search(query.text[:4_000]):
        return "keys", query.table
    return ("page" if query.limit else "rows"), query.table


def _word(query: FoundQuery) -> str:
    """What a statement is called, where its kind says too much."""
    name = query.call.name
    if (name in _FOUND_OR_MADE and name != "upsert") or (
        name == "save" and query.library == "typeorm"
    ):
        return name
    if query.kind == "count" and (_EXISTS.search(query.text) or _EXISTS_SQL.search(query.text)):
        return "existence check"
    if query.kind == "count" and not (name == "count" or _COUNTS.search(query.text)):
        return "aggregate"
    return ""


def _before(code: Code, call: Call) -> str:
    """The source right before a call's expression."""
    return code.text(max(call.start - 40, 0), call.start).rstrip()


def _root(text: str) -> str:
    """The name that an expression begins with."""
    match = _ROOT.match(text)
    return match[1] if match is not None else ""


def _given_to(text: str, start: int) -> str:
    """What stands in the brackets, or behind the colon, that follow a place."""
    opening = re.search(r"[({\[]", text[start : start + 200])
    if opening is None:
        return text[start : start + 200]
    start += opening.start()
    depth = 0
    for at in range(start, min(len(text), start + 2_000)):
        if text[at] in "({[":
            depth += 1
        elif text[at] in ")}]":
            depth -= 1
            if depth == 0:
                return text[start:at]
    return text[start : start + 2_000]


def _takes_all(names: Iterable[str], query: FoundQuery) -> bool:
    """Whether the statement takes the element as a list: one statement per group or batch."""
    for name in names:
        escaped = re.escape(name)
        if re.search(_ROWS_OF.format(escaped), query.text):
            return True
        if re.search(_IN_LIST.format(escaped), query.text):
            return True
        if _ANY.search(query.text) and re.search(_BOUND.format(escaped), query.text):
            return True
    return False


def _names(variable: str) -> set[str]:
    return {word for word in _WORD.findall(variable) if word not in _NO_NAMES}


_NO_NAMES = frozenset(
    {"mut", "ref", "const", "let", "var", "async", "await", "Some", "Ok", "_", "move"}
)


def _pattern(text: str) -> str:
    """The pattern between ``for`` and ``in``."""
    text = text.strip().removeprefix("await").strip().lstrip("(").strip()
    for end in (" in", " of", "\nin"):
        text = text.removesuffix(end).rstrip()
    for start in ("const ", "let ", "var "):
        text = text.removeprefix(start)
    return text.strip()


def _loaded(given: str) -> Iterable[str]:
    names = [name.partition("__")[0] for name in _QUOTED.findall(given)]
    return names or ["*"]


def _per_group(text: str) -> bool:
    """Whether a statement asks for figures of groups: an aggregate, no list of rows."""
    if _GROUPED.search(text) is not None:
        return _FIGURE.search(text) is not None
    return (
        _GROUPS.search(text) is not None
        and _FIGURE.search(text) is not None
        and _JOINED.search(text) is None
    )


def _folded(text: str, most: int) -> str:
    text = " ".join(text.split()).replace(" .", ".")
    return text if len(text) <= most else f"{text[: most - 1]}…"
