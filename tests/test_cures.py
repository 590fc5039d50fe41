"""What is told to be done about a statement that a loop repeats."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.query.list_words import (
    GROUPED,
    KEYS,
    OWN_VALUES,
    ROWS,
    UPSERTS,
    dialect_of,
)
from pytest_reconaudit.facts.query.repeated import Repetition
from pytest_reconaudit.facts.query.repetitions import query_files
from pytest_reconaudit.model import Severity
from pytest_reconaudit.target import Target

TREES = Path(__file__).parent / "checks" / "query-not-in-loop"
HEAD = """\
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from yard.models import Berth, Vessel

app = FastAPI()


"""
STORE = """\
def get_vessel(db: Session, yard_id: int, vessel_id: int):
    return db.execute(select(Vessel).where(Vessel.id == vessel_id)).scalars().first()


"""
BATCHED = """\
def get_vessel_many(db: Session, vessel_ids: list[int]):
    return db.scalars(select(Vessel).where(Vessel.id.in_(vessel_ids))).all()


"""
LOOKED_UP = """\
@app.post("/bulk/moor")
def moor(vessel_ids: list[int], db: Session = Depends(get_db)):
    for vessel_id in vessel_ids:
        vessel = (
            db.query(Vessel)
            .filter(Vessel.id == vessel_id, Vessel.sunk.is_(False))
            .first()
        )
        db.execute(update(Berth).where(Berth.vessel_id == vessel_id).values(taken=True))
"""
TAKEN_BEFORE = """\
@app.post("/bulk/berths")
def add_berths(names: list[str], db: Session = Depends(get_db)):
    for name in names:
        berth = db.execute(select(Berth).where(Berth.name == name)).scalar_one_or_none()
        if berth is None:
            db.execute(insert(Berth).values(name=name))
"""
COUNTED = """\
@app.get("/berths")
def berths(db: Session = Depends(get_db)):
    rows = db.query(Berth).all()
    return [{"n": db.query(Vessel).filter_by(berth_id=row.id).count()} for row in rows]
"""
CALLED = """\
@app.post("/bulk/moor")
def moor(vessel_ids: list[int], db: Session = Depends(get_db)):
    for vessel_id in vessel_ids:
        vessel = get_vessel(db, mine(), vessel_id)
        vessel.moor()
"""
WALKED = """\
def trail(db: Session, berth):
    while berth is not None:
        berth = db.query(Berth).filter(Berth.id == berth.parent_id).first()


@app.get("/berths")
def berths(db: Session = Depends(get_db)):
    for row in db.query(Berth).all():
        trail(db, row)
"""
STAGED = """\
@app.post("/berths/bulk")
def fill(body: Body, db: Session = Depends(get_db)):
    for row in body.rows:
        berth = Berth(name=row)
        db.add(berth)
        db.commit()
        db.add(Vessel(berth_id=berth.id))
        db.commit()
"""
GATHERED = """\
@app.post("/berths/bulk")
def fill(body: Body, db: Session = Depends(get_db)):
    for row in body.rows:
        berth = Berth(name=row)
        db.add(berth)
        db.commit()
"""
SAME = """\
def all_of(db: Session, yard_id: int):
    return db.query(Vessel).filter(Vessel.yard_id == yard_id).all()


@app.post("/bulk/vessels")
def add_vessels(names: list[str], yard_id: int, db: Session = Depends(get_db)):
    for name in names:
        known = all_of(db, yard_id)
        if name not in {one.name for one in known}:
            db.add(Vessel(name=name))
            db.commit()
"""
PRESENT = """\
def is_moored(db: Session, vessel_id: int) -> bool:
    return db.query(exists().where(Berth.vessel_id == vessel_id)).scalar()


@app.post("/bulk/moored")
def moored(vessel_ids: list[int], db: Session = Depends(get_db)):
    return [one for one in vessel_ids if is_moored(db, one)]
"""
OF_OWN = """\
def rated(db: Session, row) -> int:
    row.rate = db.query(Rate).filter(Rate.size == row.size).first()


@app.get("/berths")
def berths(db: Session = Depends(get_db)):
    for row in db.query(Berth).all():
        rated(db, row)
