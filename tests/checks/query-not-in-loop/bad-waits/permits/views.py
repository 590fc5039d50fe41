from django.contrib.admin.views.decorators import staff_member_required
from django.http import JsonResponse

from .letters import tell
from .models import Permit, Stamp


def warn(request):
    # The letter takes a hundred times as long as its holder's row.
    for permit in Permit.objects.filter(expired=True):
        tell(permit.holder, f"{permit.number} is over")
    return JsonResponse({"warned": True})


@staff_member_required
def all_of_them(request):
    return JsonResponse({"towns": [one.office.town for one in Permit.objects.all()]})


def towns(request):
    """The one that is none of these."""
    return JsonResponse({"towns": [one.office.town for one in Permit.objects.all()]})


def stamped(request):
    """Another: of each the latest is wanted."""
    found = {}
    for permit in Permit.objects.filter(expired=False):
        stamps = Stamp.objects.filter(permit_number=permit.number)
        last = stamps.order_by("put_at").last()
        found[permit.number] = last.put_at if last else None
    return JsonResponse(found)
