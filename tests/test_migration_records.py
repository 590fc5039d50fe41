"""What Alembic's, Django's, Liquibase's and Drizzle's files say of themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_reconaudit.model import Place
from pytest_reconaudit.readers.migration_records import (
    ChangeLog,
    read_changelog,
    read_journal,
    read_python_migration,
)


def test_a_revision() -> None:
    text = (
        '"""berths"""\nfrom typing import Union\n\nrevision: str = "ae10"\n'
        'down_revision: Union[str, None] = ("9f", "8e")\ndepends_on = ["7d"]\n'
    )
    found = read_python_migration(text, "v/ae10.py")
    assert (found.revision, found.down) == ("ae10", ("9f", "8e", "7d"))
    assert found.place == Place("v/ae10.py", 4, 1)
    assert not found.django


@pytest.mark.parametrize(
    "text",
    ["revision = make()\ndown_revision = None", "revision = 'a'", "x = 1", "", "revision: str"],
)
def test_what_is_no_revision(text: str) -> None:
    assert read_python_migration(text, "a.py").revision == ""


def test_a_squashed_migration() -> None:
    text = (
        "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n"
        "    replaces = [('fees', '0001_initial'), ('fees', '0002_rate')]\n    initial = True\n"
    )
    found = read_python_migration(text, "fees/migrations/0003.py")
    assert found.django
    assert found.replaces == (("fees", "0001_initial"), ("fees", "0002_rate"))
    assert found.place == Place("fees/migrations/0003.py", 4, 1)


@pytest.mark.parametrize("text", ["def (", "(" * 3000, "x = '\0'", "class Migration:\n"])
def test_what_is_not_python(text: str) -> None:
    found = read_python_migration(text, "a.py")
    assert found.problems
    assert found.problems[0].place.path == "a.py"


def changes(log: ChangeLog) -> list[tuple[str, str, Place, bool]]:
    return [(one.id, one.author, one.place, one.bound) for one in log.changes]


def test_a_change_log_in_sql() -> None:
    text = (
        "-- Liquibase formatted SQL\n\n--changeset ann:1 labels:fees\nSELECT 1;\n"
        '-- rollback SELECT 2;\n-- ChangeSet "mo k":"2 b" splitStatements:false\nSELECT 2;\n'
        "-- changeset without\n"
    )
    log = read_changelog(text, "c.sql")
    assert changes(log) == [
        ("1", "ann", Place("c.sql", 3, 1), True),
        ("2 b", "mo k", Place("c.sql", 6, 1), False),
    ]
    assert read_changelog("SELECT 1; --changeset a:b", "d.sql").changes == ()


def test_a_change_log_in_xml() -> None:
    text = (
        "<databaseChangeLog>\n<!-- <changeSet id='0' author='x'/> -->\n"
        "<changeSet\n  author='ann &amp; mo' id=\"1\" dbms='h2'>\n</changeSet>\n"
        "<ext:changeSet id='2' author='mo'/>\n<changeSet id='3'/>\n"
        "<include file='a/b.xml'/><includeAll path='more/'/></databaseChangeLog>"
    )
    log = read_changelog(text, "c.xml")
    assert changes(log) == [
        ("1", "ann & mo", Place("c.xml", 3, 1), True),
        ("2", "mo", Place("c.xml", 6, 1), False),
    ]
    assert log.includes == ("a/b.xml", "more/")


@pytest.mark.parametrize("path", ["c.yaml", "c.json"])
def test_a_change_log_in_yaml_and_json(path: str) -> None:
    if path.endswith("yaml"):
        text = (
            "databaseChangeLog:\n- changeSet:\n    id: 7\n    author: mo\n"
            "- include: {file: a.sql}\n- changeSet: {id: x}\n- nothing\n"
        )
        place = Place(path, 3, 5)
    else:
        text = (
            '{"databaseChangeLog": [\n {"changeSet": {"id": 7, "author": "mo"}},\n'
            ' {"include": {"file": "a.sql"}}]}'
        )
        place = Place(path, 2, 17)
    log = read_changelog(text, path)
    assert changes(log) == [("7", "mo", place, False)]
    assert log.includes == ("a.sql",)


def test_a_journal() -> None:
    text = '{"dialect": "pg", "entries": [{"tag": "0000_a", "when": 5}, {"tag": "b"}, 4]}'
    journal = read_journal(text, "j.json")
    assert [(entry.tag, entry.when) for entry in journal.entries] == [("0000_a", 5)]
    assert journal.dialect == "pg"
    for broken in ("", "[]", "{" * 100_000, '{"entries": 4}'):
        assert read_journal(broken, "j.json").entries == ()


_PIECES = st.lists(
    st.sampled_from(
        ["revision = ", "'a'", "down_revision", "(", "\n", "class Migration(x):\n", " replaces = ",
         "-- liquibase formatted sql\n", "--changeset a:b\n", "<changeSet ", "id='1' ", ">", "<!--",
         "databaseChangeLog:\n", "- changeSet: ", "{id: 1, author: *x}", "\0", '{"entries": [', "]}"]
    )
    | st.text(max_size=5),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(_PIECES)
def test_any_text_is_read(text: str) -> None:
    lines = text.count("\n") + 1
    python = read_python_migration(text, "a.py")
    assert python.place is None or (python.place.line or 0) <= lines
    for path in ("a.sql", "a.xml", "a.yml", "a.json"):
        assert all((one.place.line or 0) <= lines for one in read_changelog(text, path).changes)
    read_journal(text, "j.json")
