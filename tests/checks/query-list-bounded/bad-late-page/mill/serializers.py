from rest_framework import serializers

from mill.models import DeliveryEvent


class DeliveryEventSerializer(serializers.ModelSerializer):
    class Meta:
        model = DeliveryEvent
        fields = ["id", "number"]
