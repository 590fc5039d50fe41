from itertools import zip_longest

from django.db.models.signals import post_migrate
from django.dispatch import receiver

from .models import Captain, Ship

MOST = 500


def measure(queryset):
    full = []
    for ship in queryset.iterator(chunk_size=MOST):
        ship.length = gauge(ship)
        full.append(ship)
        if len(full) >= MOST:
            Ship.objects.bulk_update(full, ["length"])
            full = []
    if full:
        Ship.objects.bulk_update(full, ["length"])


def note(rows):
    waiting = []
    for number, row in enumerate(rows, start=1):
        waiting.append(Captain(name=row["name"]))
        if number % MOST == 0:
            Captain.objects.bulk_create(waiting)
            waiting.clear()
    Captain.objects.bulk_create(waiting)


@receiver(post_migrate)
def register(sender, **kwargs):
    for model in sender.get_models():
        Ship.Kind.objects.get_or_create(label=model._meta.label_lower)


def parts(names):
    for start in range(0, len(names), MOST):
        yield names[start : start + MOST]


def retire(names):
    for some in parts(names):
        Ship.objects.filter(name__in=some).update(retired=True)
    ahead = [iter(names)] * MOST
    for some in zip_longest(*ahead):
        Captain.objects.filter(ship__name__in=some).delete()


def lengthen(apps, schema_editor):
    for ship in apps.get_model("harbour", "Ship").objects.all():
        Ship.objects.filter(pk=ship.pk).update(length=ship.feet * 0.3)


def commission(names, captain):
    """What bulk_create gives back are the objects that were made here."""
    added = []
    for name in names:
        added.append(Ship(name=name, captain=captain))
    added = Ship.objects.bulk_create(added)
    for ship in added:
        print(f"{ship.name}: {ship.captain.name}")
