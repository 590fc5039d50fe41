from flask import Blueprint, jsonify
from flask_caching import Cache

from kennel.models import Dog

cache = Cache()
dogs = Blueprint("dogs", __name__, url_prefix="/dogs")


@dogs.route("/owners")
@cache.memoize(timeout=60)
def owners():
    return jsonify([dog.owner.name for dog in Dog.query.all()])


@dogs.route("/mothers")
def mothers():
    # Every dog is loaded, and so are the mothers.
    return jsonify([dog.mother.name for dog in Dog.query.all()])


@dogs.route("/points")
def points():
    # There are a few challenges; a session asks for each of them once.
    return jsonify([dog.challenge.points for dog in Dog.query.all()])
