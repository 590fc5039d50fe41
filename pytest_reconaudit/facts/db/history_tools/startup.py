"""SQL that a compose file mounts into the start-up folder of a PostgreSQL image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from pytest_reconaudit.facts.db.history_tools.dialects import POSTGRES_IMAGES, dialect_of
from pytest_reconaudit.facts.db.history_tools.files import MigrationFile, MigrationRoot
from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.yaml import Map, read_yaml
from pytest_reconaudit.target import Target

__all__ = ["startup_roots"]

_INITDB = "/docker-entrypoint-initdb.d"


def startup_roots(target: Target) -> list[MigrationRoot]:
    """SQL that a compose file mounts into a PostgreSQL container's start-up folder."""
    found: dict[str, list[tuple[str, Place]]] = {}
    for path in target.named("*.yml", "*.yaml"):
        if _INITDB not in target.text(path):
            continue
        for document in target.parse(read_yaml, path).documents:
            for service in document.map.map("services").values():
                if not isinstance(service, Map):
                    continue
                image = service.str("image").lower()
                if image and not any(word in image for word in POSTGRES_IMAGES):
                    continue
                mounts = list(_mounts(service, posixpath.dirname(path)))
                if mounts:
                    found.setdefault(f"{path}:{mounts[0][1].line}", []).extend(mounts)
    roots: list[MigrationRoot] = []
    for mounts in found.values():
        files: dict[str, str] = {}
        for source, _ in mounts:
            if target.has(source) and source.endswith(".sql"):
                files.setdefault(posixpath.basename(source), source)
            elif target.has_dir(source):
                for inner in target.below(source):
                    if inner.endswith(".sql") and posixpath.dirname(inner) == source:
                        files.setdefault(posixpath.basename(inner), inner)
        ordered = [
            MigrationFile(name, name, path, False)
            for name, path in sorted(files.items())
            if path in target.files
        ]
        if ordered:
            folder = posixpath.commonpath([posixpath.dirname(m.path) for m in ordered])
            dialect = dialect_of(target, folder, [one.path for one in ordered])
            root = MigrationRoot(folder, "initdb", tuple(ordered), mounts[0][1], dialect)
            if all(root.paths != other.paths for other in roots):
                roots.append(root)
    return roots


def _mounts(service: Map, folder: str) -> Iterator[tuple[str, Place]]:
    volumes = service.seq("volumes")
    for index, volume in enumerate(volumes):
        if isinstance(volume, Map):
            source, inside = volume.str("source"), volume.str("target")
        elif isinstance(volume, str):
            source, _, inside = volume.partition(":")
        else:
            continue
        if inside.startswith(_INITDB) and "$" not in source:
            joined = posixpath.normpath(posixpath.join(folder, source))
            yield joined, volumes.item_place(index)
