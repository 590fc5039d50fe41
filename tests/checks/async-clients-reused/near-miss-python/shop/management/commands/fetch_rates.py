import feedreader
import requests
from django.core.management.base import BaseCommand


class RateHandler(feedreader.Handler):
    def entry(self, link):
        return requests.get(link).json()


class Command(BaseCommand):
    def handle(self, *args, **options):
        feedreader.read("https://rates.example/feed", RateHandler())
