from kennel import db


class Owner(db.Model):
    __tablename__ = "owners"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String)
    dogs = db.relationship("Dog", back_populates="owner")


class Breed(db.Model):
    __tablename__ = "breeds"
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String)


class Dog(db.Model):
    __tablename__ = "dogs"
    id = db.Column(db.Integer, primary_key=True)
    owner_id = db.Column(db.Integer, db.ForeignKey("owners.id"))
    breed_id = db.Column(db.Integer, db.ForeignKey("breeds.id"))
    name = db.Column(db.String)
    owner = db.relationship("Owner", back_populates="dogs")
    breed = db.relationship("Breed", lazy="joined")

    def serialize(self):
        return {
            "id": str(self.id),
            "name": self.name,
            "owner": self.owner.name if self.owner else None,
        }

    def serialize_short(self):
        return {"id": str(self.id), "breed": self.breed.title}
