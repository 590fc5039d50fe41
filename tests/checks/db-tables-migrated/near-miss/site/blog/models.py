from django.db import models


class Post(models.Model):
    """The app is not installed."""

    title = models.CharField(max_length=50)
