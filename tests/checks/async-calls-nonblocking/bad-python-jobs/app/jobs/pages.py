import asyncio

import requests


async def fetch(url, path):
    answer = requests.get(url, timeout=5)
    with open(path, "wb") as file:
        file.write(answer.content)


async def fetch_all(urls):
    async with asyncio.TaskGroup() as group:
        for url in urls:
            group.create_task(fetch(url, "page"))
