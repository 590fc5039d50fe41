import aiohttp


async def outlook(river: str):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"https://forecasts.example.org/{river}") as answer:
            return await answer.json()
