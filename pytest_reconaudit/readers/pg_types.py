"""PostgreSQL's types under one name each, and what an ORM's types stand for.

The catalog says ``character varying(255)[]``, Diesel ``Array<Varchar>``, Prisma ``String[]``:
here all of them are ``varchar[]``. A type that nothing here knows has no name (``""``), and no
claim is made about it.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_reconaudit.patterns import regex

__all__ = [
    "agree",
    "catalog_type",
    "diesel_type",
    "django_type",
    "is_own_type",
    "prisma_type",
    "python_type",
    "sqlalchemy_type",
]

_LONG = {
    "bigint": "int8",
    "integer": "int4",
    "int": "int4",
    "smallint": "int2",
    "boolean": "bool",
    "double precision": "float8",
    "real": "float4",
    "decimal": "numeric",
    "character varying": "varchar",
    "character": "bpchar",
    "char": "bpchar",
    '"char"': "char",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time without time zone": "time",
    "time with time zone": "timetz",
    "bit varying": "varbit",
    "bigserial": "int8",
    "serial": "int4",
}
_BUILTIN = frozenset(
    {
        "int2", "int4", "int8", "bool", "float4", "float8", "numeric", "text", "varchar", "bpchar",
        "char", "name", "timestamp", "timestamptz", "date", "time", "timetz", "interval", "uuid",
        "json", "jsonb", "bytea", "inet", "cidr", "macaddr", "macaddr8", "oid", "money", "xml",
        "bit", "varbit", "tsvector", "tsquery", "point", "line", "lseg", "box", "path", "polygon",
        "circle", "int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange",
        "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange",
        "datemultirange", "pg_lsn", "jsonpath", "citext", "ltree", "hstore", "vector",
    }
)  # fmt: skip
"""The server's own types and those of the extensions that everybody uses."""
_TEXTS = frozenset({"text", "varchar", "bpchar", "citext", "name"})
_MODIFIER = regex(r"\(\s*[\w\s,-]*\)")
_INTERVAL = regex(r"interval\b.*")


def catalog_type(text: str) -> str:
    """What ``pg_catalog.format_type`` gives, as a short name without length and precision."""
    bare = _MODIFIER.sub("", text.strip())
    dimensions = bare.count("[]")
    bare = " ".join(bare.replace("[]", "").split())
    if _INTERVAL.fullmatch(bare):
        bare = "interval"
    short = _LONG.get(bare)
    if short is None:
        short = bare.rpartition(".")[2].strip('"') if not bare.startswith('"') else bare.strip('"')
        short = short.rpartition('."')[2]
    return short + ("[]" if dimensions else "")


def agree(declared: str, actual: str) -> bool:
    """Whether a declared type can be the catalog's.

    Unknown types agree with everything; of the text types each reads and writes the others; a
    type that the database defines itself may be a domain over any other.
    """
    if not declared or declared == actual:
        return True
    if declared.endswith("[]") != actual.endswith("[]"):
        # Of a domain the catalog gives the name, and what it stands for may be a list.
        return actual.removesuffix("[]") not in _BUILTIN
    one, other = declared.removesuffix("[]"), actual.removesuffix("[]")
    if one.lower() == other.lower() or (one in _TEXTS and other in _TEXTS):
        return True
    if other not in _BUILTIN:
        # An enumeration or a domain: only another type of the database's own contradicts it.
        return one in _BUILTIN
    return False


def is_own_type(actual: str) -> bool:
    """Whether a catalog's type is an enumeration, a domain or a composite of the database's own."""
    return actual.removesuffix("[]") not in _BUILTIN


# -- Diesel --------------------------------------------------------------------------------

