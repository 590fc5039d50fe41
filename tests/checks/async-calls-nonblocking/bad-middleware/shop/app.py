from fastapi import FastAPI

from shop.limits import Limited
from shop.store import redis_async

app = FastAPI()
app.add_middleware(Limited)


@app.get("/visits")
async def visits():
    # Awaited by who gets it.
    counted = redis_async.get("visits")
    return {"visits": await counted}
