from django.db.models import F
from rest_framework import generics, mixins, viewsets
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Crate, Delivery
from .serializers import (
    CrateSerializer,
    DeliveryDetailSerializer,
    DeliveryInputSerializer,
    DeliveryLineSerializer,
    DeliverySerializer,
)


class BoardViewSet(viewsets.ModelViewSet):
    serializer_class = DeliverySerializer

    def get_queryset(self):
        return Delivery.objects.for_board().order_by("-arrived_at")


class DeliveryViewSet(viewsets.ModelViewSet):
    queryset = Delivery.objects.annotate(annotated_name=F("grower__name"))

    def get_serializer_class(self):
        if self.action == "list":
            return DeliveryLineSerializer
        return DeliveryDetailSerializer


class InputViewSet(viewsets.ModelViewSet):
    queryset = Delivery.objects.all()
    serializer_class = DeliveryInputSerializer


class DeliveryDetail(generics.RetrieveAPIView):
    queryset = Delivery.objects.all()
    serializer_class = DeliveryDetailSerializer


class NewDeliveries(mixins.CreateModelMixin, viewsets.GenericViewSet):
    queryset = Delivery.objects.all()
    serializer_class = DeliveryDetailSerializer


class MyDelivery(generics.ListAPIView):
    serializer_class = DeliveryDetailSerializer

    def get_queryset(self):
        return Delivery.objects.filter(pk=self.request.user.delivery_id)


class CrateList(generics.ListAPIView):
    # The manager itself loads along what it says.
    queryset = Crate.objects.filter(kilos__gt=0)
    serializer_class = CrateSerializer


class LightList(viewsets.ModelViewSet):
    queryset = Delivery.objects.annotate(annotated_name=F("grower__name"))
    serializer_class = DeliveryDetailSerializer

    def list(self, request, *args, **kwargs):
        return Response(DeliveryLineSerializer(self.get_queryset(), many=True).data)


class Newest(APIView):
    def get(self, request):
        newest = Delivery.objects.select_related("grower__cooperative").prefetch_related(
            "varieties", "crates"
        )
        return Response(DeliverySerializer(newest, many=True).data)
