"""What to write in the place of a statement per element, in the words of the library at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.arguments import Unclosed, arguments_and_end

__all__ = ["Asked", "page_of", "remedy", "remedy_of_several"]


class Asked(Struct, frozen=True):
    """A statement that a loop repeats."""

    library: str
    """See ``query_call.FoundQuery``."""
    kind: str
    table: str
    over: str
    """What the loop goes over, as written."""
    variable: str
    """The element's name or pattern."""
    via: str
    """The function that sends it, when the loop only calls it; else empty."""
    saves: bool
    """It is a ``save`` of an entity, which writes a new row or changes one."""
    names: frozenset[str] = frozenset()
    """The names that are another value in each round."""
    several: bool = False
    """:attr:`via` is given more than one value of each element."""
    sibling: str = ""
    """In words a function beside :attr:`via` that does it for many."""


_LEADS = {
    "select": "Ask once for all of them before the loop, under the other conditions that it has,"
    " and look each one up in a map:",
    "count": "Ask once for the figures of all of them, by groups, under the other conditions that"
    " it has:",
    "insert": "Collect the rows, and write them with one statement (in batches where they may be"
    " very many):",
    "update": "Change all of them with one statement, under the other conditions that it has:",
    "delete": "Delete all of them with one statement, under the other conditions that it has:",
}
_SAVES = (
    "Change all entities first, and hand them to one call (new rows go into one INSERT; for one"
    " statement whatever they are, `upsert`):"
)
_SAMPLES = {
    ("prisma", "select"): "const found = await {on}.findMany({{ where: {{ {key}: {{ in: {keys} }}"
    " }} }})",
    ("prisma", "count"): "const counts = await {on}.groupBy({{\n  by: [\"{key}\"], where: {{ {key}:"
    " {{ in: {keys} }} }}, _count: true,\n}})",
    ("prisma", "insert"): "await {on}.createMany({{ data: rows }})",
    ("prisma", "update"): "await {on}.updateMany({{ where: {{ {key}: {{ in: {keys} }} }}, data }})",
    ("prisma", "delete"): "await {on}.deleteMany({{ where: {{ {key}: {{ in: {keys} }} }} }})",
    ("typeorm", "select"): "const found = await {on}.findBy({entity}{{ {key}: In({keys}) }})",
    ("typeorm", "count"): "const counts = await {on}.createQueryBuilder({entity}\"one\")\n"
    "  .select(\"one.{key}\", \"key\").addSelect(\"COUNT(*)\", \"n\")\n"
    "  .where({{ {key}: In({keys}) }}).groupBy(\"one.{key}\").getRawMany()",
    ("typeorm", "insert"): "await {on}.insert({entity}rows)",
    ("typeorm", "save"): "await {on}.save({entity}entities)",
    ("typeorm", "update"): "await {on}.update({entity}{{ {key}: In({keys}) }}, values)",
    ("typeorm", "delete"): "await {on}.delete({entity}{{ {key}: In({keys}) }})",
    ("knex", "select"): "const found = await {on}(\"{table}\").whereIn(\"{key}\", {keys})",
    ("knex", "count"): "const counts = await {on}(\"{table}\").whereIn(\"{key}\", {keys})\n"
    "  .select(\"{key}\").count(\"* as n\").groupBy(\"{key}\")",
    ("knex", "insert"): "await {on}(\"{table}\").insert(rows)",
    ("knex", "update"): "await {on}(\"{table}\").whereIn(\"{key}\", {keys}).update(values)",
    ("knex", "delete"): "await {on}(\"{table}\").whereIn(\"{key}\", {keys}).del()",
    ("objection", "select"): "const found = await {model}.query().whereIn(\"{key}\", {keys})",
    ("objection", "count"): "const counts = await {model}.query().whereIn(\"{key}\", {keys})\n"
    "  .select(\"{key}\").count(\"* as n\").groupBy(\"{key}\")",
    ("objection", "insert"): "await {model}.knex().batchInsert({model}.tableName, rows)",
    ("objection", "update"): "await {model}.query().whereIn(\"{key}\", {keys}).patch(values)",
    ("objection", "delete"): "await {model}.query().whereIn(\"{key}\", {keys}).delete()",
    ("drizzle", "select"): "const found = await {on}.select().from({own})"
    ".where(inArray({own}.{key}, {keys}))",
    ("drizzle", "count"): "const counts = await {on}.select({{ key: {own}.{key}, n: count() }})\n"
    "  .from({own}).where(inArray({own}.{key}, {keys})).groupBy({own}.{key})",
    ("drizzle", "insert"): "await {on}.insert({own}).values(rows)",
    ("drizzle", "update"): "await {on}.update({own}).set(values).where(inArray({own}.{key},"
    " {keys}))",
    ("drizzle", "delete"): "await {on}.delete({own}).where(inArray({own}.{key}, {keys}))",
    ("kysely", "select"): "const found = await {on}.selectFrom(\"{table}\").selectAll()\n"
    "  .where(\"{key}\", \"in\", {keys}).execute()",
    ("kysely", "insert"): "await {on}.insertInto(\"{table}\").values(rows).execute()",
    ("kysely", "update"): "await {on}.updateTable(\"{table}\").set(values)\n"
    "  .where(\"{key}\", \"in\", {keys}).execute()",
    ("kysely", "delete"): "await {on}.deleteFrom(\"{table}\").where(\"{key}\", \"in\","
    " {keys}).execute()",
    ("mongoose", "select"): "const found = await {model}.find({{ {key}: {{ $in: {keys} }} }})",
    ("mongoose", "count"): "const counts = await {model}.aggregate([\n"
    "  {{ $match: {{ {key}: {{ $in: {keys} }} }} }},\n"
    "  {{ $group: {{ _id: \"${key}\", n: {{ $sum: 1 }} }} }},\n])",
    ("mongoose", "insert"): "await {model}.insertMany(rows)",
    ("mongoose", "update"): "await {model}.updateMany({{ {key}: {{ $in: {keys} }} }}, values)",
    ("mongoose", "delete"): "await {model}.deleteMany({{ {key}: {{ $in: {keys} }} }})",
    ("mongo", "select"): "const found = await db.collection(\"{table}\")\n"
    "  .find({{ {key}: {{ $in: {keys} }} }}).toArray()",
    ("mongo", "count"): "const counts = await db.collection(\"{table}\").aggregate([\n"
    "  {{ $match: {{ {key}: {{ $in: {keys} }} }} }},\n"
    "  {{ $group: {{ _id: \"${key}\", n: {{ $sum: 1 }} }} }},\n]).toArray()",
    ("mongo", "insert"): "await db.collection(\"{table}\").insertMany(rows)",
    ("mongo", "update"): "await db.collection(\"{table}\").updateMany(\n"
    "  {{ {key}: {{ $in: {keys} }} }}, values,\n)",
    ("mongo", "delete"): "await db.collection(\"{table}\").deleteMany(\n"
    "  {{ {key}: {{ $in: {keys} }} }},\n)",
    ("supabase", "select"): "const {{ data, error }} = await {client}.from(\"{table}\")"
    ".select(\"*\")\n  .in(\"{key}\", {keys}) // they stand in the URL: a hundred at a time\n"
    "if (error) throw error // no rows would look like none found",
    ("supabase", "insert"): "const {{ error }} = await {client}.from(\"{table}\").insert(rows)",
    ("supabase", "update"): "const {{ error }} = await {client}.from(\"{table}\").update(values)\n"
    "  .in(\"{key}\", {keys})",
    ("supabase", "delete"): "const {{ error }} = await {client}.from(\"{table}\").delete()\n"
    "  .in(\"{key}\", {keys})",
    ("sequelize", "select"): "const found = await {model}.findAll({{ where: {{ {key}: {keys} }}"
    " }})",
    ("sequelize", "count"): "const counts = await {model}.count({{ where: {{ {key}: {keys} }},"
    " group: [\"{key}\"] }})",
    ("sequelize", "insert"): "await {model}.bulkCreate(rows)",
    ("sequelize", "update"): "await {model}.update(values, {{ where: {{ {key}: {keys} }} }})",
    ("sequelize", "delete"): "await {model}.destroy({{ where: {{ {key}: {keys} }} }})",
    ("diesel", "select"): "{own}::table.filter({own}::{key}.eq_any(&keys)).load(conn)",
    ("diesel", "count"): "{own}::table.filter({own}::{key}.eq_any(&keys)).group_by({own}::{key})\n"
    "    .select(({own}::{key}, diesel::dsl::count_star())).load::<(_, i64)>(conn)",
    ("diesel", "insert"): "diesel::insert_into({own}::table).values(&rows).execute(conn)",
    ("diesel", "update"): "diesel::update({own}::table.filter({own}::{key}.eq_any(&keys)))\n"
    "    .set(values).execute(conn)",
    ("diesel", "delete"): "diesel::delete({own}::table.filter({own}::{key}.eq_any(&keys)))"
    ".execute(conn)",
    ("sea-orm", "select"): "{own}::Entity::find()"
    ".filter({own}::Column::{field}.is_in(keys)).all(db)",
    ("sea-orm", "count"): "{own}::Entity::find().select_only().column({own}::Column::{field})\n"
    "    .column_as({own}::Column::{field}.count(), \"n\").filter({own}::Column::{field}"
    ".is_in(keys))\n"
    "    .group_by({own}::Column::{field}).into_tuple::<(_, i64)>().all(db)",
    ("sea-orm", "insert"): "{own}::Entity::insert_many(rows).exec(db)",
    ("sea-orm", "delete"): "{own}::Entity::delete_many()"
    ".filter({own}::Column::{field}.is_in(keys)).exec(db)",
    ("mongodb", "select"): "collection.find(doc! {{ \"{key}\": {{ \"$in\": keys }} }}).await",
    ("mongodb", "count"): "collection.aggregate([\n"
    "    doc! {{ \"$match\": {{ \"{key}\": {{ \"$in\": keys }} }} }},\n"
    "    doc! {{ \"$group\": {{ \"_id\": \"${key}\", \"n\": {{ \"$sum\": 1 }} }} }},\n]).await",
    ("mongodb", "insert"): "collection.insert_many(rows).await",
    ("mongodb", "update"): "collection\n"
    "    .update_many(doc! {{ \"{key}\": {{ \"$in\": keys }} }}, values).await",
    ("mongodb", "delete"): "collection.delete_many("
    "doc! {{ \"{key}\": {{ \"$in\": keys }} }}).await",
    ("postgres", "select"): "SELECT * FROM {table} WHERE {key} = ANY($1)",
    ("postgres", "count"): "SELECT {key}, COUNT(*) FROM {table} WHERE {key} = ANY($1) GROUP BY"
    " {key}",
    ("postgres", "insert"): "INSERT INTO {table} (a, b) SELECT * FROM unnest($1::int[],"
    " $2::text[])",
    ("postgres", "update"): "UPDATE {table} SET done = true WHERE {key} = ANY($1)",
    ("postgres", "delete"): "DELETE FROM {table} WHERE {key} = ANY($1)",
    ("builder", "select"): "let mut query = QueryBuilder::new(\"SELECT * FROM {table} WHERE {key}"
    " IN \");\n"
    "query.push_tuples(&keys, |mut one, key| {{ one.push_bind(key); }});",
    ("builder", "count"): "let mut query = QueryBuilder::new(\n"
    "    \"SELECT {key}, COUNT(*) FROM {table} WHERE {key} IN \");\n"
    "query.push_tuples(&keys, |mut one, key| {{ one.push_bind(key); }}).push(\" GROUP BY {key}\");",
    ("builder", "insert"): "let mut query = QueryBuilder::new(\"INSERT INTO {table} (a, b) \");\n"
    "query.push_values(rows, |mut one, row| {{ one.push_bind(row.a).push_bind(row.b); }});",
    ("builder", "delete"): "let mut query = QueryBuilder::new(\"DELETE FROM {table} WHERE {key}"
    " IN \");\n"
    "query.push_tuples(&keys, |mut one, key| {{ one.push_bind(key); }});",
    ("marks", "select"): "SELECT * FROM {table} WHERE {key} IN (?, ?, ?)",
    ("marks", "count"): "SELECT {key}, COUNT(*) FROM {table} WHERE {key} IN (?, ?, ?) GROUP BY"
    " {key}",
    ("marks", "insert"): "INSERT INTO {table} (a, b) VALUES (?, ?), (?, ?)",
    ("marks", "update"): "UPDATE {table} SET done = true WHERE {key} IN (?, ?, ?)",
    ("marks", "delete"): "DELETE FROM {table} WHERE {key} IN (?, ?, ?)",
}  # fmt: skip
"""(library, kind) → a statement for all: ``{on}`` is what the old one is called on."""
_LISTS = {
    "prisma": "{ in: ids }", "typeorm": "In(ids)", "knex": ".whereIn(column, ids)",
    "objection": ".whereIn(column, ids)", "drizzle": "inArray(column, ids)",
    "kysely": '.where(column, "in", ids)', "mongoose": "{ $in: ids }", "mongo": "{ $in: ids }",
    "supabase": ".in(column, ids)",
    "sequelize": "where: { column: ids }", "diesel": "column.eq_any(&ids)",
    "sea-orm": ".is_in(ids)", "mongodb": '{ "$in": ids }', "postgres": "column = ANY($1)",
    "builder": "QueryBuilder::push_tuples", "marks": "column IN (?, ?, ?)",
}  # fmt: skip
_PAIRS = {
    "prisma": "OR: pairs", "typeorm": "where: pairs", "knex": ".whereIn([a, b], tuples)",
    "objection": ".whereInComposite([a, b], tuples)", "drizzle": "or(...pairs.map(matches))",
    "kysely": 'eb(refTuple(a, b), "in", tuples)', "mongoose": "{ $or: pairs }",
    "mongo": "{ $or: pairs }", "supabase": ".or(pairs)", "sequelize": "{ [Op.or]: pairs }",
    "diesel": "or_filter", "sea-orm": "Expr::tuple([a, b]).in_tuples(keys)",
    "mongodb": '{ "$or": pairs }', "postgres": "(a, b) IN (SELECT * FROM unnest($1, $2))",
    "builder": "QueryBuilder::push_tuples", "marks": "(a, b) IN ((?, ?), (?, ?))",
}  # fmt: skip
"""How rows are found by more than one column."""
_CROSSED = "a list for each would also find what no element means"
_ROWS = {
    "prisma": "createMany", "typeorm": "insert(rows)", "knex": "insert(rows)",
    "objection": "batchInsert", "drizzle": "values(rows)", "kysely": "values(rows)",
    "mongoose": "insertMany", "mongo": "insertMany", "supabase": "insert(rows)",
    "sequelize": "bulkCreate", "diesel": "values(&rows)", "sea-orm": "insert_many",
    "mongodb": "insert_many", "postgres": "unnest", "builder": "QueryBuilder::push_values",
    "marks": "VALUES (?, ?), (?, ?)",
}  # fmt: skip
_LAST_SENDS = frozenset({"diesel", "sea-orm", "sqlx"})
"""Libraries of Rust: the last call of a chain sends it."""
_RUST = frozenset({"diesel", "sea-orm", "builder", "mongodb"})
_SQL = frozenset({"postgres", "marks"})
_PLAIN = regex(
    r"[&*\s(]*([A-Za-z_$][\w$.]*)(?:\.(?:iter|into_iter|iter_mut|entries|values)\(\))?[)\s]*$"
)
_WORD = regex(r"[a-z_$][\w$]*", re.IGNORECASE)
_HANDLED = frozenset({"knex", "kysely", "drizzle"})
_HANDLE = regex(r"(?:\bawait|=|\breturn)\s+((?:this\.)?[A-Za-z_$][\w$]*)\s*$")
_HANDLE_NAME = regex(r"(?:this\.)?[A-Za-z_$][\w$]*")
"""What a statement is called on, at the end of the line before it."""
_SENT_ON = regex(
    r"\.(?:all|one|exec|execute|count|first|load|get_results?)(?:::<[^()]*>)?\(\s*"
    r"((?:&(?:mut\s+)?)?\**(?:self\.)?[A-Za-z_]\w*(?:\.\w+)*)\s*,?\s*\)"
)
"""What a statement of Rust is handed to: the connection, or the transaction."""
_OF_QUERY = regex(r"\.query(?:\.[\w$]+)?$")
_FIRST_OF = regex(
    r"\bfind(?:First|One)\w*\((?=[^;]{0,400}\b(?:orderBy|order|sort)\b)"
    r"|\.(?:order|order_by\w*|orderBy)\((?=[^;]{0,300}\.(?:first|one|limit|executeTakeFirst\w*)\()"
    r"|(?i:\border\s+by\b[^;]{0,200}\blimit\s+1\b)"
)
"""What brings the row that comes first in an order."""
_LATEST = (
    "Ask once before the loop, under the other conditions that it has, for the row that comes first"
    "{by} ({how}), and look each one up in a map."
)
_FIRST_BY_SQL = (
    "`max(…)` with `GROUP BY` where one value of it is all that is used, else `row_number()`, or"
    " PostgreSQL's `DISTINCT ON`"
)
_FIRSTS = {
    "prisma": "`distinct` beside its `orderBy`",
    "mongoose": "`$sort` and `$group` with `$first`",
}
_METHODS = (
    r"(?:find\w*|get\w*|count\w*|group\w*|aggregate|create\w*|insert\w*|save|update\w*|delete\w*|remove"
    r"|destroy|exists?\w*|upsert|select\w*|query|relatedQuery|soft\w+|increment|decrement)"
)
_ON = regex(
    r"((?:[A-Za-z_$][\w$]*\.){0,6}[A-Za-z_$][\w$]*(?:<\w+>)?(?:\([\w$]*\))?(?:\.[A-Za-z_$][\w$]*){0,3})"
    rf"\.{_METHODS}\s*(?:<[^()]{{0,80}}>)?\(\s*(?:([A-Z]\w*)\s*,\s*)?"
)
_BUILDER = regex(r"\.(?:query|createQueryBuilder)$")
_OLD = 10
"""Lines of a statement that are looked at for the key it asks by."""
_MODEL = regex(r"[A-Z]\w*")
_CAMEL = regex(r"_+([a-z0-9])")


