"""Version ranges of npm, and what packages of a lockfile ask of each other."""

from __future__ import annotations

import json

import pytest

from pytest_reconaudit.readers.npm_peers import read_npm_overrides, read_npm_peers
from pytest_reconaudit.readers.npm_range import satisfies


@pytest.mark.parametrize(
    ("version", "wanted", "said"),
    [
        ("1.2.3", "^1.2", True),
        ("2.0.0", "^1.2", False),
        ("0.2.5", "^0.2.3", True),
        ("0.3.0", "^0.2.3", False),
        ("0.0.4", "^0.0.3", False),
        ("0.5.0", "^0", True),
        ("0.1.0", "^0.0", False),
        ("1.9.9", "~1", True),
        ("1.3.0", "~1.2", False),
        ("18.3.1", "^16.8 || ^17.0 || ^18.0", True),
        ("19.0.0", "^16.8 || ^17.0 || ^18.0", False),
        ("2.9.0", ">= 1 < 3", True),
        ("3.0.0", ">=1 <3", False),
        ("1.5.0", "1.x || >=2.5.0 || 5.0.0 - 7.2.3", True),
        ("7.2.4", "5.0.0 - 7.2.3", False),
        ("2.3.9", "1.2 - 2.3", True),
        ("4.0.0", ">3", True),
        ("3.9.0", ">3", False),
        ("3.9.0", "<=3", True),
        ("1.0.0", "*", True),
        ("3.4.5", "3.*", True),
        ("1.0.0", "next", None),
        ("9.0.0-rc.1", "^9.0.0-0", None),
        ("", "^1", None),
    ],
)
def test_a_range_is_read_as_npm_reads_it(version: str, wanted: str, said: bool | None) -> None:
    assert satisfies(version, wanted) is said


def test_a_peer_is_looked_for_upwards_and_beside() -> None:
    lock = {
        "packages": {
            "": {"name": "quay"},
            "node_modules/hoist": {"version": "2.0.0"},
            "node_modules/crane": {"version": "1.0.0", "peerDependencies": {"hoist": "^1"}},
            "node_modules/crane/node_modules/hoist": {"version": "1.4.0"},
            "node_modules/boom": {"version": "1.0.0"},
            "node_modules/boom/node_modules/hoist": {"version": "1.4.0"},
            "node_modules/boom/node_modules/@quay/jib": {
                "version": "3.0.0",
                "peerDependencies": {"hoist": "^1", "chain": "*"},
                "peerDependenciesMeta": {"chain": {"optional": True}},
            },
        }
    }
    faults = read_npm_peers(json.dumps(lock), "package-lock.json")
    assert faults.tells
    assert not faults.missing
    assert [(one.package, one.peer, one.locked) for one in faults.conflicts] == [
        ("crane", "hoist", "2.0.0")
    ]


@pytest.mark.parametrize("text", ["", "[", "[]", '{"packages": 3}', '{"packages": {"": 1}}'])
def test_what_is_no_lockfile_tells_of_no_conflict(text: str) -> None:
    assert read_npm_peers(text, "package-lock.json").conflicts == ()


def test_a_lockfile_without_its_peers_was_written_by_force() -> None:
    lock = {"packages": {"node_modules/jib": {"version": "1.0.0", "peerDependencies": {"a": "*"}}}}
    assert read_npm_peers(json.dumps(lock), "package-lock.json").missing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            '{"overrides": {"a": {"b": "$b", ".": "1"}, "c@2": "^3", "@d/e": "1"}}',
            {("a", "b"), ("", "a"), ("", "c"), ("", "@d/e")},
        ),
        ('{"overrides": []}', set()),
        ("{", set()),
        ("[]", set()),
    ],
)
def test_what_overrides_stand_for(text: str, found: set[tuple[str, str]]) -> None:
    assert read_npm_overrides(text) == found
