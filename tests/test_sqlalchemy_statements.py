"""Statements of SQLAlchemy as their functions say them, and what becomes of their rows."""

from __future__ import annotations

from pathlib import Path

from pytest_reconaudit.facts.query.lists import list_files
from pytest_reconaudit.facts.query.sqlalchemy_statements import statement_at
from pytest_reconaudit.model import Severity
from pytest_reconaudit.target import Target

HEAD = """\
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from yard.models import Berth, Vessel

app = FastAPI()


"""


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
    assert "A.x == given" in statement.text
    assert "A.y > 1" in statement.text
    assert statement.model == "A"
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
