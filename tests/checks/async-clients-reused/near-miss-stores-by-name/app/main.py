import asyncpg
from fastapi import FastAPI

from app.settings import DSN

app = FastAPI()
_pools: dict[str, asyncpg.Pool] = {}


async def pool_for(region: str) -> asyncpg.Pool:
    pool = _pools.get(region)
    if pool is None:
        pool = await asyncpg.create_pool(DSN)
        _pools[region] = pool
    return pool


@app.get("/berths")
async def berths() -> list[dict[str, object]]:
    pool = await pool_for("north")
    return [dict(row) for row in await pool.fetch("select * from berths limit 50")]
