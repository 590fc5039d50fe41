"""What Django keeps of the models themselves, and what a session gathers."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count

from .models import Tagged


def counts(tag):
    return [
        {"type": ContentType.objects.get(pk=row["content_type"]), "count": row["count"]}
        for row in Tagged.objects.filter(tag=tag).values("content_type").annotate(count=Count("pk"))
    ]
