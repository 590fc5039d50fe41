import requests

from app.carriers.base import Carrier


class Blue(Carrier):
    def reachable(self) -> bool:
        return requests.get("https://blue.example/ping").ok
