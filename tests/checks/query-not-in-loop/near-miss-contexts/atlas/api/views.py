from rest_framework import viewsets

from atlas.maps.models import Scan, Sheet

from .serializers import ScanSerializer, SheetSerializer


class ScanViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Scan.objects.order_by("-taken_at")
    serializer_class = ScanSerializer


class SheetViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Sheet.objects.select_related("scan").order_by("title")
    serializer_class = SheetSerializer