def remedy(asked: Asked, text: str, line: int) -> str:
    """Markdown of what to do; empty where the library's own words are not known.

    :param text: of the file.
    :param line: of the call that sends the statement.
    """
    every = text.split("\n")
    lines = every[line - 1 : line - 1 + _OLD]
    if asked.library in _LAST_SENDS:
        lines = _chain(every, line)
    elif asked.library not in ("mongodb", "sql"):
        lines = _whole(lines)
    source = "\n".join(lines)
    library = _dialect(asked.library, text, source)
    if asked.via:
        return _of_function(asked, library, source)
    kind = "save" if asked.saves and library == "typeorm" else asked.kind
    sample = _SAMPLES.get((library, kind))
    if sample is None:
        return ""
    columns = _varying(asked, source) if kind in _FOUND else ()
    if len(columns) > 1 and library in _PAIRS:
        named = "` and `".join(columns) if len(columns) == 2 else "`, `".join(columns)
        return (
            f"{_LEADS[kind].removesuffix(':')} (`{_PAIRS[library]}`, by `{named}` together:"
            f" {_CROSSED}; what comes is told apart by all of them)."
        )
    key, keys = _key(asked, source, rust=library in _RUST or library in _SQL)
    if kind == "select" and _FIRST_OF.search(source) is not None:
        by = f" for each `{key}`" if key else " for each key"
        return _LATEST.format(by=by, how=_FIRSTS.get(library, _FIRST_BY_SQL))
    if not key and ("{key}" in sample or "{field}" in sample):
        given = f" ({_given(library)})" if library in _LISTS else ""
        return f"{_LEADS[kind].removesuffix(':')}{given}."
    if key and library in _LISTS and library not in (_RUST | _SQL) and _conditions(source) > 1:
        lead = _LEADS["insert" if kind == "save" else kind].removesuffix(":")
        return f"{lead} ({_given(library)}, by `{key}`)."
    match = _ON.search(lines[0]) if lines else None
    if match is None and line > 1 and asked.library in _HANDLED:
        match = _HANDLE.search(every[line - 2])
    on = _BUILDER.sub("", match[1]) if match is not None else ""
    entity = f"{match[2]}, " if match is not None and match.re is _ON and match[2] else ""
    table = asked.table or "orders"
    camel = _camel(table)
    model = on if _MODEL.fullmatch(on) or on.lower().endswith("model") else _pascal(table)
    default = {"prisma": f"prisma.{camel}", "typeorm": "repository"}.get(library, "db")
    if library in ("knex", "kysely", "drizzle"):
        on = _OF_QUERY.sub("", on)
        on = on if _HANDLE_NAME.fullmatch(on) else ""
    written = sample.format(
        on=on or default,
        entity=entity,
        model=model,
        own=table if library in _RUST else camel,
        table=table,
        key=key,
        field=_pascal(key),
        keys=keys,
        client=_client(every, line) if library == "supabase" else "",
    )
    if library == "sea-orm":
        active = re.search(r"\b(\w+)::ActiveModel\b", source)
        for word in ("Entity", "Column"):
            spelt = re.search(rf"\b((?:\w+::)*\w*{word})::\w", source)
            own = spelt[1] if spelt is not None else f"{active[1]}::{word}" if active else word
            written = written.replace(f"{table}::{word}", own)
    if library in ("diesel", "sea-orm") and (handle := _SENT_ON.search(source)) is not None:
        written = written.replace("(db)", f"({handle[1]})").replace("(conn)", f"({handle[1]})")
    tongue = "sql" if library in _SQL else "rust" if library in _RUST else "ts"
    lead = _SAVES if kind == "save" else _LEADS[kind]
    if "keys" in written:
        lead = f"{lead.removesuffix(':')} (`keys` are what the rounds ask by):"
    return f"{lead}\n\n```{tongue}\n{written}\n```"


