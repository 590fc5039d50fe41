from django.core.cache import cache
from django.http import JsonResponse

from insights.models import Insight


def insights(request, slug):
    key = f"/{__name__}/{slug}/insights"
    found = cache.get(key)
    if not found:
        found = list(Insight.objects.filter(region=slug).values("walked"))
        cache.set(key, found, 60 * 60 * 24)
    return JsonResponse({"insights": found})
