from sqlalchemy import select

from kennel import db
from kennel.models import Dog, Owner


def dao_get_dogs():
    return Dog.query.order_by(Dog.name).all()


def dao_get_owners():
    return db.session.scalars(select(Owner).order_by(Owner.name)).all()
