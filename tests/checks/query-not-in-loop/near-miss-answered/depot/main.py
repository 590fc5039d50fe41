from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, joinedload, selectinload

from depot.models import Tour
from depot.schemas import TourOut, TourShort
from depot.session import get_db, get_session

app = FastAPI()


@app.get("/tours", response_model=list[TourOut])
def tours(day: str = "", db: Session = Depends(get_db)):
    query = db.query(Tour).options(joinedload(Tour.driver), selectinload(Tour.parcels))
    if day:
        query = query.filter(Tour.day == day)
    return query.limit(100).all()


@app.get("/tours/short", response_model=list[TourShort])
def short_tours(db: Session = Depends(get_db)):
    # the stops come along by themselves
    return db.query(Tour).limit(100).all()


@app.get("/tours/waited", response_model=list[TourOut])
async def waited_tours(session: AsyncSession = Depends(get_session)):
    # such a session loads nothing lazily: it would fail
    rows = (await session.scalars(select(Tour).limit(100))).all()
    return rows


@app.get("/tours/{tour_id}", response_model=TourOut)
def one_tour(tour_id: int, db: Session = Depends(get_db)):
    return db.query(Tour).filter(Tour.id == tour_id).first()
