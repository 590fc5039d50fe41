from django.db import models


class Shelf(models.Model):
    room = models.CharField(max_length=40)


class Jar(models.Model):
    label = models.CharField(max_length=80)
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE)