def remedy_of_several(statements: list[tuple[str, str, str]]) -> str:
    """Markdown of what to do about a loop of a script with more than one statement.

    :param statements: (kind, table as it is told, library) of each, in source order.
    """
    told: dict[str, None] = {}
    for kind, table, library in statements:
        words = _EACH.get(kind)
        if words is None or not table:
            return ""
        if kind == "update" and library in ("mongoose", "mongodb"):
            words = words.replace(
                "join a list of values (`UPDATE … FROM (VALUES …)`)", "`bulkWrite`"
            )
        writes = kind in ("insert", "insert kept", "save")
        how = (_ROWS if writes else _LISTS).get(library, "")
        told[words.format(table=table, how=f" (`{how}`)" if how else "")] = None
    if len(told) == 1:
        one = next(iter(told)).rstrip(";")
        return f"{one[:1].upper()}{one[1:]}, under the conditions that each statement has now."
    found = "One mend has to do for all statements of the loop, each under the conditions that it"
    found += " has now:\n\n" + "\n".join(f"- {one}" for one in told).rstrip(";") + "."
    read = {table for kind, table, _ in statements if kind in ("select", "count")}
    changed = {table for kind, table, _ in statements if kind not in ("select", "count")}
    if read & changed:
        found += "\n\nWhat a round changes and a later one reads is to be carried on in the map."
    return found


