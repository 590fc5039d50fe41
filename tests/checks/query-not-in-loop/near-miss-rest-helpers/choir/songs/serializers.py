from rest_framework import serializers

from .counts import concerts_of
from .models import Song


class SongSerializer(serializers.ModelSerializer):
    concerts = serializers.SerializerMethodField()

    letters = serializers.SerializerMethodField()
    others = serializers.SerializerMethodField()

    class Meta:
        model = Song
        fields = ["title", "concerts", "letters", "others"]

    def get_letters(self, song):
        return list(song.title)

    def get_others(self, song):
        return song.singer.songs.count()

    def get_concerts(self, song):
        return concerts_of(song)
