from rest_framework import serializers

from fleet.models import Call, Ping


class PingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ping
        fields = ["at", "ship"]


class CallListSerializer(serializers.ListSerializer):
    def create(self, validated_data):
        return Call.objects.bulk_create(Call(**each) for each in validated_data)


class CallSerializer(serializers.ModelSerializer):
    class Meta:
        model = Call
        fields = ["at"]
        list_serializer_class = CallListSerializer


class AskSerializer(serializers.ModelSerializer):
    class Meta:
        model = Ping
        fields = ["at", "ship"]

    # it looks for the last one, and writes none
    def create(self, validated_data):
        return Ping.objects.filter(**validated_data).order_by("at").last()
