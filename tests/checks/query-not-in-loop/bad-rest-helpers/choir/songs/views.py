from rest_framework import viewsets

from .models import Song
from .serializers import SongSerializer


class SongViewSet(viewsets.ModelViewSet):
    queryset = Song.objects.order_by("title")
    serializer_class = SongSerializer
