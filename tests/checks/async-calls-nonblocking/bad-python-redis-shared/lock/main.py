import os

import redis
from fastapi import FastAPI

from lock.store import get_redis

app = FastAPI()


def _connect():
    address = os.environ.get("REDIS_URL")
    if not address:
        return None
    return redis.from_url(address, socket_timeout=2)


@app.get("/gates/{gate}")
async def gate_of(gate: str):
    store = get_redis()
    return {"open": store.get(f"gate:{gate}"), "all": list(store.scan_iter("gate:*"))}


@app.post("/gates/{gate}")
async def open_gate(gate: str):
    store = _connect()
    store.set(f"gate:{gate}", "1")
    return {"open": True}
