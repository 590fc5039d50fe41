from django.db import models
from simple_history.models import HistoricalRecords


class Sheet(models.Model):
    title = models.CharField(max_length=80)


class Proof(models.Model):
    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE)
    text = models.CharField(max_length=80)


class Stamped(models.Model):
    text = models.CharField(max_length=80)

    def save(self, *args, **kwargs):
        self.text = self.text.upper()
        super().save(*args, **kwargs)


class Logged(models.Model):
    text = models.CharField(max_length=80)
    history = HistoricalRecords()
