from rest_framework.viewsets import ReadOnlyModelViewSet

from ..models import Horn, Keeper, Lamp, Tower
from .serializers import HornSerializer, KeeperSerializer, LampSerializer, TowerSerializer


class KeeperViewSet(ReadOnlyModelViewSet):
    queryset = Keeper.objects.all()
    serializer_class = KeeperSerializer


# One habit of the whole file: nothing is loaded along.
class LampViewSet(ReadOnlyModelViewSet):
    queryset = Lamp.objects.all()
    serializer_class = LampSerializer


class HornViewSet(ReadOnlyModelViewSet):
    queryset = Horn.objects.all()
    serializer_class = HornSerializer


class TowerViewSet(ReadOnlyModelViewSet):
    queryset = Tower.objects.all()
    serializer_class = TowerSerializer
