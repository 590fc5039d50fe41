import asyncio
from time import time


class Cache:
    def __init__(self):
        self._values = {}

    def get(self, key, default=None):
        value, until = self._values.get(key, (default, 0))
        return value if until > time() else default

    def set(self, key, value, expiry=10):
        self._values[key] = (value, time() + expiry)

    async def evict(self):
        while True:
            await asyncio.sleep(30)
            for key in [key for key, (_, until) in self._values.items() if until < time()]:
                self._values.pop(key)


cache = Cache()
