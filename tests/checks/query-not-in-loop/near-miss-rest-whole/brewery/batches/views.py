from rest_framework import viewsets

from .models import Batch, Tasting
from .serializers import BatchSerializer, TastingSerializer


class Unasked(BatchSerializer):
    aromas = None

    class Meta(BatchSerializer.Meta):
        pass


class BatchViewSet(viewsets.ModelViewSet):
    queryset = Batch.objects.select_related("brewer", "sample").prefetch_related(
        "hops", "sample__hops"
    )
    serializer_class = Unasked

    def get_queryset(self):
        return super().get_queryset().filter(title__gt="")


class TastingViewSet(viewsets.ModelViewSet):
    queryset = Tasting.objects.all()
    serializer_class = TastingSerializer


def newest():
    return Batch.objects.order_by("-id").first()
