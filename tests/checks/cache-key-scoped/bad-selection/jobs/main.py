import json

import redis.asyncio as redis
from fastapi import FastAPI
from jobs.models import Product
from sqlalchemy import select

app = FastAPI()
cache = redis.from_url("redis://cache:6379")


@app.get("/products")
async def products(session, page: int = 1, category: str | None = None):
    key = f"products:page:{page}"
    known = await cache.get(key)
    if known:
        return json.loads(known)
    query = select(Product).offset((page - 1) * 20).limit(20)
    if category:
        query = query.where(Product.category == category)
    rows = (await session.scalars(query)).all()
    found = [row.as_dict() for row in rows]
    await cache.set(key, json.dumps(found), ex=300)
    return found
