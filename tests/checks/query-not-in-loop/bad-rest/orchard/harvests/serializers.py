from rest_framework import serializers

from .models import Complaint, Crate, Delivery, Grower


class GrowerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Grower
        fields = ["id", "name"]


class DeliverySerializer(serializers.ModelSerializer):
    grower = GrowerSerializer(read_only=True)
    cooperative = serializers.CharField(
        source="grower.cooperative.title", read_only=True
    )
    weigher = serializers.SerializerMethodField()
    complaints = serializers.SerializerMethodField()
    is_mine = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [
            "id",
            "grower",
            "cooperative",
            "weigher",
            "varieties",
            "complaints",
            "crates_total",
            "is_mine",
        ]

    def get_weigher(self, obj):
        if obj.weighed_by:
            return obj.weighed_by.username
        return None

    def get_complaints(self, obj):
        return Complaint.objects.filter(delivery=obj).count()

    def get_is_mine(self, obj):
        user = self.context["request"].user
        if not user.is_authenticated:
            return False
        return user.watched.filter(delivery=obj).exists()


class CrateSerializer(serializers.ModelSerializer):
    arrived_at = serializers.DateTimeField(source="delivery.arrived_at")

    class Meta:
        model = Crate
        fields = ("id", "kilos", "arrived_at")


class GrowerWithDeliveriesSerializer(serializers.ModelSerializer):
    latest = serializers.SerializerMethodField()

    class Meta:
        model = Grower
        fields = ("id", "name", "latest")

    def get_latest(self, grower):
        return [one.short_name for one in grower.deliveries.order_by("-arrived_at")[:3]]
