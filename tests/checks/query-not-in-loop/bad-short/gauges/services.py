"""Loops over lists that are short by nature, or that do more than ask: notes, all but the last."""

from .models import Gauge, Keeper, Station
from .tasks import calibrate


def retire(station):
    # The children of one parent.
    for keeper in station.keepers:
        Gauge.objects.filter(keeper_id=keeper.id).update(retired=True)


def moved(station_id, old):
    shifts = []
    for gauge in Gauge.objects.filter(station_id=station_id):
        shifts.append(Keeper.objects.filter(gauge=gauge, before=old).first())
    return shifts


def first_known(names):
    for name in names:
        station = Station.objects.filter(name=name).first()
        if station is None:
            continue
        print(station.name)
        return


def warn(level):
    # A letter is sent in each round.
    for station in Station.objects.filter(level__gt=level):
        keeper = Keeper.objects.filter(station=station).first()
        keeper.send_warning_email(station.name)


def adjust(level):
    for station in Station.objects.filter(level__gt=level):
        calibrate.apply_async([Gauge.objects.filter(station=station).count()])


def census(request):
    """The one that is none of these: every station there is."""
    found = {}
    for station in Station.objects.filter(closed=False):
        found[station.name] = Gauge.objects.filter(station=station).count()
    return found
