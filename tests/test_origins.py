"""Where in a history the objects of a catalog come from."""

from __future__ import annotations

from pathlib import Path

from pytest_reconaudit.facts.db.catalogs import origins
from pytest_reconaudit.facts.db.migrations import migration_roots
from pytest_reconaudit.target import Target

FILES = {
    "diesel.toml": '[migrations_directory]\ndir = "migrations"\n',
    "migrations/20240101000000_base/up.sql": "CREATE TABLE bills (\n"
    "    id int PRIMARY KEY,\n    cents int,\n    type text,\n    payer int\n);\n",
    "migrations/20240201000000_more/up.sql": "ALTER TABLE bills\n    ADD COLUMN note text,\n"
    "    ALTER COLUMN cents TYPE bigint,\n    ALTER payer SET DEFAULT 1;\n"
    "ALTER TABLE bills RENAME COLUMN cents TO amount;\n",
    "migrations/20240301000000_last/up.sql": "ALTER TABLE bills\n"
    '    ALTER "amount" SET DATA TYPE numeric;\nALTER TABLE bills ALTER amount SET NOT NULL;\n',
}


def test_a_type_comes_from_the_last_statement_that_sets_it(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    target = Target(tmp_path)
    (root,) = migration_roots(target)
    found = origins(target, root)
    base, more, last = (f"migrations/{name}/up.sql" for name in (
        "20240101000000_base", "20240201000000_more", "20240301000000_last",
    ))  # fmt: skip

    def typed(column: str) -> tuple[str, int | None]:
        place = found.typed("bills", column)
        return place.path, place.line

    assert typed("amount") == (last, 2)
    assert typed("note") == (more, 2)
    assert [typed(column) for column in ("type", "payer", "id")] == [
        (base, 4),
        (base, 5),
        (base, 2),
    ]
    first = found.column("bills", "amount")
    assert (first.path, first.line) == (base, 3)
