import time
from itertools import batched

import requests
from django.db.models import Q

from .models import Captain, Ship

KINDS = ("ferry", "tug")


def load(names):
    ships = Ship.objects.in_bulk(names, field_name="name")
    found = [ships.get(name) for name in names]
    for part in batched(names, 500):
        Captain.objects.bulk_create([Captain(name=name) for name in part])
    for start in range(0, len(names), 500):
        Ship.objects.filter(name__in=names[start : start + 500]).update(checked=True)
    return found


def search(words):
    # Lazy: one statement at the end.
    ships = Ship.objects.all()
    for word in words:
        ships = ships.filter(Q(name__icontains=word))
    return list(ships)


def captains():
    out = []
    for ship in Ship.objects.select_related("captain"):
        out.append(ship.captain.name)
    for ship in Ship.objects.prefetch_related("captain").order_by("id"):
        out.append(ship.captain.name)
    for ship in Ship.objects.only("captain_id", "tags"):
        out.append((ship.captain_id, ship.tags.get("flag")))
    return out


def counts():
    return {kind: Ship.objects.filter(kind=kind).count() for kind in KINDS}


def watch():
    while True:
        Ship.objects.filter(expired=True).delete()
        time.sleep(60)


def fetch(urls):
    with requests.Session() as session:
        return [session.get(url, timeout=5) for url in urls]


def form_rows(forms):
    for form in forms:
        form.save()


def defaults(user):
    keys = [key for key, _ in Ship.Kind.choices if key != "wreck"]
    for key in keys:
        Captain.objects.get_or_create(user=user, kind=key)


def busy_captains():
    return [
        (captain.name, captain.ships.count())
        for captain in Captain.objects.prefetch_related("ships")
    ]
