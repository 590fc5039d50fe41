from rest_framework import serializers

from atlas.maps.models import Scan, Sheet


class ScanSerializer(serializers.ModelSerializer):
    """Its own row has the key."""

    class Meta:
        model = Scan
        fields = ("sheet", "taken_at")


class SheetSerializer(serializers.ModelSerializer):
    class Meta:
        model = Sheet
        fields = ("title", "publisher", "scan")
