from django.http import JsonResponse
from django.urls import path

from pier.models import Letter


def write_rows(rows, body):
    for ship in rows:
        Letter.objects.create(ship=ship, body=body)


def arrived(request):
    write_rows([request.POST["ship"]], body="You may land.")
    return JsonResponse({"ok": True})


def swapped(request):
    write_rows(rows=(request.POST["one"], request.POST["other"]), body="You change berths.")
    return JsonResponse({"ok": True})


urlpatterns = [path("arrived", arrived), path("swapped", swapped)]
