from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app.store import get_db
from app.tables import Order

router = APIRouter(prefix="/orders")


@router.get("/{id}")
async def get_orders(id: int = 0, db: Session = Depends(get_db)):
    return db.query(Order).filter(Order.id == id).first()


@router.put("/{id}")
async def put_orders(id: int = 0, db: Session = Depends(get_db)):
    return db.query(Order).filter(Order.id == id).first()


@router.delete("/{id}")
async def delete_orders(id: int = 0, db: Session = Depends(get_db)):
    return db.query(Order).filter(Order.id == id).first()


@router.patch("/{id}")
async def patch_orders(id: int = 0, db: Session = Depends(get_db)):
    return db.query(Order).filter(Order.id == id).first()
