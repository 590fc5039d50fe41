from django.contrib.auth.decorators import permission_required
from django.http import JsonResponse

from .models import Stamp


@permission_required("grain.change_stamp")
def stamps(request):
    rows = Stamp.objects.order_by("text")
    return JsonResponse({"stamps": [stamp.sack.farm.name for stamp in rows]})
