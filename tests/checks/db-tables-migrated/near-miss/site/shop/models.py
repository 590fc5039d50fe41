from django.db import models
from django.db.models.base import ModelBase


class Counted(ModelBase):
    """A class of classes has no table."""


class Base(models.Model):
    class Meta:
        abstract = True


class Item(Base):
    name = models.CharField(max_length=50)


class CheapItem(Item):
    class Meta:
        proxy = True


class StockView(models.Model):
    amount = models.IntegerField()

    class Meta:
        managed = False
        db_table = "stock_view"


class Basket(models.Model):
    """Renamed from Cart."""


class ItemForm:
    name = "form"
