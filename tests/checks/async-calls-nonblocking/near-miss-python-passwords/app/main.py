import asyncio
import hashlib

from fastapi import FastAPI
from passlib.context import CryptContext
from starlette.concurrency import run_in_threadpool

from app.signatures import Signer

app = FastAPI()
pwd_context = CryptContext(schemes=["bcrypt"], bcrypt__rounds=12)
signer = Signer("main")


def check(given: str, kept: str) -> bool:
    return pwd_context.verify(given, kept)


@app.post("/sign-in")
async def sign_in(given: str, kept: str):
    # A thread waits.
    return {"right": await asyncio.to_thread(check, given, kept)}


@app.post("/again")
async def again(given: str, kept: str):
    return {"right": await run_in_threadpool(pwd_context.verify, given, kept)}


@app.post("/plain")
def plain(given: str, kept: str):
    # FastAPI runs it on a thread.
    return {"right": pwd_context.verify(given, kept)}


@app.post("/signed")
async def signed(body: str, signature: str):
    # No password is hashed: one round of a keyed digest.
    return {"right": signer.verify(body, signature), "digest": hashlib.sha256(body.encode()).hexdigest()}
