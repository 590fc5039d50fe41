from django.db.models import Prefetch
from rest_framework import serializers, viewsets

from mill.api.serializers import SiloSerializer
from mill.grain.models import Delivery, Sample


class PlainSampleSerializer(serializers.ModelSerializer):
    silo = SiloSerializer()

    class Meta:
        model = Sample
        fields = ["id", "silo"]


class SampledDeliverySerializer(serializers.ModelSerializer):
    samples = PlainSampleSerializer(source="sample_set", many=True)

    class Meta:
        model = Delivery
        fields = ["id", "samples"]


class SampledDeliveryViewSet(viewsets.ReadOnlyModelViewSet):
    """The rows of the relation have with them what they are asked for."""

    serializer_class = SampledDeliverySerializer
    queryset = Delivery.objects.prefetch_related(
        Prefetch("sample_set", queryset=Sample.objects.select_related("silo"))
    )
