from rest_framework.generics import ListAPIView
from tours.models import Catalogue, Tour
from tours.serializers import CatalogueSerializer, TourSerializer


class TourList(ListAPIView):
    queryset = Tour.objects.all()
    serializer_class = TourSerializer


class CatalogueView(ListAPIView):
    queryset = Catalogue.objects.select_related("tour")
    serializer_class = CatalogueSerializer
