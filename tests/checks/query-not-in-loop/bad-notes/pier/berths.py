"""Loops with a statement for each element that an author means: notes, all but one."""

from django.contrib.auth.models import Group

from .models import Alarm, Berth, Entry, Warden


def move(request, dock):
    # What hangs on a berth's save must hear of each of them.
    for berth in Berth.objects.filter(pk__in=request.POST.getlist("berths")):
        berth.dock = dock
        berth.save()


def tell(wardens, text):
    # No bulk_create: the signal that sends the letter would not be sent.
    for warden in wardens:
        Entry.objects.create(warden=warden, text=text)


def check(rows):
    # One by one, for the performance of the lock behind it.
    for berth in Berth.objects.filter(closed=False):
        print(berth.warden.name)


def groups(user, remote_groups):
    return [Group.objects.get(name=name) for name in remote_groups]


def alarm(berths):
    for berth in berths:
        Alarm.objects.get_or_create(berth=berth)


def first_free(names):
    for name in names:
        berth = Berth.objects.filter(name=name, taken=False).first()
        if berth is not None:
            return berth
    return None


def names_of(text):
    wanted = [part.strip() for part in text.split(",")]
    return [Warden.objects.get(name=name) for name in wanted]


def list_takings_of_berths(request, berths):
    """The one that is none of these."""
    return [Entry.objects.filter(berth=berth).count() for berth in berths]


def clear_berths_of(year):
    """Each row is taken away by itself, and its warden is told."""
    for berth in Berth.objects.filter(year=year):
        print(f"{berth.warden.name}: {berth.name} is taken away")
        berth.delete()
