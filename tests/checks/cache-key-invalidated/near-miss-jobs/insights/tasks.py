from celery import shared_task

from insights.models import Insight


@shared_task
def collect_insights():
    """Once a day: what is shown may be as old."""
    Insight.objects.bulk_create([Insight(region=name) for name in ("north", "south")])
    Insight.objects.filter(walked__lt=0).delete()
