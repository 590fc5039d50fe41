from stash import CacheBase


def test_base_does_nothing():
    cache = CacheBase()
    assert cache is not None
