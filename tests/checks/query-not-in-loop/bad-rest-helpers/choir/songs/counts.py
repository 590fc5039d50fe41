from .models import Concert


def concerts_of(song):
    return Concert.objects.filter(song=song).count()
