"""What the rust checks are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.cargo_locks import cargo_locks
from pytest_reconaudit.facts.packages import cargo_packages
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
