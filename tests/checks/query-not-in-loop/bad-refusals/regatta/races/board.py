from rest_framework.decorators import api_view
from rest_framework.response import Response

from regatta.races.models import Entry
from regatta.races.serializers import EntrySerializer


class Ticker:
    seconds = 30


@api_view(["GET"])
def board(request):
    if request.user.is_staff:
        rows = Entry.objects.order_by("handed_in")
        return Response(EntrySerializer(rows, many=True).data)
    else:
        return Response({"error": "Ask for staff's rights."}, status=406)
