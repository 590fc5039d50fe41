from django.db import models


class Cooper(models.Model):
    name = models.CharField(max_length=80)


class Recipe(models.Model):
    author = models.ForeignKey(Cooper, on_delete=models.CASCADE)


class Barrel(models.Model):
    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE)
    cooper = models.ForeignKey(Cooper, on_delete=models.CASCADE, related_name="+")
    filler = models.ForeignKey(Cooper, on_delete=models.CASCADE, related_name="+")
    taster = models.ForeignKey(Cooper, on_delete=models.CASCADE, related_name="+")
