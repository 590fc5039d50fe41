from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from kennel import db
from kennel.models import Dog, Owner


def dao_get_dogs():
    return Dog.query.options(joinedload(Dog.owner)).order_by(Dog.name).all()


def dao_get_all_dogs():
    return Dog.query.order_by(Dog.name).all()


def dao_get_owners():
    return db.session.scalars(select(Owner).options(selectinload(Owner.dogs))).all()


def dao_get_dogs_of(owner_id):
    return Dog.query.filter_by(owner_id=owner_id).all()


def dao_get_strays():
    return Dog.query.filter(Dog.owner_id.is_(None)).all()


def dao_count_dogs():
    return db.session.query(Owner.name, func.count(Dog.id)).join(Dog).group_by(Owner.name).all()
