from flask import Blueprint, jsonify

from kennel.dao import dao_get_dogs, dao_get_owners
from kennel.models import Dog

dogs = Blueprint("dogs", __name__, url_prefix="/dogs")


@dogs.route("", methods=["GET"])
def get_dogs():
    return jsonify(data=[one.serialize() for one in dao_get_dogs()])


@dogs.route("/owners", methods=["GET"])
def get_owners():
    owners = dao_get_owners()
    found = []
    for owner in owners:
        found.append({"name": owner.name, "dogs": len(owner.dogs)})
    return jsonify(found)


@dogs.route("/old", methods=["GET"])
def get_old_dogs():
    old = Dog.query.filter(Dog.born_in < 2012).all()
    return jsonify([{"name": one.name, "owner": one.owner.name} for one in old])


@dogs.route("/heavy", methods=["GET"])
def get_heavy_dogs():
    heavy = Dog.query.filter(Dog.weight > 40)
    if not heavy.count():
        return jsonify([])
    return jsonify([{"name": one.name, "owner": one.owner.name} for one in heavy.all()])
