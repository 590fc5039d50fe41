from django.conf import settings
from django.db import models


class Hop(models.Model):
    name = models.CharField(max_length=80)


class Sample(models.Model):
    name = models.CharField(max_length=80)
    hops = models.ManyToManyField(Hop)


class Batch(models.Model):
    title = models.CharField(max_length=80)
    brewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    sample = models.ForeignKey(Sample, on_delete=models.CASCADE)
    hops = models.ManyToManyField(Hop, related_name="batches")

    @property
    def aromas(self):
        return list(self.hops.values_list("name", flat=True))


class Tasting(models.Model):
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="tastings")
    taster = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    casks = models.ManyToManyField("Cask")


class Cask(models.Model):
    number = models.IntegerField()
