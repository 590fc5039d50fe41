from flask import Blueprint, jsonify, render_template, request
from sqlalchemy.orm import joinedload

from creamery.models import Buyer, Cheese, Delivery, Filler, Tank, db

pages = Blueprint("pages", __name__)


@pages.route("/deliveries")
def deliveries():
    query = Delivery.query
    if request.args.get("buyer"):
        query = query.filter(Delivery.buyer_id == request.args["buyer"])
    query = query.options(joinedload(Delivery.buyer))
    rows = query.order_by(Delivery.sent_on.desc()).limit(100).all()
    return render_template("batches/list.html", deliveries=rows)


@pages.route("/latest")
def latest():
    # ten rows
    rows = Delivery.query.order_by(Delivery.sent_on.desc()).limit(10).all()
    return render_template("batches/list.html", deliveries=rows)


@pages.route("/tanks")
def tanks():
    # few categories, each of which a session asks for once; the fillers come along
    rows = Tank.query.limit(200).all()
    return render_template("batches/tanks.html", tanks=rows, fillers=Filler.query.limit(90).all())


@pages.route("/buyers")
def buyers():
    rows = Buyer.query.order_by(Buyer.name).limit(100).all()
    # only some rows get to what is asked
    return render_template("buyers/list.html", buyers=rows)


@pages.route("/sums")
def sums():
    rows = db.session.query(Delivery.cheese_id, db.func.count()).group_by(Delivery.cheese_id).all()
    names = {one.id: one.name for one in Cheese.query.limit(500)}
    return jsonify({names[key]: count for key, count in rows})


@pages.route("/cheeses/rename", methods=["POST"])
def rename():
    found = Cheese.query.filter(Cheese.id.in_(request.json["ids"])).all()
    for cheese in found:
        cheese.name = request.json["name"]
    db.session.commit()
    return jsonify(done=len(found))
