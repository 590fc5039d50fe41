from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app.store import get_db
from app.tables import Refund

router = APIRouter(prefix="/refunds")


@router.get("/{id}")
async def get_refunds(id: int = 0, db: Session = Depends(get_db)):
    return db.query(Refund).filter(Refund.id == id).first()
