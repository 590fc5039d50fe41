from rest_framework import serializers

from shop.carriers import closest


class BranchSerializer(serializers.Serializer):
    nearby = serializers.SerializerMethodField()

    def get_nearby(self, branch):
        return closest(branch.latitude, branch.longitude)
