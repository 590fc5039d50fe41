from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Gangway(Base):
    __tablename__ = "gangways"
    id = Column(Integer, primary_key=True)