_EACH = {
    "select": "before the loop ask once for all rows of {table} that it needs{how}, their key among"
    " the columns, and take those of each round from a map by that key;",
    "count": "before the loop get the figures of {table} once, in groups by the key{how}; where"
    " that is a related row's, by the foreign key that leads there;",
    "insert": "collect the new rows of {table}, and write them together behind the loop{how};",
    "insert kept": "write the rows of {table} first, all with one statement that gives their keys"
    " back{how}, and after them those that name these keys;",
    "save": "change the entities of {table} first, and hand all of them to one call;",
    "update": "change {table} with one statement where all rows get the same{how}; where each gets"
    " values of its own, join a list of values (`UPDATE … FROM (VALUES …)`), or leave it;",
    "delete": "delete from {table} with one statement{how};",
}


_PAGES = {
    "typeorm": "const rows = await repository.find({{\n  where: {{ id: LessThan(after) }},"
    ' order: {{ id: "DESC" }}, take,\n}})',
    "knex": 'const rows = await db("{table}").where("id", "<", after)\n'
    '  .orderBy("id", "desc").limit(take)',
    "objection": 'const rows = await {model}.query().where("id", "<", after)\n'
    '  .orderBy("id", "desc").limit(take)',
    "drizzle": "const rows = await db.select().from({camel}).where(lt({camel}.id, after))\n"
    "  .orderBy(desc({camel}.id)).limit(take)",
    "kysely": 'const rows = await db.selectFrom("{table}").selectAll().where("id", "<", after)\n'
    '  .orderBy("id", "desc").limit(take).execute()',
    "mongoose": "const rows = await {model}.find({{ _id: {{ $lt: after }} }})\n"
    "  .sort({{ _id: -1 }}).limit(take)",
    "sequelize": "const rows = await {model}.findAll({{\n  where: {{ id: {{ [Op.lt]: after }} }},"
    ' order: [["id", "DESC"]], limit: take,\n}})',
    "prisma": "const rows = await prisma.{camel}.findMany({{\n  take,"
    ' where: {{ id: {{ lt: after }} }}, orderBy: {{ id: "desc" }},\n}})',
    "diesel": "let rows = {table}::table.filter({table}::id.lt(after))\n"
    "    .order({table}::id.desc()).limit(per_page).load(conn)?;",
    "sea-orm": "let rows = {table}::Entity::find().filter({table}::Column::Id.lt(after))\n"
    "    .order_by_desc({table}::Column::Id).limit(per_page).all(db).await?;",
    "mongodb": 'let rows = collection.find(doc! {{ "_id": {{ "$lt": after }} }})\n'
    '    .sort(doc! {{ "_id": -1 }}).limit(per_page).await?;',
    "sql": "SELECT … FROM {table} WHERE id < $1 ORDER BY id DESC LIMIT $2",
}


