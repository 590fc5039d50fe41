from django.http import JsonResponse

from .models import Loan


def loans(request):
    rows = Loan.objects.order_by("until")
    return JsonResponse({"loans": [loan.work.title for loan in rows]})
