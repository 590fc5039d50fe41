"""Linters of ``--recon-with``; without that option nothing, not even a skipped item."""

from __future__ import annotations

from pytest_reconaudit.facts.linters import linted
from pytest_reconaudit.subjects import Subject, subject
from pytest_reconaudit.target import Target

__all__: list[str] = []


@subject("linted")
def _linted(target: Target) -> list[Subject]:
    return [Subject(one.name, one) for one in linted(target)]
