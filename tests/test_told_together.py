"""Which of several functions a finding begins with."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_reconaudit.facts.asynchronous.told_together import _foremost
from pytest_reconaudit.facts.asynchronous.waits import Waiting
from pytest_reconaudit.model import Severity


def waiting(name: str, severity: Severity) -> Waiting:
    fields: dict[str, Any] = dict.fromkeys(Waiting.__struct_fields__)
    return Waiting(**{**fields, "name": name, "severity": severity})


@pytest.mark.parametrize("name", ["rotate_keys", "Keys::re_encrypt", "backfill_totals", "seed"])
def test_what_is_done_once_comes_behind(name: str) -> None:
    seldom = waiting(name, Severity.HIGH)
    often = waiting("find_workspace", Severity.HIGH)
    graver = waiting(name, Severity.CRITICAL)
    assert sorted([seldom, often, graver], key=_foremost) == [graver, often, seldom]
