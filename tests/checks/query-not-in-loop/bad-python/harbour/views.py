from django.http import JsonResponse

from .models import Captain, Port, Ship


def fleet(request):
    rows = []
    for ship in Ship.objects.filter(sunk=False).select_related("home"):
        # The home port came along, the captain did not.
        rows.append({"ship": ship.name, "captain": ship.captain.name, "port": ship.home.name})
    return JsonResponse({"fleet": rows})


def promote(request):
    captains = Captain.objects.filter(years__gte=10)
    for captain in captains:
        captain.rank = "senior"
        captain.save(update_fields=["rank"])
    for name in request.POST.getlist("ports"):
        if not Port.objects.filter(name=name).exists():
            Port.objects.create(name=name)
    return JsonResponse({"promoted": captains.count()})


def ports(request):
    listed = []
    for port in Port.objects.all():
        listed.append({"port": port.name, "busy": port.ships.exists()})
    return JsonResponse({"ports": listed})
