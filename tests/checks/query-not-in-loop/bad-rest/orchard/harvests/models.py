from django.conf import settings
from django.db import models


class Grower(models.Model):
    name = models.CharField(max_length=120)
    cooperative = models.ForeignKey("Cooperative", on_delete=models.PROTECT)
    crates_allowed = models.IntegerField(default=40)


class Cooperative(models.Model):
    title = models.CharField(max_length=80)


class Variety(models.Model):
    label = models.CharField(max_length=80)


class Delivery(models.Model):
    grower = models.ForeignKey(Grower, related_name="deliveries", on_delete=models.CASCADE)
    varieties = models.ManyToManyField(Variety)
    weighed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL
    )
    arrived_at = models.DateTimeField(auto_now_add=True)

    @property
    def crates_total(self):
        return self.crates.count()

    @property
    def short_name(self):
        return f"D{self.pk}"


class Crate(models.Model):
    delivery = models.ForeignKey(Delivery, related_name="crates", on_delete=models.CASCADE)
    kilos = models.DecimalField(max_digits=6, decimal_places=2)


class Complaint(models.Model):
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE)
    text = models.TextField()