_DIESEL: Mapping[str, str] = {
    "SmallInt": "int2", "Int2": "int2", "SmallSerial": "int2",
    "Integer": "int4", "Int4": "int4", "Serial": "int4",
    "BigInt": "int8", "Int8": "int8", "BigSerial": "int8", "Bigint": "int8",
    "Bool": "bool", "Float": "float4", "Float4": "float4", "Double": "float8", "Float8": "float8",
    "Numeric": "numeric", "Decimal": "numeric",
    "Text": "text", "Varchar": "varchar", "VarChar": "varchar", "Char": "bpchar",
    "Bpchar": "bpchar", "BpChar": "bpchar", "Citext": "citext", "CChar": "char",
    "Timestamp": "timestamp", "Timestamptz": "timestamptz", "TimestamptzSqlite": "",
    "Date": "date", "Time": "time", "Timetz": "timetz", "Interval": "interval",
    "Uuid": "uuid", "Json": "json", "Jsonb": "jsonb", "Binary": "bytea", "Bytea": "bytea",
    "Inet": "inet", "Cidr": "cidr", "MacAddr": "macaddr", "Macaddr": "macaddr",
    "MacAddr8": "macaddr8", "Macaddr8": "macaddr8", "Oid": "oid", "Money": "money",
    "PgLsn": "pg_lsn", "Int4range": "int4range", "Int8range": "int8range", "Numrange": "numrange",
    "Tsrange": "tsrange", "Tstzrange": "tstzrange", "Daterange": "daterange",
}  # fmt: skip
_RANGES = {
    "int4": "int4range", "int8": "int8range", "numeric": "numrange", "timestamp": "tsrange",
    "timestamptz": "tstzrange", "date": "daterange",
}  # fmt: skip
_GENERIC = regex(r"\s*(?:[\w#]+\s*::\s*)*([\w#]+)\s*(?:<(.*)>)?\s*", 16)
_DEEP = 6


def diesel_type(text: str, custom: Mapping[str, str]) -> tuple[str, bool]:
    """(type, nullable) of a column of ``table!``.

    :param custom: SQL types that the program defines → their names in the database.
    """
    nullable = False
    name = inner = ""
    for _ in range(_DEEP):
        match = _GENERIC.fullmatch(text)
        if match is None:
            return "", nullable
        name, inner = match[1].removeprefix("r#"), match[2] or ""
        if name != "Nullable":
            break
        nullable, text = True, inner
    if name == "Array":
        item = _array_item(inner, custom)
        return (item + "[]" if item else ""), nullable
    if name in ("Range", "Multirange"):
        kind = _RANGES.get(diesel_type(inner, custom)[0], "") if inner.count("<") < _DEEP else ""
        return (kind.replace("range", "multirange") if name == "Multirange" else kind), nullable
    if inner:
        return "", nullable
    return _DIESEL.get(name) or custom.get(name, ""), nullable


def _array_item(inner: str, custom: Mapping[str, str]) -> str:
    if inner.count("<") > _DEEP or "Array" in inner:
        return ""
    return diesel_type(inner, custom)[0]


# -- Prisma --------------------------------------------------------------------------------

_PRISMA = {
    "String": "text", "Boolean": "bool", "Int": "int4", "BigInt": "int8", "Float": "float8",
    "Decimal": "numeric", "DateTime": "timestamp", "Json": "jsonb", "Bytes": "bytea",
}  # fmt: skip
_NATIVE = {
    "Text": "text", "Char": "bpchar", "VarChar": "varchar", "Bit": "bit", "VarBit": "varbit",
    "Uuid": "uuid", "Xml": "xml", "Inet": "inet", "Citext": "citext", "Boolean": "bool",
    "Integer": "int4", "SmallInt": "int2", "Int": "int4", "Oid": "oid", "BigInt": "int8",
    "DoublePrecision": "float8", "Real": "float4", "Decimal": "numeric", "Money": "money",
    "Timestamp": "timestamp", "Timestamptz": "timestamptz", "Date": "date", "Time": "time",
    "Timetz": "timetz", "Json": "json", "JsonB": "jsonb", "ByteA": "bytea",
}  # fmt: skip


def prisma_type(name: str, native: str, enums: Mapping[str, str]) -> str:
    """The type of a scalar field: its own, that of ``@db.native``, or an enumeration's name."""
    if native:
        return _NATIVE.get(native, "")
    return _PRISMA.get(name) or enums.get(name, "")


# -- Python --------------------------------------------------------------------------------

