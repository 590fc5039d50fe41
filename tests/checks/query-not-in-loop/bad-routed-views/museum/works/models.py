from django.contrib.auth.models import User
from django.db import models


class Artist(models.Model):
    name = models.CharField(max_length=80)


class Work(models.Model):
    title = models.CharField(max_length=80)
    artist = models.ForeignKey(Artist, on_delete=models.CASCADE)
    curators = models.ManyToManyField(User)
    photo = models.ImageField(upload_to="works")
