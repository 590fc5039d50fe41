from django.core.cache import cache
from django.db.models import Avg
from django.shortcuts import render

from app.models import Import


def average_time():
    return Import.objects.aggregate(Avg("seconds"))["seconds__avg"]


def imports(request):
    """What is cached is everybody's; the list beside it is the user's."""
    jobs = Import.objects.filter(user=request.user)
    seconds = cache.get_or_set("average-import-time", average_time, timeout=86400)
    return render(request, "imports.html", {"jobs": jobs, "seconds": seconds})