def page_of(library: str, table: str) -> str:
    """Markdown of how a library takes one page of a table whose key `id` counts up; empty where its
    words are not known."""
    library = "sql" if library == "sqlx" else library
    sample = _PAGES.get(library)
    if sample is None:
        return ""
    written = sample.format(table=table, camel=_camel(table), model=_pascal(table))
    tongue = {"sql": "sql"}.get(library, "rust" if library in _RUST else "ts")
    cap = {
        "sql": "",
        "rust": "let per_page = query.per_page.unwrap_or(20).min(100);\n",
        "ts": "const take = Math.min(limit ?? 20, 100)\n",
    }[tongue]
    return (
        "Take one page, with a cap that the caller cannot lift (`after` is the last key of the page"
        f" before, if there is one):\n\n```{tongue}\n{cap}{written}\n```"
    )


def _client(every: list[str], line: int) -> str:
    """What a file calls Supabase's client at a statement."""
    near = "\n".join(every[max(line - _OLD, 0) : line])
    found = _CLIENT.findall(near)
    return found[-1] if found else "supabase"


_CLIENT = regex(r"\b((?:this\.|ctx\.)?\w{1,40}(?:\(\))?)\s*\.\s*from\(")


def _camel(name: str) -> str:
    return _CAMEL.sub(lambda part: part[1].upper(), name)


