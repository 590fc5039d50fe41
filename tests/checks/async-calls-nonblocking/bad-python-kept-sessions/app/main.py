from fastapi import Depends, FastAPI, Request
from sqlalchemy.orm import Session
from starlette.middleware.base import BaseHTTPMiddleware

from app.db import get_db
from app.parcels import ParcelRepository, ParcelService

app = FastAPI()


class KnownShops(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next):
        from app.db import SessionLocal
        from app.models import Shop

        db = SessionLocal()
        try:
            shop = db.get(Shop, request.headers.get("x-shop"))
        finally:
            db.close()
        request.state.shop = shop
        return await call_next(request)


app.add_middleware(KnownShops)


def build_service(db: Session) -> ParcelService:
    return ParcelService(ParcelRepository(db))


@app.post("/parcels/notify")
async def notify(request: Request, db: Session = Depends(get_db)):
    body = await request.json()
    service = build_service(db)
    return {"waiting": len(service.waiting()), "sent": body["id"]}
