from .models import Tower


def cheap_towers():
    return Tower.objects.select_related("guide").filter(price__lt=1000)
