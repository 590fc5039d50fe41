from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

engine = create_engine("postgresql+psycopg2://quarry@db/quarry")
Session = sessionmaker(engine)


def get_db():
    with Session() as session:
        yield session
