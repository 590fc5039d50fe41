from rest_framework import viewsets
from rest_framework.decorators import api_view
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import APIView

from guild.models import Piece
from guild.serializers import PieceSerializer


@api_view(["GET"])
def latest(request):
    rows = Piece.objects.select_related("master").order_by("-made_at")[:20]
    return Response(PieceSerializer(rows, many=True).data)


@api_view(["GET"])
def mine(request):
    rows = Piece.objects.select_related("master").filter(master__user=request.user)
    return Response(PieceSerializer(rows, many=True).data)


@api_view(["GET"])
def of_master(request, master_id):
    rows = Piece.objects.select_related("master").filter(master=master_id)
    return Response(PieceSerializer(rows, many=True).data)


class PieceList(APIView):
    def get(self, request):
        pages = PageNumberPagination()
        rows = pages.paginate_queryset(Piece.objects.select_related("master"), request)
        return Response(PieceSerializer(rows, many=True).data)


class PieceViewSet(viewsets.ModelViewSet):
    queryset = Piece.objects.select_related("master").all()
    serializer_class = PieceSerializer
