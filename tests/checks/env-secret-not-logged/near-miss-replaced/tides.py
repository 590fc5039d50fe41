import os


def tides(url):
    token = os.environ["TIDES_API_TOKEN"]
    print(f"asks {url.replace(token, '***')}")
