from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from ..models import Tower
from ..offers import cheap_towers
from .serializers import TowerSerializer


class TowerViewSet(ReadOnlyModelViewSet):
    queryset = Tower.objects.select_related("guide")
    serializer_class = TowerSerializer


class CheapTowerViewSet(ReadOnlyModelViewSet):
    queryset = Tower.objects.all()
    serializer_class = TowerSerializer

    # What is listed is another queryset than that of the single rows.
    def list(self, request):
        return Response(TowerSerializer(cheap_towers(), many=True).data)
