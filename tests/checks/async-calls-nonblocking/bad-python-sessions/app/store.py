from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

make = sessionmaker(create_engine("postgresql://db/shop"))


def get_db():
    db = make()
    try:
        yield db
    finally:
        db.close()
