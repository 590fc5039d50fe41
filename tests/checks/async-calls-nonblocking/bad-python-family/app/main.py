from fastapi import FastAPI

from app.carriers import base, registry

app = FastAPI()


@app.get("/carriers/{name}")
async def carrier(name: str):
    chosen: base.Carrier = registry.named(name)
    return reach(chosen)


def reach(carrier: base.Carrier):
    return carrier.reachable()
