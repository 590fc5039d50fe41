from django.db import models


class Miller(models.Model):
    name = models.CharField(max_length=80)


class Sack(models.Model):
    weight = models.IntegerField()
    filler = models.ForeignKey(Miller, on_delete=models.PROTECT)
