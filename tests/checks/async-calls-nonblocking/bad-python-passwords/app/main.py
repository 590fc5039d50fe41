from fastapi import FastAPI, HTTPException

from app.security import check_password, make_hash

app = FastAPI()
users: dict[str, str] = {}


@app.post("/sign-in")
async def sign_in(name: str, password: str):
    kept = users.get(name)
    if kept is None or not check_password(password, kept):
        raise HTTPException(401)
    return {"name": name}


@app.post("/users")
async def sign_up(name: str, password: str):
    users[name] = make_hash(password)
    return {"name": name}
