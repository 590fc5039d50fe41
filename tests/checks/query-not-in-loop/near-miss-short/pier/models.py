from django.db import models


class Letter(models.Model):
    ship = models.CharField(max_length=80)
    body = models.TextField()
