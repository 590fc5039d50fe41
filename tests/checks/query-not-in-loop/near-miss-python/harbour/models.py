from django.db import models


class Captain(models.Model):
    name = models.CharField(max_length=80)


class Ship(models.Model):
    captain = models.ForeignKey(Captain, on_delete=models.PROTECT)
    tags = models.JSONField(default=dict)
