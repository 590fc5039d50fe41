"""What the rust checks are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.cargo_locks import cargo_locks
from pytest_reconaudit.facts.packages import cargo_packages
from pytest_reconaudit.facts.rust.lean_dependencies import crate_weights
from pytest_reconaudit.facts.rust.module_tree import crate_sources
from pytest_reconaudit.facts.rust.payloads import payload_files
from pytest_reconaudit.facts.rust.placeholders import crate_bodies
from pytest_reconaudit.facts.rust.regexes import regex_files
from pytest_reconaudit.facts.rust.release_profiles import release_profiles
from pytest_reconaudit.facts.rust.shadowed_routes import rust_route_tables
from pytest_reconaudit.facts.rust.used_dependencies import grouped_crate_uses
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


@subject("cargo_lock")
def _cargo_locks(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.root.path, one) for one in cargo_locks(target)]
    if found:
        return found
    if cargo_packages(target):
        return Nothing(SkipReason.NO_INPUT, "the crates here are libraries")
    return Nothing(SkipReason.NO_INPUT, "no Cargo.toml in the repository")


@subject("crate_use")
def _crate_uses(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.package.path, one) for one in grouped_crate_uses(target)]
    if found:
        return found
    if cargo_packages(target):
        return Nothing(SkipReason.NO_INPUT, "no package has Rust files and dependencies")
    return Nothing(SkipReason.NO_INPUT, "no Cargo.toml in the repository")


@subject("crate_weight")
def _crate_weights(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.package.path, one) for one in crate_weights(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no Cargo.toml with dependencies")


@subject("release_profile")
def _release_profiles(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.root.path, one) for one in release_profiles(target)]
    if found:
        return found
    if cargo_packages(target):
        return Nothing(SkipReason.NO_INPUT, "the crates here are libraries")
    return Nothing(SkipReason.NO_INPUT, "no Cargo.toml in the repository")


@subject("crate_sources")
def _crate_sources(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.package.path, one) for one in crate_sources(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no cargo package with sources")


@subject("crate_bodies")
def _crate_bodies(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in crate_bodies(target)]
    if found:
        return found
    if cargo_packages(target):
        return Nothing(SkipReason.NO_INPUT, "no function is named for a measurement or an action")
    return Nothing(SkipReason.NO_INPUT, "no Cargo.toml in the repository")


@subject("regex_file")
def _regex_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in regex_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no pattern of the regex crate")


@subject("rust_routes")
def _rust_routes(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.table.folder or ".", one) for one in rust_route_tables(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no server over Actix Web or axum is understood")


@subject("payload_file")
def _payload_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in payload_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no Rust handler takes uploads or gives files out")
