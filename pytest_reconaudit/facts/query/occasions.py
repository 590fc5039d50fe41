"""On what occasion code runs: once in its life, at the start, by hand, or beside the requests."""

from __future__ import annotations

from pytest_reconaudit.facts.asynchronous.running import only_at_start
from pytest_reconaudit.facts.code.functions import function_at, reached
from pytest_reconaudit.facts.code.hand_scripts import hand_scripts
from pytest_reconaudit.facts.code.places import is_off_path, is_test_path
from pytest_reconaudit.patterns import regex
from pytest_reconaudit.target import Target, once

__all__ = [
    "at_start",
    "in_worker",
    "is_admin_page",
    "is_boot",
    "is_by_hand",
    "is_one_off",
    "runs_apart",
    "runs_beside",
    "serving_files",
]

_ONE_OFF = regex(
    r"(?:^|/)(?:[\w-]*migrations?(?:[-_]\w+)?|alembic|seeds?|seeders?|fixtures?|backfills?|db_fixes|fixes)(?:/|\.\w+$)"
    r"|(?:^|/)(?:\w*[-_.])?(?:seed|seeds|seeder|backfill\w*|migrate\w*|migrations?)(?:[-_.]\w+)*\.\w+$"
    r"|(?:^|/)(?:random|sample|demo|fake|dummy|initial|default|test|seed)_?data\w*(?:/|\.\w+$)"
    r"|(?:^|/)\w*(?:dummy|fake)_data\w*(?:/|\.\w+$)|(?:^|/)data[-_]?generators?/"
    r"|(?:^|/)(?:db|database|sql)/(?:upgrades?|alterations?)(?:/|\.\w+$)"
    r"|(?:^|/)dummy[-_][\w-]+\.\w+$|[a-z](?:Seeder|Migration|Migrator|MigrationWorker)\.\w+$",
)
_ONE_OFF_NAME = regex(
    r"_?(?:seed|migrat|backfill|populate_|upgrade_to|create_test|import_fixtures)", 2
)
_BESIDE = regex(
    r"(?:^|/)(?:queues?|consumers?|subscribers?|processors?|(?:\w+_|bg_?)?tasks?|schedules?"
    r"|schedulers?|background\w*|daemons?|cron(?:jobs?)?|crons|jobs|workers?|signals|imports?|importers?)"
    r"(?:/|\.\w+$)|_(?:import_job|importer|jobs?|tasks?|worker)\.py$"
)
_TASK_AS_THING = regex(
    r"(?:^|/)(?:models?|entities|schemas?|routers?|routes?|endpoints|controllers?|crud|daos?"
    r"|repositor(?:y|ies))/(?:\w+/)*\w*tasks?\.\w+$"
)
"""A module about tasks that people have, not a queue's."""
_BESIDE_NAME = regex(
    r"_?(?:sync|download|recalculate|import|reconcile|update_all|refresh_all)(?:_\w+|[A-Z]\w*)|\w*(?:_jobs?|_task|_worker|_cron|[a-z](?:Job|Worker|Cron|Task))$"
)
_ADMIN = regex(r"(?:^|/)(?:\w+_)?admin\.py$|(?:^|/)admin/(?:views?|actions?)/")
_BOOT = regex(r"(?:^|/|_|-)(?:start_?up|bootstrap|boot)(?:[_.-]|$)|on_?(?:[sS]tart(?:up)?|[bB]oot)")
_STAND_IN = regex(
    r"(?:^|[/_-])(?:mocks?|__mocks__|msw|test_?utils?|testing|test_?helpers?|stubs?)(?:[/_-]|\.\w+$)"
)
_BY_HAND = regex(
    r"(?:^|/)(?:src/bin|bin|scripts?|examples?|xtask|tools?|[\w-]*cli|commandDefinitions"
    r"|management/commands)(?:/|\.\w+$)"
)


def runs_apart(path: str) -> bool:
    """Whether a file is test code, stands in for a database, or runs once in its life."""
    return bool(is_test_path(path) or _ONE_OFF.search(path) or _STAND_IN.search(path))


def is_one_off(name: str) -> bool:
    """Whether a function, by its name, runs once in its life."""
    return _ONE_OFF_NAME.match(name) is not None


def is_by_hand(target: Target, path: str) -> bool:
    """Whether somebody starts a file by hand, and waits for nothing else."""
    return _BY_HAND.search(path) is not None or path in hand_scripts(target)


def in_worker(path: str) -> bool:
    """Whether a file is called as what works beside the requests is."""
    return _BESIDE.search(path) is not None


def runs_beside(path: str, name: str) -> bool:
    """Whether a function runs beside the requests, by what it and its file are called."""
    apart = in_worker(path) and _TASK_AS_THING.search(path) is None
    return is_off_path(path) or apart or _BESIDE_NAME.match(name) is not None


def is_admin_page(path: str) -> bool:
    """Whether a file makes pages for those who run the platform."""
    return _ADMIN.search(path) is not None


def is_boot(path: str, name: str) -> bool:
    """Whether a function, by what it and its file are called, runs once, before the first
    request."""
    return (_BOOT.search(path) or _BOOT.match(name)) is not None


def at_start(target: Target, path: str, line: int) -> bool:
    """Whether a function surely runs because the program starts and for no request: work that is
    done once, or beside the requests."""
    ref = function_at(target, path, line)
    return ref is not None and only_at_start(target, ref)


@once
def serving_files(target: Target) -> frozenset[str]:
    """The files with code that runs while requests are answered."""
    return frozenset(ref.path for ref in reached(target))
