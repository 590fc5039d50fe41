from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.orm import Session

from desk.database import session
from desk.guards import error_if_not_local

app = FastAPI()


@app.get("/local/pilots")
def local_pilots(db: Session = Depends(session)):
    # Without a login: for work on one's own machine.
    error_if_not_local()
    return [dict(row) for row in db.execute(text("SELECT * FROM pilots")).all()]


@app.get("/places")
def places(pilot: int, db: Session = Depends(session)):
    return db.execute(
        text(
            """
            SELECT DISTINCT name FROM "visits"
            WHERE "visits"."pilot" = {} ORDER BY name
            """.replace("{}", str(pilot))
        )
    ).all()
