import os

from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, sessionmaker

from parcels.models import Parcel

app = FastAPI()
engine = create_engine(os.environ["DATABASE_URL"])
make_session = sessionmaker(engine)


def session():
    with make_session() as one:
        yield one


@app.get("/parcels/{barcode}")
def by_barcode(barcode: str, db: Session = Depends(session)):
    return db.execute(select(Parcel).where(Parcel.barcode == barcode, Parcel.handed_over == False)).scalar_one_or_none()


@app.get("/parcels")
def latest(db: Session = Depends(session)):
    return db.query(Parcel).filter_by(handed_over=False).order_by(Parcel.received_at.desc()).limit(50).all()


@app.get("/depots/{depot}/parcels")
def of_depot(depot: int, barcode: str, db: Session = Depends(session)):
    # an indexed column narrows
    return db.scalars(select(Parcel).where(Parcel.depot_id == depot, Parcel.barcode == barcode)).all()


@app.get("/states/{state}")
def in_state(state: str, db: Session = Depends(session)):
    # few values; more than one way; another table's column
    db.query(Parcel).filter(Parcel.state == state).all()
    return db.query(Parcel).filter((Parcel.barcode == state) | (Parcel.depot_id == 1)).all()


@app.post("/parcels")
def receive(barcode: str, db: Session = Depends(session)):
    db.add(Parcel(barcode=barcode, depot_id=1))
    db.commit()
