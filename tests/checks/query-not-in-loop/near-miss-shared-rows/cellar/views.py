from rest_framework import viewsets

from cellar.models import Barrel
from cellar.serializers import BarrelSerializer


class BarrelViewSet(viewsets.ModelViewSet):
    # Barrels of one recipe get the same object, which keeps its author.
    queryset = Barrel.objects.prefetch_related("recipe")
    serializer_class = BarrelSerializer
