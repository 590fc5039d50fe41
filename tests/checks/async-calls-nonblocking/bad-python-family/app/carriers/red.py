import requests

from app.carriers.base import Carrier


class Red(Carrier):
    def reachable(self) -> bool:
        return requests.get("https://red.example/ping").ok
