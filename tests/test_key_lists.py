"""What a list is called that a loop goes over."""

import pytest

from pytest_reconaudit.facts.query.key_lists import is_left_over


@pytest.mark.parametrize(
    "over",
    ["missedIds", "uncached_keys.iter()", "failedRows", "commandsNotInList", "(pet as any).toys"],
)
def test_what_is_mostly_nothing_is_left_over(over: str) -> None:
    assert is_left_over(over)


@pytest.mark.parametrize(
    "over", ["orders", "missions", "staleness_of.keys()", "pet.toys", "noticed"]
)
def test_any_other_list_is_not(over: str) -> None:
    assert not is_left_over(over)
