from fastapi import APIRouter, Depends
from flask import Blueprint, jsonify, render_template, request
from sqlalchemy.orm import Session

from creamery.models import Buyer, Message, Order, Payment, db
from creamery.session import get_db

pages = Blueprint("pages", __name__)
api = APIRouter()


@pages.route("/orders", methods=["GET"])
def orders():
    query = Order.query
    if request.args.get("state"):
        query = query.filter(Order.state == request.args["state"])
    rows = query.order_by(Order.sent_on.desc()).all()
    buyers = Buyer.query.filter_by(active=True).all()
    return render_template("orders/list.html", orders=rows, buyers=buyers)


@pages.route("/api/messages", methods=["GET"])
def messages():
    return jsonify([one.text for one in db.session.query(Message).all()])


@api.get("/payments")
def payments(state: str = "", session: Session = Depends(get_db)):
    query = session.query(Payment)
    if state:
        query = query.filter(Payment.state == state)
    return query.order_by(Payment.id).all()
