from fastapi import FastAPI

from ledger.server import Ledger
from ledger.status import StatusRoutes

app = FastAPI()
app = Ledger(StatusRoutes().router).app
