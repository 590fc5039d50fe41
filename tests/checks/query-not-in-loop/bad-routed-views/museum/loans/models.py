from django.db import models
from works.models import Work


class Loan(models.Model):
    work = models.ForeignKey(Work, on_delete=models.CASCADE)
    until = models.DateField()
