from django.db import models


class Pump(models.Model):
    name = models.CharField(max_length=80)
    pressure = models.IntegerField()
