import hashlib

from fastapi import APIRouter
from passlib.hash import pbkdf2_sha256

router = APIRouter()


@router.post("/pins")
async def set_pin(pin: str, salt: str):
    return {"pin": hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), 600_000).hex()}


@router.post("/keys")
async def set_key(key: str):
    return {"key": pbkdf2_sha256.hash(key)}
