"""A stack that gives a secret under another name than the code reads."""

from __future__ import annotations

from pathlib import Path

from pytest_reconaudit.facts.env.fallback_words import fallback_sentence
from pytest_reconaudit.facts.env.fallbacks import fallback_files
from pytest_reconaudit.target import Target

TREES = Path(__file__).parent / "checks" / "env-secret-fallback-absent"


def sentence(tree: str, path: str) -> str:
    file = next(one for one in fallback_files(Target(TREES / tree)) if one.path == path)
    return fallback_sentence(file.groups()[0])


def test_the_other_name_is_told() -> None:
    told = sentence("bad-mistaken", "server/auth.ts")
    assert told.endswith("docker-compose.prod.yml gives JWT_SECRET instead, which no code reads")


def test_a_name_of_another_program_is_not() -> None:
    assert "instead" not in sentence("bad-other-program", "src/auth.ts")
