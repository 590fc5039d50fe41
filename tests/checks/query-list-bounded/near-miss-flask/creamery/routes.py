from fastapi import APIRouter, Depends
from flask import Blueprint, jsonify, render_template, request
from flask_login import current_user
from sqlalchemy.orm import Session

from creamery.models import Buyer, Order, Payment
from creamery.session import get_db

pages = Blueprint("pages", __name__)
api = APIRouter()


@pages.route("/orders", methods=["GET"])
def orders():
    query = Order.query
    if request.args.get("state"):
        query = query.filter(Order.state == request.args["state"])
    page = query.order_by(Order.sent_on.desc()).paginate(page=1, per_page=50)
    # the filter's box
    buyers = Buyer.query.filter_by(active=True).all()
    return render_template("orders/list.html", orders=page, buyers=buyers)


@pages.route("/orders/new", methods=["GET", "POST"])
def new_order():
    # what a form offers
    orders = Order.query.all()
    return render_template("orders/form.html", buyers=Buyer.query.all(), before=orders)


@pages.route("/mine", methods=["GET"])
def mine():
    query = Order.query
    query = query.filter(Order.buyer_id == current_user.id)
    return jsonify([one.id for one in query.all()])


@api.get("/payments")
def payments(state: str = "", session: Session = Depends(get_db)):
    query = session.query(Payment)
    if state:
        query = query.filter(Payment.state == state)
    return query.order_by(Payment.id).limit(100).all()
