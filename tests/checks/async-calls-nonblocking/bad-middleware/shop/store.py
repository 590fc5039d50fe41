import os

from redis import Redis
from redis.asyncio import Redis as AsyncRedis

redis_client = Redis.from_url(os.environ["REDIS_URL"])
redis_async = AsyncRedis.from_url(os.environ["REDIS_URL"])
