from sqlalchemy import Column, Integer, create_engine
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Job(Base):
    __tablename__ = "jobs"
    id = Column(Integer, primary_key=True)


def start(url):
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    return engine
