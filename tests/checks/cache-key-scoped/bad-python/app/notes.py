import json

import redis
from fastapi import APIRouter, Depends

from app.auth import User, get_current_user
from app.store import notes_of

router = APIRouter()
cache = redis.Redis()


@router.get("/notes")
def list_notes(page: int = 1, current_user: User = Depends(get_current_user)):
    key = f"notes:{page}"
    if hit := cache.get(key):
        return json.loads(hit)
    notes = notes_of(current_user.id, page)
    cache.set(key, json.dumps(notes), ex=120)
    return notes
