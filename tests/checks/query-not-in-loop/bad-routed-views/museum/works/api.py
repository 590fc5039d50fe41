from rest_framework import routers, serializers, viewsets

from .models import Artist, Work


class ArtistSerializer(serializers.ModelSerializer):
    class Meta:
        model = Artist
        fields = ["id", "name"]


class WorkSerializer(serializers.ModelSerializer):
    artist = ArtistSerializer()

    class Meta:
        model = Work
        fields = ["id", "title", "artist"]


class WorkViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Work.objects.all()
    serializer_class = WorkSerializer


class DraftViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Work.objects.filter(title="")
    serializer_class = WorkSerializer


router = routers.DefaultRouter()
router.register("works", WorkViewSet)