def _pascal(name: str) -> str:
    camel = _camel(name)
    return camel[:1].upper() + camel[1:]


def _dialect(library: str, text: str, source: str) -> str:
    """What a statement in plain SQL can be given a list by."""
    if library not in ("sql", "sqlx"):
        return library
    if "postgres::" in text or (re.search(r"\$\d", source) and "qlite" not in text):
        return "postgres"
    return "builder" if library == "sqlx" and "sqlx" in text else "marks"


def _whole(lines: list[str]) -> list[str]:
    """The lines of a statement of a script that begins in the first one."""
    depth = 0
    for at, text in enumerate(lines):
        for mark in text[:_LONGEST_LINE]:
            depth += (mark in "([{") - (mark in ")]}")
            if depth < 0 or (mark == ";" and depth <= 0):
                return lines[: at + 1]
        after = lines[at + 1].lstrip() if at + 1 < len(lines) else ""
        if depth <= 0 and at and not after.startswith((".", "?.", ")")):
            return lines[: at + 1]
        if depth <= 0 and not at and not after.startswith((".", "?.")):
            return lines[:1]
    return lines


_LONGEST_LINE = 400


def _chain(every: list[str], line: int) -> list[str]:
    """The lines of a chain that ends in a line."""
    first = line - 1
    while first > max(line - _OLD, 0) and not every[first - 1].rstrip().endswith((";", "{", "}")):
        first -= 1
    return every[first:line]


