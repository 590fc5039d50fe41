"""What the compose checks are run on: one compose file each, in all stacks that hold it.

A key of a base file takes part in several stacks (alone, with each override); judging file by
file and asking all its stacks says everything once, at the file that is to be fixed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.compose.compose_references import FileReferences, compose_references
from pytest_reconaudit.facts.compose.server_configs import MountedConfig, mounted_configs
from pytest_reconaudit.facts.compose.stacks import Stack, compose_files, stacks
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, fact, subject
from pytest_reconaudit.target import Target


@subject("compose_file")
def _compose_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in compose_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no compose file in the repository")


@fact("stacks")
def _stacks(target: Target) -> tuple[Stack, ...]:
    return stacks(target)


@fact("compose_references")
def _references(target: Target) -> dict[str, FileReferences]:
    return compose_references(target)


@fact("mounted_configs")
def _configs(target: Target) -> tuple[MountedConfig, ...]:
    return mounted_configs(target)
