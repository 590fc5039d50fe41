"""Parameter name → what a check is parametrized over, or why there is nothing.

A *subject* provider yields the things a check is run on, one item each; a *fact* provider
gives one object that a check wants beside its subject. Both take the target. Providers live in
one module per domain beside this one and register themselves under the parameter's name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, TypeVar

from msgspec import Struct

from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.target import Target

__all__ = ["FACTS", "SUBJECTS", "Nothing", "Subject", "fact", "load_providers", "subject"]


class Subject(Struct, frozen=True):
    """One thing to judge: a stable, readable id (usually a path) and the record itself."""

    id: str
    value: Any


class Nothing(Struct, frozen=True):
    """Why there is no subject: becomes the one skipped item of each check that asked."""

    reason: SkipReason
    detail: str


SubjectProvider = Callable[[Target], "Iterable[Subject] | Nothing"]
FactProvider = Callable[[Target], Any]
P = TypeVar("P", bound=Callable[..., Any])

SUBJECTS: dict[str, SubjectProvider] = {}
FACTS: dict[str, FactProvider] = {}


def subject(name: str) -> Callable[[P], P]:
    """Register a provider of subjects under a parameter name.

    It returns subjects with unique ids in a deterministic order, or :class:`Nothing`.
    """

    def register(provider: P) -> P:
        SUBJECTS[name] = provider
        return provider

    return register


def fact(name: str) -> Callable[[P], P]:
    """Register a provider of a fact under a parameter name."""

    def register(provider: P) -> P:
        FACTS[name] = provider
        return provider

    return register


@cache
def load_providers() -> None:
    """Import every provider module of this package, in name order, once."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
