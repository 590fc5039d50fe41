"""A phone is paired with an account by a code that is shown on the computer."""

import json
import secrets

import redis
from fastapi import APIRouter, Depends, HTTPException

from app.auth import User, get_current_user
from app.store import device_of

router = APIRouter()
cache = redis.Redis()


@router.post("/devices/{device_id}/pair")
def pair_device(device_id: int, current_user: User = Depends(get_current_user)):
    device = device_of(current_user.id, device_id)
    if device is None:
        raise HTTPException(404)
    code = make_code()
    cache.setex(f"pair:{code}", 300, json.dumps({"device": device.id}))
    return {"code": code}


@router.post("/devices/{device_id}/door")
def open_door(device_id: int, current_user: User = Depends(get_current_user)):
    device = device_of(current_user.id, device_id)
    door = secrets.token_urlsafe(24)
    cache.setex(f"door:{door}", 60, json.dumps({"device": device.id}))
    return {"door": door}


def make_code():
    return "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(8))
