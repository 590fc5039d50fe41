from django.db import models


class Craft(models.Model):
    name = models.CharField(max_length=80)


class Task(models.Model):
    craft = models.ForeignKey(Craft, on_delete=models.CASCADE, related_name="tasks")
    state = models.CharField(max_length=20)
    touched_at = models.DateTimeField()
