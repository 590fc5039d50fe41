"""How the server would look rows up by given columns: EXPLAIN, never ANALYZE.

No text of the repository is sent: the statement is made here, of names that the catalog has, with
values that are left open. Where HypoPG is installed the same is asked as if an index were there.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pytest_reconaudit.probes.live.planning import WHY, run_others_code

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

__all__ = ["ASKED_TYPES", "read"]

ASKED_TYPES = frozenset({"uuid", "integer", "bigint", "text", "bytea", "character varying"})
"""Types of columns whose equality is the server's own."""
_GENERIC = 160000
_HYPOPG = """
SELECT n.nspname::pg_catalog.text
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'hypopg'
"""


def read(connection: Connection, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """``{"plans": {id: …}, "hypopg": whether it is installed}``.

    :param questions: ``{"id", "schema", "table", "columns": [(name, type), …]}`` each; what is no
        type of :data:`ASKED_TYPES` is not asked.

    A plan is ``{"scans", "cost", "indexed_cost"}``: the kinds of the nodes that read tables, the
    planner's total cost, and that with an index on the columns (``None``: not asked); or
    ``{"denied": reason}``.
    """
    import psycopg

    found = connection.execute(_HYPOPG).fetchall()
    hypopg = str(found[0][0]) if found else None
    plans: dict[str, Any] = {}
    unsafe = run_others_code(connection)
    connection.execute("SET LOCAL row_security = off")  # policies run functions too
    for question in questions:
        if any(type_ not in ASKED_TYPES for _, type_ in question["columns"]):
            continue
        if (question["schema"], question["table"]) in unsafe:
            plans[question["id"]] = {"denied": WHY}
            continue
        try:
            with connection.transaction():
                plans[question["id"]] = _asked(connection, question, hypopg)
        except psycopg.Error as error:
            if connection.closed:
                raise
            reason = " ".join((error.diag.message_primary or str(error)).split())[:200]
            plans[question["id"]] = {"denied": reason}
    return {"plans": plans, "hypopg": hypopg is not None}


def _asked(connection: Connection, question: dict[str, Any], hypopg: str | None) -> dict[str, Any]:
    from psycopg import sql

    table = sql.Identifier(question["schema"], question["table"])
    conditions = sql.SQL(" AND ").join(
        sql.SQL("{} = ${}::{}").format(sql.Identifier(name), sql.SQL(str(number)), sql.SQL(type_))
        for number, (name, type_) in enumerate(question["columns"], 1)
    )
    statement = sql.SQL("SELECT * FROM {} WHERE {}").format(table, conditions)
    plan = _plan(connection, statement, len(question["columns"]))
    answer = {
        "scans": sorted(set(_scans(plan))),
        "cost": float(plan["Total Cost"]),
        "indexed_cost": None,
    }
    if hypopg is not None and answer["scans"] == ["Seq Scan"]:
        index = sql.SQL("CREATE INDEX ON {} ({})").format(
            table, sql.SQL(", ").join(sql.Identifier(name) for name, _ in question["columns"])
        )
        reset = sql.SQL("SELECT {}()").format(sql.Identifier(hypopg, "hypopg_reset"))
        make = sql.SQL("SELECT {}({})").format(
            sql.Identifier(hypopg, "hypopg_create_index"),
            sql.Literal(index.as_string(connection)),
        )
        try:
            connection.execute(make)
            plan = _plan(connection, statement, len(question["columns"]))
            answer["indexed_cost"] = float(plan["Total Cost"])
        finally:
            import psycopg

            with contextlib.suppress(psycopg.Error):
                connection.execute(reset)
    return answer


def _plan(connection: Connection, statement: Any, count: int) -> dict[str, Any]:
    """The plan that serves any values: the parameters' are never looked at."""
    from psycopg import sql

    if connection.info.server_version >= _GENERIC:
        rows = connection.execute(
            sql.SQL("EXPLAIN (FORMAT JSON, GENERIC_PLAN) {}").format(statement)
        ).fetchall()
    else:
        connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.execute(sql.SQL("PREPARE recon_question AS {}").format(statement))
        values = sql.SQL(", ").join([sql.NULL] * count)
        try:
            rows = connection.execute(
                sql.SQL("EXPLAIN (FORMAT JSON) EXECUTE recon_question({})").format(values)
            ).fetchall()
        finally:
            import psycopg

            with contextlib.suppress(psycopg.Error):
                connection.execute("DEALLOCATE recon_question")
    given = rows[0][0]
    document = json.loads(given) if isinstance(given, str) else given
    plan: dict[str, Any] = document[0]["Plan"]
    return plan


def _scans(node: dict[str, Any]) -> Iterator[str]:
    if "Relation Name" in node or "Index Name" in node:
        yield str(node["Node Type"])
    for below in node.get("Plans", ()):
        yield from _scans(below)
