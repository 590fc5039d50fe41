"""Which requests get to a loop, what a round hands on, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.query.made_names import names_of_round
from pytest_reconaudit.facts.query.repetitions import query_files
from pytest_reconaudit.target import Target

TREES = Path(__file__).parent / "checks" / "query-not-in-loop"


def _told(tree: str) -> dict[str, tuple[str, str]]:
    """Function → (the request, the remedy)."""
    return {
        one.function: (one.request, one.remedy)
        for file in query_files(Target(TREES / tree))
        for one in file.repetitions
    }


def test_a_request_that_leaves_the_loop_out_is_not_named() -> None:
    told = _told("bad-ways")
    # Others call it too: what this one request makes it do, nobody knows.
    assert told["bulk_find"][0] == "a request"
    assert told["bulk_match"][0] == ""
    assert told["announce"][0] == ""
    assert told["berths_of"][0] == "POST /bulk/berths"
    assert "before the loop and use" in told["tariffs"][1]


def test_what_rust_is_told_to_do() -> None:
    told = _told("bad-pairs")
    assert told["refuse_if_on_duty"][0] == "POST /pilots/batch"
    assert "`list_of_pilot_many` (src/table/duties.rs:7)" in told["refuse_if_on_duty"][1]
    assert told["check_listed"][0] == ""
    assert "`is_in(keys)`; where more than one value varies, an OR" in told["remove_batch"][1]
    assert "(line 52) stays, as the round goes on with" in told["shift"][1]
    assert "The loop also sends" not in told["shift"][1]


@pytest.mark.parametrize(
    ("text", "suffix", "given", "wanted"),
    [
        (
            "for r in rows {\n  let Some(k) = &r.key else { continue };\n  let n = 1;",
            ".rs",
            "r",
            "k",
        ),
        ("for r in rows:\n    k = r.key\n    f(\n        n=r,\n    )", ".py", "r", "k"),
        ("for (const r of rows) {\n  const { k } = r\n  const n = 1", ".ts", "r", "k"),
    ],
)
def test_names_that_a_round_makes_of_its_element(
    text: str, suffix: str, given: str, wanted: str
) -> None:
    lines = text.split("\n")
    found = names_of_round(lines, suffix, 1, len(lines), [given])
    assert {given, wanted} <= found
    assert "n" not in found


def test_long_texts_take_no_time() -> None:
    text = "for row in rows {\n" + "let a = (row.b;\n" * 4_000 + "f(" * 20_000
    lines = text.split("\n")
    assert names_of_round(lines, ".rs", 1, len(lines), ["row"])
