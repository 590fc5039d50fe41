from fastapi import FastAPI

from quarry.orders import router as order_router

app = FastAPI()
app.include_router(order_router, prefix="/staff")
