from rest_framework import serializers

from guild.models import Piece


class PieceSerializer(serializers.ModelSerializer):
    master_name = serializers.CharField(source="master.name", read_only=True)

    class Meta:
        model = Piece
        fields = ["id", "master_name", "made_at"]
