"""Database calls in TypeScript and JavaScript: Prisma, TypeORM, Drizzle, Knex, Objection, Kysely,
Sequelize, Mongoose, Supabase, MongoDB's driver and plain SQL through ``pg`` or ``mysql2``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.code import Call, Code
from pytest_reconaudit.readers.query_call import (
    FoundQuery,
    binding_near,
    expression_text,
    sql_of,
    table_name,
)
from pytest_reconaudit.readers.query_clients import client_queries
from pytest_reconaudit.readers.query_prisma import prisma_shape

__all__ = ["script_queries"]

_PRISMA = {
    "findMany": "select", "findUnique": "select", "findUniqueOrThrow": "select",
    "findFirst": "select", "findFirstOrThrow": "select", "count": "count", "aggregate": "count",
    "groupBy": "count", "create": "insert", "createMany": "insert",
    "createManyAndReturn": "insert", "update": "update", "updateMany": "update",
    "updateManyAndReturn": "update", "delete": "delete", "deleteMany": "delete",
    "upsert": "upsert",
}  # fmt: skip
_PRISMA_OWN = frozenset(
    {"findMany", "findUnique", "findUniqueOrThrow", "findFirst", "findFirstOrThrow",
     "createManyAndReturn", "updateManyAndReturn"}
)  # fmt: skip
_PRISMA_PLAIN = frozenset(
    {"findMany", "findFirst", "findFirstOrThrow", "count", "updateMany", "deleteMany"}
)
"""Those that need not name a unique key."""
_PRISMA_ROOT = regex(
    r"(?:this\.|ctx\.|context\.|req\.|app\.|fastify\.|c\.|self\.)*_?(?:prisma\w*|\w*[pP]risma|db|tx|trx"
    r"|db(?:Read|Write|Replica|Primary)\w{0,20}|(?:read|write|replica|primary)D[bB]|client"
    r"|database|transaction|prismaClient|dbClient)\.(?:client\.)?([a-z_]\w*)\."
)
_PRISMA_WRAPPED = regex(
    r"(?:this\.)?_?\w+\.models?\.([a-z]\w*)\.|(?:context|ctx)\.entities\.([A-Z]\w*)\."
)
"""A client that a class of the repository holds: ``this.orders.model.order.update(``; or a model
that Wasp hands to an operation."""
_PRISMA_SURE = regex(r"prisma", 2)
_PRISMA_ARGUMENT = regex(
    r"\{\s*(?:\.\.\.|where|data|select|include|by|_count|create|take|orderBy)\b"
)

_REPOSITORY = regex(
    r"(?:^|\.)_?(?:\w*[rR]epo(?:sitory)?|manager|em|entityManager)\.$"
    r"|getRepository\s*(?:<\w+>)?\(\s*[^()]*\)\s*\.$"
)
_TYPEORM = {
    "find": "select", "findOne": "select", "findOneBy": "select", "findBy": "select",
    "findAndCount": "select", "findAndCountBy": "select", "findOneOrFail": "select",
    "findOneByOrFail": "select", "findByIds": "select", "exist": "count", "exists": "count",
    "existsBy": "count", "count": "count", "countBy": "count", "save": "update",
    "insert": "insert", "update": "update", "delete": "delete", "remove": "delete",
    "softDelete": "update", "softRemove": "update", "upsert": "upsert", "restore": "update",
    "increment": "update", "decrement": "update",
}  # fmt: skip
_BUILT = {"getMany": "select", "getOne": "select", "getOneOrFail": "select",
          "getRawMany": "select", "getRawOne": "select", "getManyAndCount": "select",
          "getCount": "count", "getRawAndEntities": "select"}  # fmt: skip
_BUILT_OF = regex(r"createQueryBuilder\(\s*([A-Z]\w*)\s*,")
_PREFIX = regex(r"^(?:type_?orm|sql)_(?=\w)")
"""What an entity is called by, beside its table: ``TypeORMShip``."""
_BUILT_BY = regex(r"(\w+)\s*\.createQueryBuilder")
_MOST_BETWEEN = 6_000
_DECLARED_REPOSITORY = regex(
    r"\b(\w+)[?!]?\s*:\s*(?:\w+\.)?(?:Tree|Mongo)?Repository<\s*(\w+)\s*>"
    r"|\b(\w+)\s*=\s*[\w.()]*\bgetRepository\s*(?:<\w+>)?\(\s*(\w+)\s*\)"
)
_REPOSITORY_NAME = regex(
    r"(\w+?)_?[rR]epo(?:sitory)?\.$|getRepository\s*(?:<\w+>)?\(\s*(?:\w+\s*,\s*)?([A-Z]\w*)"
)

_RECORD_OWN = frozenset(
    {"findBy", "findOneBy", "findOneOrFail", "findOneByOrFail", "findAndCountBy", "countBy",
     "existsBy"}
)  # fmt: skip
"""What only entities of TypeORM that are active records are asked: ``User.findOneBy({ id })``."""
_RECORD_ASKED = frozenset({"find", "findOne", "findAndCount", "count", "exists", "exist"})
_RECORD_GIVEN = regex(r"\{[^{}]{0,200}?\b(?:where|relations)\s*[:,}]")
_RECORD_CHANGED = frozenset({"insert", "update", "delete", "upsert"})
_RECORD_CREATED = regex(r"([A-Z]\w*)\.create\(.*\)\.")
_ENTITIES = regex(r"(?:^|[/.])entit(?:y|ies)(?:/|$)")

_KYSELY = frozenset({"execute", "executeTakeFirst", "executeTakeFirstOrThrow", "stream"})
_KYSELY_CHAIN = regex(
    r"\.(selectFrom|insertInto|updateTable|deleteFrom|replaceInto)\(\s*[\"'`](\w+)?"
)
_KYSELY_KIND = {"selectFrom": "select", "insertInto": "insert", "replaceInto": "insert",
                "updateTable": "update", "deleteFrom": "delete"}  # fmt: skip

_DRIZZLE = {"select": "select", "selectDistinct": "select", "selectDistinctOn": "select",
            "insert": "insert", "update": "update", "delete": "delete",
            "$count": "count"}  # fmt: skip
_DRIZZLE_ROOT = regex(
    r"(?:this\.|ctx\.|context\.|c\.|self\.|deps\.|env\.)*_?(?:db|tx|trx|database|drizzle\w*|dbTx|txn|dbClient"
    r"|db(?:Read|Write|Replica|Primary)\w{0,20}|(?:read|write|replica|primary)D[bB]|drizzleDb|conn|transaction)(?:\(\))?\."
)
_DRIZZLE_FROM = regex(r"\.\s*from\(\s*(\w+(?:\.\w+)?)")
_DRIZZLE_GIVEN = regex(r"(?:schema\.)?(\w+)$")
_DRIZZLE_QUERY = regex(r"\.query\.(\w+)\.$")
_DRIZZLE_COUNT = regex(r"^\s*\{?[^{}]*\b(?:count|sum|max|min|avg)\(", 16)

_KNEX = regex(r"(?:this\.|ctx\.|self\.)*_?(?:knex|db|trx|tx|database|qb)")
_KNEX_NAMES = ("knex", "db", "trx", "tx", "database")
_KNEX_DECLARED = regex(
    rb"\b(\w{1,60})\??\s*:\s*Knex(?:\.Transaction)?\b"
    rb"|\b(?:const|let)\s+(\w{1,60})\s*=\s*[^;\n]{0,80}\b(?:this\.)?knex\s*;"
)
"""What a file declares as a builder of Knex: ``transaction?: Knex``."""
_KNEX_CONSTANT = regex(r"[A-Z]\w*")
_KNEX_TABLE = regex(r"[A-Z][A-Z0-9_]*(?:\.\w+)?|(?:\w+\.)*(?:tableName|[A-Z][A-Z0-9_]+)")
_KNEX_CHAIN = regex(
    r"\.\s*(?:where\w*|insert|select|first|del|update|(?:left|inner)?[jJ]oin|returning|onConflict"
    r"|orderBy|pluck|count\w*|increment)\s*(?:<[^()]*>)?\("
)
_KNEX_KIND = {"insert": "insert", "update": "update", "del": "delete", "delete": "delete",
              "count": "count", "countDistinct": "count", "sum": "count", "max": "count",
              "min": "count", "increment": "update", "decrement": "update"}  # fmt: skip

_OBJECTION_CALLS = frozenset({"query", "$query", "relatedQuery", "$relatedQuery"})
_OBJECTION_ROOT = regex(r"(?:\w+\.)*(?:([A-Z]\w*)|_?(\w*[mM]odel)(?:\(\))?|([a-z]\w*)\(\))\.")
"""A model by its class, or as the one that a tenant or container gives: ``this.orderModel()``."""
_OBJECTION_OWN = frozenset(
    {"findById", "findByIds", "findOne", "insertAndFetch", "insertGraph", "insertGraphAndFetch",
     "upsertGraph", "upsertGraphAndFetch", "patch", "patchAndFetchById", "patchAndFetch",
     "updateAndFetchById", "updateAndFetch", "deleteById", "withGraphFetched", "withGraphJoined",
     "joinRelated", "resultSize", "throwIfNotFound", "modify", "onBuild", "whereIn", "whereNot",
     "where", "first", "orderBy", "insert", "update", "delete", "relate", "unrelate", "increment",
     "decrement", "whereNull", "whereNotNull", "preload"}
)  # fmt: skip
_OBJECTION_KIND = {
    "insert": "insert", "insertAndFetch": "insert", "insertGraph": "insert",
    "insertGraphAndFetch": "insert", "upsertGraph": "upsert", "upsertGraphAndFetch": "upsert",
    "relate": "insert", "unrelate": "delete", "patch": "update", "patchAndFetchById": "update",
    "patchAndFetch": "update", "update": "update", "updateAndFetch": "update",
    "updateAndFetchById": "update", "increment": "update", "decrement": "update",
    "delete": "delete", "deleteById": "delete", "del": "delete", "count": "count",
    "countDistinct": "count", "resultSize": "count", "sum": "count", "max": "count", "min": "count",
}  # fmt: skip
_OBJECTION_ONE = frozenset(
    {"findById", "findOne", "first", "$query", "firstOrFail", "throwIfNotFound"}
)
_OBJECTION_GIVEN = regex(r"(?:\w+\.)*_?(?:\w*(?:[tT]rx|[tT]x|knex\w*|[tT]ransaction)|client)")
_OBJECTION_BULK = regex(r"\.\s*insert(?:Graph)?(?:AndFetch)?\(\s*(?:\[|\w+(?:\.map\(|s\s*[,)]))")
_TEXT = regex(r"[\"'`](\w+)[\"'`]")

_SEQUELIZE = {"findAll": "select", "findByPk": "select", "findAndCountAll": "select",
              "findOrCreate": "insert", "bulkCreate": "insert", "findOne": "select",
              "count": "count", "create": "insert", "update": "update", "destroy": "delete",
              "upsert": "upsert"}  # fmt: skip
_SEQUELIZE_OWN = frozenset({"findAll", "findByPk", "findAndCountAll", "findOrCreate", "bulkCreate"})
_MODEL = regex(r"(?:^|\.)(?:([A-Z]\w*)|(\w*[a-z]Model)|models?\.([A-Za-z]\w*))\.$")
_NO_MODEL = regex(
    r"^(?:Promise|Object|Array|Math|JSON|Date|Map|Set|Number|String|Reflect|Symbol|URL|Buffer)$"
)
_MODELS = regex(r"(?:^|[/.])models?(?:/|$)")
"""A module of the repository that holds models; what declares them need not be named here."""
_MONGOOSE = {
    "findById": "select", "findByIdAndUpdate": "update", "findByIdAndDelete": "delete",
    "findOneAndUpdate": "update", "findOneAndDelete": "delete", "countDocuments": "count",
    "estimatedDocumentCount": "count", "find": "select", "findOne": "select", "create": "insert",
    "updateOne": "update", "updateMany": "update", "deleteOne": "delete", "deleteMany": "delete",
    "insertMany": "insert", "exists": "count", "aggregate": "select", "distinct": "select",
}  # fmt: skip

_SQL_CLIENT = regex(
    r"(?:^|\.)_?(?:\w*[pP]ool|client|\w*Client|db|database|conn(?:ection)?|tx|trx|queryRunner|dataSource"
    r"|sequelize|manager|entityManager|pg|mysql|prisma)\.$"
)
_SQL_CALLS = frozenset({"query", "execute", "raw", "$queryRaw", "$queryRawUnsafe", "$executeRaw",
                        "$executeRawUnsafe", "any", "one", "oneOrNone", "none",
                        "manyOrNone"})  # fmt: skip
_MANY = frozenset({"findMany", "find", "findBy", "findAndCount", "findAndCountBy", "getMany",
                   "getRawMany", "getManyAndCount", "findAll", "findAndCountAll", "execute",
                   "select", "selectDistinct", "query"})  # fmt: skip
_LIMIT = regex(
    r"\b(?:take|limit|first|pageSize|perPage)\s*(?::|\()\s*([^,)\}\n]+)|\b(take|limit)\s*[,}]"
    r"|\.paginate\(|\.(?:range|page|fetchPage)\(|\b(cursor)\s*:"
)
_UNWORDED = frozenset({"$extends", "$transaction", "$on", "$connect", "$disconnect"})
_ALL = frozenset(
    {*_PRISMA, *_TYPEORM, *_BUILT, *_KYSELY, *_DRIZZLE, *_SEQUELIZE, *_MONGOOSE, *_SQL_CALLS,
     *_OBJECTION_CALLS}
)  # fmt: skip


def script_queries(code: Code) -> Iterator[FoundQuery]:
    """Every call of a file that sends a statement; a lazy chain is told by its first call."""
    source = code.source
    finder = _Finder(code)
    knex = b"knex" in source or b"Knex" in source or b"this.db(" in source
    others = {one.call.index: one for one in client_queries(code)}
    for call in code.calls_named(_ALL):
        found = finder.found(call)
        if found is not None and call.index not in others:
            yield found
    yield from others.values()
    if knex:
        yield from finder.knex()


class _Finder:
    def __init__(self, code: Code) -> None:
        source = code.source
        self.code = code
        self.typeorm = b"typeorm" in source or b"InjectRepository" in source
        self.drizzle = b"drizzle" in source
        self.mongoose = b"mongoose" in source or b"InjectModel" in source
        self.sequelize = b"equelize" in source
        self.prisma = b"prisma" in source or b"Prisma" in source
        self.knex_named = b"knex" in source or b"Knex" in source
        self.repositories = _repositories(source) if self.typeorm else {}

    def found(self, call: Call) -> FoundQuery | None:
        code, name = self.code, call.name
        if call.name_at <= call.start:
            return None
        before = expression_text(code, call.start, call.name_at)
        given = [code.text(one[0], min(one[1], one[0] + 1_500)) for one in call.arguments]
        head = "".join(before.split()).replace("?.", ".").replace("!.", ".")
        if name in _PRISMA and (match := _PRISMA_ROOT.fullmatch(head)):
            model = match[1]
            if model != "query" and self._is_prisma(name, head, given):
                return self._made(call, _PRISMA[name], "prisma", table_name(model), given)
        if (
            name in _PRISMA
            and (self.prisma or "entities." in head)
            and (match := _PRISMA_WRAPPED.fullmatch(head))
            and (match[2] or (given and _PRISMA_ARGUMENT.match(given[0])))
        ):
            model = table_name(match[1] or match[2])
            return self._made(call, _PRISMA[name], "prisma", model, given)
        if name in _SQL_CALLS and given and _SQL_CLIENT.search(head):
            statement = self._sql_text(call, given[0])
            sql = sql_of(statement)
            if sql is not None:
                kind, table, limit, columns = sql
                many = kind == "select" and name in (
                    "query",
                    "any",
                    "manyOrNone",
                    "$queryRaw",
                    "raw",
                )
                return FoundQuery(
                    call, kind, "sql", (call.start, call.end), statement, table,
                    head.rstrip("."), many, limit, columns, "unnest(" in statement.lower(),
                )  # fmt: skip
            if name.startswith("$"):
                return self._made(call, "other", "prisma", "", given)
        if name in _OBJECTION_CALLS:
            found = self._objection(call, head, given)
            if found is not None:
                return found
        if name in _KYSELY and (chain := _KYSELY_CHAIN.search(head)):
            return self._made(
                call, _KYSELY_KIND[chain[1]], "kysely", (chain[2] or "").lower(), [head],
                many=name == "execute",
            )  # fmt: skip
        if name in _PRISMA_OWN and (query := _DRIZZLE_QUERY.search(head)):
            return self._made(call, "select", "drizzle", table_name(query[1]), given)
        if name in _DRIZZLE and _DRIZZLE_ROOT.fullmatch(head):
            found = self._drizzle(call, given)
            if found is not None:
                return found
        if self.typeorm and name in _TYPEORM:
            declared = self.repositories.get(head.rstrip(".").rpartition(".")[2], "")
            table = table_name(declared) if declared else self._entity(head, given)
            named = declared or _REPOSITORY.search(head)
            if named and (given or name in ("find", "count")):
                return self._made(call, _TYPEORM[name], "typeorm", table, given)
        if name in _BUILT:
            before = before if "createQueryBuilder" in head else self._built(call)
            if before:
                return self._made(
                    call, _BUILT[name], "typeorm", self._built_of(before), [head], before=before
                )
        return self._model(call, head, given)

    def _is_prisma(self, name: str, head: str, given: list[str]) -> bool:
        if _PRISMA_SURE.search(head):
            return True
        if name in _PRISMA_OWN:
            return True
        shaped = bool(given) and _PRISMA_ARGUMENT.match(given[0]) is not None
        return shaped and not self.drizzle

    def _entity(self, head: str, given: list[str]) -> str:
        match = _REPOSITORY_NAME.search(head)
        if match is not None:
            return table_name(match[1] or match[2])
        if given and given[0][:1].isupper() and given[0].isidentifier():
            return table_name(given[0])
        return ""

    def _built(self, call: Call) -> str:
        """The source of a statement that stands in a variable, with what it is given later on;
        empty where it is none."""
        code = self.code
        name = code.text(call.receiver).partition(".")[0].strip()
        binding = binding_near(code, name, call.start, call.scope)
        if binding is None or not name.isidentifier():
            return ""
        made = expression_text(code, *binding.value)
        if "createQueryBuilder" not in made:
            return ""
        if call.start - binding.end < _MOST_BETWEEN:
            added = re.compile(rf"(?<![\w.]){name}\s*(\.[^;\n]{{1,400}})")
            between = code.text(binding.end, call.start)
            made += "".join(f"\n{match[1]}" for match in added.finditer(between))
        return made

    def _built_of(self, made: str) -> str:
        """The table of the entity that a builder is made for."""
        entity = _BUILT_OF.search(made)
        if entity is not None:
            return _PREFIX.sub("", table_name(entity[1]))
        owner = _BUILT_BY.search(made)
        declared = self.repositories.get(owner[1], "") if owner is not None else ""
        if declared:
            return _PREFIX.sub("", table_name(declared))
        named = _REPOSITORY_NAME.search(made.partition(".createQueryBuilder")[0] + ".")
        return table_name(named[1] or named[2]) if named is not None else ""

    def _sql_text(self, call: Call, given: str) -> str:
        if given.isidentifier():
            binding = binding_near(self.code, given, call.start, call.scope)
            if binding is not None:
                return f"{given}\n{expression_text(self.code, *binding.value)}"
        return given

    def _chain_end(self, call: Call) -> Call:
        """The last call of the chain that a call begins."""
        last = call
        for one in self.code.calls[max(call.index - 40, 0) : call.index]:
            if one.start == call.start and one.end > last.end:
                last = one
        return last

    def _drizzle(self, call: Call, given: list[str]) -> FoundQuery | None:
        last = self._chain_end(call)
        if call.name in _CACHED_LIKE and not self.drizzle:
            return None
        chain = expression_text(self.code, call.start, last.end)
        kind = _DRIZZLE[call.name]
        table = ""
        if call.name.startswith("select"):
            match = _DRIZZLE_FROM.search(chain)
            if match is None:
                return None
            table = match[1].rpartition(".")[2]
            if given and _DRIZZLE_COUNT.search(given[0]):
                kind = "count"
        else:
            match = _DRIZZLE_GIVEN.fullmatch(given[0].strip()) if given else None
            shaped = kind == "count" or any(
                word in chain for word in (".values(", ".set(", ".where(", ".returning(")
            )
            if match is None or not shaped or not self.drizzle:
                return None
            table = match[1]
        if kind == "insert" and "onConflictDoUpdate" in chain:
            kind = "upsert"
        if not self._sent(call, last):
            return None
        return self._made(call, kind, "drizzle", table_name(table), [chain], last=last)

    def _sent(self, call: Call, last: Call) -> bool:
        """Whether a chain is awaited or handed back: a part of another statement is not sent."""
        if last.name in ("toQuery", "toSQL", "toString", "clone", "as"):
            return False
        if last.awaited or last.name in ("execute", "all", "get", "run", "then", "catch"):
            return True
        around = self.code.node(last.start, last.end)
        parent = around.parent if around is not None else None
        return parent is not None and parent.type in ("return_statement", "arrow_function")

    def knex(self) -> Iterator[FoundQuery]:
        """``knex("orders").where(…)``: told by its first call."""
        code = self.code
        declared = self._knex_declared() if self.knex_named else frozenset[str]()
        for call in code.calls_named((*_KNEX_NAMES, *(declared - {*_KNEX_NAMES}))):
            if len(call.arguments) != 1:
                continue
            called = code.text(call.start, call.arguments[0][0]).rstrip("( \n<>")
            known = called.rpartition(".")[2] in declared
            if not known and not _KNEX.fullmatch(called):
                continue
            given = code.text(call.arguments[0])
            written = given[:1] in "\"'`"
            constant = known and _KNEX_CONSTANT.fullmatch(given) is not None
            if not written and not constant and not _KNEX_TABLE.fullmatch(given):
                continue
            last = self._chain_end(call)
            if not self._sent(call, last):
                continue
            chain = expression_text(code, call.start, last.end)
            if not (written and self.knex_named) and not _KNEX_CHAIN.search(chain):
                continue
            names = [
                one.name
                for one in code.calls[max(call.index - 40, 0) : call.index]
                if one.start == call.start
            ]
            kind = next((_KNEX_KIND[name] for name in names if name in _KNEX_KIND), "select")
            if given.isidentifier():
                binding = binding_near(code, given, call.start, call.scope)
                if binding is None and constant:
                    given = table_name(given.removeprefix("Table"))
                else:
                    given = code.text(binding.value) if binding is not None else ""
                    given = given if given[:1] in ("'", '"', "`") else ""
            table = given.strip("\"'`").split(" ")[0].rpartition(".")[2].lower()
            if kind == "insert" and ".merge(" in chain:
                kind = "upsert"
            many = kind == "select" and "first" not in names and "pluck" not in names
            yield FoundQuery(
                call, kind, "knex", (call.start, last.end), chain, table,
                code.text(call.start, call.arguments[0][0]).rstrip("("), many, _limit(chain),
            )  # fmt: skip

    def _knex_declared(self) -> frozenset[str]:
        found = _KNEX_DECLARED.finditer(self.code.source)
        return frozenset((match[1] or match[2]).decode("utf-8", "replace") for match in found)

    def _objection(self, call: Call, head: str, given: list[str]) -> FoundQuery | None:
        """``Order.query(trx).findById(id)``, ``order.$relatedQuery("lines")``: told by the first
        calls of its chain."""
        name, code = call.name, self.code
        root = None
        if len(head) > 200:
            return None
        if name in ("relatedQuery", "$relatedQuery"):
            table = _TEXT.match(given[0]) if given else None
            if table is None:
                return None
            model = table[1]
        elif len(given) > 1 or (
            given and (len(given[0]) > 80 or not _OBJECTION_GIVEN.fullmatch(given[0]))
        ):
            return None
        elif name == "$query":
            model = ""
        else:
            root = _OBJECTION_ROOT.fullmatch(head)
            if root is None or _NO_MODEL.match(root[1] or ""):
                return None
            model = (root[1] or root[2] or root[3]).removesuffix("Model").removesuffix("model")
        last = self._chain_end(call)
        names = [
            one.name
            for one in code.calls[max(call.index - 40, 0) : call.index]
            if one.start == call.start
        ]
        if root is not None and _OBJECTION_OWN.isdisjoint(names) and last is not call:
            return None
        if last is call and root is not None and (not call.awaited or root[3]):
            return None
        if not self._sent(call, last):
            return None
        kind = next((_OBJECTION_KIND[one] for one in names if one in _OBJECTION_KIND), "select")
        chain = expression_text(code, call.start, last.end)
        many = kind == "select" and _OBJECTION_ONE.isdisjoint((name, *names))
        return FoundQuery(
            call, kind, "objection", (call.start, last.end), chain, table_name(model),
            head.rstrip("."), many, _limit(chain), (), bool(_OBJECTION_BULK.search(chain)),
        )  # fmt: skip

    def _model(self, call: Call, head: str, given: list[str]) -> FoundQuery | None:
        name = call.name
        if name == "save" and (made := _RECORD_CREATED.fullmatch(head)) and self._knows(made[1]):
            return self._made(call, "insert", "typeorm", table_name(made[1]), given)
        match = _MODEL.search(head)
        if match is None or _NO_MODEL.match(head.rstrip(".")):
            return None
        model = table_name((match[1] or match[2] or match[3]).removesuffix("Model"))
        shaped = bool(given) and ("where" in given[0] or "transaction" in " ".join(given))
        if name in _SEQUELIZE_OWN and (self.sequelize or _is_sequelize(name, given)):
            return self._made(call, _SEQUELIZE[name], "sequelize", model, given)
        sequelize = self.sequelize and not self.mongoose and (shaped or name == "create")
        if name in _SEQUELIZE and sequelize:
            return self._made(call, _SEQUELIZE[name], "sequelize", model, given)
        if name in _MONGOOSE and (self.mongoose or (match[1] or "") in self._models):
            return self._made(call, _MONGOOSE[name], "mongoose", model, given)
        if match[1] and self._is_record(name, head.rstrip("."), given):
            return self._made(call, _TYPEORM[name], "typeorm", model, given)
        return None

    def _is_record(self, name: str, model: str, given: list[str]) -> bool:
        """Whether a class is an entity of TypeORM that is asked by itself:
        ``User.findOne({ where: { id } })``."""
        if not given or not model.isidentifier() or self.sequelize or self.mongoose:
            return False
        if not self._knows(model):
            return False
        if name in _RECORD_CHANGED:
            return given[0][:1] == "{"
        return (name in _RECORD_OWN and given[0][:1] in "{[") or (
            name in _RECORD_ASKED and _RECORD_GIVEN.match(given[0]) is not None
        )

    def _knows(self, entity: str) -> bool:
        """Whether a class may be an entity of TypeORM, as far as its file says."""
        return self.typeorm or entity in self._entities

    @cached_property
    def _entities(self) -> frozenset[str]:
        """The names that are imported from modules of entities."""
        if b"ntit" not in self.code.source:
            return frozenset()
        return frozenset(
            one.name
            for one in self.code.imports
            if one.path and one.name[:1].isupper() and _ENTITIES.search(one.path[0])
        )

    @cached_property
    def _models(self) -> frozenset[str]:
        """The names that are imported from modules of models."""
        if b"odel" not in self.code.source:
            return frozenset()
        return frozenset(
            one.name
            for one in self.code.imports
            if one.path and one.name[:1].isupper() and _MODELS.search(one.path[0])
        )

    def _made(
        self,
        call: Call,
        kind: str,
        library: str,
        table: str,
        given: list[str],
        *,
        many: bool | None = None,
        last: Call | None = None,
        before: str = "",
    ) -> FoundQuery:
        end = (last or call).end
        text = expression_text(self.code, call.start, end)
        if last is None:
            chain_end = self._chain_end(call)
            text = expression_text(self.code, call.start, max(end, chain_end.end))
        if before:
            text = f"{before}\n{text}"
        rows = (call.name in _MANY if many is None else many) and kind == "select"
        plain = None
        if library == "prisma" and call.name in _PRISMA_PLAIN and len(call.arguments) == 1:
            given_text = self.code.text(call.arguments[0])
            plain = prisma_shape(given_text, first=call.name.startswith("findFirst"))
        return FoundQuery(
            call,
            kind,
            library,
            (call.start, end),
            text,
            table,
            self.code.text(call.receiver).split(".")[0] if call.receiver else "",
            rows,
            _limit(text),
            (),
            call.name in ("createMany", "bulkCreate", "insertMany", "createManyAndReturn"),
            plain.compared if plain is not None else (),
            plain.ordered if plain is not None else "",
        )


def _is_sequelize(name: str, given: list[str]) -> bool:
    """Whether a call is given what Sequelize takes, in a file that does not say whose it is."""
    if name in ("findByPk", "bulkCreate"):
        return bool(given)
    return not given or given[0].startswith("{")


def _repositories(source: bytes) -> dict[str, str]:
    """Name → entity of what a file declares or gets as a repository of TypeORM."""
    text = source.decode("utf-8", "replace")
    return {
        match[1] or match[3]: match[2] or match[4] for match in _DECLARED_REPOSITORY.finditer(text)
    }


_CACHED_LIKE = frozenset({"insert", "update", "delete"})


def _limit(text: str) -> str:
    depth = at = 0
    for match in _LIMIT.finditer(text):
        between = text[at : match.start()]
        depth, at = depth + between.count("{") - between.count("}"), match.start()
        if depth <= 1 or "(" in match[0]:
            return next((word.strip() for word in match.groups() if word), "paginated")
    return ""  # how many of each row's own children come along bounds no rows
