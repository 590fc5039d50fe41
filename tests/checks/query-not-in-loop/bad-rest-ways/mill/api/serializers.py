from drf_dynamic_fields import DynamicFieldsMixin
from rest_framework import serializers

from mill.grain.models import Delivery, Farm, Sample, Silo


class FarmSerializer(serializers.ModelSerializer):
    class Meta:
        model = Farm
        fields = ["id", "name"]


class SiloSerializer(serializers.ModelSerializer):
    class Meta:
        model = Silo
        fields = ["id", "label"]


class DeliverySerializer(DynamicFieldsMixin, serializers.ModelSerializer):
    farm = FarmSerializer()

    class Meta:
        model = Delivery
        fields = ["id", "farm", "tons"]


class DeliveryFormSerializer(serializers.ModelSerializer):
    class Meta:
        model = Delivery
        fields = ["farm", "silo", "tons"]


class SampleSerializer(serializers.ModelSerializer):
    # Neither is asked for: what is answered is made below.
    silo = SiloSerializer()
    farm = serializers.SerializerMethodField()

    class Meta:
        model = Sample
        fields = ["id", "silo", "farm", "moisture"]

    def get_farm(self, obj):
        return obj.silo.label

    def to_representation(self, sample):
        return {"id": sample.pk, "tons": sample.delivery.tons, "moisture": sample.moisture}
