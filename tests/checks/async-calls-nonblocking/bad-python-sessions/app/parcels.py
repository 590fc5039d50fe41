from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app.store import get_db
from app.tables import Parcel

router = APIRouter(prefix="/parcels")


@router.get("/{id}")
async def get_parcels(id: int = 0, db: Session = Depends(get_db)):
    return db.query(Parcel).filter(Parcel.id == id).first()


@router.put("/{id}")
async def put_parcels(id: int = 0, db: Session = Depends(get_db)):
    return db.query(Parcel).filter(Parcel.id == id).first()


@router.delete("/{id}")
async def delete_parcels(id: int = 0, db: Session = Depends(get_db)):
    return db.query(Parcel).filter(Parcel.id == id).first()
