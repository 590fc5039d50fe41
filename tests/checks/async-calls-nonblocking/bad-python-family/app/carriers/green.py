import requests

from app.carriers.base import Carrier


class Green(Carrier):
    def reachable(self) -> bool:
        return requests.get("https://green.example/ping").ok
