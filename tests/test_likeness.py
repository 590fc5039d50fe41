"""Names that are taken for one another, and names that only look alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_reconaudit.likeness import alike, same_words


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("deploi.sh", "deploy.sh"),
        ("dockercompose.yml", "docker-compose.yaml"),
        ("setup_env.sh", "setup-env.sh"),
        ("coverage:test", "test:coverage"),
        ("vite.config.js", "vite.config.ts"),
        ("test:performance", "test:perf"),
        ("ferry-secrets", "ferry-secret"),
        ("FORM", "from"),
    ],
)
def test_slips(name: str, other: str) -> None:
    assert alike(name, ["unrelated", other]) == other


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("docker-compose.staging.yml", "docker-compose.monitoring.yml"),
        ("serve", "dev"),
        ("app", "api"),
        ("node18", "node20"),
        ("Cargo.toml", "Cargo.lock"),
        ("test:integration:coverage", "test:coverage"),
        ("same", "same"),
        ("", "x"),
    ],
)
def test_siblings_are_no_slips(name: str, other: str) -> None:
    assert alike(name, [other]) == ""


def test_the_closest_is_told() -> None:
    assert alike("run_tests", ["run-test", "run-tests"]) == "run-tests"


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=5))
def test_any_text(name: str, names: list[str]) -> None:
    assert alike(name, names) in {"", *names} - {name} | {""}
    assert same_words(name, name)
