from rest_framework.viewsets import ReadOnlyModelViewSet

from ..models import Tower
from .serializers import TowerSerializer


class TowerViewSet(ReadOnlyModelViewSet):
    queryset = Tower.objects.select_related("guide")
    serializer_class = TowerSerializer
