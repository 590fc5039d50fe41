from kennel import db


class Owner(db.Model):
    __tablename__ = "owners"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)


class Challenge(db.Model):
    __tablename__ = "challenges"
    id = db.Column(db.Integer, primary_key=True)
    points = db.Column(db.Integer)


class Dog(db.Model):
    __tablename__ = "dogs"
    id = db.Column(db.Integer, primary_key=True)
    owner_id = db.Column(db.Integer, db.ForeignKey("owners.id"))
    mother_id = db.Column(db.Integer, db.ForeignKey("dogs.id"))
    challenge_id = db.Column(db.Integer, db.ForeignKey("challenges.id"))
    name = db.Column(db.String)
    owner = db.relationship("Owner")
    mother = db.relationship("Dog", remote_side=[id])
    challenge = db.relationship("Challenge")
