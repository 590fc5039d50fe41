from django.db import models


class Berth(models.Model):
    name = models.CharField(max_length=80)
    warden = models.ForeignKey("Warden", on_delete=models.PROTECT)


class Warden(models.Model):
    name = models.CharField(max_length=80)
