"""What the env checks are run on: pairs of files, groups of names, frontends, services."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.env.env_pairs import env_pairs
from pytest_reconaudit.facts.env.frontends import frontend_apps, frontend_services
from pytest_reconaudit.facts.env.key_groups import key_groups
from pytest_reconaudit.facts.env.keys import env_files
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


@subject("env_pair")
def _pairs(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in env_pairs(target)]
    if found:
        return found
    if not env_files(target):
        return Nothing(SkipReason.NO_INPUT, "no env file in the repository")
    return Nothing(SkipReason.NO_INPUT, "no two env files that should hold the same keys")


@subject("key_group")
def _groups(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in key_groups(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no environment variable is set or read")


@subject("frontend_app")
def _apps(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.application.folder or "(root)", one) for one in frontend_apps(target)]
    return found or Nothing(
        SkipReason.NO_INPUT, "no application that Vite, Next.js or Create React App bundles"
    )


@subject("frontend_service")
def _services(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in frontend_services(target)]
    return found or Nothing(
        SkipReason.NO_INPUT, "no service whose image bundles a frontend and serves its files"
    )
