from django.db import models


class Harbour(models.Model):
    name = models.CharField(max_length=80)


class Water(models.Model):
    harbour = models.ForeignKey(Harbour, on_delete=models.CASCADE)


class Race(models.Model):
    water = models.ForeignKey(Water, on_delete=models.CASCADE)
    crew_limit = models.IntegerField(null=True)
    starts = models.DateTimeField()


class Crew(models.Model):
    name = models.CharField(max_length=80)


class Sailor(models.Model):
    crew = models.ForeignKey(Crew, on_delete=models.CASCADE)
    license = models.CharField(max_length=20)


class Judge(models.Model):
    race = models.ForeignKey(Race, on_delete=models.CASCADE)
    license = models.CharField(max_length=20)
    state = models.CharField(max_length=20)


class Entry(models.Model):
    race = models.ForeignKey(Race, on_delete=models.CASCADE)
    crew = models.ForeignKey(Crew, on_delete=models.CASCADE)
    handed_in = models.DateTimeField()
