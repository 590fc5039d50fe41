from flask import Flask, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


class Guest(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80))


# Called like a job, and yet what a request waits for.
@app.post("/guests/import")
def import_guests():
    for row in request.json["rows"]:
        guest = Guest(name=row["name"])
        db.session.add(guest)
        db.session.commit()
    return {}


# Nobody waits for this one.
def import_nightly(found):
    for row in found["rows"]:
        guest = Guest(name=row["name"])
        db.session.add(guest)
        db.session.commit()
