"""What is told about statements in loops."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.query.repeated import Repetition
from pytest_reconaudit.facts.query.repetitions import query_files
from pytest_reconaudit.target import Target

TREE = Path(__file__).parent / "checks" / "query-not-in-loop" / "bad-hoist"


@pytest.fixture(scope="module")
def found() -> dict[str, Repetition]:
    files = query_files(Target(TREE))
    return {one.function or one.path: one for file in files for one in file.repetitions}


def test_what_is_asked_the_same_way_every_time_is_hoisted(found: dict[str, Repetition]) -> None:
    (site,) = found["list_orders"].sites
    assert site.hoisted == " (hoist it: the same row every time)"
    assert "asks once more" in found["list_orders"].cost
    (site,) = found["list_pages"].sites
    assert not site.hoisted
    assert "round trip" in found["list_pages"].cost


def test_the_other_statements_of_a_loop_are_named(found: dict[str, Repetition]) -> None:
    one = found["list_stock"]
    assert one.others_of(one.loops[0]) == (
        "a SELECT of discount, line 25",
        "a SELECT of shop, line 26 (hoist it: the same row every time)",
    )
    one = found["loadAll"]
    assert one.loops[0].what == "a SELECT of prompt (by load)"
    assert one.others_of(one.loops[0]) == (
        "a SELECT of shop (by load), line 13 (hoist it: the same row every time)",
    )
    one = found["src/events.ts"]
    assert one.others_of(one.loops[0]) == ("a SELECT of budget (by ofUser), line 23",)


def test_a_route_for_whatever_is_left_ends_with_its_call(found: dict[str, Repetition]) -> None:
    assert found["loadBatch"].request == ""
    assert found["src/events.ts"].request == "POST /api/events"
