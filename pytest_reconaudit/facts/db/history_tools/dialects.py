"""Which database server a history is for, and which PostgreSQL the repository names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from pytest_reconaudit.facts.db.history_tools.files import nearest_text, toml_of
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["FOREIGN_PATH", "POSTGRES_IMAGES", "POSTGRES_PATH", "dialect_of", "postgres_major"]

FOREIGN_PATH = regex(
    r"(sqlite|mysql|mariadb|clickhouse|mssql|sqlserver|cockroach|cassandra|scylla|duckdb|snowflake"
    r"|bigquery)|(?:^|[/_.-])(?:oracle|spanner|tidb|d1|crdb)(?:[/_.-]|$)",
    re.IGNORECASE,
)
POSTGRES_PATH = regex(r"(?:^|[/_.-])(?:postgres(?:ql)?|pgsql|pg|supabase)(?:[/_.-]|$)")
_FOREIGN_SQL = regex(
    r"\bauto_?increment\b|\bengine\s*=\s*\w+|^[ \t]*pragma\s|\bwithout\s+rowid\b|`\w+`"
    r"|\bstrftime\s*\(|\bunix_timestamp\s*\(|\bnvarchar\b|\bvarchar2\b|\bidentity\s*\(\s*1\s*,"
    r"|^[ \t]*go[ \t]*$|\bdatetime\s*\(|\bnumber\(\d|\bdatetime2\b|\bmergetree\b|\blongtext\b"
    r"|\btinyint\b|\bunsigned\b|\bsys\.\w+|\[dbo\]|\binteger\s+primary\s+key\s+autoincrement"
    r"|\butf8mb[34]\b|\bon\s+\*\.\*\s+to\b",
    re.IGNORECASE | re.MULTILINE,
)
_POSTGRES_SQL = regex(
    r"\b(?:big|small)?serial\b|\bjsonb\b|\btimestamptz\b|\bplpgsql\b|\bgen_random_uuid\b"
    r"|\$\$|\bcreate\s+extension\b|\bbytea\b|::\w+|\busing\s+(?:gin|gist|brin|btree|hash)\b"
    r"|\bgenerated\s+(?:always|by\s+default)\s+as\s+identity|\bcreate\s+type\b|\buuid_generate_v"
    r"|\bconcurrently\b|\btimestamp\s+with(?:out)?\s+time\s+zone\b|\bcharacter\s+varying\b"
    r"|\bcomment\s+on\b|\bowner\s+to\b|\bpublic\.",
    re.IGNORECASE,
)
_FOREIGN_MANIFEST = regex(r"sqlite|mysql|mariadb|clickhouse|mssql|tiberius", re.IGNORECASE)
_POSTGRES_MANIFEST = regex(
    r"postgres|\bpgx?\b|tokio-postgres|psycopg|asyncpg|lib/pq", re.IGNORECASE
)
_MANIFESTS = (
    "Cargo.toml", "go.mod", "package.json", "pyproject.toml", "requirements.txt", "pom.xml",
    "build.gradle", "build.gradle.kts", "Gemfile", "mix.exs",
)  # fmt: skip


def dialect_of(target: Target, folder: str, paths: Iterable[str]) -> str:
    """Which server the SQL is for: its path, its own words, then the manifests around it."""
    match = FOREIGN_PATH.search(folder)
    if match:
        return match[0].strip("/_.-").lower()
    if POSTGRES_PATH.search(folder):
        return "postgres"
    text = "\n".join(target.text(path)[:20_000] for path in list(paths)[:20])
    text = re.sub(r"--[^\n]*|/\*.*?(?:\*/|\Z)", " ", text, flags=re.DOTALL)
    ours, theirs = len(_POSTGRES_SQL.findall(text)), len(_FOREIGN_SQL.findall(text))
    if ours > theirs:
        return "postgres"
    if theirs:
        return "another server"
    provider = re.search(
        r'datasource\s+\w+\s*\{[^}]*?\bprovider\s*=\s*"(\w+)"', _prisma_schema(target, folder)
    )
    if provider:
        return "postgres" if provider[1].startswith("postgres") else provider[1]
    lock = toml_of(target, f"{folder}/migration_lock.toml").get("provider")
    if isinstance(lock, str):
        return "postgres" if lock.startswith("postgres") else lock
    for name in _MANIFESTS:
        manifest = nearest_text(target, folder, name)
        if _POSTGRES_MANIFEST.search(manifest):
            return "postgres"
        if found := _FOREIGN_MANIFEST.search(manifest):
            return found[0].lower()
    return "postgres" if postgres_major(target) is not None else ""


def _prisma_schema(target: Target, folder: str) -> str:
    """The part of the Prisma schema that names the server; the schema may be a folder of files."""
    home = posixpath.dirname(folder)
    for path in target.below(home):
        if path.endswith(".prisma") and _DATASOURCE.search(target.text(path)):
            return target.text(path)
    return ""


_DATASOURCE = regex(r"^\s*datasource\s+\w+\s*\{", re.MULTILINE)
_IMAGE = regex(r"(?:postgres|postgis|pgvector|timescaledb|pgautoupgrade)[\w./-]*:([\w.-]+)")
_NAMES_IMAGE = regex(r"[^#\n]*?(?:image:|FROM\s)\s*[\"']?[\w./-]*", re.IGNORECASE)
POSTGRES_IMAGES = ("postg", "pgvector", "timescale", "pgauto")


@once
def postgres_major(target: Target) -> int | None:
    """The newest PostgreSQL major that compose files, workflows or Dockerfiles name; 0: no tag."""
    majors: list[int] = []
    for path in target.files:
        name = posixpath.basename(path)
        if not name.endswith((".yml", ".yaml")) and "ockerfile" not in name:
            continue
        text = target.text(path)
        if not any(word in text for word in POSTGRES_IMAGES):
            continue
        for match in _IMAGE.finditer(text):
            start = text.rfind("\n", 0, match.start()) + 1
            if not _NAMES_IMAGE.fullmatch(text, start, match.start()):
                continue
            tag = re.search(r"pg(\d{1,2})", match[1]) or re.match(r"v?(\d{1,2})(?!\d)", match[1])
            majors.append(int(tag[1]) if tag and 8 < int(tag[1]) < 40 else 0)
    return max(majors) if majors else None
