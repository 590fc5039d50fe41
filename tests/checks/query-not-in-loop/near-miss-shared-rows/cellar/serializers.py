from rest_framework import serializers

from cellar.models import Barrel, Cooper, Recipe


class CooperSerializer(serializers.ModelSerializer):
    class Meta:
        model = Cooper
        fields = ["name"]


class RecipeSerializer(serializers.ModelSerializer):
    author = CooperSerializer()

    class Meta:
        model = Recipe
        fields = ["id", "author"]


class BarrelSerializer(serializers.ModelSerializer):
    recipe = RecipeSerializer()

    class Meta:
        model = Barrel
        fields = ["id", "recipe"]


class MadeBarrelSerializer(serializers.ModelSerializer):
    cooper = CooperSerializer()
    filler = CooperSerializer()
    taster = CooperSerializer()

    class Meta:
        model = Barrel
        fields = ["id", "cooper", "filler", "taster"]
