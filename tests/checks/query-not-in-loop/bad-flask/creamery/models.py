from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Buyer(db.Model):
    __tablename__ = "buyers"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
    deliveries = db.relationship("Delivery", backref="buyer", lazy=True)
    letters = db.relationship("Letter", backref="buyer", lazy="dynamic")

    @property
    def owed(self):
        return sum(one.price - one.paid for one in self.deliveries)


class Delivery(db.Model):
    __tablename__ = "deliveries"
    id = db.Column(db.Integer, primary_key=True)
    buyer_id = db.Column(db.Integer, db.ForeignKey("buyers.id"), nullable=False)
    cheese_id = db.Column(db.Integer, db.ForeignKey("cheeses.id"), nullable=False)
    price = db.Column(db.Integer, nullable=False)
    paid = db.Column(db.Integer, nullable=False, default=0)
    sent_on = db.Column(db.Date)
    cheese = db.relationship("Cheese", backref="deliveries")


class Letter(db.Model):
    __tablename__ = "letters"
    id = db.Column(db.Integer, primary_key=True)
    buyer_id = db.Column(db.Integer, db.ForeignKey("buyers.id"), nullable=False)


class Cheese(db.Model):
    __tablename__ = "cheeses"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