def _given(library: str) -> str:
    """How a library is given a list of keys."""
    return f"`{_LISTS[library]}`"


_EITHER = regex(r"(?<![\w$])(?:\.?or|\$?or|OR|or_filter|orWhere)(?![\w$])")
"""Conditions of which any may fit."""


def _of_function(asked: Asked, library: str, source: str) -> str:
    one = f"`{asked.via}`"
    if asked.sibling and asked.kind in ("select", "count"):
        return (
            f"{one} asks for one at a time; {asked.sibling} asks for many: call that once before"
            " the loop."
        )
    if asked.kind in ("select", "count") and _EITHER.search(source):
        return (
            f"{one} asks for one at a time, by values of which any may fit: give it a sibling that"
            " takes those of all elements, keeps its other conditions and answers with the rows;"
            " call that once before the loop, and look each element up by any of its values."
        )
    if asked.several and asked.kind in ("select", "count") and library in _PAIRS:
        return (
            f"{one} asks for one at a time, by more than one value of the element: give it a"
            f" sibling that takes all of these together (`{_PAIRS[library]}`: {_CROSSED}) and keeps"
            " its other conditions, call that once before the loop, and look each one up in a map"
            " by all of them."
        )
    if asked.kind in ("select", "count") and library in _LISTS:
        return (
            f"{one} asks for one at a time: give it a sibling that takes all keys"
            f" ({_given(library)}) and keeps its other conditions, call that once before the loop,"
            " and look each one up in a map."
        )
    if asked.kind == "insert" and library in _ROWS:
        return (
            f"{one} writes one row: give it a sibling that takes all rows (`{_ROWS[library]}`), and"
            " call that once behind the loop."
        )
    if asked.kind in ("update", "delete") and library in _LISTS:
        return f"{one} changes one row: give it a sibling that takes all keys ({_given(library)})."
    return ""


_FOUND = frozenset({"select", "count", "update", "delete"})
_FIELD = regex(r"[\"']?(\w+)[\"']?\s*(?::\s*(.+))?$", re.DOTALL)
_OPERATORS = frozenset({"equals", "in", "eq", "contains", "startsWith", "not", "is", "mode"})
_WORDS = regex(r"(?<![\w.$])[A-Za-z_$][\w$]*")
_COMPARED = (
    regex(r"\beq\(\s*(?:[\"'`](\w+)[\"'`]|(?:\w+\.)*(\w+))\s*,\s*([^()\n]{1,80})"),
    regex(
        r"[wW]here\(\s*['\"`](?:\w+\.)?(\w+)()['\"`]\s*,\s*(?:['\"]=['\"]\s*,\s*)?([^()\n]{1,80})"
    ),
    regex(r"(?i)\b(\w+)()\"?\s*=\s*\$\{([^{}\n]{1,80})\}"),
)


def _varying(asked: Asked, source: str) -> tuple[str, ...]:
    """The columns that a statement of a script compares with what is a round's own."""
    names = asked.names
    found: dict[str, None] = {}
    opened = _OBJECT.search(source)
    if opened is not None:
        found.update(dict.fromkeys(_fields(source, opened.end(), names)))
    for pattern in _COMPARED:
        for match in pattern.finditer(source):
            if not names.isdisjoint(_WORDS.findall(match[3])):
                found[match[1] or match[2]] = None
    return tuple(found)


def _fields(source: str, at: int, names: frozenset[str], *, inner: bool = False) -> Iterator[str]:
    """The fields of an object, those of a key of several as well, that are a round's own."""
    try:
        parts, _ = arguments_and_end(source, at)
    except Unclosed:
        return
    for part in parts:
        field = _FIELD.match(part)
        if field is None or names.isdisjoint(_WORDS.findall(field[2] or field[1])):
            continue
        value = (field[2] or "").strip()
        if value.startswith("{") and not inner:
            within = tuple(_fields(value, 1, names, inner=True))
            if within and not _OPERATORS.intersection(within):
                yield from within
                continue
            if within and not {"equals", "eq", "in"}.intersection(within):
                continue
        yield field[1]


