from rest_framework.decorators import api_view
from rest_framework.generics import ListAPIView
from rest_framework.response import Response

from mill.api.serializers import DeliverySerializer, SackSerializer
from mill.models import Delivery, Sack
from mill.shown import millers_of


class SacksView(ListAPIView):
    serializer_class = SackSerializer
    queryset = Sack.objects.all()


class OrderDeliveriesView(ListAPIView):
    serializer_class = DeliverySerializer
    queryset = Delivery.objects.order_by("id")


@api_view(["GET"])
def millers(request, order_id):
    return Response(millers_of(order_id))
