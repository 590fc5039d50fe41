from fastapi import APIRouter
from sqlalchemy.orm import Session

from app.models import Discount, Order, Shop, Stock

router = APIRouter()


@router.get("/shops/{shop_id}/orders")
def list_orders(shop_id: int, session: Session):
    orders = session.query(Order).all()
    answer = []
    for order in orders:
        shop = session.query(Shop).filter(Shop.id == shop_id).one()
        answer.append({"id": order.id, "currency": shop.currency})
    return answer


@router.get("/shops/{shop_id}/stock")
def list_stock(shop_id: int, session: Session):
    orders = session.query(Order).all()
    answer = []
    for order in orders:
        stock = session.query(Stock).filter(Stock.order_id == order.id).one()
        discount = session.query(Discount).filter(Discount.order_id == order.id).first()
        shop = session.query(Shop).filter(Shop.id == shop_id).one()
        answer.append((order.id, stock.amount, discount, shop.currency))
    return answer


@router.get("/shops/{shop_id}/pages")
def list_pages(shop_id: int, session: Session):
    orders = session.query(Order).all()
    answer = []
    last = 0
    for order in orders:
        following = session.query(Stock).filter(Stock.id > last).first()
        last = following.id
        answer.append((order.id, last))
    return answer
