import asyncio

import requests


async def offer(url):
    return requests.get(url, timeout=5).json()


async def offers_of(urls):
    return [await offer(url) for url in urls]


def command(urls):
    return asyncio.run(offers_of(urls))
