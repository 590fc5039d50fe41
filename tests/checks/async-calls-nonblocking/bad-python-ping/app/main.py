import redis
from fastapi import FastAPI

app = FastAPI()
client: redis.Redis | None = None


def store() -> redis.Redis:
    global client
    if client is None:
        made = redis.from_url("redis://cache:6379")
        made.ping()
        client = made
    return client


@app.get("/sizes")
async def sizes():
    return {"known": store() is not None}
