from rest_framework.response import Response
from rest_framework.views import APIView

from shop.models import Order


class DailyReport(APIView):
    def get(self, request):
        orders = list(Order.objects.all())
        return Response({"n": len(orders)})

    def post(self, request):
        open_orders = list(Order.objects.all())
        return Response({"n": len(open_orders)})
