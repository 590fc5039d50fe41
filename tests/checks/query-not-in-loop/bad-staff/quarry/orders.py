from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from quarry.db import get_db
from quarry.models import Order, User

router = APIRouter()


@router.get("/users")
def list_users(db: Session = Depends(get_db)):
    users = db.query(User).all()
    result = []
    for user in users:
        orders = db.query(Order).filter(Order.user_id == user.id).count()
        last = db.query(Order).filter(Order.user_id == user.id).order_by(Order.id.desc()).first()
        result.append({"id": user.id, "orders": orders, "last": last})
    return result
