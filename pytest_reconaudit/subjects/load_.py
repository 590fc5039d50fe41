"""What the load checks are run on: load test scripts."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_reconaudit.facts.load.endpoints import load_targets
from pytest_reconaudit.facts.load.faults import judged_scripts
from pytest_reconaudit.model import SkipReason
from pytest_reconaudit.subjects import Nothing, Subject, subject
from pytest_reconaudit.target import Target

_NONE = "no k6 script and no Artillery configuration in the repository"


@subject("load_script")
def _load_scripts(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.script.path, one) for one in judged_scripts(target)]
    return found or Nothing(SkipReason.NO_INPUT, _NONE)


@subject("load_requests")
def _load_requests(target: Target) -> Iterable[Subject] | Nothing:
    found = [Subject(one.script.path, one) for one in load_targets(target)]
    return found or Nothing(SkipReason.NO_INPUT, "no load test makes a request in the repository")
