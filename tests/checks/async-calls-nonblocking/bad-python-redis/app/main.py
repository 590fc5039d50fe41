import os

import redis
from fastapi import Depends, FastAPI
from redis import Redis

app = FastAPI()
counters = redis.Redis.from_url(os.environ["REDIS_URL"])


def given() -> Redis:
    return counters


@app.get("/seen/{visit_id}")
async def seen(visit_id: int):
    return {"seen": counters.get(f"seen:{visit_id}")}


@app.post("/seen/{visit_id}")
async def see(visit_id: int, store: Redis = Depends(given)):
    store.incr(f"seen:{visit_id}")