"""


def _worth_it(target: Target) -> list[Repetition]:
    """Those that are more than a note."""
    return [
        one
        for file in query_files(target)
        for one in file.repetitions
        if one.severity is not Severity.INFO
    ]


def _remedy(root: Path, body: str) -> str:
    (root / "yard").mkdir()
    (root / "yard" / "__init__.py").touch()
    (root / "yard" / "main.py").write_text(HEAD + body)
    (root / "requirements.txt").write_text("fastapi\nsqlalchemy\n")
    (one,) = _worth_it(Target(root))
    return one.remedy


@pytest.mark.parametrize(
    ("body", "wanted", "unwanted"),
    [
        (
            LOOKED_UP,
            (
                "Ask once before the loop for what all rounds need (`.in_(keys)`; where more",
                "under the other conditions that it has",
                "The loop also sends an UPDATE of berth (line 18): treat it likewise",
                "a key without a row",
            ),
            ("sibling", "Mind that"),
        ),
        (
            TAKEN_BEFORE,
            (
                (
                    "What is read of berth (line 13) is written by the loop itself (line 15): note in"
                    " memory what each round writes, for the next to see it."
                ),
            ),
            (),
        ),
        (
            COUNTED,
            ("one grouped query bring the figures of all rounds", "no group has counts 0"),
            ("OR of the pairs", "a key without a row"),
        ),
        (
            STORE + CALLED,
            (
                "`get_vessel` (yard/main.py:11) asks for one: give it a sibling",
                "(`.in_(keys)`; where more",
                "under the same conditions",
            ),
            ("The loop also",),
        ),
        (
            STORE + BATCHED + CALLED,
            ("`get_vessel` (yard/main.py:11) asks for one; `get_vessel_many` (yard/main.py:",),
            ("give it a sibling",),
        ),
        (OF_OWN, ("`rated` (yard/main.py:11) asks by itself", "hand each call its own"), ()),
        (
            SAME,
            ("`all_of` (yard/main.py:11) is given the same in each round: call it once before",),
            ("a key without a row", "in_("),
        ),
        (PRESENT, ("`is_moored` (yard/main.py:11) asks for one",), ("given the same",)),
        (
            WALKED,
            ("walks from row to row, with a query for each step",),
            ("in_(", "a key without a row"),
        ),
        (
            STAGED,
            (
                "The round goes on with its row: write those of all rounds first",
                "`session.add_all(rows)` and one `flush()`",
            ),
            ("Gather the rows",),
        ),
        (GATHERED, ("Gather the rows in the loop",), ("goes on with its row",)),
    ],
)
def test_what_is_said_of_a_loop(
    tmp_path: Path, body: str, wanted: tuple[str, ...], unwanted: tuple[str, ...]
) -> None:
    told = _remedy(tmp_path, body)
    for one in wanted:
        assert one in told
    for one in unwanted:
        assert one not in told


def test_no_code_is_made_up_for_a_statement_in_a_loop() -> None:
    looked = 0
    for tree in sorted(TREES.iterdir()):
        for one in _worth_it(Target(tree)) if tree.is_dir() else ():
            first = one.sites[0]
            if not (first.relation or one.same):
                looked += 1
                assert one.remedy, (tree, one.function)
                assert "```" not in one.remedy, (tree, one.function)
                assert one.remedy.endswith("."), (tree, one.function)
    assert looked > 50


@pytest.mark.parametrize(
    ("tree", "function", "wanted"),
    [
        ("bad", "moor_all", "with one statement (`values(&rows)`)"),
        ("bad-prefixed", "copy_titles", "(`bulk_create`), in batches"),
        ("bad-python", "promote", "given a list of them (`bulk_update`)"),
        ("bad-python", "promote", "Likewise for the loop of line 19."),
        ("bad-python", "promote", "hooks that run for each row (signals, `save()`)"),
        ("bad-parents", "bulk_rename", "Take the `commit()` out of the loop"),
        ("bad-sqlx", "list_rows", "(`= ANY($n)` and `GROUP BY`)"),
        ("bad-services", "bulk_add", "`record` (src/store.rs:21) writes one: give it a sibling"),
        ("bad-wrapped", "listCounts", "`aggregate` with `$group`"),
        ("bad-script", "listPatients", "`groupBy`, or SQL where the key is another table's"),
    ],
)
def test_each_library_has_its_own_word(tree: str, function: str, wanted: str) -> None:
    told = {one.function: one.remedy for one in _worth_it(Target(TREES / tree))}
    assert wanted in told[function]


def test_rows_of_rows_are_loaded_along_together(tmp_path: Path) -> None:
    (tmp_path / "manage.py").write_text("")
    (tmp_path / "quays").mkdir()
    (tmp_path / "quays" / "models.py").write_text(
        """\
from django.db import models


class Quay(models.Model):
    name = models.CharField(max_length=80)


class Berth(models.Model):
    quay = models.ForeignKey(Quay, on_delete=models.CASCADE, related_name="berths")


class Boat(models.Model):
    berth = models.ForeignKey(Berth, on_delete=models.CASCADE, related_name="boats")
"""
    )
    (tmp_path / "quays" / "views.py").write_text(
        """\
from django.http import JsonResponse

from .models import Quay


def boats(request):
    found = []
    for quay in Quay.objects.order_by("name"):
        for berth in quay.berths.all():
            found += [boat.id for boat in berth.boats.all()]
    return JsonResponse({"boats": found})
"""
    )
    (one,) = [each for file in query_files(Target(tmp_path)) for each in file.repetitions]
    assert one.sites[0].relation == "Quay.berths.boats.all()"
    assert 'prefetch_related("berths__boats")' in one.remedy


def test_what_nobody_looks_at_is_taken_out() -> None:
    told = [one.remedy for one in _worth_it(Target(TREES / "bad-unread"))]
    assert [one.startswith("Nobody looks at what it brings") for one in told] == [
        False,
        False,
        True,
    ]


def test_every_library_that_is_known_has_its_words() -> None:
    known = set(KEYS)
    assert known == set(GROUPED) == set(ROWS) == set(UPSERTS) == set(OWN_VALUES)


@pytest.mark.parametrize(
    ("library", "path", "text", "wanted"),
    [
        ("sqlx", "a.rs", 'query("SELECT $1")', "postgres"),
        ("sqlx", "a.rs", 'use sqlx::SqlitePool; query("SELECT $1")', "sqlx"),
        ("sqlx", "a.rs", 'query("SELECT ?")', "sqlx"),
        ("sql", "a.py", "import psycopg", "postgres"),
        ("sql", "a.py", "import sqlite3", "sql"),
        ("diesel", "a.rs", "postgres", "diesel"),
    ],
)
def test_plain_sql_is_told_by_its_database(library: str, path: str, text: str, wanted: str) -> None:
    assert dialect_of(library, path, text) == wanted
