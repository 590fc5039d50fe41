import requests

CARRIER = "https://carrier.example.org/parcels"


def announce(parcel: str) -> None:
    requests.post(CARRIER, json={"parcel": parcel}).raise_for_status()
