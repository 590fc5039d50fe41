from django.db import models
from django.urls import reverse


class Harbour(models.Model):
    name = models.CharField(max_length=100)
    country = models.ForeignKey("Country", on_delete=models.PROTECT)

    def get_absolute_url(self):
        return reverse("harbour", args=[self.country.code, self.pk])


class Country(models.Model):
    code = models.CharField(max_length=2)


class Crossing(models.Model):
    origin = models.ForeignKey(Harbour, on_delete=models.PROTECT, related_name="departures")
    vessel = models.ForeignKey("Vessel", on_delete=models.PROTECT)
    leaves_at = models.DateTimeField()

    def __str__(self):
        return f"{self.origin.name} {self.leaves_at}"


class Vessel(models.Model):
    name = models.CharField(max_length=100)


class Booking(models.Model):
    crossing = models.ForeignKey(Crossing, on_delete=models.CASCADE, related_name="bookings")
    passenger = models.CharField(max_length=100)
    invoice = models.ForeignKey("Invoice", null=True, on_delete=models.SET_NULL)


class Invoice(models.Model):
    number = models.CharField(max_length=40)
