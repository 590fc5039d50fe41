import asyncio

from redis.asyncio import Redis

r = Redis()


async def forget(trees):
    await asyncio.gather(*[r.delete(f"tree:{tree}") for tree in trees])
