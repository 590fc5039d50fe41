from django.db import models


class Ping(models.Model):
    at = models.DateTimeField()
    ship = models.CharField(max_length=40)


class Call(models.Model):
    at = models.DateTimeField()
