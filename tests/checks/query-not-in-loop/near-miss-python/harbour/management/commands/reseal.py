"""Run by hand when the seal changes: each row gets a value of its own."""

from django.core.management.base import BaseCommand

from harbour.models import Ship
from harbour.seal import sealed


class Command(BaseCommand):
    def handle(self, *args, **options):
        for ship in Ship.objects.iterator():
            ship.seal = sealed(ship.name)
            ship.save()
