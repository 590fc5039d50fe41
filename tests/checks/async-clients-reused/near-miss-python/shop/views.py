import httpx
import requests
from django.http import JsonResponse

OPTIONS = {"timeout": 5}


def track(request, number):
    found = requests.get(f"https://carrier.example/parcels/{number}", timeout=(3, 10))
    rates = requests.post("https://rates.example/quote", **OPTIONS)
    # httpx gives up after five seconds by itself
    state = httpx.get("https://carrier.example/state")
    return JsonResponse({"where": found.json(), "rates": rates.json(), "state": state.json()})
