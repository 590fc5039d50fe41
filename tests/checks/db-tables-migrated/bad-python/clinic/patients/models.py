from django.db import models


class Stamped(models.Model):
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Patient(Stamped):
    name = models.CharField(max_length=120)


class Visit(Stamped):
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE)
    notes = models.TextField(blank=True)
