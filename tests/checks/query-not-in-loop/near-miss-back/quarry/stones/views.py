from rest_framework import serializers
from rest_framework.viewsets import ModelViewSet

from .models import Cut, Photo, Stone


class CutSerializer(serializers.ModelSerializer):
    stone_name = serializers.ReadOnlyField(source="stone.name")

    class Meta:
        model = Cut
        fields = ["id", "stone_name"]


class PhotoSerializer(serializers.ModelSerializer):
    stone_name = serializers.CharField(source="stone.name", read_only=True)

    class Meta:
        model = Photo
        fields = ["id", "stone_name"]


class StoneSerializer(serializers.ModelSerializer):
    cuts = CutSerializer(many=True)
    photo = PhotoSerializer()

    class Meta:
        model = Stone
        fields = ["id", "cuts", "photo"]


class StoneViewSet(ModelViewSet):
    # What a name of the parent brings knows its parent.
    queryset = Stone.objects.select_related("photo").prefetch_related("cuts")
    serializer_class = StoneSerializer
