"""Packages of the repository that dependencies are, and what code calls them."""

from __future__ import annotations

import posixpath

from pytest_reconaudit.facts.packages import (
    CargoPackage,
    cargo_by_folder,
    cargo_by_name,
    cargo_packages,
)
from pytest_reconaudit.readers.cargo import CargoDependency
from pytest_reconaudit.target import Target, once

__all__ = ["crate_here", "crates_beneath", "library_names"]


@once
def _called_otherwise(target: Target) -> dict[str, str]:
    """Name in a ``[workspace.dependencies]`` → the package of the repository that is meant."""
    return {
        one.name: one.package
        for package in cargo_packages(target)
        if package.manifest.is_workspace
        for one in package.manifest.dependencies
        if one.path and one.name != one.package
    }


def crate_here(
    target: Target, need: CargoDependency, names: dict[str, CargoPackage]
) -> CargoPackage | None:
    """The package of the repository that a dependency is."""
    if not (need.inherited or need.path):
        return None
    near = names.get(need.package)
    if near is None and need.inherited:
        other = _called_otherwise(target).get(need.name)
        near = names.get(other) if other else None
    return near


def crates_beneath(target: Target, package: CargoPackage) -> list[CargoPackage]:
    """The packages of the repository that one depends on, directly or not."""
    names = cargo_by_name(target)
    found: dict[str, CargoPackage] = {}
    pending = [package]
    while pending:
        for need in pending.pop().manifest.dependencies:
            near = crate_here(target, need, names)
            if near is not None and near.path not in found and near is not package:
                found[near.path] = near
                pending.append(near)
    return list(found.values())


def library_names(target: Target, package: CargoPackage, one: CargoDependency) -> list[str]:
    """The names that code may call a dependency by."""
    found = [one.name.replace("-", "_")]
    path = one.path and posixpath.normpath(posixpath.join(package.folder, one.path))
    known = cargo_by_folder(target).get(path) if path else None
    if known is None:
        known = crate_here(target, one, cargo_by_name(target))
    if known is not None:
        found += [lib.name.replace("-", "_") for lib in known.manifest.of_kind("lib") if lib.name]
        if not known.lib:
            found.append(known.manifest.package.replace("-", "_"))
    if found[0] != found[0].lower():
        found.append(found[0].lower())
    return list(dict.fromkeys(found))
