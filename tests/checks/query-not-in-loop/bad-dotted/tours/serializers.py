from rest_framework import serializers
from tours.models import Catalogue, MenuItem, Tour


class MenuItemSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="dish.name")

    class Meta:
        model = MenuItem
        fields = ["name"]


class TourSerializer(serializers.ModelSerializer):
    dishes = MenuItemSerializer(source="menu.items", many=True)

    class Meta:
        model = Tour
        fields = ["title", "dishes"]


class ShortTourSerializer(serializers.ModelSerializer):
    # The other end of the relation by which the tour was followed: it is there.
    text = serializers.CharField(source="catalogue.text")

    class Meta:
        model = Tour
        fields = ["title", "text"]


class CatalogueSerializer(serializers.ModelSerializer):
    tour = ShortTourSerializer()

    class Meta:
        model = Catalogue
        fields = ["tour"]
