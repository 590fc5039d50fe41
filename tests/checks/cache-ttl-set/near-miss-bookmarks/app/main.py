import redis.asyncio as redis
from fastapi import FastAPI

app = FastAPI()


class CacheStore:
    def __init__(self) -> None:
        self._redis = redis.from_url("redis://cache:6379")

    # How far a reader has come is no copy of anything.
    async def store_bookmark(self, key: str, value: str) -> None:
        await self._redis.set(key, value)

    async def set_last_sync(self, key: str, at: str) -> None:
        await self._redis.set(key, at)


store = CacheStore()


@app.post("/read/{name}")
async def read(name: str, at: str):
    await store.store_bookmark(f"reader:{name}", at)
    await store.set_last_sync(f"reader:{name}:sync", at)
