import os
from typing import Optional

import redis

_pool = None


def get_redis() -> Optional[redis.Redis]:
    global _pool
    if _pool is None:
        _pool = redis.ConnectionPool.from_url(os.environ["REDIS_URL"])
    return redis.Redis(connection_pool=_pool)