def _key(asked: Asked, source: str, *, rust: bool) -> tuple[str, str]:
    """(the column that a round asks by, what gives the keys of all): as the source says, else
    empty and ``ids``."""
    over = _PLAIN.match(asked.over)
    variable = asked.variable.strip("()&| ")
    if over is None:
        return _column(source), "ids"
    element = rf"{re.escape(over[1])}\[\w+\]"
    if _WORD.fullmatch(variable):
        element = rf"(?:{re.escape(variable)}|{element})"
    element += r"(?:[?!]?\.(\w+))?(?![\w(.\[])"
    for pattern in (
        rf"\b(\w+)\s*:\s*(?:String\()?{element}",
        rf"\beq\(\s*(?:\w+\.)*(\w+)\s*,\s*{element}",
        rf"\beq\(\s*[\"'`](\w+)[\"'`]\s*,\s*{element}",
        rf"[wW]here\w*\(\s*['\"`](?:\w+\.)?(\w+)['\"`]\s*,\s*(?:['\"]=['\"]\s*,\s*)?{element}",
        rf"(?:\w+(?:::|\.))*(\w+)\s*\.\s*eq\(\s*[&*]*{element}",
    ):
        found = re.search(pattern, source)
        if found is not None and not rust and not _is_condition(source, found.start()):
            return "", "ids"
        if found is not None:
            part = found[2]
            keys = f"{over[1]}.map((one) => one.{part})" if part else over[1]
            return found[1], keys
    found = re.search(
        rf"\bby(?:Id|_id|Pk|PK)\w*\(\s*[&*]*{element}|\b(?:find|delete)ById\w*\(\s*{element}",
        source,
    )
    if found is not None and not rust:
        part = found[1] or found[2]
        keys = f"{over[1]}.map((one) => one.{part})" if part else over[1]
        return ("_id" if asked.library in ("mongoose", "mongo") else "id"), keys
    if not rust and (_conditions(source) != 1 or re.search(rf"\b{_name(variable)}\b", source)):
        return "", "ids"  # which of its conditions varies is not told
    return _column(source), "ids"


def _name(variable: str) -> str:
    return re.escape(variable) if _WORD.fullmatch(variable) else r"(?!)"


def _is_condition(source: str, at: int) -> bool:
    """Whether what stands at a place of a statement is one of its own conditions: no value that it
    writes, and none of another table's rows."""
    opened = _OBJECT.search(source)
    if opened is None or at < opened.end() - 1:
        return True  # no object of conditions: `eq(…)`, `.where(…)`
    between = source[opened.end() : at]
    return between.count("{") + between.count("[") == between.count("}") + between.count("]")


def _conditions(source: str) -> int:
    """How many conditions a statement has, as far as it says."""
    called = len(_CALLED.findall(source))
    opened = _OBJECT.search(source)
    if opened is None:
        return called
    depth, count, some = 0, 0, False
    for mark in source[opened.end() :]:
        if mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
            if depth < 0:
                break
        elif mark == "," and not depth:
            count, some = count + some, False
            continue
        some = some or not mark.isspace()
    return count + some + called


_OBJECT = regex(r"\bwhere\s*:\s*\{|\.(?:find|delete|update|count)\w*\(\s*\{(?!\s*where\b)")
_CALLED = regex(
    r"(?<![.\w])(?:eq|gte?|lte?|ne|like|inArray)\(|\.eq\(|\.\w{0,12}[wW]here\w{0,12}\((?!\s*(?:\w+\(|\{))"
)


def _column(source: str) -> str:
    """The column that a statement asks by first, whatever it is compared with; empty where it is
    not told."""
    found = [match for one in _COLUMNS if (match := one.search(source)) is not None]
    first = min(found, key=lambda match: match.start(), default=None)
    return first[1] if first is not None else ""


_COLUMNS = (
    regex(r"\bdoc!\s*\{\s*\"(\w++)\"\s*:"),
    regex(r"\bColumn::(\w++)\s*\.\s*eq\("),
    regex(r"\.\s*eq\(\s*[\"'`](\w++)[\"'`]\s*,"),
    regex(r"(?:^|[\s(.:])([a-z_]\w*)\s*\.\s*eq\("),
    regex(r"\bwhere\s*:\s*\{\s*(\w+)\s*[:,}]"),
    regex(r"[wW]here\w*\(\s*['\"`](?:\w+\.)?(\w+)['\"`]"),
    regex(r"\beq\(\s*\w+\.(\w+)\s*,"),
    regex(r"(?i)\bwhere\s+(?:\w+\.)?\"?(\w+)\"?\s*=\s*(?:\$\d|\?|:)"),
)
