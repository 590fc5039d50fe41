from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from fleet.models import Trip, Van

router = APIRouter(prefix="/vans-of-old")


@router.get("/")
def vans(db: Session = Depends(session)):
    found = []
    for van in db.query(Van).all():
        found.append(db.query(Trip).filter(Trip.van_id == van.id).count())
    return found
