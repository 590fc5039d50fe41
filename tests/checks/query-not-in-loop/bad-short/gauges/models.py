from django.db import models


class Station(models.Model):
    name = models.CharField(max_length=80, unique=True)


class Gauge(models.Model):
    name = models.CharField(max_length=80)
    station = models.ForeignKey("Station", on_delete=models.CASCADE)


class Keeper(models.Model):
    name = models.CharField(max_length=80)
