from rest_framework import serializers

from regatta.races.models import Entry


class EntrySerializer(serializers.ModelSerializer):
    _wind_cache = {}

    class Meta:
        model = Entry
        fields = ("id", "handed_in")

    def to_representation(self, instance):
        found = super().to_representation(instance)
        harbour = instance.race.water.harbour
        if harbour.pk not in EntrySerializer._wind_cache:
            EntrySerializer._wind_cache[harbour.pk] = wind_at(harbour.name)
        return {**found, "wind": EntrySerializer._wind_cache[harbour.pk]}
