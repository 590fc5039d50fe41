"""What the web checks are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.npm_locks import lock_subjects
from pytest_reconaudit.facts.packages import npm_packages
from pytest_reconaudit.facts.web.awaits import await_files
from pytest_reconaudit.facts.web.buildable import buildables
from pytest_reconaudit.facts.web.delivery import asset_scopes
from pytest_reconaudit.facts.web.entries import entry_sizes
from pytest_reconaudit.facts.web.lean import package_dependencies
from pytest_reconaudit.facts.web.memos import memo_files
from pytest_reconaudit.facts.web.routers import router_files
from pytest_reconaudit.facts.web.splits import split_files
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


@subject("npm_locks")
def _npm_locks(target: Target) -> Iterable[Subject] | Nothing:
    if not npm_packages(target):
        return Nothing(SkipReason.NO_INPUT, "no package.json in the repository")
    found = [Subject(one.path, one) for one in lock_subjects(target)]
    return found or Nothing(SkipReason.NO_INPUT, "nothing here installs npm packages")


@subject("build_entry")
def _build_entries(target: Target) -> Iterable[Subject] | Nothing:
    if not npm_packages(target):
        return Nothing(SkipReason.NO_INPUT, "no package.json in the repository")
    found = [Subject(one.id, one) for one in entry_sizes(target)]
    return found or Nothing(
        SkipReason.NO_BUILD_OUTPUT,
        "no finished web build in dist, build, out or .next; --recon-web-build DIR names one",
    )


@subject("await_file")
def _await_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in await_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no script awaits several things")


@subject("frontend")
def _frontends(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in buildables(target)]
    return found or Nothing(
        SkipReason.NO_INPUT, "no package with an interface for browsers or a program for Node"
    )


@subject("split_file")
def _split_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in split_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "nothing is loaded on demand")


@subject("router")
def _routers(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in router_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no router with four routes in the browser")


@subject("memo_file")
def _memo_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in memo_files(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no component that needs its memo")


@subject("dependencies")
def _dependencies(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in package_dependencies(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no package.json with dependencies")


@subject("assets")
def _assets(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.id, one) for one in asset_scopes(target)]
    return found or Nothing(
        SkipReason.NO_INPUT, "no package with an interface for browsers or a program for Node"
    )
