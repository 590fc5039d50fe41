import asyncio

from fastapi import FastAPI

from harbour.cache import cache
from harbour.tides import tide_of

app = FastAPI()


@app.on_event("startup")
async def start():
    run_forever(cache.evict)


@app.get("/tides/{station}")
async def tide(station: str):
    return {"height": await tide_of(station)}


def run_forever(work):
    asyncio.get_running_loop().create_task(work())
