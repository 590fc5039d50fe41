"""What the deploy checks judge."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.problems import config_files
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

__all__: list[str] = []


@subject("config_file")
def _config_files(target: Target) -> Iterable[Subject] | Nothing:
    files = config_files(target)
    if not files:
        return Nothing(SkipReason.NO_INPUT, "no configuration file in the repository")
    return [Subject(file.path, file) for file in files]
