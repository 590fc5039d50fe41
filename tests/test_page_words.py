"""How libraries are told to take one page."""

from __future__ import annotations

import pytest

from pytest_reconaudit.facts.query.page_words import page_of


def test_what_is_not_known_is_not_told() -> None:
    assert page_of("", "ship") == ""


@pytest.mark.parametrize(
    "library",
    ["typeorm", "knex", "objection", "drizzle", "kysely", "mongoose", "sequelize", "prisma",
     "diesel", "sea-orm", "sqlx", "sql"],
)  # fmt: skip
def test_a_page_is_taken_with_a_limit(library: str) -> None:
    told = page_of(library, "crew_list")
    assert "after" in told
    assert any(word in told for word in ("limit(", "take", "LIMIT", "limit:"))
