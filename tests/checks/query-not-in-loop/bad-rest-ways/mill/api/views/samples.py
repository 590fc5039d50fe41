from rest_framework import viewsets

from mill.api.serializers import SampleSerializer
from mill.grain.models import Sample


class SampleViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Sample.objects.all()
    serializer_class = SampleSerializer
