from django.db import models


class Insight(models.Model):
    region = models.CharField(max_length=80)
    walked = models.IntegerField(default=0)
