from django.http import JsonResponse

from ferry.forms import BerthForm


def berths(request):
    form = BerthForm(request.POST)
    return JsonResponse({"valid": form.is_valid()})
