from django.core.cache import cache
from rest_framework import viewsets
from rest_framework.response import Response

from .models import Batch, Tasting
from .serializers import BatchSerializer, ShelfSerializer, TastingSerializer


class BatchViewSet(viewsets.ModelViewSet):
    queryset = Batch.objects.select_related("brewer", "sample").prefetch_related("hops")
    serializer_class = BatchSerializer

    def get_queryset(self):
        return Batch.objects.order_by("-id")


class TastingViewSet(viewsets.ModelViewSet):
    queryset = Tasting.objects.all()
    serializer_class = TastingSerializer


class KeptMixin:
    def list(self, request, *args, **kwargs):
        data = cache.get(request.path)
        if data is None:
            data = self.get_serializer(self.get_queryset(), many=True).data
            cache.set(request.path, value=data, timeout=600)
        return Response(data)


class KeptTastingViewSet(KeptMixin, viewsets.ModelViewSet):
    queryset = Tasting.objects.order_by("-id")
    serializer_class = ShelfSerializer
