from django.conf import settings
from django.db import models


class Animal(models.Model):
    name = models.CharField(max_length=80)


class Vaccine(models.Model):
    label = models.CharField(max_length=80)


class BookingNotice(models.Model):
    vet = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    animal = models.ForeignKey(Animal, on_delete=models.CASCADE)


class VaccineNotice(models.Model):
    vet = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    vaccine = models.ForeignKey(Vaccine, on_delete=models.CASCADE)


class RecallNotice(models.Model):
    vet = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    animal = models.ForeignKey(Animal, on_delete=models.CASCADE)


class Invoice(models.Model):
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    animal = models.ForeignKey(Animal, on_delete=models.CASCADE)
