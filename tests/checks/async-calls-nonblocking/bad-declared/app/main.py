from fastapi import FastAPI

from app.service import check, install, make

app = FastAPI()


@app.post("/gauges/exchange/{kind}")
async def exchange_gauge(kind: str):
    gauge = make(kind)
    token = gauge.exchange(code=kind)
    check(gauge)
    return token


@app.post("/gauges/{kind}")
async def install_gauge(kind: str):
    return install(kind)
