from rest_framework import serializers

from mill.models import Sack


class SackSerializer(serializers.ModelSerializer):
    filler = serializers.SerializerMethodField()

    class Meta:
        model = Sack
        read_only_fields = [
            "id",
            "filler",
        ]
        fields = ["weight", *read_only_fields]

    def get_filler(self, obj):
        if obj.filler:
            return f"{obj.filler.name}"
        return ""
