import asyncio
import os

import redis
import redis.asyncio as aioredis
from fastapi import FastAPI

app = FastAPI()
counters = aioredis.from_url(os.environ["REDIS_URL"])
plain = redis.Redis.from_url(os.environ["REDIS_URL"])
names = {"a": 1}


@app.get("/seen/{visit_id}")
async def seen(visit_id: int):
    return {"seen": await counters.get(f"seen:{visit_id}"), "name": names.get("a")}


@app.get("/pipelined")
async def pipelined():
    pipe = counters.pipeline()
    pipe.get("a")
    await pipe.execute()
    return await asyncio.to_thread(plain.get, "a")


@app.get("/plain")
def in_a_thread():
    return {"seen": plain.get("seen")}
