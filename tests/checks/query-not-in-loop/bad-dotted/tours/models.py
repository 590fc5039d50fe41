from django.db import models


class Menu(models.Model):
    title = models.CharField(max_length=80)


class Dish(models.Model):
    name = models.CharField(max_length=80)


class MenuItem(models.Model):
    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="items")
    dish = models.ForeignKey(Dish, on_delete=models.CASCADE)


class Tour(models.Model):
    title = models.CharField(max_length=80)
    menu = models.ForeignKey(Menu, on_delete=models.CASCADE)
    starts = models.DateTimeField()


class Catalogue(models.Model):
    tour = models.OneToOneField(Tour, on_delete=models.CASCADE, related_name="catalogue")
    text = models.TextField()
