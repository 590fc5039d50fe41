"""What the async checks are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.asynchronous.app_data import shared_data
from pytest_reconaudit.facts.asynchronous.clients import client_uses
from pytest_reconaudit.facts.asynchronous.fan_outs import fan_outs
from pytest_reconaudit.facts.asynchronous.locks import lock_files
from pytest_reconaudit.facts.asynchronous.waiting import waiting_calls, waiting_queries
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


@subject("waiting_queries")
def _waiting_queries(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in waiting_queries(target)]
    if found:
        return found
    return Nothing(SkipReason.NO_INPUT, "no synchronous Diesel or r2d2 in the repository")


@subject("waiting_calls")
def _waiting_calls(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in waiting_calls(target)]
    if found:
        return found
    return Nothing(SkipReason.NO_INPUT, "no blocking call in an asynchronous server")


@subject("shared_data")
def _shared_data(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in shared_data(target)]
    if found:
        return found
    return Nothing(SkipReason.NO_INPUT, "no data is registered for handlers")


@subject("client_use")
def _client_uses(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in client_uses(target)]
    if found:
        return found
    return Nothing(SkipReason.NO_INPUT, "no server makes an HTTP or Redis client")


@subject("fan_out")
def _fan_outs(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in fan_outs(target)]
    if found:
        return found
    return Nothing(SkipReason.NO_INPUT, "no Rust server starts work per element or by a channel")


@subject("lock_file")
def _lock_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in lock_files(target)]
    if found:
        return found
    return Nothing(SkipReason.NO_INPUT, "no Rust code takes a lock")


@subject("guarded_file")
def _guarded_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in lock_files(target) if one.in_async]
    if found:
        return found
    return Nothing(SkipReason.NO_INPUT, "no asynchronous Rust code holds a lock")
