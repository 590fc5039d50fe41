from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Berth(Base):
    __tablename__ = "berths"

    id = Column(Integer, primary_key=True)
    harbour_id = Column(Integer)
    name = Column(String)
