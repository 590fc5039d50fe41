from flask import Blueprint, jsonify

from kennel import db
from kennel.dao import (
    dao_count_dogs,
    dao_get_all_dogs,
    dao_get_dogs,
    dao_get_dogs_of,
    dao_get_owners,
    dao_get_strays,
)

dogs = Blueprint("dogs", __name__, url_prefix="/dogs")


@dogs.route("", methods=["GET"])
def get_dogs():
    return jsonify(data=[one.serialize() for one in dao_get_dogs()])


@dogs.route("/short", methods=["GET"])
def get_short_dogs():
    return jsonify(data=[one.serialize_short() for one in dao_get_all_dogs()])


@dogs.route("/owners", methods=["GET"])
def get_owners():
    return jsonify([{"name": one.name, "dogs": len(one.dogs)} for one in dao_get_owners()])


@dogs.route("/mine/<int:owner_id>", methods=["GET"])
def get_my_dogs(owner_id):
    # The owner is there already: the session knows it by its key.
    return jsonify([one.serialize() for one in dao_get_dogs_of(owner_id)])


@dogs.route("/strays", methods=["GET"])
def get_strays():
    return jsonify([one.serialize() for one in dao_get_strays()])


@dogs.route("/counts", methods=["GET"])
def get_counts():
    return jsonify([{"name": one.name, "dogs": one.count} for one in dao_count_dogs()])


@dogs.route("/strays", methods=["DELETE"])
def forget_strays():
    for one in dao_get_all_dogs():
        if one.owner_id is None:
            db.session.delete(one)
    db.session.commit()
    return "", 204
