"""Dependencies that a manifest could take in a smaller form, or needs only one of."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from msgspec import Struct

from pytest_reconaudit.facts.code.places import is_test_path
from pytest_reconaudit.facts.packages import CargoPackage, cargo_by_folder, cargo_packages
from pytest_reconaudit.facts.rust.sources import rust_files
from pytest_reconaudit.model import Note, Place
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.readers.cargo import CargoDependency
from pytest_reconaudit.target import Target, once

__all__ = ["SUCCESSORS_DATE", "CrateWeight", "Weighty", "crate_weights"]

SUCCESSORS_DATE = "2026-06"
"""State of the table of crates that are no longer kept up."""

_SUCCESSORS = {
    "dotenv": "dotenvy",
    "tempdir": "tempfile",
    "failure": "thiserror or anyhow",
    "rust-crypto": "the RustCrypto crates",
    "rustc-serialize": "serde",
    "memmap": "memmap2",
    "net2": "socket2",
    "ansi_term": "nu-ansi-term",
    "atty": "std::io::IsTerminal",
    "tui": "ratatui",
    "users": "uzers",
    "yaml-rust": "yaml-rust2",
    "encoding": "encoding_rs",
    "mach": "mach2",
    "instant": "web-time",
    "proc-macro-error": "proc-macro-error2",
    "fxhash": "rustc-hash",
    "backoff": "backon",
    "async-std": "smol",
    "rusoto_core": "aws-config and the aws-sdk crates",
    "rusoto_s3": "aws-sdk-s3",
    "trust-dns-resolver": "hickory-resolver",
    "trust-dns-proto": "hickory-proto",
    "trust-dns-server": "hickory-server",
}
"""Crate that nobody maintains → what took its place (RustSec advisories of kind *unmaintained*)."""
_ASIDE = regex(r"(?:^|/)(?:examples?|demos?|xtask|benches|benchmarks?|fuzz)/")
"""Packages whose size and build time are nobody's concern."""
_LEADING_AWS = regex(r"aws-sdk-[\w-]+|aws-config")
_HASHES = frozenset(
    {"bcrypt", "argon2", "rust-argon2", "scrypt", "pbkdf2", "argonautica", "djangohashers"}
)
_LOGGERS = frozenset(
    {
        "env_logger", "pretty_env_logger", "simple_logger", "simplelog", "fern", "flexi_logger",
        "log4rs", "stderrlog", "femme",
    }
)  # fmt: skip
_OLD_HASHES = regex(
    r"(?i)legacy|migrat|re-?hash|upgrad|old(?:er)?[ _](?:hash|scheme|password)|backwards?"
)
_NEAR = 240
"""Characters around a name in which a comment is about it."""
_RUSTLS = regex(r"(?:\w+[-_])*rustls(?:[-_]\w+)*")
_NATIVE = regex(r"(?:[\w-]+-)?native-tls(?:-[\w-]+)?|default-tls")
_LOCKED = regex(r'^\[\[package\]\]\nname = "([^"\n]+)"\nversion = "(\d+)\.(\d+)')
_HEAVY_TWICE = frozenset(
    {
        "tokio", "hyper", "axum", "actix-web", "reqwest", "rustls", "openssl", "sqlx", "sqlx-core",
        "diesel", "tonic", "prost", "aws-sdk-s3", "aws-config", "rocksdb", "librocksdb-sys",
        "wasmtime", "arrow", "datafusion", "polars", "tokenizers", "clap", "redis", "mongodb",
        "sea-orm", "async-graphql", "tower-http", "opentelemetry", "kube", "k8s-openapi", "regex",
    }
)  # fmt: skip
"""Crates that take long to build and mean much; small ones in two versions are no matter."""


class Weighty(Struct, frozen=True):
    """One thing about a manifest, with every line that it is about."""

    clause: str
    """``a`` default features, ``b`` two TLS stacks, ``c`` tokio in full, ``d`` two crates for one
    purpose, ``e`` unmaintained, ``f`` two versions in the lock file."""
    key: str
    says: str
    places: tuple[Note, ...]


