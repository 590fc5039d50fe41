"""A plain call of a task of Huey only puts it into the queue."""

from huey.contrib.djhuey import HUEY as huey
from huey.contrib.djhuey import db_task

from .models import Pump


def job(retries=3):
    def wrap(fn):
        return huey.task(retries=retries)(fn)

    return wrap


@job()
def measure(pump_id):
    pump = Pump.objects.get(id=pump_id)
    print(pump.pressure)


@db_task()
def flush(pump_id):
    print(Pump.objects.filter(id=pump_id).count())


def measure_all():
    for pump in Pump.objects.filter(pressure__gt=3):
        measure(pump.id)
        flush(pump.id)


def named(pump_id):
    # There is one row with a key.
    return [Pump.objects.filter(name=one.name).count() for one in Pump.objects.filter(id=pump_id)]
