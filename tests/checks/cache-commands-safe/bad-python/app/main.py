import redis
from fastapi import FastAPI

from app.store import forget_all, prices

app = FastAPI()
r = redis.Redis(host="cache")


@app.delete("/plans/{plan}/cache")
def drop(plan: str):
    for key in r.keys(f"plan:{plan}:*"):
        r.delete(key)
    return {"ok": True}


@app.post("/season")
def new_season():
    forget_all()
    return {"ok": True}


@app.get("/prices")
def all_prices(numbers: str):
    return prices(numbers.split(","))
