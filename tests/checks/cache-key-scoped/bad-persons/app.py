import json

from auth import signed_in_user
from fastapi import Depends, FastAPI
from models import Task
from redis.asyncio import Redis
from sqlalchemy import select
from store import opened

app = FastAPI()
redis = Redis(host="redis")


@app.get("/me/tasks")
async def tasks(who=Depends(signed_in_user), session=Depends(opened)):
    hit = await redis.get("tasks")
    if hit:
        return json.loads(hit)
    rows = await session.scalars(select(Task).where(Task.user_id == who.id))
    titles = [one.title for one in rows]
    await redis.set("tasks", json.dumps(titles), ex=60)
    return titles


@app.get("/me/done")
async def done(who=Depends(signed_in_user), session=Depends(opened)):
    hit = await redis.get(f"done:{who.id}")
    if hit:
        return json.loads(hit)
    rows = await session.scalars(select(Task).where(Task.user_id == who.id, Task.done))
    titles = [one.title for one in rows]
    await redis.set(f"done:{who.id}", json.dumps(titles), ex=60)
    return titles


@app.get("/tasks/popular")
async def popular(session=Depends(opened)):
    hit = await redis.get("popular")
    if hit:
        return json.loads(hit)
    rows = await session.scalars(select(Task).order_by(Task.views.desc()).limit(10))
    titles = [one.title for one in rows]
    await redis.set("popular", json.dumps(titles), ex=60)
    return titles
