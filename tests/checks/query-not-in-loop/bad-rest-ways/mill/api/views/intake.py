from mill.api import base
from mill.api.serializers import DeliveryFormSerializer, DeliverySerializer
from mill.grain.models import Delivery


class IntakeViewSet(base.ModelViewSet):
    def get_queryset(self):
        return Delivery.objects \
            .filter(tons__gt=0) \
            .order_by("-id")

    def get_serializer_class(self):
        if self.action == "list":
            return DeliverySerializer
        return DeliveryFormSerializer
