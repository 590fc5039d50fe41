from rest_framework import viewsets
from rest_framework.response import Response

from .models import Concert, Song
from .serializers import SongSerializer


class SongViewSet(viewsets.ModelViewSet):
    queryset = Song.objects.select_related("singer").prefetch_related(
        "singer__songs"
    )
    serializer_class = SongSerializer


class ConcertViewSet(viewsets.ViewSet):
    def list(self, request):
        return Response({"n": Concert.objects.count()})
