from rest_framework.decorators import api_view
from rest_framework.response import Response

from guild.models import Piece
from guild.serializers import PieceSerializer


@api_view(["GET"])
def pieces(request):
    rows = Piece.objects.all()
    return Response(PieceSerializer(rows, many=True).data)
