from rest_framework import serializers

from .models import Animal, BookingNotice, Invoice, RecallNotice, Vaccine, VaccineNotice


class AnimalSerializer(serializers.ModelSerializer):
    class Meta:
        model = Animal
        fields = ("id", "name")


class VaccineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Vaccine
        fields = ("id", "label")


class BookingNoticeSerializer(serializers.ModelSerializer):
    animal = AnimalSerializer(read_only=True)

    class Meta:
        model = BookingNotice
        fields = ("id", "animal")


class VaccineNoticeSerializer(serializers.ModelSerializer):
    vaccine = VaccineSerializer(read_only=True)

    class Meta:
        model = VaccineNotice
        fields = ("id", "vaccine")


class RecallNoticeSerializer(serializers.ModelSerializer):
    animal = AnimalSerializer(read_only=True)

    class Meta:
        model = RecallNotice
        fields = ("id", "animal")


class InvoiceSerializer(serializers.ModelSerializer):
    animal = AnimalSerializer(read_only=True)

    class Meta:
        model = Invoice
        fields = ("id", "animal")
