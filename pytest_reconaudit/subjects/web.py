"""What the web checks are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.npm_locks import lock_subjects
from pytest_reconaudit.facts.packages import npm_packages
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


@subject("npm_locks")
def _npm_locks(target: Target) -> Iterable[Subject] | Nothing:
    if not npm_packages(target):
        return Nothing(SkipReason.NO_INPUT, "no package.json in the repository")
    found = [Subject(one.path, one) for one in lock_subjects(target)]
    return found or Nothing(SkipReason.NO_INPUT, "nothing here installs npm packages")
