from fastapi import FastAPI

from app.sessions import remember

app = FastAPI()


@app.post("/sessions/{session_id}")
async def enter(session_id: str):
    await remember(session_id)
    return {"entered": True}
