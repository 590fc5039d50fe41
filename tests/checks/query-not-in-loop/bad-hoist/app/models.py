from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Shop(Base):
    __tablename__ = "shops"
    id = Column(Integer, primary_key=True)
    currency = Column(String)


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)


class Stock(Base):
    __tablename__ = "stock"
    id = Column(Integer, primary_key=True)
    order_id = Column(ForeignKey("orders.id"))
    amount = Column(Integer)


class Discount(Base):
    __tablename__ = "discounts"
    id = Column(Integer, primary_key=True)
    order_id = Column(ForeignKey("orders.id"))
