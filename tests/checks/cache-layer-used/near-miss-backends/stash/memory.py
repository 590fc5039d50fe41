from stash import CacheBase


class Cache(CacheBase):
    def __init__(self):
        self._values = {}

    def get(self, key):
        return self._values.get(key)

    def set(self, key, value, ttl):
        self._values[key] = value

    def delete(self, key):
        self._values.pop(key, None)


def load_from_config(config):
    return Cache()
