from rest_framework import viewsets

from mill.api.serializers import DeliverySerializer
from mill.grain.models import Delivery


class DeliveryViewSet(viewsets.ModelViewSet):
    serializer_class = DeliverySerializer
    queryset = Delivery.objects.all()

    def get_queryset(self):
        # Everybody may look; only one's own may be changed.
        if self.request.method in ["PATCH", "DELETE"]:
            return Delivery.objects.filter(owner=self.request.user)
        return self.queryset
