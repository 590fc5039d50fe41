"""How what is compiled over and over is written to be compiled once, in the way that the package
can: by the standard library, or by the crate that it has for that already."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from pytest_reconaudit.facts.packages import CargoPackage, cargo_at, cargo_by_folder
from pytest_reconaudit.facts.rust.lint_levels import refused_lints
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.scans.regexes import CompiledRegex
from pytest_reconaudit.target import Target

__all__ = ["oldest_compiler", "once_sample"]

_LAZY_LOCK, _ONCE_LOCK = 80, 70
"""The minor versions of Rust 1 that brought ``LazyLock`` and ``OnceLock``."""
_EDITIONS = {"2024": 85}
_VERSION = regex(r"^[\s^=>~]*1\.(\d{1,3})\b")
_CHANNEL = regex(r"(?m)^\s*(?:channel\s*=\s*[\"'])?1\.(\d{1,3})\b")
_WIDTH = 100
_FEW = 3


def oldest_compiler(target: Target, package: CargoPackage) -> int | None:
    """The minor version of the oldest Rust that has to build a package: by ``rust-version``, else
    by its edition or the toolchain file; ``None`` when nothing says."""
    root = cargo_by_folder(target).get(package.workspace) if package.workspace is not None else None
    manifests = [one.manifest for one in (package, root) if one is not None]
    for manifest in manifests:
        match = _VERSION.match(manifest.rust_version)
        if match is not None:
            return int(match[1])
    for manifest in manifests:
        if manifest.edition in _EDITIONS:
            return _EDITIONS[manifest.edition]
    folder = package.folder
    while True:
        for name in ("rust-toolchain.toml", "rust-toolchain"):
            path = posixpath.join(folder, name)
            if target.has(path):
                match = _CHANNEL.search(target.text(path)[:4000])
                return int(match[1]) if match is not None else None
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def once_sample(target: Target, path: str, found: Iterable[CompiledRegex]) -> str:
    """What to write in place of the patterns of one function."""
    way, note = _way(target, path)
    statics: dict[str, tuple[str, str]] = {}
    for one in found:
        if (one.type, one.made) not in statics.values():
            statics[_name(one, statics)] = (one.type, one.made)
    taken, allowed = _taken_out(target, path)
    lines = [
        line
        for one in list(statics.items())[:_FEW]
        for line in (*allowed, *_static(way, one, taken))
    ]
    if way == "lazy_static":
        lines = ["lazy_static::lazy_static! {", *(f"    {line}" for line in lines), "}"]
    first = next(iter(statics))
    if way == "OnceLock":
        after = (
            f"Where it is used: `{first}.get_or_init(|| …)`, as above, gives the compiled pattern."
        )
    else:
        after = f"`{first}` then takes the place of what is compiled here."
    sample = "\n".join(lines)
    return (
        f"Compile when it is first used, and keep that, in a static inside the function or beside"
        f" it{note}:\n\n```rust\n{sample}\n```\n\n{after}"
    )


def _way(target: Target, path: str) -> tuple[str, str]:
    """(type or macro, what to say of it) that a package can keep a lazy value by."""
    package = cargo_at(target, posixpath.dirname(path))
    names: set[str] = set()
    minor = None
    if package is not None:
        names = {
            one.package
            for one in package.manifest.dependencies
            if one.section == "dependencies" and not one.optional
        }
        minor = oldest_compiler(target, package)
    if (minor is not None and minor >= _LAZY_LOCK) or "LazyLock" in target.text(path):
        return "LazyLock", ""
    if "once_cell" in names:
        return "Lazy", " (`once_cell` is a dependency already)"
    if "lazy_static" in names:
        return "lazy_static", " (`lazy_static` is a dependency already)"
    if minor is None:
        return "LazyLock", " (`LazyLock` is there from Rust 1.80 on)"
    if minor >= _ONCE_LOCK:
        return "OnceLock", ""
    return "Lazy", f" (`cargo add once_cell`: Rust 1.{minor} has nothing of its own)"


def _name(one: CompiledRegex, taken: dict[str, tuple[str, str]]) -> str:
    name = one.name.upper() or ("PATTERNS" if one.type.endswith("Set") else "PATTERN")
    if name.strip("_") == "":
        name = "PATTERN"
    number = 2
    unique = name
    while unique in taken:
        unique = f"{name}_{number}"
        number += 1
    return unique


def _taken_out(target: Target, path: str) -> tuple[str, tuple[str, ...]]:
    """(how a pattern is taken out of the result, lines above it) as the package's lints let it."""
    refused = refused_lints(target, path)
    every = "restriction" in refused
    if not every and "unwrap_used" not in refused:
        return ".unwrap()", ()
    allowed = ("#[allow(clippy::expect_used)]",) if every or "expect_used" in refused else ()
    return '.expect("the pattern is valid")', allowed


def _static(way: str, one: tuple[str, tuple[str, str]], taken: str) -> list[str]:
    name, (type_, made) = one
    made = f"{made}{taken}"
    if way == "OnceLock":
        return [
            f"static {name}: std::sync::OnceLock<{type_}> = std::sync::OnceLock::new();",
            f"let {re.sub(r'[^a-z0-9_]', '', name.lower())} = {name}.get_or_init(|| {made});",
        ]
    if way == "lazy_static":
        return [f"static ref {name}: {type_} = {made};"]
    cell = "std::sync::LazyLock" if way == "LazyLock" else "once_cell::sync::Lazy"
    whole = f"static {name}: {cell}<{type_}> = {cell}::new(|| {made});"
    if len(whole) <= _WIDTH:
        return [whole]
    return [f"static {name}: {cell}<{type_}> =", f"    {cell}::new(|| {made});"]
