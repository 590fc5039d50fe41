from rest_framework import serializers

from .counts import concerts_of
from .models import Song


class SongSerializer(serializers.ModelSerializer):
    concerts = serializers.SerializerMethodField()

    class Meta:
        model = Song
        fields = ["title", "concerts"]

    def get_concerts(self, song):
        return concerts_of(song)
