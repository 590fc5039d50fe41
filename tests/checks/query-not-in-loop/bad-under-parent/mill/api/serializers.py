from rest_framework import serializers

from mill.models import Delivery, Sack


class DeliverySerializer(serializers.ModelSerializer):
    miller_name = serializers.CharField(source="miller.name")
    grain_name = serializers.CharField(source="grain.name")
    checker_name = serializers.CharField(source="checker.name")

    class Meta:
        model = Delivery
        fields = ["id", "miller_name", "grain_name", "checker_name"]


class SackSerializer(serializers.ModelSerializer):
    miller_name = serializers.CharField(source="miller.name")
    grain_name = serializers.CharField(source="grain.name")
    order_number = serializers.CharField(source="order.number")

    class Meta:
        model = Sack
        fields = ["id", "miller_name", "grain_name", "order_number"]
