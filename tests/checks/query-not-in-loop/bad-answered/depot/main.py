from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session

from depot import crud
from depot.models import Tour
from depot.schemas import TourOut
from depot.session import get_db

app = FastAPI()


@app.get("/tours", response_model=list[TourOut])
def tours(day: str = "", db: Session = Depends(get_db)):
    query = db.query(Tour)
    if day:
        query = query.filter(Tour.day == day)
    return query.order_by(Tour.id).limit(100).all()


@app.get("/tours/open")
def open_tours(db: Session = Depends(get_db)) -> list[TourOut]:
    rows = crud.list_open_tours(db)
    return rows
