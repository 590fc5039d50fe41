"""Which scripts a browser loads.

A package may hold its server beside its pages. There a script is taken for one of the browser when
it is a component, or when a component loads it.
"""

from __future__ import annotations

from pytest_reconaudit.facts.applications import is_node_side
from pytest_reconaudit.facts.web.apps import Frontend, frontends
from pytest_reconaudit.facts.web.modules import links
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = ["COMPONENTS", "bundled", "shown"]

COMPONENTS = (".tsx", ".jsx", ".vue", ".svelte")
"""Suffixes of what is rendered."""
_SERVER_SIDE = regex(
    r"(?:^|/)(?:api|server|actions|backend|trpc|routers?|lib/db|db)/|(?:^|/)route\.[jt]sx?$"
    r"|\.server\.[jt]sx?$|(?:^|/)[\w.-]*actions?\.[jt]s$"
)
_SERVERS = frozenset(
    {"express", "fastify", "koa", "hono", "@hapi/hapi", "restify", "@nestjs/core",
     "@hono/node-server", "@adonisjs/core", "apollo-server", "apollo-server-express",
     "@apollo/server", "graphql-yoga",
     "pg", "mysql", "mysql2", "mongoose", "mongodb", "knex", "typeorm", "sequelize", "drizzle-orm",
     "@prisma/client", "kysely", "better-sqlite3", "sqlite3", "ioredis", "bullmq"}
)  # fmt: skip
"""Packages that only a server uses."""


@once
def shown(target: Target) -> frozenset[str]:
    """The files that a browser loads."""
    return frozenset(path for one in frontends(target) for path in _shown(target, one))


def _shown(target: Target, frontend: Frontend) -> set[str]:
    sources = {
        path
        for path in frontend.sources
        if not is_node_side(path, target.text(path)) and not _SERVER_SIDE.search(path)
    }
    if frontend.framework == "next":
        # A module that is no component may run on either side.
        return {
            path
            for path in sources
            if path.endswith("x") or "use client" in target.text(path)[:400]
        }
    if _SERVERS.isdisjoint(frontend.package.manifest.dependency_names):
        return sources
    return _loaded_by_components(target, sources)


@once
def bundled(target: Target) -> frozenset[str]:
    """The files that a bundler puts together for pages: of a package that holds a server too the
    components and what they load."""
    found: set[str] = set()
    for one in frontends(target):
        sources = {path for path in one.sources if not is_node_side(path, target.text(path))}
        holds_server = not _SERVERS.isdisjoint(one.package.manifest.dependency_names)
        if one.framework == "next" or holds_server:
            sources = _loaded_by_components(target, sources)
        found |= sources
    return frozenset(found)


def _loaded_by_components(target: Target, sources: set[str]) -> set[str]:
    known = links(target)
    pending = [path for path in sources if path.endswith(COMPONENTS)]
    found = set(pending)
    while pending:
        for link in known.get(pending.pop(), ()):
            at = link.meant.path
            if at in sources and at not in found and not link.specifier.type_only:
                found.add(at)
                pending.append(at)
    return found
