from rest_framework import generics, viewsets
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Crate, Delivery, Grower
from .serializers import (
    CrateSerializer,
    DeliverySerializer,
    GrowerWithDeliveriesSerializer,
)


class DeliveryViewSet(viewsets.ModelViewSet):
    queryset = Delivery.objects.order_by("-arrived_at")
    serializer_class = DeliverySerializer


class CrateList(generics.ListAPIView):
    serializer_class = CrateSerializer

    def get_queryset(self):
        return Crate.objects.filter(kilos__gt=0)


class GrowerList(generics.ListAPIView):
    # Loaded along, and yet asked again: `order_by` makes another query.
    queryset = Grower.objects.prefetch_related("deliveries")
    serializer_class = GrowerWithDeliveriesSerializer


class HeavyCrates(APIView):
    def get(self, request):
        crates = Crate.objects.filter(kilos__gte=request.query_params["kilos"])
        return Response(CrateSerializer(crates, many=True).data)


class CloseDeliveries(APIView):
    def post(self, request):
        delivery_ids = request.data["delivery_ids"]
        closed = []
        for delivery_id in delivery_ids:
            delivery = Delivery.objects.get(pk=delivery_id)
            closed.append(delivery.short_name)
        return Response(closed)
