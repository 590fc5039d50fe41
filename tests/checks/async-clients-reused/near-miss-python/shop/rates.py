import feedreader
import requests


class RateHandler(feedreader.Handler):
    """Made by ``scripts/rates.py`` only."""

    def entry(self, link):
        return requests.get(link).json()
