"""What every backend does; settings name the module of the one that is used."""


class CacheBase:
    def get(self, key):
        raise NotImplementedError

    def set(self, key, value, ttl):
        raise NotImplementedError

    def delete(self, key):
        raise NotImplementedError