class CrateWeight(Struct, frozen=True, eq=False):
    package: CargoPackage
    judged: int
    found: tuple[Weighty, ...]


@once
def crate_weights(target: Target) -> tuple[CrateWeight, ...]:
    """Every Cargo.toml with dependencies of programs and libraries (not of tests), by path."""
    locked = _twice(target)
    found = []
    for package in cargo_packages(target):
        if package.manifest.problems or _ASIDE.search(package.path) or is_test_path(package.path):
            continue
        own = [
            one
            for one in package.manifest.dependencies
            if one.section != "dev-dependencies" and not one.inherited
        ]
        if own or package.folder in locked:
            things = (*_things(target, package, own), *locked.get(package.folder, ()))
            found.append(CrateWeight(package, len(own), tuple(things)))
    return tuple(found)


def _things(target: Target, package: CargoPackage, own: list[CargoDependency]) -> Iterator[Weighty]:
    named = {one.package: one for one in reversed(own)}
    inherited = [
        one
        for one in package.manifest.dependencies
        if one.inherited and one.section != "dev-dependencies"
    ]
    whole = [
        one
        for one in own
        if _LEADING_AWS.fullmatch(one.package)
        and one.default_features
        and not one.features
        and not one.path
    ]
    if whole:
        yield Weighty("a", "aws", f"{_listed(whole)} with all default features", _notes(whole))
    tls = _tls(target, package, named)
    if tls is not None:
        yield tls
    tokio = named.get("tokio")
    if tokio is not None and "full" in tokio.features and not package.manifest.proc_macro:
        yield Weighty("c", "tokio", f"tokio with `full` ({_at(tokio)})", _notes([tokio]))
    # What a member inherits is a choice of that member, so pairs are looked for among both.
    direct = {one.package: one for one in (*inherited, *own) if not one.optional}
    if not (package.manifest.is_workspace and not package.manifest.package):
        yield from _pairs(target, package, direct)
    for one in own:
        heir = _SUCCESSORS.get(one.package)
        if (
            heir is not None
            and not one.optional
            and not one.path
            and "git" not in target.line(one.place.path, one.place.line or 0)
        ):
            says = f"{one.package} ({_at(one)}) is not maintained any more: {heir} took its place"
            yield Weighty("e", one.package, says, _notes([one]))


def _tls(
    target: Target, package: CargoPackage, named: dict[str, CargoDependency]
) -> Weighty | None:
    """reqwest with its default TLS beside rustls: two stacks in one program."""
    client = named.get("reqwest")
    if client is None or not client.default_features or client.optional or client.path:
        return None
    if not _default_is_native(client.version) or any(_NATIVE.fullmatch(f) for f in client.features):
        return None
    own = [feature for feature in client.features if _RUSTLS.fullmatch(feature)]
    if own:
        says = f"reqwest ({_at(client)}) asks for {own[0]} and keeps native-tls, its default"
        return Weighty("b", "reqwest", says, _notes([client]))
    sdk = [
        one
        for one in named.values()
        if _LEADING_AWS.fullmatch(one.package) and one.default_features and not one.optional
    ]
    others = sdk or [
        one
        for one in named.values()
        if one is not client
        and not one.optional
        and any(_RUSTLS.fullmatch(feature) for feature in one.features)
    ]
    if others:
        says = f"reqwest ({_at(client)}) brings native-tls, {_listed(others)} rustls"
        return Weighty("b", "reqwest", says, _notes([client, *others]))
    lock = _lock(target, package)
    if lock and 'name = "native-tls"' in lock[1] and 'name = "rustls"' in lock[1]:
        lines = [
            Note(
                Place(lock[0], lock[1].count("\n", 0, lock[1].find(f'name = "{name}"')) + 1, 1),
                name,
            )
            for name in ("native-tls", "rustls")
        ]
        says = f"reqwest ({_at(client)}) brings native-tls while {lock[0]} has rustls too"
        return Weighty("b", "reqwest", says, (*_notes([client]), *lines))
    return None


