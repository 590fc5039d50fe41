import json

import redis.asyncio as redis
from fastapi import FastAPI

app = FastAPI()
cache = redis.from_url("redis://cache:6379")


def key_of(kind: str, **parts) -> str:
    return ":".join([kind, *(f"{name}={value}" for name, value in sorted(parts.items()))])


@app.get("/products")
async def products(store, page: int = 1, category: str | None = None):
    key = key_of("products", page=page, category=category)
    known = await cache.get(key)
    if known:
        return json.loads(known)
    found = await store.products(page, category)
    await cache.set(key, json.dumps(found), ex=300)
    return found


@app.get("/offers")
async def offers(store, page: int = 1, search: str = ""):
    # Only the first page without a search is kept.
    keep = page == 1 and not search
    if keep and (known := await cache.get("offers:first")):
        return json.loads(known)
    found = await store.offers(page, search)
    if keep:
        await cache.set("offers:first", json.dumps(found), ex=60)
    return found


@app.post("/runs")
async def run(store, run_id: str, year: int, month: int):
    # A mark that it was done, not an answer that is given out.
    if await cache.get(f"done:{run_id}"):
        return {"state": "done"}
    result = await store.calculate(year, month)
    await cache.set(f"done:{run_id}", json.dumps(result), ex=86400)
    return result
