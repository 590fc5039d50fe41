from rest_framework import serializers

from .models import Farm, Sack, Seal, Stamp


class FarmSerializer(serializers.ModelSerializer):
    class Meta:
        model = Farm
        fields = ["id", "name"]


class SackSerializer(serializers.ModelSerializer):
    farm = FarmSerializer()

    class Meta:
        model = Sack
        fields = ["id", "farm"]


class MarkedSackSerializer(serializers.ModelSerializer):
    class Meta:
        model = Sack
        fields = ["id"]

    def to_representation(self, instance):
        data = super().to_representation(instance)
        if self.context.get("whole"):
            data["stamps"] = [one.text for one in Stamp.objects.filter(sack=instance)]
            data["seals"] = [one.text for one in Seal.objects.filter(sack=instance)]
        else:
            data["stamps"] = list(Stamp.objects.filter(sack=instance).values_list("id"))
            data["seals"] = list(Seal.objects.filter(sack=instance).values_list("id"))
        return data


class StampSerializer(serializers.ModelSerializer):
    def to_representation(self, instance):
        return {"id": instance.id, "sack": instance.sack.id}

    class Meta:
        model = Stamp
        fields = ["id"]
