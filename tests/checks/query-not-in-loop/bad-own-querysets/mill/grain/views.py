from django.views.decorators.cache import cache_page
from django.utils.decorators import method_decorator
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet

from .models import Sack, Stamp
from .serializers import MarkedSackSerializer, SackSerializer, StampSerializer


class BaseViewSet(ModelViewSet):
    model = None

    def get_queryset(self):
        return self.model.objects.all()


class SackViewSet(BaseViewSet):
    model = Sack
    serializer_class = SackSerializer

    def get_queryset(self):
        return super().get_queryset().order_by("id")


class StampViewSet(ModelViewSet):
    queryset = Stamp.objects.all()
    serializer_class = StampSerializer


@method_decorator(cache_page(600), name="dispatch")
class KeptSackViewSet(ModelViewSet):
    queryset = Sack.objects.order_by("farm")
    serializer_class = SackSerializer


class MarkedSacks(APIView):
    def get(self, request):
        page = self.paginate(Sack.objects.order_by("id"))
        return Response(MarkedSackSerializer(page, many=True).data)


class MineOrOne(APIView):
    def get(self, request, pk):
        mine = Sack.objects.filter(farm__name=request.GET["farm"], owner=request.user)
        return Response(SackSerializer(mine, many=True).data)

    def put(self, request, pk):
        one = Sack.objects.filter(owner=request.user, pk=pk)
        return Response(SackSerializer(one, many=True).data)