def _default_is_native(version: str) -> bool:
    """reqwest took rustls as its default with 0.13."""
    parts = version.lstrip("^=~ ").split(".")
    return len(parts) > 1 and parts[0] == "0" and parts[1].isdecimal() and int(parts[1][:6]) < 13


def _pairs(
    target: Target, package: CargoPackage, direct: dict[str, CargoDependency]
) -> Iterator[Weighty]:
    hashes = [one for name, one in sorted(direct.items()) if name in _HASHES]
    if len(hashes) > 1 and not _documented(target, package, hashes):
        says = (
            f"{_listed(hashes)} all hash passwords"
            if len(hashes) > 2
            else f"{_listed(hashes)} both hash passwords"
        )
        yield Weighty("d", "hashes", says, _notes(hashes))
    loggers = [one for name, one in sorted(direct.items()) if name in _LOGGERS]
    tracing = direct.get("tracing-subscriber")
    if loggers and tracing is not None:
        both = [*loggers, *(direct[name] for name in ("log", "tracing") if name in direct), tracing]
        says = f"{_listed([loggers[0], tracing])} both write the log"
        yield Weighty("d", "log", says, _notes(both))


def _documented(target: Target, package: CargoPackage, hashes: list[CargoDependency]) -> bool:
    """Whether the code or the manifest says that one scheme is there for the sake of old hashes."""
    for one in hashes:
        line = one.place.line or 0
        if any(_OLD_HASHES.search(target.line(package.path, at)) for at in (line - 1, line)):
            return True
    names = [one.name.replace("-", "_") for one in hashes]
    for path in rust_files(target, package.folder):
        text = target.text(path)
        for name in names:
            at = text.find(name)
            while at >= 0:
                if _OLD_HASHES.search(text, max(at - _NEAR, 0), at + _NEAR):
                    return True
                at = text.find(name, at + _NEAR)
    return False


def _lock(target: Target, package: CargoPackage) -> tuple[str, str] | None:
    folder = package.folder if package.workspace is None else package.workspace
    path = posixpath.join(folder, "Cargo.lock")
    return (path, target.text(path)) if target.has(path) else None


@once
def _twice(target: Target) -> dict[str, tuple[Weighty, ...]]:
    """Folder of a Cargo.lock → the heavy crates that are in it in two incompatible versions."""
    found: dict[str, tuple[Weighty, ...]] = {}
    homes = cargo_by_folder(target)
    for folder, package in homes.items():
        if package.workspace not in (None, folder):
            continue
        path = posixpath.join(folder, "Cargo.lock")
        if not target.has(path):
            continue
        versions: dict[str, dict[str, Place]] = {}
        blocks = target.text(path).split("\n[[package]]\n")
        line = 1 + blocks[0].count("\n")
        for block in blocks[1:]:
            line += 2
            match = _LOCKED.match(f"[[package]]\n{block}")
            if match is not None and match[1] in _HEAVY_TWICE:
                major = match[2] if match[2] != "0" else f"0.{match[3]}"
                versions.setdefault(match[1], {}).setdefault(major, Place(path, line, 1))
            line += block.count("\n")
        double = {name: places for name, places in versions.items() if len(places) > 1}
        if double:
            says = "; ".join(f"{name} {', '.join(places)}" for name, places in double.items())
            notes = tuple(
                Note(place, f"{name} {version}")
                for name, places in double.items()
                for version, place in places.items()
            )
            found[folder] = (Weighty("f", "versions", f"in several versions: {says}", notes),)
    return found


def _at(one: CargoDependency) -> str:
    return f"line {one.place.line}"


def _listed(those: list[CargoDependency]) -> str:
    """``a (line 3), b (line 9) and c (line 11)``, the first five."""
    names = [f"{one.package} ({_at(one)})" for one in those[:5]]
    if len(those) > 5:
        return f"{', '.join(names)} and {len(those) - 5} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _notes(those: list[CargoDependency]) -> tuple[Note, ...]:
    return tuple(Note(one.place, one.package) for one in those)
