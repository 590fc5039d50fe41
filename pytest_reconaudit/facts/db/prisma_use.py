"""Which Prisma schemas a package works with; the others are data: samples, what users import."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from pytest_reconaudit.facts.db.migrations import is_test_path
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.prisma import PrismaSchema, read_prisma
from pytest_reconaudit.target import Target, once

__all__ = ["idle_schemas"]

_DEFAULT = "schema.prisma"
_MANIFESTS = (
    "package.json", "project.json", "deno.json", "pyproject.toml", "requirements.txt",
    "Cargo.toml", "go.mod", "pubspec.yaml", "Dockerfile",
)  # fmt: skip
_TOLD_IN = (
    "*.json", "prisma.config.*", "*.sh", "*.yml", "*.yaml", "*.toml", "Dockerfile*",
    "*.dockerfile", "Makefile", "makefile", "GNUmakefile", "justfile", "*.mk", "Procfile", "*.md",
    "*.mjs", "*.cjs", "*.ts", "*.js", "*.py", "*.go", "*.rs", "*.ps1", "*.bat",
)  # fmt: skip
_TOLD = regex(r"--schema(?:[= \t\"',]|\\\")+([^\s\"'`,;&|)]+)")
_CONFIGURED = regex(r"[\"']?schema[\"']?\s*:\s*[^\n]{0,200}?[\"'`]([^\"'`\s]+)[\"'`]")
_COMPUTED = regex(
    r"\$\{\{[^{}]*\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\$\w+|\{[^{}]*\}|%\w+%?|\*+"
    r"|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+"
)
"""What something puts in: a variable, or a word that a script replaces."""
_IMPORTED = regex(r"\b(?:from|import|require)\s*+(?:\(\s*+)?[\"']([^\"'\n]{1,300})[\"']")
_SCRIPTS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_MANY = 100
"""Computed names up to which each is asked for; with more, any schema may be meant."""
_SHARED = (".prisma/client", "@prisma/client")
"""Where every client is printed by itself: an import of it tells no schema from another."""


@once
def idle_schemas(target: Target) -> frozenset[str]:
    """The schemas with a datasource that nothing generates a client from, migrates or imports.

    Generous: migrations beside it, Prisma's own places in a package, and any command or
    configuration that may name the file or its folder make it one in use.
    """
    schemas = {
        path: schema
        for path in target.files
        if path.endswith(".prisma")
        and not is_test_path(path)
        and (schema := target.parse(read_prisma, path)).provider
    }
    left = {
        path for path in schemas if not (_is_default(target, path) or _has_history(target, path))
    }
    if len(schemas) == 1 and all(posixpath.basename(path) == _DEFAULT for path in left):
        return frozenset()
    if left:
        left -= _named(target, left)
    return frozenset(path for path in left if not _is_imported(target, schemas[path]))


def _is_default(target: Target, path: str) -> bool:
    """Whether ``prisma generate`` finds it by itself from where its package lies."""
    folder, name = posixpath.split(path)
    in_folder = folder.endswith("prisma/schema")
    if name != _DEFAULT and not in_folder:
        return False
    if in_folder:
        folder = posixpath.dirname(folder)
    homes = [posixpath.dirname(folder)] if posixpath.basename(folder) == "prisma" else []
    if any(
        not home or any(target.has(posixpath.join(home, one)) for one in _MANIFESTS)
        for home in (*homes, *(() if in_folder else (folder,)))
    ):
        return True
    return bool(homes) and homes[0] in _with_client(target)


@once
def _with_client(target: Target) -> frozenset[str]:
    """Folders, be they without a manifest yet, whose code works with a client."""
    found: set[str] = set()
    for path in target.files:
        if path.endswith(_SCRIPTS) and "@prisma/client" in target.text(path):
            folder = posixpath.dirname(path)
            while folder and folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder)
    return frozenset(found)


def _has_history(target: Target, path: str) -> bool:
    """Whether migrations lie with it, or with the folder of its parts."""
    folder, above = posixpath.dirname(path), posixpath.dirname(posixpath.dirname(path))
    beside = [folder]
    if above and posixpath.basename(folder) in ("prisma", "schema", "schemas", "models"):
        beside.append(above)
    return any(
        target.has_dir(posixpath.join(one, "migrations")) or one in _with_migrations(target)
        for one in beside
    )


@once
def _with_migrations(target: Target) -> frozenset[str]:
    """Folders with a history under a name of its own: ``postgresql-migrations``."""
    histories = {
        posixpath.dirname(posixpath.dirname(path))
        for path in target.everything
        if path.endswith("/migration.sql")
    }
    return frozenset(
        posixpath.dirname(one) for one in histories if "migrations" in posixpath.basename(one)
    )


def _named(target: Target, left: set[str]) -> set[str]:
    """Those that a command or a configuration may name: from its own folder, from the root, or
    from some folder that the command changes to."""
    ends: dict[str, set[str]] = defaultdict(set)
    for path in left:
        folder, name = posixpath.split(path)
        ends[path].add(path)
        ends[folder].add(path)
        if name != _DEFAULT:  # which by itself would be any of them
            ends[name].add(path)
        parts = folder.split("/")
        for count in range(1, len(parts)):
            end = "/".join(parts[-count:])
            ends[end].add(path)
            ends[f"{end}/{name}"].add(path)
    found: set[str] = set()
    computed: set[str] = set()
    for teller in target.named(*_TOLD_IN):
        text = target.text(teller)
        if "prisma" not in text or "schema" not in text:
            continue
        home = posixpath.dirname(teller)
        for told in _told(text, teller):
            if _COMPUTED.search(told):  # any folder, and what stands behind it
                computed.add(_COMPUTED.split(told)[-1])
                continue
            found |= ends.get(posixpath.normpath(posixpath.join(home, told)), set())
            found |= ends.get(posixpath.normpath(told).lstrip("./"), set())
    if len(computed) > _MANY:
        return left
    behind = tuple(computed)
    return found | {
        path for path in left if path.endswith(behind) or posixpath.dirname(path).endswith(behind)
    }


def _told(text: str, teller: str) -> Iterator[str]:
    yield from _TOLD.findall(text)
    base = posixpath.basename(teller)
    if base == "package.json" or base.startswith("prisma.config."):
        yield from _CONFIGURED.findall(text)


class _Imports(Struct, frozen=True):
    """What the scripts of the repository import."""

    files: frozenset[str]
    """Files and folders by a relative path, with every folder above them."""
    packages: frozenset[str]
    """Packages and what lies in them, with everything above."""
    pairs: frozenset[str]
    """Two names that follow each other, of what is no relative path: an alias may be one."""


@once
def _imports(target: Target) -> _Imports:
    files: set[str] = set()
    packages: set[str] = set()
    pairs: set[str] = set()
    for path in target.files:
        if not path.endswith(_SCRIPTS):
            continue
        for named in _IMPORTED.findall(target.text(path)):
            known = packages
            if named.startswith("."):
                named = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
                known = files
            elif named not in packages:
                parts = named.split("/")
                pairs.update(f"{one}/{two}" for one, two in pairwise(parts))
            while named and named not in known:
                known.add(named)
                named = posixpath.dirname(named)
    return _Imports(frozenset(files), frozenset(packages), frozenset(pairs))


def _is_imported(target: Target, schema: PrismaSchema) -> bool:
    """Whether code imports what a generator prints of the schema, at a place of its own."""
    folder = posixpath.dirname(schema.path)
    for output in schema.outputs:
        if "node_modules/" in output:
            package = output.rpartition("node_modules/")[2]
            if package not in _SHARED and package in _imports(target).packages:
                return True
            continue
        printed = posixpath.normpath(posixpath.join(folder, output))
        imports = _imports(target)
        if printed in imports.files or "/".join(printed.split("/")[-2:]) in imports.pairs:
            return True
    return False
