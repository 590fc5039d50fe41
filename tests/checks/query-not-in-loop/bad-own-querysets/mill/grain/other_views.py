from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Sack
from .serializers import MarkedSackSerializer


class OtherSacks(APIView):
    def get(self, request):
        page = self.paginate(Sack.objects.order_by("-id"))
        return Response(MarkedSackSerializer(page, many=True).data)
