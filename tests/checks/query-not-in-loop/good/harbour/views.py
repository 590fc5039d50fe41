from django.db.models import Count

from .models import Captain, Ship


def fleet():
    ships = Ship.objects.select_related("captain").annotate(trips=Count("crossings"))
    return [{"ship": ship.name, "captain": ship.captain.name, "trips": ship.trips} for ship in ships]


def promote(names):
    Captain.objects.bulk_create([Captain(name=name) for name in names])
    Captain.objects.filter(years__gte=10).update(rank="senior")
