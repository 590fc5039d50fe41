from rest_framework import viewsets

from atlas.maps.models import Publisher

from .serializers import PublisherSerializer


class PublisherViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Publisher.objects.order_by("name")
    serializer_class = PublisherSerializer
