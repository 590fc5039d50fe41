from django.db import models


class Miller(models.Model):
    name = models.CharField(max_length=80)


class Grain(models.Model):
    name = models.CharField(max_length=80)


class Order(models.Model):
    number = models.CharField(max_length=20)


class Delivery(models.Model):
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
    miller = models.ForeignKey(Miller, on_delete=models.PROTECT)
    grain = models.ForeignKey(Grain, on_delete=models.PROTECT)
    checker = models.ForeignKey(Miller, on_delete=models.PROTECT, related_name="checked")


class Sack(models.Model):
    miller = models.ForeignKey(Miller, on_delete=models.PROTECT)
    grain = models.ForeignKey(Grain, on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.CASCADE)
