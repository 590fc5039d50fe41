from rest_framework import serializers

from .models import Complaint, Crate, Delivery, Grower


class GrowerSerializer(serializers.ModelSerializer):
    class Meta:
        model = Grower
        fields = ["id", "name", "cooperative"]  # a key is there with the row


class DeliverySerializer(serializers.ModelSerializer):
    grower = GrowerSerializer(read_only=True)
    cooperative = serializers.CharField(source="grower.cooperative.title", read_only=True)
    replacement = serializers.SerializerMethodField()
    crate_count = serializers.SerializerMethodField()
    complaints = serializers.SerializerMethodField()

    class Meta:
        model = Delivery
        fields = [
            "id",
            "grower",
            "cooperative",
            "weighed_by",
            "varieties",
            "kilos",
            "short_name",
            "replacement",
            "crate_count",
            "complaints",
        ]

    def get_replacement(self, obj):
        # Few are: what a row itself decides is asked for few rows.
        if obj.disputed:
            return obj.replaced_by.short_name
        return None

    def get_crate_count(self, obj):
        try:
            return obj.crate_count
        except AttributeError:  # outside of the list
            return obj.crates.count()

    def get_complaints(self, obj):
        if hasattr(obj, "complaint_count"):
            return obj.complaint_count
        return Complaint.objects.filter(delivery=obj).count()


class DeliveryLineSerializer(serializers.ModelSerializer):
    grower_name = serializers.CharField(source="annotated_name", read_only=True)

    class Meta:
        model = Delivery
        fields = ["id", "grower", "grower_name", "arrived_at"]


class DeliveryDetailSerializer(DeliverySerializer):
    all_complaints = serializers.SerializerMethodField()

    class Meta(DeliverySerializer.Meta):
        fields = [*DeliverySerializer.Meta.fields, "all_complaints"]

    def get_all_complaints(self, obj):
        return [one.text for one in Complaint.objects.filter(delivery=obj)]


class DeliveryInputSerializer(serializers.ModelSerializer):
    grower = GrowerSerializer(write_only=True)

    class Meta:
        model = Delivery
        fields = ["id", "grower", "arrived_at"]


class CrateSerializer(serializers.ModelSerializer):
    grower = serializers.CharField(source="delivery.grower.name")
    delivered = serializers.IntegerField(source="delivery_id")

    class Meta:
        model = Crate
        fields = ("id", "kilos", "grower", "delivered")
