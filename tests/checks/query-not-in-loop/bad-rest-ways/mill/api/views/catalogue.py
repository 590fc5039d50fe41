from rest_framework import viewsets

from mill.api.serializers import DeliverySerializer
from mill.grain.models import Delivery


class CatalogueViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Delivery.objects.all()
    serializer_class = DeliverySerializer
