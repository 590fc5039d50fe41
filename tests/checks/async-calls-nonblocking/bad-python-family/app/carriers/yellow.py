import requests

from app.carriers.base import Carrier


class Yellow(Carrier):
    def reachable(self) -> bool:
        return requests.get("https://yellow.example/ping").ok
