from rest_framework import serializers

from ...models import Horn, Keeper, Lamp, Tower


class KeeperSerializer(serializers.ModelSerializer):
    class Meta:
        model = Keeper
        fields = ["id", "name"]


class LampSerializer(serializers.ModelSerializer):
    keeper = KeeperSerializer()

    class Meta:
        model = Lamp
        fields = ["id", "keeper", "lumens"]


class HornSerializer(serializers.ModelSerializer):
    keeper = KeeperSerializer()

    class Meta:
        model = Horn
        fields = ["id", "keeper", "hertz"]


class TowerSerializer(serializers.ModelSerializer):
    lamp_lumens = serializers.IntegerField(source="lamp.lumens")

    class Meta:
        model = Tower
        fields = ["id", "lamp_lumens", "metres"]
