from django.db import models


class Tour(models.Model):
    title = models.CharField(max_length=80)


class Ticket(models.Model):
    tour = models.ForeignKey(Tour, on_delete=models.CASCADE)
    holder = models.CharField(max_length=80)
    used = models.BooleanField(default=False)
