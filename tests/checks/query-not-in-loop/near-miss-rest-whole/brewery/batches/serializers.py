from rest_framework import serializers

from .models import Batch, Hop, Sample, Tasting


class HopSerializer(serializers.ModelSerializer):
    class Meta:
        model = Hop
        fields = ["name"]


class SampleSerializer(serializers.ModelSerializer):
    hops = HopSerializer(many=True, read_only=True)

    class Meta:
        model = Sample
        fields = ["name", "hops"]


class BrewerSerializer(serializers.Serializer):
    username = serializers.CharField()


class OwnedSerializer(serializers.ModelSerializer):
    brewer = BrewerSerializer(read_only=True)

    def to_representation(self, instance):
        result = super().to_representation(instance)
        result["kind"] = "batch"
        return result


class BatchSerializer(OwnedSerializer):
    sample = SampleSerializer(read_only=True)
    aromas = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Batch
        fields = serializers.ALL_FIELDS


class TastingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Tasting
        exclude = ["taster", "casks"]
