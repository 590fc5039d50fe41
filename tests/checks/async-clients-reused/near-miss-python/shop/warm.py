import requests


def warm():
    """Nobody is known to call it."""
    return requests.get("https://carrier.example/warm").status_code
