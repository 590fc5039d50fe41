from django.utils.decorators import method_decorator
from django.views.generic import View
from rest_framework.response import Response
from rest_framework.views import APIView

from shop.guards import require_permission
from shop.models import Order


class OpenOrders(APIView):
    def get(self, request):
        return Response([one.pk for one in Order.objects.all()])


@method_decorator(require_permission("staff_area"), name="dispatch")
class Dashboard(View):
    def get(self, request):
        orders = list(Order.objects.all())
        return Response({"n": len(orders)})


class OrderExport(APIView):
    def get(self, request):
        return Response(export_orders())


def export_orders():
    return [one.pk for one in Order.objects.all()]
