from django.contrib.auth.models import User
from django.db import models


class Farm(models.Model):
    name = models.CharField(max_length=80)


class Sack(models.Model):
    farm = models.ForeignKey(Farm, on_delete=models.CASCADE)
    owner = models.ForeignKey(User, on_delete=models.CASCADE)


class Stamp(models.Model):
    sack = models.ForeignKey(Sack, on_delete=models.CASCADE, related_name="stamps")
    text = models.CharField(max_length=80)


class Seal(models.Model):
    sack = models.ForeignKey(Sack, on_delete=models.CASCADE)
    text = models.CharField(max_length=80)
