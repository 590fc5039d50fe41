from django.http import JsonResponse

from .models import Animal


def board(request):
    rows = []
    for animal in Animal.objects.order_by("name"):
        rows.append({"name": animal.name, "invoices": [one.pk for one in animal.invoice_set.all()]})
    return JsonResponse({"animals": rows})


def board_along(request):
    rows = []
    for animal in Animal.objects.prefetch_related("invoice_set"):
        rows.append({"name": animal.name, "invoices": [one.pk for one in animal.invoice_set.all()]})
    return JsonResponse({"animals": rows})
