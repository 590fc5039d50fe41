from django.db import models


class Singer(models.Model):
    name = models.CharField(max_length=80)


class Song(models.Model):
    title = models.CharField(max_length=80)
    singer = models.ForeignKey(Singer, on_delete=models.CASCADE, related_name="songs")


class Concert(models.Model):
    song = models.ForeignKey(Song, on_delete=models.CASCADE, related_name="concerts")
