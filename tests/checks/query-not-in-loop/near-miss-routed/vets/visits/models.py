from django.conf import settings
from django.db import models


class Clinic(models.Model):
    name = models.CharField(max_length=80)


class Survey(models.Model):
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE)
    closed = models.BooleanField(default=False)

    def clone(self, year):
        return Survey.objects.get_or_create(clinic=self.clinic, year=year)


class Profile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    clinic = models.ForeignKey(Clinic, on_delete=models.CASCADE)
