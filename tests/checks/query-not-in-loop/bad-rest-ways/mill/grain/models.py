from django.conf import settings
from django.db import models


class Farm(models.Model):
    name = models.CharField(max_length=200)


class Silo(models.Model):
    label = models.CharField(max_length=40)


class Delivery(models.Model):
    farm = models.ForeignKey(Farm, on_delete=models.PROTECT)
    silo = models.ForeignKey(Silo, on_delete=models.PROTECT)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    tons = models.DecimalField(max_digits=8, decimal_places=2)


class Sample(models.Model):
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE)
    silo = models.ForeignKey(Silo, on_delete=models.PROTECT)
    moisture = models.FloatField()
