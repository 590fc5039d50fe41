from django.db import models
from django.shortcuts import get_object_or_404, render
from django.urls import reverse


class Region(models.Model):
    slug = models.SlugField()


class Pit(models.Model):
    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="pits")


class Blast(models.Model):
    pit = models.ForeignKey(Pit, on_delete=models.CASCADE, related_name="blasts")
    fired_at = models.DateTimeField()

    def get_absolute_url(self):
        return reverse("blast", kwargs={"region": self.pit.region.slug, "pk": self.pk})


def blasts(request, pk):
    pit = get_object_or_404(Pit, pk=pk)
    # All rows have the pit that they were asked from, and it has its region once.
    rows = [
        {"url": blast.get_absolute_url(), "at": blast.fired_at}
        for blast in pit.blasts.order_by("-fired_at")
    ]
    return render(request, "blasts.html", {"rows": rows})


def drop_blast(request, pk):
    Blast.objects.filter(pk=pk).delete()
