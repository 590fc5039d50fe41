from django.conf import settings
from django.db import models


class Office(models.Model):
    town = models.CharField(max_length=80)


class Permit(models.Model):
    number = models.CharField(max_length=20, unique=True)
    expired = models.BooleanField(default=False)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    office = models.ForeignKey(Office, on_delete=models.PROTECT)


class Stamp(models.Model):
    permit_number = models.CharField(max_length=20, db_index=True)
    put_at = models.DateTimeField()
