from rest_framework.generics import ListAPIView

from mill.api.serializers import SackSerializer
from mill.models import Sack


class SacksView(ListAPIView):
    serializer_class = SackSerializer
    queryset = Sack.objects.all()
