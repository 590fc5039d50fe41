from rest_framework import serializers

from .models import Clinic, Profile, Survey


class ClinicSerializer(serializers.ModelSerializer):
    class Meta:
        model = Clinic
        fields = ("id", "name")


class SurveySerializer(serializers.ModelSerializer):
    clinic = ClinicSerializer(read_only=True)

    class Meta:
        model = Survey
        fields = ("id", "clinic")


class ProfileSerializer(serializers.ModelSerializer):
    clinic = ClinicSerializer(read_only=True)

    class Meta:
        model = Profile
        fields = ("id", "clinic")
