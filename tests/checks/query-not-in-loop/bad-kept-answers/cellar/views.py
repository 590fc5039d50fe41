from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_page
from rest_framework import viewsets

from cellar.models import Barrel
from cellar.serializers import BarrelSerializer, MadeBarrelSerializer


class MadeBarrelViewSet(viewsets.ModelViewSet):
    queryset = Barrel.objects.all()
    serializer_class = MadeBarrelSerializer

    @method_decorator(cache_page(600))
    def list(self, request, *args, **kwargs):
        return super().list(request, *args, **kwargs)


class BarrelViewSet(viewsets.ModelViewSet):
    # Loaded by a JOIN, each row has an object of its own.
    queryset = Barrel.objects.select_related("recipe")
    serializer_class = BarrelSerializer
