from sqlalchemy.orm import Session


def newest(db: Session):
    return db.query(Tariff).order_by(Tariff.id.desc()).first()
