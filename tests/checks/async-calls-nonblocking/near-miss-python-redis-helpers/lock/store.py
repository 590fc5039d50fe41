import os

import redis.asyncio
from redis.asyncio import Redis


def get_redis() -> Redis:
    return redis.asyncio.from_url(os.environ["REDIS_URL"])
