from django.db import models
from django.urls import reverse


class Publisher(models.Model):
    name = models.CharField(max_length=100)


class Sheet(models.Model):
    publisher = models.ForeignKey(Publisher, on_delete=models.PROTECT, related_name="sheets")
    successor = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
    title = models.CharField(max_length=100)
    withdrawn = models.BooleanField(default=False)

    def get_absolute_url(self):
        if self.withdrawn and self.successor:
            return reverse("sheet", args=[self.successor.pk])
        return reverse("sheet", args=[self.pk])


class Scan(models.Model):
    sheet = models.OneToOneField(Sheet, on_delete=models.CASCADE, related_name="scan")
    reader = models.ForeignKey("Reader", on_delete=models.PROTECT)
    taken_at = models.DateTimeField()


class Reader(models.Model):
    name = models.CharField(max_length=100)


class Library(models.Model):
    name = models.CharField(max_length=100)


class Loan(models.Model):
    library = models.ForeignKey(Library, on_delete=models.CASCADE)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="loans")
    reader = models.ForeignKey(Reader, on_delete=models.PROTECT)
