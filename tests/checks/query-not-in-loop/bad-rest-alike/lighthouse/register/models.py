from django.db import models


class Keeper(models.Model):
    name = models.CharField(max_length=200)


class Lamp(models.Model):
    keeper = models.ForeignKey(Keeper, on_delete=models.PROTECT)
    lumens = models.IntegerField()


class Horn(models.Model):
    keeper = models.ForeignKey(Keeper, on_delete=models.PROTECT)
    hertz = models.IntegerField()


class Tower(models.Model):
    lamp = models.ForeignKey(Lamp, on_delete=models.PROTECT)
    metres = models.IntegerField()
