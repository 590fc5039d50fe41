"""Batches that are flushed one by one do not make a statement per row right."""

from .models import Captain, Ship


def settle(request, rows, most):
    paid = []
    for row in rows:
        captain = Captain.objects.get(name=row["captain"])
        paid.append(captain)
        if len(paid) >= most:
            Captain.objects.bulk_update(paid, ["paid"])
            paid = []
    if len(rows) > 0:
        Ship.objects.filter(paid=False).update(blocked=True)
