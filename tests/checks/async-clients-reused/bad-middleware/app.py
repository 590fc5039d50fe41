import redis.asyncio as aioredis
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()


class Counted(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        client = aioredis.from_url("redis://cache")
        async with client:
            await client.incr("requests")
        return await call_next(request)


class Dispatcher:
    # No request comes through here.
    async def dispatch(self, job):
        client = aioredis.from_url("redis://cache")
        await client.lpush("jobs", job)


app.add_middleware(Counted)


@app.get("/")
async def root():
    return {}
