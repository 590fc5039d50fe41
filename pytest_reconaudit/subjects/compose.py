"""What the compose checks are run on: one compose file each, in all stacks that hold it.

A key of a base file takes part in several stacks (alone, with each override); judging file by
file and asking all its stacks says everything once, at the file that is to be fixed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytest_reconaudit.facts.compose.compose_references import FileReferences, compose_references
from pytest_reconaudit.facts.compose.data_stores import live_store, store_files
from pytest_reconaudit.facts.compose.image_pins import FileImages, file_images
from pytest_reconaudit.facts.compose.live_configs import LiveVerdict, live_verdicts
from pytest_reconaudit.facts.compose.name_clashes import FileClaims, file_claims
from pytest_reconaudit.facts.compose.server_configs import MountedConfig, mounted_configs
from pytest_reconaudit.facts.compose.service_policies import (
    PolicyScope,
    limit_scopes,
    restart_scopes,
)
from pytest_reconaudit.facts.compose.stacks import Stack, compose_files, stacks
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, fact, subject
from pytest_reconaudit.target import Target


@subject("compose_file")
def _compose_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in compose_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no compose file in the repository")


@subject("limits_scope")
def _limits(target: Target) -> Iterable[Subject] | Nothing:
    return _policies(target, limit_scopes(target))


@subject("restart_scope")
def _restarts(target: Target) -> Iterable[Subject] | Nothing:
    return _policies(target, restart_scopes(target))


def _policies(target: Target, scopes: tuple[PolicyScope, ...]) -> Iterable[Subject] | Nothing:
    if scopes:
        return [Subject(one.id, one) for one in scopes]
    if compose_files(target):
        detail = "no service that keeps running outside files for development, tests and examples"
        return Nothing(SkipReason.NO_INPUT, detail)
    return Nothing(SkipReason.NO_INPUT, "no compose file in the repository")


@subject("store_file")
def _stores(target: Target) -> Iterable[Subject] | Nothing:
    live = live_store(target)
    found = [*store_files(target), *([live] if live else [])]
    if found:
        return [Subject(one.path, one) for one in found]
    return Nothing(SkipReason.NO_INPUT, "no data store in a compose file or manifest")


@fact("stacks")
def _stacks(target: Target) -> tuple[Stack, ...]:
    return stacks(target)


@fact("compose_references")
def _references(target: Target) -> dict[str, FileReferences]:
    return compose_references(target)


@fact("mounted_configs")
def _configs(target: Target) -> tuple[MountedConfig, ...]:
    return mounted_configs(target)


@fact("compose_images")
def _images(target: Target) -> Mapping[str, FileImages]:
    return file_images(target)


@fact("compose_claims")
def _claims(target: Target) -> Mapping[str, FileClaims]:
    return file_claims(target)


@fact("live_verdicts")
def _live(target: Target) -> Mapping[MountedConfig, LiveVerdict]:
    return live_verdicts(target)
