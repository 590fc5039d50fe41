"""What the checks on keys and their values are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.env.key_use import key_uses
from pytest_reconaudit.facts.env.keys import env_files
from pytest_reconaudit.facts.env.portability import portable_files
from pytest_reconaudit.facts.env.requirements import requirements
from pytest_reconaudit.facts.env.values import key_values
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


@subject("key_use")
def _uses(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in key_uses(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no env file, service or ConfigMap sets a key")


@subject("requirements")
def _requirements(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in requirements(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no program reads an environment variable")


@subject("key_values")
def _values(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in key_values(target)]
    if found:
        return found
    if not env_files(target):
        return Nothing(SkipReason.NO_INPUT, "no env file in the repository")
    return Nothing(SkipReason.NO_INPUT, "no key has a value in two places")


@subject("portable_file")
def _portable(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in portable_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no env file in the repository")
