from django.db import models


class Guide(models.Model):
    name = models.CharField(max_length=200)


class Tower(models.Model):
    guide = models.ForeignKey(Guide, on_delete=models.PROTECT)
    price = models.IntegerField()
