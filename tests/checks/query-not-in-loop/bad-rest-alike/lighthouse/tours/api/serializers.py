from rest_framework import serializers

from ..models import Guide, Tower


class GuideSerializer(serializers.ModelSerializer):
    class Meta:
        model = Guide
        fields = ["id", "name"]


class TowerSerializer(serializers.ModelSerializer):
    guide = GuideSerializer()

    class Meta:
        model = Tower
        fields = ["id", "guide", "price"]
