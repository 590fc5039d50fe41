import feedreader

from shop.rates import RateHandler


def main():
    feedreader.read("https://rates.example/feed", RateHandler())
