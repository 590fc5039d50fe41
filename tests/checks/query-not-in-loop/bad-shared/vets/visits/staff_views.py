from django.http import HttpResponseForbidden, JsonResponse
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Invoice


class LedgerView(APIView):
    def get(self, request):
        if not request.user.is_staff:
            return HttpResponseForbidden()
        return Response([one.animal.name for one in Invoice.objects.all()])


def invoices(request):
    return JsonResponse({"animals": [one.animal.name for one in Invoice.objects.all()]})
