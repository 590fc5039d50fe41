from django.db import models


class DeliveryEvent(models.Model):
    number = models.CharField(max_length=20)
    created_at = models.DateTimeField(auto_now_add=True)
