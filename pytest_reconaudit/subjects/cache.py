"""What the cache checks are run on."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.cache.commands import command_files
from pytest_reconaudit.facts.cache.deletes import deleted_keys
from pytest_reconaudit.facts.cache.layers import cache_layers
from pytest_reconaudit.facts.cache.lifetimes import cache_writes
from pytest_reconaudit.facts.cache.memory import cache_memories, live_memory
from pytest_reconaudit.facts.cache.operations import cache_files
from pytest_reconaudit.facts.cache.scopes import key_scopes
from pytest_reconaudit.facts.cache.staleness import cached_keys
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target


def _nothing(target: Target, what: str) -> Nothing:
    if any(one.ops for one in cache_files(target).values()):
        return Nothing(SkipReason.NO_INPUT, what)
    return Nothing(SkipReason.NO_INPUT, "no code here uses a cache")


@subject("cached_key")
def _cached_keys(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.family.template, one) for one in cached_keys(target)]
    return found or _nothing(target, "no key that is told here is both written and read")


@subject("deleted_key")
def _deleted_keys(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.template, one) for one in deleted_keys(target)]
    return found or _nothing(target, "no code deletes a cached key that is told here")


@subject("cache_writes")
def _cache_writes(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in cache_writes(target)]
    return found or _nothing(target, "no code writes to a cache")


@subject("cache_layer")
def _cache_layers(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in cache_layers(target)]
    return found or _nothing(target, "no cache of its own here")


@subject("key_scopes")
def _key_scopes(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in key_scopes(target)]
    return found or _nothing(target, "no code writes under a key that is told here")


@subject("command_file")
def _command_files(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.path, one) for one in command_files(target)]
    return found or _nothing(target, "no code sends commands to Redis")


@subject("cache_memory")
def _cache_memories(target: Target) -> Iterable[Subject] | Nothing:
    live = live_memory(target)
    found = [Subject(one.path, one) for one in (*cache_memories(target), *([live] if live else []))]
    return found or Nothing(SkipReason.NO_INPUT, "no Redis and no map that is used as a cache")
