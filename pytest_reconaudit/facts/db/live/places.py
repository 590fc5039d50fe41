"""Where the repository speaks of what a live database holds.

An object is shown where the history makes it; what no history makes, where the repository names
the server; never at a place that is not there.
"""

from __future__ import annotations

from pytest_reconaudit.facts.db.catalogs import KnownCatalog, known_catalogs, origins
from pytest_reconaudit.facts.db.database import live_part
from pytest_reconaudit.facts.db.indexes import declared_indexes
from pytest_reconaudit.facts.db.migrations import is_test_path, migration_roots
from pytest_reconaudit.model import Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["index_place", "live_role", "server_place", "table_place"]

_IMAGE = regex(
    r"^[^#\n]{0,200}(?:image:|FROM\s)\s*[\"']?[\w./-]*"
    r"(?:postg|pgvector|timescale|pgauto|supabase)",
    10,
)
_URL = regex(r"^[^#\n]{0,200}(?:postgres(?:ql)?(?:\+\w+)?://|DATABASE_URL|POSTGRES_(?:DB|HOST))", 8)
_PLAIN = regex(r"[a-z_][a-z0-9_]*")
_LEFT = regex(r"_cc(?:new|old)\d*$")


@once
def live_role(target: Target) -> str:
    """The role that the connection string names, as a GRANT writes it."""
    server = live_part(target, "server")
    name = "" if isinstance(server, str) else str(server.get("user") or "")
    if not name:
        return "it"
    return name if _PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


@once
def server_place(target: Target) -> Place:
    """Where the repository names its PostgreSQL: an image, a URL, a history, else any file."""
    for pattern, names in (
        (_IMAGE, ("*.yml", "*.yaml", "*ockerfile*")),
        (_URL, ("*.env*", ".env*", "*.yml", "*.yaml", "*.toml", "*.json")),
    ):
        places = [
            Place(path, target.text(path).count("\n", 0, match.start()) + 1)
            for path in target.named(*names)
            if not is_test_path(path) and (match := pattern.search(target.text(path)))
        ]
        if places:
            return min(places, key=lambda place: (place.path.count("/"), place.path))
    roots = migration_roots(target)
    return roots[0].place if roots else Place((target.files or target.everything)[0])


def _live_catalog(target: Target) -> KnownCatalog | None:
    known = known_catalogs(target)
    return next((one for one in known if one.live), None) if isinstance(known, tuple) else None


def table_place(target: Target, table: str) -> Place:
    """Where a table of the live database is made."""
    catalog = _live_catalog(target)
    if catalog is not None and catalog.root is not None:
        return origins(target, catalog.root).table(table)
    return server_place(target)


@once
def _indexes_by_name(target: Target) -> dict[str, list[tuple[str, Place]]]:
    found: dict[str, list[tuple[str, Place]]] = {}
    ordered = sorted(declared_indexes(target), key=lambda one: one.kind != "migration")
    for one in ordered:
        if one.index.name:
            found.setdefault(one.index.name, []).append((one.index.table, one.place))
    return found


def index_place(
    target: Target, name: str, table: str, constraint: str = "", columns: tuple[str, ...] = ()
) -> Place:
    """Where an index of the live database is made, its table else.

    :param constraint: the name of the constraint that it backs.
    """
    declared = _indexes_by_name(target).get(_LEFT.sub("", name), [])
    for on, place in declared:
        if on == table:
            return place
    catalog = _live_catalog(target)
    if constraint and catalog is not None and catalog.root is not None:
        word = "primary" if constraint.endswith("_pkey") else "unique"
        return origins(target, catalog.root).constraint(table, constraint, columns, word)
    return table_place(target, table)
