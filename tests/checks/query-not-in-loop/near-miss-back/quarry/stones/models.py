from django.db import models


class Stone(models.Model):
    name = models.CharField(max_length=80)


class Cut(models.Model):
    stone = models.ForeignKey(Stone, on_delete=models.CASCADE, related_name="cuts")
    depth = models.IntegerField()


class Photo(models.Model):
    stone = models.OneToOneField(Stone, on_delete=models.CASCADE)
