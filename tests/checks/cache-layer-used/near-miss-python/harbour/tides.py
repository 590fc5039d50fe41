from harbour.cache import cache
from harbour.gauge import read_gauge


async def tide_of(station):
    known = cache.get(f"tide:{station}")
    if known is None:
        known = await read_gauge(station)
        cache.set(f"tide:{station}", known, expiry=600)
    return known
