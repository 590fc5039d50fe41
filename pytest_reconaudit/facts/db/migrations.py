"""Migration histories: which folders hold one, whose tool runs it, and in which order.

Found by layout, content and the tools' own configuration, never by a fixed folder name. The
layouts themselves are the modules of :mod:`.history_tools`; here they are put together.
"""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict

from pytest_reconaudit.facts.db.history_tools.dialects import postgres_major
from pytest_reconaudit.facts.db.history_tools.drizzle import drizzle_roots
from pytest_reconaudit.facts.db.history_tools.dumps import dump_roots
from pytest_reconaudit.facts.db.history_tools.files import (
    MigrationFile,
    MigrationRoot,
    is_migrations_folder,
    is_test_path,
)
from pytest_reconaudit.facts.db.history_tools.flyway import flyway_roots
from pytest_reconaudit.facts.db.history_tools.folders import (
    UNDO,
    by_release,
    diesel_root,
    flat_root,
    prisma_root,
)
from pytest_reconaudit.facts.db.history_tools.liquibase import change_logs, liquibase_roots
from pytest_reconaudit.facts.db.history_tools.sections import migration_script
from pytest_reconaudit.facts.db.history_tools.startup import startup_roots
from pytest_reconaudit.target import Target, once

__all__ = [
    "MigrationFile",
    "MigrationRoot",
    "is_test_path",
    "migration_roots",
    "migration_script",
    "postgres_major",
]


@once
def migration_roots(target: Target) -> tuple[MigrationRoot, ...]:
    """Every migration history of the repository, test data left out, in path order.

    A dump of the schema stands for the programs of a folder that has no SQL history.
    """
    sql = [path for path in target.files if path.endswith(".sql") and not is_test_path(path)]
    if not sql:
        return ()
    roots = [*drizzle_roots(target), *liquibase_roots(target), *flyway_roots(target, sql)]
    taken = {path for root in roots for path in (*root.paths, *root.strays)}
    taken |= change_logs(target).keys()
    listed = {posixpath.dirname(path) for path in taken}
    up_folders: dict[str, list[str]] = defaultdict(list)
    prisma: dict[str, list[str]] = defaultdict(list)
    flat: dict[str, list[str]] = defaultdict(list)
    for path in sql:
        folder, name = posixpath.split(path)
        if path in taken:
            continue
        if name == "up.sql":
            up_folders[posixpath.dirname(folder)].append(path)
        elif name == "migration.sql":
            prisma[posixpath.dirname(folder)].append(path)
        elif name != "down.sql" and not UNDO.search(name) and folder not in listed:
            flat[folder].append(path)
    roots += filter(None, (diesel_root(target, *one) for one in up_folders.items()))
    roots += filter(None, (prisma_root(target, *one) for one in prisma.items()))
    mounted = startup_roots(target)
    starting = {root.path for root in mounted}
    found = by_release(
        [
            root
            for folder, paths in flat.items()
            if folder not in starting and (root := flat_root(target, folder, paths)) is not None
        ]
    )
    parents = Counter(
        posixpath.dirname(root.path) for root in found if not is_migrations_folder(root.path)
    )
    # Sibling folders of numbered SQL are steps of something, each of which needs the others.
    roots += [
        root
        for root in found
        if is_migrations_folder(root.path) or parents[posixpath.dirname(root.path)] == 1
    ]
    known = frozenset[str]().union(*(root.paths for root in roots))
    mounted = [root for root in mounted if not root.paths & known]
    folders = {root.path for root in (*roots, *mounted) if root.dialect in ("postgres", "")}
    roots += [*mounted, *dump_roots(target, folders)]
    return tuple(sorted(roots, key=lambda root: (root.path, root.tool)))
