from django.db import models


class Kennel(models.Model):
    name = models.TextField()

    class Meta:
        db_table = "kennels"


class Stay(models.Model):
    kennel = models.ForeignKey(Kennel, on_delete=models.CASCADE)
    chip_number = models.TextField()
    arrived_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "stays"