_SQLALCHEMY = {
    "Integer": "int4", "INTEGER": "int4", "INT": "int4", "BigInteger": "int8", "BIGINT": "int8",
    "SmallInteger": "int2", "SMALLINT": "int2", "String": "varchar", "VARCHAR": "varchar",
    "Unicode": "varchar", "Text": "text", "TEXT": "text", "UnicodeText": "text", "CHAR": "bpchar",
    "Boolean": "bool", "BOOLEAN": "bool", "Float": "float8", "FLOAT": "float8",
    "Double": "float8", "DOUBLE_PRECISION": "float8", "REAL": "float4", "Numeric": "numeric",
    "NUMERIC": "numeric", "DECIMAL": "numeric", "Date": "date", "DATE": "date",
    "UUID": "uuid", "Uuid": "uuid", "JSON": "json", "JSONB": "jsonb", "BYTEA": "bytea",
    "LargeBinary": "bytea", "INET": "inet", "CIDR": "cidr", "MACADDR": "macaddr", "OID": "oid",
    "MONEY": "money", "INTERVAL": "interval", "Interval": "interval", "TSVECTOR": "tsvector",
    "CITEXT": "citext", "HSTORE": "hstore",
}  # fmt: skip
_ZONED = {
    "DateTime": ("timestamp", "timestamptz"), "TIMESTAMP": ("timestamp", "timestamptz"),
    "Time": ("time", "timetz"), "TIME": ("time", "timetz"),
}  # fmt: skip
_FROM_PYTHON = {
    "int": "int4", "str": "varchar", "bool": "bool", "float": "float8", "bytes": "bytea",
    "datetime": "timestamp", "date": "date", "time": "time", "timedelta": "interval",
    "Decimal": "numeric", "UUID": "uuid",
}  # fmt: skip
_CALLED = regex(r"(?:\w+\.)*(\w+)\s*(?:\((.*)\))?", 16)
_TIME_ZONE = regex(r"\btimezone\s*=\s*True\b")


def sqlalchemy_type(text: str) -> str:
    """The type that an expression such as ``sa.DateTime(timezone=True)`` stands for."""
    match = _CALLED.fullmatch(text.strip())
    if match is None:
        return ""
    name, arguments = match[1], match[2] or ""
    if name in _ZONED:
        return _ZONED[name][bool(_TIME_ZONE.search(arguments))]
    if name == "ARRAY":
        item = arguments.split(",")[0] if "(" not in arguments else ""
        inner = "" if "ARRAY" in item else sqlalchemy_type(item)
        return inner + "[]" if inner else ""
    return _SQLALCHEMY.get(name, "")


def python_type(name: str) -> str:
    """What SQLAlchemy makes of ``Mapped[name]`` when nothing else gives the type."""
    return _FROM_PYTHON.get(name.rpartition(".")[2], "")


_DJANGO = {
    "AutoField": "int4", "BigAutoField": "int8", "SmallAutoField": "int2", "CharField": "varchar",
    "TextField": "text", "SlugField": "varchar", "URLField": "varchar", "EmailField": "varchar",
    "FilePathField": "varchar", "FileField": "varchar", "ImageField": "varchar",
    "IntegerField": "int4", "PositiveIntegerField": "int4", "BigIntegerField": "int8",
    "PositiveBigIntegerField": "int8", "SmallIntegerField": "int2",
    "PositiveSmallIntegerField": "int2", "BooleanField": "bool", "NullBooleanField": "bool",
    "DateField": "date", "DateTimeField": "timestamptz", "TimeField": "time",
    "DecimalField": "numeric", "FloatField": "float8", "DurationField": "interval",
    "BinaryField": "bytea", "UUIDField": "uuid", "JSONField": "jsonb",
    "GenericIPAddressField": "inet", "IPAddressField": "inet", "HStoreField": "hstore",
    "CITextField": "citext", "CICharField": "citext", "CIEmailField": "citext",
    "SearchVectorField": "tsvector",
}  # fmt: skip


def django_type(field: str) -> str | None:
    """The type of a field class; ``None`` for one that is not Django's own."""
    return _DJANGO.get(field)
