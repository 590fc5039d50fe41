import json

import redis.asyncio as redis

redis_client = redis.from_url("redis://cache:6379")

PATIENT_KEY = "patient:{id}"
VISIT = "visit:%s"


def ward_key(ward_id: int, floor: int) -> str:
    return ":".join(["ward", str(ward_id), str(floor)])


async def cache_get(key: str):
    raw = await redis_client.get(key)
    return json.loads(raw) if raw else None


async def cache_set(key: str, value, ttl: int = 3600):
    await redis_client.set(key, json.dumps(value), ex=ttl)
