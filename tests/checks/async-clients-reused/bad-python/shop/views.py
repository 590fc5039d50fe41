import requests
from django.http import JsonResponse

from shop.carriers import whereabouts


def track(request, number):
    rates = requests.post("https://rates.example/quote", json={"number": number})
    return JsonResponse({"where": whereabouts(number), "rates": rates.json()})
