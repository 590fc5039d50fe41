from django.db import models


class Captain(models.Model):
    name = models.CharField(max_length=80)


class Ship(models.Model):
    name = models.CharField(max_length=80)
    captain = models.ForeignKey("Captain", on_delete=models.PROTECT)
    home = models.ForeignKey("Port", related_name="ships", on_delete=models.PROTECT)


class Port(models.Model):
    name = models.CharField(max_length=80)
