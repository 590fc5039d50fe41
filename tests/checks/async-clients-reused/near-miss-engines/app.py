import os
from contextlib import asynccontextmanager
from functools import lru_cache

import redis
from fastapi import FastAPI
from sqlalchemy import create_engine, text

_engine = None


@lru_cache
def store():
    return redis.Redis(host="redis")


def engine():
    global _engine
    if _engine is None:
        _engine = create_engine(os.environ["DATABASE_URL"])
    return _engine


def scratch():
    return create_engine("sqlite:///:memory:")


@asynccontextmanager
async def lifespan(app):
    app.state.reports = create_engine(os.environ["REPORTS_URL"])
    yield
    app.state.reports.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/visits")
def visits():
    with engine().connect() as connection:
        return {"n": connection.execute(text("SELECT 1")).scalar(), "seen": store().incr("visits")}


@app.get("/sums")
def sums():
    with scratch().connect() as connection:
        return {"n": connection.execute(text("SELECT 1")).scalar()}
