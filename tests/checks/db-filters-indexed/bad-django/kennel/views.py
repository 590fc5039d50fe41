from django.http import JsonResponse

from kennel.models import Stay


def by_chip(request, number):
    stay = Stay.objects.filter(chip_number=number).first()
    return JsonResponse({"arrived": stay and stay.arrived_at})


def of_kennel(request, pk):
    return JsonResponse({"stays": Stay.objects.filter(kennel=pk).count()})


def latest(request):
    if request.method == "POST":
        Stay.objects.create(kennel_id=1, chip_number=request.POST["chip"])
    rows = list(Stay.objects.order_by("-arrived_at")[:20])
    return JsonResponse({"stays": [one.chip_number for one in rows]})
