import redis
from fastapi import FastAPI

app = FastAPI()
r = redis.Redis(host="cache")


@app.delete("/plans/{plan}/cache")
def drop(plan: str):
    found = list(r.scan_iter(match=f"plan:{plan}:*", count=500))
    if found:
        r.unlink(*found)
    return r.mget(["plan:all", "plan:count"])
