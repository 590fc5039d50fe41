from fastapi import FastAPI

from lock.store import get_redis

app = FastAPI()


@app.get("/gates")
async def gates():
    store = get_redis()
    found = [key async for key in store.scan_iter("gate:*")]
    pending = store.get("gate:1")
    return {"all": found, "first": await pending}
