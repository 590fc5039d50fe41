from rest_framework import viewsets
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.views import APIView

from guild.models import Piece
from guild.serializers import PieceSerializer


@api_view(["GET"])
def pieces(request):
    rows = Piece.objects.select_related("master").all()
    serializer = PieceSerializer(rows, many=True)
    return Response(serializer.data)


class PieceList(APIView):
    def get(self, request):
        rows = Piece.objects.select_related("master").order_by("-made_at")
        return Response(PieceSerializer(rows, many=True).data)


class PieceViewSet(viewsets.ModelViewSet):
    queryset = Piece.objects.select_related("master").all()
    serializer_class = PieceSerializer
