from fastapi import FastAPI

from app import orders, parcels, refunds
from app.notes import router as notes

app = FastAPI()
app.include_router(orders.router)
app.include_router(parcels.router)
app.include_router(refunds.router)
app.include_router(notes)
