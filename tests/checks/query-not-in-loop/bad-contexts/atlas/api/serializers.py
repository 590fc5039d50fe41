from rest_framework import serializers

from atlas.maps.models import Loan, Note, Publisher, Sheet


class SheetSerializer(serializers.ModelSerializer):
    """The key of a scan stands with the scan."""

    scan = serializers.HyperlinkedRelatedField(view_name="scan-detail", read_only=True)

    class Meta:
        model = Sheet
        fields = ("title", "publisher", "scan")


class LoanSerializer(serializers.ModelSerializer):
    reader = serializers.StringRelatedField()

    class Meta:
        model = Loan
        fields = ("sheet", "reader")


class NoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = Note
        fields = ("text",)


class PublisherSerializer(serializers.ModelSerializer):
    notes = NoteSerializer(many=True, read_only=True)

    class Meta:
        model = Publisher
        fields = ("name", "notes")
