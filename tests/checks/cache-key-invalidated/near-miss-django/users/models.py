from django.db import models


class UserConfig(models.Model):
    user = models.OneToOneField("auth.User", on_delete=models.CASCADE)
    data = models.JSONField(default=dict)
