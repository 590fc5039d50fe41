from flask import Blueprint, jsonify, render_template, request

from creamery.models import Buyer, Cheese, Delivery, db

pages = Blueprint("pages", __name__)


@pages.route("/deliveries")
def deliveries():
    query = Delivery.query
    if request.args.get("buyer"):
        query = query.filter(Delivery.buyer_id == request.args["buyer"])
    rows = query.order_by(Delivery.sent_on.desc()).all()
    return render_template("batches/list.html", deliveries=rows, title="Deliveries")


@pages.route("/buyers")
def buyers():
    page = Buyer.query.order_by(Buyer.name).paginate(page=1, per_page=50)
    return render_template("buyers/list.html", buyers=page)


@pages.route("/api/deliveries")
def listed():
    query = db.session.query(Delivery)
    if request.args.get("late"):
        query = query.filter(Delivery.sent_on.is_(None))
    answer = []
    for one in query.all():
        answer.append({"id": one.id, "buyer": one.buyer.name, "cheese": one.cheese.name})
    return jsonify(answer)


@pages.route("/cheeses/bulk-rename", methods=["POST"])
def bulk_rename():
    ids = request.json["ids"]
    for cheese_id in ids:
        cheese = Cheese.query.get(cheese_id)
        cheese.name = request.json["name"]
    db.session.commit()
    return jsonify(done=len(ids))


@pages.route("/sums")
def sums():
    rows = Cheese.query.all()
    return jsonify({one.name: Delivery.query.filter_by(cheese_id=one.id).count() for one in rows})
