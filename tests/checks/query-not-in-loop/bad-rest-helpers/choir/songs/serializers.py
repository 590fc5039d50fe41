from rest_framework import serializers

from .counts import concerts_of
from .models import Song


class SongSerializer(serializers.ModelSerializer):
    concerts = serializers.SerializerMethodField()
    others = serializers.SerializerMethodField()

    class Meta:
        model = Song
        fields = ["title", "concerts", "others"]

    def get_concerts(self, song):
        return str(concerts_of(song))

    def get_others(self, song):
        return song.singer.songs.exclude(pk=song.pk).count()
