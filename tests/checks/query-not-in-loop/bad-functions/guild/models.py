from django.db import models


class Master(models.Model):
    name = models.CharField(max_length=80)


class Piece(models.Model):
    master = models.ForeignKey(Master, on_delete=models.CASCADE, related_name="pieces")
    made_at = models.DateTimeField(auto_now_add=True)
