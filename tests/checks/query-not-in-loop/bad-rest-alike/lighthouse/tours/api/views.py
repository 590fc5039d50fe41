from rest_framework.response import Response
from rest_framework.viewsets import ReadOnlyModelViewSet

from ..models import Tower
from .serializers import TowerSerializer


class TowerViewSet(ReadOnlyModelViewSet):
    queryset = Tower.objects.select_related("guide")
    serializer_class = TowerSerializer


class CheapTowerViewSet(ReadOnlyModelViewSet):
    queryset = Tower.objects.all()
    serializer_class = TowerSerializer

    # What is listed is another queryset than that of the single rows.
    def list(self, request):
        rows = Tower.objects.select_related("guide").filter(price__lt=1000)
        return Response(TowerSerializer(rows, many=True).data)
