from pathlib import Path

from stash import CacheBase


class Cache(CacheBase):
    def __init__(self, folder):
        self._folder = Path(folder)

    def get(self, key):
        return (self._folder / key).read_text()

    def set(self, key, value, ttl):
        (self._folder / key).write_text(value)

    def delete(self, key):
        (self._folder / key).unlink()


def load_from_config(config):
    return Cache(config["folder"])
