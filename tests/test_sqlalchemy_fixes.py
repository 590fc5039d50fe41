"""What is written in the place of statements of SQLAlchemy that are sent per element."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_reconaudit.facts.query.lists import list_files
from pytest_reconaudit.facts.query.repetitions import query_files
from pytest_reconaudit.facts.query.sqlalchemy_fixes import statement_at
from pytest_reconaudit.model import Severity
from pytest_reconaudit.target import Target

HEAD = """\
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from yard.models import Berth, Vessel

app = FastAPI()


"""
STORE = """\
def get_vessel(db: Session, yard_id: int, vessel_id: int):
    statement = select(Vessel).where(
        Vessel.yard_id == yard_id,  # of this yard
        Vessel.id == vessel_id,
    )
    return db.execute(statement).scalars().first()


"""
BATCHED = """\
def get_vessel_many(db: Session, vessel_ids: list[int]):
    return db.scalars(select(Vessel).where(Vessel.id.in_(vessel_ids))).all()


"""


def _remedies(root: Path, body: str) -> list[str]:
    (root / "yard").mkdir()
    (root / "yard" / "__init__.py").touch()
    (root / "yard" / "main.py").write_text(HEAD + body)
    (root / "requirements.txt").write_text("fastapi\nsqlalchemy\n")
    return [
        one.remedy
        for file in query_files(Target(root))
        for one in file.repetitions
        if one.severity is not Severity.INFO
    ]


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


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (
            LOOKED_UP,
            (
                "`Vessel.id.in_(vessel_ids)` in place of `Vessel.id == vessel_id`",
                ", `Vessel.sunk.is_(False)` kept",
                "a dict by `id`",
                "an UPDATE of berth (line 18)",
            ),
        ),
        (
            COUNTED,
            (
                "`Vessel.berth_id.in_([row.id for row in rows])` in place of `berth_id=row.id`",
                "grouped by that column",
            ),
        ),
        (
            STORE + CALLED,
            (
                "`get_vessel` (yard/main.py:",
                "`Vessel.id.in_(vessel_ids)` in place of `Vessel.id == vessel_id`",
                "`Vessel.yard_id == yard_id` kept",
            ),
        ),
        (
            LOOKED_UP.replace(".first()", ".order_by(Vessel.age).first()"),
            ("`DISTINCT ON`", "`Vessel.sunk.is_(False)` kept"),
        ),
    ],
)
def test_what_changes_and_what_stays_is_named(
    body: str, wanted: tuple[str, ...], tmp_path: Path
) -> None:
    (told,) = _remedies(tmp_path, body)
    for one in wanted:
        assert one in told
    assert "```" not in told


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


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (SAME, "is given the same in each round: call it once before the loop"),
        (PRESENT, "for which of the keys there is one"),
        (WALKED, "walks from row to row, with a query for each step"),
        (STAGED, "`session.add_all(rows)` and one `flush()`; then the rows that name them"),
    ],
)
def test_what_each_round_goes_on_with_is_seen(body: str, wanted: str, tmp_path: Path) -> None:
    (told,) = _remedies(tmp_path, body)
    assert wanted in told


def test_what_is_there_for_many_is_named(tmp_path: Path) -> None:
    (told,) = _remedies(tmp_path, STORE + BATCHED + CALLED)
    assert "`get_vessel_many` (yard/main.py:" in told


def test_statements_are_put_together_from_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "def rows(db, given):\n"
        '    text = """ ( [ """\n'
        "    query = select(A).where(\n"
        "        A.x == given,\n"
        "    )\n"
        "    query = query.where(A.y > 1)\n"
        "    result = db.execute(query)\n"
        "    return result\n"
    )
    statement = statement_at(Target(tmp_path), "a.py", 7)
    assert statement.conditions == ("A.x == given", "A.y > 1")
    assert not statement.ordered
    assert statement_at(Target(tmp_path), "a.py", 99).text == ""


LISTS = """\
@app.get("/moorings/stats")
def stats(db: Session = Depends(get_db)):
    result = db.execute(select(Order))
    rows = result.scalars().all()
    total = sum(row.price for row in rows)
    for row in rows:
        total += row.fee
    return {"total": total, "n": len(rows)}


@app.get("/orders")
def orders(db: Session = Depends(get_db)):
    return db.execute(select(Order).order_by(Order.number)).scalars().all()


@app.get("/members")
def members(db: Session = Depends(get_db)):
    query = select(User).join(Seat, and_(Seat.user_id == User.id, Seat.organization_id == mine))
    return db.execute(query).scalars().all()


@app.get("/prices")
def prices(db: Session = Depends(get_db)):
    known = {one.id for one in db.query(Order).with_entities(Order.id).all()}
    return page(known)
"""


def test_lists_say_what_becomes_of_their_rows(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(HEAD + LISTS)
    (tmp_path / "requirements.txt").write_text("fastapi\nsqlalchemy\n")
    (file,) = list_files(Target(tmp_path))
    by_function = {one.function: one for one in file.unbounded}
    assert by_function["stats"].worked is not None
    assert "the database can mostly work out itself" in by_function["stats"].remedy
    assert by_function["orders"].worked is None
    assert ".limit(limit).offset(offset)" in by_function["orders"].remedy
    assert "end the order that it has" in by_function["orders"].remedy
    assert by_function["orders"].severity is Severity.MEDIUM
    assert by_function["members"].severity is Severity.LOW
    assert by_function["members"].narrowed
    assert by_function["prices"].severity is Severity.INFO
